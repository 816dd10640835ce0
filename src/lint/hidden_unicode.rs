//! `mcp/hidden-unicode`: a text holds characters that are not shown.

use super::{About, Lint, LintFinding, Persona, Subject};
use crate::document::{Node, Pointer};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "mcp/hidden-unicode",
    title: "invisible or direction-changing characters in a name or description",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "What people review is not what the agent reads: instructions can hide in characters that nobody sees.",
    fix: "Delete the characters, and ask who put them there.",
    details: "Bidirectional controls, zero-width characters and tag characters in the configuration of agents. Emoji may contain joiners.",
};

/// The lint.
pub struct Rule;

impl Lint for Rule {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn check(&self, subject: &Subject<'_>, found: &mut Vec<LintFinding>) {
        let Ok(text) = std::str::from_utf8(subject.bytes) else { return };
        if text.is_ascii() {
            return;
        }
        for root in &subject.document.roots {
            check(root, &Pointer::root(), found);
        }
    }
}

fn check<'a>(node: &'a Node, path: &Pointer<'a>, found: &mut Vec<LintFinding>) {
    for (index, child) in node.children().iter().enumerate() {
        let path = path.child(child, index);
        if let Some(key) = child.key.as_ref().filter(|key| hidden(&key.name).is_some()) {
            let message = "a name holds characters that are not shown";
            found.push(LintFinding::new(&ABOUT, key.span, &path, message));
        }
        if let Some(scalar) = child.scalar()
            && let Some(range) = hidden(&scalar.text)
        {
            let message = "a text holds characters that are not shown";
            found.push(LintFinding::new(&ABOUT, scalar.raw(range), &path, message));
        }
        check(child, &path, found);
    }
}

/// Returns where the first character stands that is not shown.
fn hidden(text: &str) -> Option<std::ops::Range<usize>> {
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let bad = match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{2060}'..='\u{2064}' => true,
            // A joiner between emoji or letters of a script that needs it is no trick.
            '\u{200c}' | '\u{200d}' => before.is_ascii(),
            '\u{feff}' => at > 0,
            // Flags of regions are written with these behind a black flag.
            '\u{e0000}'..='\u{e007f}' => before != '\u{1f3f4}' && !('\u{e0000}'..='\u{e007f}').contains(&before),
            _ => false,
        };
        if bad {
            return Some(at..at + c.len_utf8());
        }
        before = c;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_and_scripts_are_not_taken_for_tricks() {
        for (text, expected) in [
            ("a\u{202e}b", true),
            ("a\u{200b}b", true),
            ("a\u{200d}b", true),
            ("x\u{e0041}", true),
            ("👩\u{200d}💻", false),
            ("می\u{200c}خواهم", false),
            ("🏴\u{e0067}\u{e0062}\u{e007f}", false),
            ("é", false),
        ] {
            assert_eq!(hidden(text).is_some(), expected, "{text:?}");
        }
    }
}
