//! The leave that an agent would give itself: comments that allow findings, and configuration that looks for less.

mod configuration;

use std::collections::{HashMap, HashSet};
use std::path::Path;

use bstr::ByteSlice as _;
pub use configuration::{is_needed, is_rule_file, rule_files};

use crate::inspect::{ALLOW, allow_mark};
use crate::policy::config::{Config, FILE};
use crate::scan::BASELINE;

/// The files that say what keysweep looks for.
pub const FILES: [&str; 2] = [FILE, BASELINE];

/// What stands between the words of the mark where it does not count, in as many bytes.
const MUTED: u8 = b'-';

/// Takes the comments out of a text that allow something and were not there before; tells whether there were any.
///
/// A comment that was there may go to another line with its value. If there are more of the same than before, it cannot be told
/// which of them a person has made, and none counts: what was there already is known in any case.
pub fn take_back(text: &mut [u8], before: &[u8]) -> bool {
    let known = comments(before);
    let new: Vec<Vec<u8>> = more(&comments(text), &known).map(<[u8]>::to_vec).collect();
    let mut at = 0;
    while let Some(found) = text[at..].find(ALLOW) {
        at += found;
        if new.iter().any(|comment| comment == comment_at(&text[at..])) {
            text[at + "keysweep".len()] = MUTED;
        }
        at += ALLOW.len();
    }
    !new.is_empty()
}

/// Tells whether a text has a comment that allows something and that was not there before.
pub fn grants(text: &str, before: &str) -> bool {
    let (now, known) = (comments(text.as_bytes()), comments(before.as_bytes()));
    let new: HashSet<&[u8]> = more(&now, &known).collect();
    let is_new = |line: &str| allow_mark(line).is_some_and(|at| new.contains(comment_at(&line.as_bytes()[at..])));
    text.lines().any(is_new)
}

/// Returns the comments, from the mark to the end of the line, and how often each is there.
fn comments(text: &[u8]) -> HashMap<&[u8], usize> {
    let mut comments = HashMap::new();
    for at in text.find_iter(ALLOW) {
        *comments.entry(comment_at(&text[at..])).or_default() += 1;
    }
    comments
}

fn comment_at(text: &[u8]) -> &[u8] {
    text.lines().next().unwrap_or_default().trim_ascii_end()
}

/// Returns what is there more often than before.
fn more<'a>(now: &HashMap<&'a [u8], usize>, before: &HashMap<&[u8], usize>) -> impl Iterator<Item = &'a [u8]> {
    now.iter().filter(|(comment, count)| before.get(*comment).unwrap_or(&0) < count).map(|(comment, _)| *comment)
}

/// Tells whether a path names a file that says what keysweep looks for.
pub fn is_configuration(path: &str) -> bool {
    is_named(path, &FILES)
}

/// Tells whether the last name of a path is one of these.
pub fn is_named(path: &str, files: &[&str]) -> bool {
    path.rsplit(['/', '\\']).next().is_some_and(|name| files.contains(&name))
}

/// Tells whether the configuration can be used with the text before and not with the one afterwards.
pub fn breaks(path: &Path, before: &str, after: &str) -> bool {
    let is_sound = |text: &str| {
        let config = Config::parse(text.to_owned(), path.to_owned());
        config.is_ok_and(|config| config.catalogue().is_ok())
    };
    path.file_name().is_some_and(|name| name == FILE) && is_sound(before) && !is_sound(after)
}

