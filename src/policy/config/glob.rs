//! Globs on paths, with the meaning that `.gitignore` gives them.

use std::path::Path;

use bstr::ByteSlice as _;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns of which the last that fits decides.
#[derive(Clone, Debug, Default)]
pub struct Globs(Option<Gitignore>);

impl Globs {
    /// Reads patterns. One that names a folder means everything below it, too; one that begins with `!` takes back what an
    /// earlier one means.
    ///
    /// # Errors
    /// One is not a pattern, or can match nothing: its number, and what is wrong.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Result<Self, (usize, &'static str)> {
        let mut builder = GitignoreBuilder::new("");
        for (number, pattern) in patterns.into_iter().enumerate() {
            let line = line(pattern).map_err(|problem| (number, problem))?;
            builder.add_line(None, &line).map_err(|_| (number, "this is not a glob"))?;
        }
        let built = builder.build().map_err(|_| (0, "these globs are too much together"))?;
        Ok(Self((!built.is_empty()).then_some(built)))
    }

    /// Tells whether a file of this path is meant.
    pub fn matches(&self, path: &[u8]) -> bool {
        let Some(globs) = &self.0 else { return false };
        // Where something lies elsewhere its path is absolute.
        let path = path.to_path_lossy();
        let path = path.strip_prefix("/").unwrap_or(&path);
        path != Path::new("") && globs.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// Returns a pattern as a line of `.gitignore`.
fn line(pattern: &str) -> Result<String, &'static str> {
    let (sign, glob) = pattern.strip_prefix('!').map_or(("", pattern), |glob| ("!", glob));
    if glob.trim().trim_matches(['/', '.']).is_empty() {
        return Err("this names no path");
    }
    // A path from here on is one from the root on; in a list there are no comments, and blanks at an end are meant.
    let glob = glob.strip_prefix("./").map_or_else(|| glob.to_owned(), |rest| format!("/{rest}"));
    let glob = if glob.starts_with('#') { format!("\\{glob}") } else { glob };
    let glob = glob.strip_suffix(' ').map(|rest| format!("{rest}\\ ")).unwrap_or(glob);
    Ok(format!("{sign}{glob}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_mean_what_they_mean_in_gitignore() {
        for (pattern, path, matches) in [
            ("*.min.js", "a/b.min.js", true),
            ("vendor", "vendor/x/f", true),
            ("vendor", "a/vendor/x/f", true),
            ("vendor", "vendors/f", false),
            ("vendor/", "x/vendor/y/z", true),
            ("vendor/", "vendor", false),
            ("vendor/*", "vendor/x/f", true),
            ("vendor/x", "vendor/x/f", true),
            ("vendor/x", "a/vendor/x/f", false),
            ("./vendor/", "vendor/x/f", true),
            ("./vendor/", "a/vendor/x/f", false),
            ("/docs/*.md", "docs/a.md", true),
            ("/docs/*.md", "docs/b/a.md", false),
            ("docs/**", "docs/b/a.md", true),
            ("**/gen/*.rs", "a/b/gen/c.rs", true),
            ("#a", "#a", true),
            ("a ", "a ", true),
            ("a?[bc]", "axc", true),
            ("a?[bc]", "a/c", false),
            ("tmp", "/tmp/elsewhere", true),
        ] {
            let globs = Globs::new([pattern]).expect("it is a pattern");
            assert_eq!(globs.matches(path.as_bytes()), matches, "{pattern} {path}");
        }
        let globs = Globs::new(["docs/*", "!docs/keep.md"]).expect("they are patterns");
        assert!(globs.matches(b"docs/a.md") && !globs.matches(b"docs/keep.md"));
        assert!(!Globs::default().matches(b"a") && !Globs::new([]).expect("no pattern is none").matches(b"a"));
    }

    #[test]
    fn what_can_match_nothing_is_an_error() {
        for pattern in ["", " ", "/", "./", ".", "!", "..", "a{"] {
            assert_eq!(Globs::new(["a", pattern]).expect_err(pattern).0, 1, "{pattern}");
        }
    }
}
