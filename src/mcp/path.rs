//! Compares paths of files with the places where clients look.

use bstr::{BStr, ByteSlice};

use crate::name_pattern::NamePattern;

/// A path as far as it tells what a file is: without the marks of a copy or an example.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// The path with `/`, lossily read.
    pub path: String,
    /// Whether the file is an example, a template or a backup, which no client reads.
    pub copy: bool,
}

/// The ends of names that only say that a file is a copy.
const COPIES: [&str; 14] = [
    "example", "sample", "template", "tmpl", "dist", "bak", "backup", "old", "orig", "save", "disabled", "tpl", "j2",
    "default",
];

/// The ends of names of files that may be configuration.
const FORMATS: [&str; 9] = ["json", "jsonc", "json5", "toml", "yaml", "yml", "md", "code-workspace", "local"];

/// Reads a path: `mcp.json.bak` and `mcp.example.json` count as copies of `mcp.json`.
pub fn spelling(path: &BStr) -> Spelling {
    let mut path = path.to_str_lossy().into_owned();
    if path.contains('\\') {
        path = path.replace('\\', "/");
    }
    let name_at = path.rfind('/').map_or(0, |slash| slash + 1);
    let is_copy = |part: &str| COPIES.iter().any(|copy| part.eq_ignore_ascii_case(copy));
    let (first, others) = path[name_at..].split_once('.').unwrap_or_default();
    if !others.split('.').any(is_copy) {
        return Spelling { path, copy: false };
    }
    let kept = std::iter::once(first).chain(others.split('.').filter(|part| !is_copy(part)));
    let name = kept.collect::<Vec<_>>().join(".");
    path.replace_range(name_at.., &name);
    Spelling { path, copy: true }
}

/// Returns the part of a pattern that can be seen in a repository: without home, root and variables.
pub(super) fn relative(pattern: &str) -> &str {
    let mut rest = pattern;
    while let Some((first, tail)) = rest.split_once('/') {
        let is_root = first.is_empty() || first == "~" || first == "**" || first.ends_with(':');
        if is_root || first.starts_with('<') || first.starts_with('%') {
            rest = tail;
        } else {
            break;
        }
    }
    rest
}

/// Tells whether a path ends as a pattern says, name by name; `*` is any part of a name, `**` any folders.
pub(super) fn matches_end(path: &[&str], pattern: &[&str]) -> bool {
    let Some((last, pattern)) = pattern.split_last() else { return true };
    if *last == "**" {
        return (0..=path.len()).any(|kept| matches_end(&path[..kept], pattern));
    }
    path.split_last()
        .is_some_and(|(name, path)| NamePattern::new(last).matches(name.as_bytes()) && matches_end(path, pattern))
}

pub(super) fn may_hold(path: &BStr) -> bool {
    // Most files have none of the endings anywhere, so that their names need not be read with care.
    if !is_formatted(path) {
        return false;
    }
    // The end of a name that is one of them stays, whatever before it says that the file is a copy.
    if file_name(path).rsplit(|&byte| byte == b'.').next().is_some_and(is_format) {
        return true;
    }
    let path = spelling(path).path;
    let name = path.rsplit('/').next().unwrap_or_default();
    is_format(name.rsplit('.').next().unwrap_or_default().as_bytes())
}

/// Tells whether the ending of configuration stands anywhere in the name of a file.
pub(super) fn is_formatted(path: &BStr) -> bool {
    file_name(path).split(|&byte| byte == b'.').any(is_format)
}

fn is_format(end: &[u8]) -> bool {
    (2..=14).contains(&end.len())
        && matches!(end[0] | 0x20, b'j' | b't' | b'y' | b'm' | b'c' | b'l')
        && FORMATS.iter().any(|format| end.eq_ignore_ascii_case(format.as_bytes()))
}

/// Returns the last name of a path of any system.
pub(super) fn file_name(path: &BStr) -> &[u8] {
    path.rsplit(|&byte| byte == b'/' || byte == b'\\').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_known_by_their_names() {
        let cases = [
            (".mcp.json", ".mcp.json", false),
            (".cursor/mcp.json.bak", ".cursor/mcp.json", true),
            ("a/claude_desktop_config.example.json", "a/claude_desktop_config.json", true),
            ("a\\mcp.json", "a/mcp.json", false),
            ("example", "example", false),
        ];
        for (path, expected, copy) in cases {
            assert_eq!(spelling(path.into()), Spelling { path: expected.to_owned(), copy }, "{path}");
        }
    }

    #[test]
    fn a_file_may_hold_configuration_by_the_end_of_its_name_without_the_marks_of_a_copy() {
        for (path, expected) in [
            ("a/mcp.json", true),
            ("a/mcp.JSON", true),
            ("mcp.json.bak", true),
            ("mcp.example.yaml", true),
            ("x.code-workspace", true),
            ("a\\json", true),
            ("settings.local", true),
            ("mcp.json.rs", false),
            ("mcp.json/a.rs", false),
            ("a.js", false),
            ("Makefile", false),
            ("", false),
        ] {
            assert_eq!(may_hold(path.into()), expected, "{path}");
        }
    }

    #[test]
    fn a_path_is_compared_from_its_end() {
        let cases = [
            ("app/.cursor/mcp.json", ".cursor/mcp.json", true),
            ("app/x.cursor/mcp.json", ".cursor/mcp.json", false),
            ("dotfiles/.config/zed/settings.json", "~/.config/zed/settings.json", true),
            (".continue/mcpServers/a.yaml", ".continue/mcpServers/*.yaml", true),
            (".cursor/plugins/cache/a/b/mcp.json", "~/.cursor/plugins/cache/**/mcp.json", true),
            ("etc/codex/config.toml", "/etc/codex/config.toml", true),
            ("codex/config.toml", ".codex/config.toml", false),
        ];
        for (path, pattern, expected) in cases {
            let path: Vec<&str> = path.split('/').collect();
            let names: Vec<&str> = relative(pattern).split('/').collect();
            assert_eq!(matches_end(&path, &names), expected, "{path:?} {pattern}");
        }
    }
}