/// Tells whether a file of that path looks for less with one text than with another.
pub fn looks_for_less(path: &Path, before: &str, after: &str) -> bool {
    if path.file_name().is_some_and(|name| name == BASELINE) {
        return after != before;
    }
    if path.file_name().is_none_or(|name| name != FILE) {
        return grants(after, before) || is_rule_file(path) && configuration::rules_look_for_less(path, before, after);
    }
    configuration::looks_for_less(path, before, after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_counts_that_was_there_and_no_other() {
        for (before, text, expected) in [
            ("", "a # keysweep:allow x", "a # keysweep-allow x"),
            ("a # keysweep:allow x", "b # keysweep:allow x", "b # keysweep:allow x"),
            ("a # keysweep:allow x\r\n", "y\nb # keysweep:allow x\n", "y\nb # keysweep:allow x\n"),
            ("a # keysweep:allow x", "b # keysweep:allow[r] x", "b # keysweep-allow[r] x"),
            (
                "# keysweep:allow\na",
                "# keysweep:allow\nb\n# keysweep:allow\na",
                "# keysweep-allow\nb\n# keysweep-allow\na",
            ),
            (
                "# keysweep:allow x\n",
                "# keysweep:allow x\n# keysweep:allow y",
                "# keysweep:allow x\n# keysweep-allow y",
            ),
            ("", "keysweep allows", "keysweep allows"),
        ] {
            let mut bytes = text.as_bytes().to_vec();
            assert_eq!(take_back(&mut bytes, before.as_bytes()), text != expected, "{text}");
            assert_eq!(bytes.to_str_lossy(), expected);
        }
        for (text, expected) in [
            ("x = 1 # keysweep:allow", true),
            ("// keysweep:allow[a/b] x", true),
            ("<!-- keysweep:allow -->", true),
            ("x = 1 # ok keysweep:allow", true),
            ("x = \"keysweep:allow\" # keysweep:allow", true),
            ("x = 1 ' keysweep:allow", true),
            ("x = `y` # `keysweep:allow` keysweep:allow", true),
            ("put a `keysweep:allow` comment there", false),
            ("# keysweep:allowed", false),
            ("# keysweep:allow[", false),
            ("# About `keysweep:allow`", false),
        ] {
            assert_eq!(grants(text, ""), expected, "{text}");
            assert!(!grants(text, text));
        }
    }

    /// Returns a configuration with one rule.
    fn own(id: &str) -> String {
        let rule =
            "title = \"a key\"\nseverity = \"high\"\nkeywords = [\"acme_\"]\npattern = '(?<secret>acme_[a-z]{32})'";
        format!(
            "[own.provider]\nid = \"acme\"\nname = \"Acme\"\n[[own.rule]]\nid = \"{id}\"\n{rule}\nwhy = \"Whoever.\""
        )
    }

    #[test]
    fn rules_that_are_gone_or_quieter_are_missed() {
        for (before, after, expected) in [
            ("rule-files = [\"acme.toml\"]", "", true),
            ("", &own("stripe/live-key"), true),
            ("", &own("acme/key"), false),
            (&own("acme/key"), "", true),
            (&own("acme/key"), &own("acme/key").replace("acme_", "acne_"), true),
            (&own("acme/key"), &own("acme/key").replace("Whoever", "Who"), false),
            (&own("acme/key"), &format!("# Ours\n{}", own("acme/key")), false),
            ("[rules.level]\n\"stripe/publishable-key\" = { severity = \"high\" }", "", true),
            ("[rules.level]\n\"generic/secret\" = { severity = \"high\" }", "", false),
            ("[rules.level]\n\"x/y\" = { severity = \"high\" }", "", true),
            (
                "[rules.level]\n\"generic/secret\" = { severity = \"high\", confidence = \"high\" }",
                "[rules.level]\n\"generic/secret\" = { severity = \"high\" }",
                true,
            ),
            ("[rules.level]\nstripe = { severity = \"low\" }", "", false),
            (
                "[rules.level]\nstripe = { severity = \"low\" }",
                "[rules.level]\nstripe = { severity = \"medium\" }",
                false,
            ),
            (
                "[rules.level]\nstripe = { severity = \"high\" }",
                "[rules.level]\nstripe = { severity = \"medium\" }",
                true,
            ),
        ] {
            assert_eq!(looks_for_less(Path::new("/a/keysweep.toml"), before, after), expected, "{before} {after}");
        }
    }

    #[test]
    fn configuration_that_looks_for_less_is_told_from_other() {
        for (before, after, expected) in [
            ("", "exclude = [\"a/\"]", true),
            ("exclude = [\"a/\", \"b/\"]", "exclude = [\"b/\"]", false),
            ("exclude = [\"a/\"]", "exclude = [\"a/\", \"!a/b\"]", false),
            ("exclude = [\"a/\", \"!a/b\"]", "exclude = [\"a/\"]", true),
            ("", "[rules]\noff = [\"generic/secret\"]", true),
            ("[rules]\noff = [\"generic/secret\"]", "", false),
            ("", "[[allow]]\nrule = \"a/b\"\nreason = \"x\"", true),
            ("[[allow]]\nrule = \"a/b\"\nreason = \"x\"", "# why\n[[allow]]\nrule = \"a/b\"\nreason = \"x\"", false),
            ("", "severity = \"high\"", true),
            ("", "[pre-receive]\ncomments = true", true),
            ("[pre-receive]\ncomments = true", "", false),
            ("", "severity = \"low\"", false),
            ("", "[rules.level]\nstripe = { severity = \"low\" }", true),
            ("", "[rules.level]\nstripe = { severity = \"critical\" }", false),
            ("", "baseline = \"other.json\"", true),
            ("", "rule-files = [\"acme.toml\"]", false),
            ("no toml", "exclude = [\"a/\"]", true),
            ("exclude = [\"a/\"]", "no toml", false),
        ] {
            assert_eq!(looks_for_less(Path::new("/a/keysweep.toml"), before, after), expected, "{before} {after}");
            assert!(!looks_for_less(Path::new("/a/other.toml"), before, after));
        }
        let baseline = Path::new("keysweep.baseline.json");
        assert!(looks_for_less(baseline, "", "{}") && !looks_for_less(baseline, "{}", "{}"));
        assert!(is_configuration("a/keysweep.toml") && !is_configuration("a/mykeysweep.toml"));
    }
}
