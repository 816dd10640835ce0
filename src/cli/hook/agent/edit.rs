//! Applies an agent's edits to the text of a file, as its tools do.

/// The size in bytes up to which a file is read and an edit of it is applied.
pub const LARGEST: usize = 8 << 20;

/// One change of a file's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// One text takes the place of all that the file holds, if it is there.
    Whole {
        /// The text that comes.
        new: String,
    },
    /// One text takes the place of another, wherever that stands: tools refuse what is not clear, or replace all.
    Replace {
        /// The text that goes; all of a new file if it is empty.
        old: String,
        /// The text that comes.
        new: String,
    },
    /// Whole lines take the place of others.
    Lines {
        /// A line behind which they stand, if the tool names one.
        behind: String,
        /// The lines that go; the new ones come at the end if there are none.
        old: String,
        /// The lines that come.
        new: String,
    },
    /// Text comes behind so many lines.
    Insert {
        /// The number of lines before it.
        line: usize,
        /// The text that comes.
        new: String,
    },
}

impl Edit {
    /// Returns the text that comes.
    pub fn new_text(&self) -> &str {
        match self {
            Self::Whole { new } | Self::Replace { new, .. } | Self::Lines { new, .. } | Self::Insert { new, .. } => new,
        }
    }

    /// Returns the text that goes.
    pub fn old_text(&self) -> &str {
        match self {
            Self::Replace { old, .. } | Self::Lines { old, .. } => old,
            Self::Whole { .. } | Self::Insert { .. } => "",
        }
    }

    /// Returns the edit that undoes this one, if what it has added can be found again.
    fn reversed(&self) -> Option<Self> {
        let (old, new) = (self.new_text().to_owned(), self.old_text().to_owned());
        match self {
            _ if old.is_empty() => None,
            // It is taken for a new file: what one held that was there is known to nobody.
            Self::Whole { .. } => Some(Self::Whole { new }),
            Self::Lines { behind, .. } => Some(Self::Lines { behind: behind.clone(), old, new }),
            _ => Some(Self::Replace { old, new }),
        }
    }

    fn apply(&self, text: &str) -> Option<String> {
        match self {
            Self::Whole { new } => Some(new.clone()),
            Self::Replace { old, new } if old.is_empty() => text.is_empty().then(|| new.clone()),
            Self::Replace { old, new } => {
                let count = memchr::memmem::find_iter(text.as_bytes(), old.as_bytes()).count();
                if count == 0 {
                    // Some tools forgive blanks at either end of lines.
                    return replaced_lines(text, 0, old, new);
                }
                (text.len() + count.saturating_mul(new.len()) <= LARGEST).then(|| text.replace(old.as_str(), new))
            }
            Self::Lines { behind, old, new } => {
                let named = || text.split_inclusive('\n').position(|line| line.trim() == behind.trim());
                let from = if behind.trim().is_empty() { 0 } else { named().map_or(0, |line| line + 1) };
                replaced_lines(text, from, old, new).or_else(|| replaced_lines(text, 0, old, new))
            }
            Self::Insert { line, new } => {
                let at = text.split_inclusive('\n').take(*line).map(str::len).sum();
                let (before, behind) = text.split_at(at);
                let open = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
                let end = if new.is_empty() || new.ends_with('\n') || behind.is_empty() { "" } else { "\n" };
                Some([before, open, new, end, behind].concat())
            }
        }
    }
}

/// Returns the text after all edits, one after the other; `None` if one of them does not fit. Ends of lines are those of Unix.
pub fn applied(text: &str, edits: &[Edit]) -> Option<String> {
    edits.iter().try_fold(unix(text), |text, edit| unified(edit).apply(&text).filter(|text| text.len() <= LARGEST))
}

/// Returns the text as it was before the edits; `None` if that cannot be told.
pub fn undone(text: &str, edits: &[Edit]) -> Option<String> {
    let reversed: Option<Vec<Edit>> = edits.iter().rev().map(Edit::reversed).collect();
    applied(text, &reversed.filter(|edits| !edits.is_empty())?)
}

fn unix(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn unified(edit: &Edit) -> Edit {
    let mut edit = edit.clone();
    match &mut edit {
        Edit::Replace { old, new } | Edit::Lines { old, new, .. } => (*old, *new) = (unix(old), unix(new)),
        Edit::Whole { new } | Edit::Insert { new, .. } => *new = unix(new),
    }
    edit
}

/// Puts lines in the place of the first ones, from the line `from` on, that differ at most in blanks at their ends.
fn replaced_lines(text: &str, from: usize, old: &str, new: &str) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let wanted: Vec<&str> = old.lines().map(str::trim).collect();
    let rest = lines.get(from..)?;
    let start = match wanted.is_empty() {
        true => lines.len(),
        false => {
            from + rest
                .windows(wanted.len())
                .position(|lines| lines.iter().zip(&wanted).all(|(line, wanted)| line.trim() == *wanted))?
        }
    };
    let end = start + wanted.len();
    let (before, behind) = (lines[..start].concat(), lines[end..].concat());
    let open = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
    let was_ended = lines[start..end].last().is_some_and(|line| line.ends_with('\n'));
    let end = if new.is_empty() || new.ends_with('\n') || !was_ended { "" } else { "\n" };
    Some([&before, open, new, end, &behind].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replace(old: &str, new: &str) -> Edit {
        Edit::Replace { old: old.to_owned(), new: new.to_owned() }
    }

    fn lines(behind: &str, old: &str, new: &str) -> Edit {
        Edit::Lines { behind: behind.to_owned(), old: old.to_owned(), new: new.to_owned() }
    }

    #[test]
    fn edits_are_applied_as_tools_apply_them() {
        let insert = |line, new: &str| Edit::Insert { line, new: new.to_owned() };
        let table = [
            ("a: OLD\n", vec![replace("OLD", "NEW")], Some("a: NEW\n")),
            ("OLD OLD", vec![replace("OLD", "x")], Some("x x")),
            ("a\r\nb\r\n", vec![replace("a\nb", "c")], Some("c\n")),
            ("a\nb\n", vec![replace("a\r\nb", "c\r\nd")], Some("c\nd\n")),
            ("a b", vec![replace("a", "c"), replace("c b", "d")], Some("d")),
            ("a b", vec![replace("a", "c"), replace("a", "d")], None),
            ("  a\n  b\n", vec![replace("a \nb", "c")], Some("c\n")),
            ("", vec![replace("", "all")], Some("all")),
            ("some", vec![Edit::Whole { new: "all\n".to_owned() }], Some("all\n")),
            ("some", vec![Edit::Whole { new: String::new() }], Some("")),
            ("some", vec![replace("", "all")], None),
            ("a\nb\nc\n", vec![lines("", "b\n", "x\ny\n")], Some("a\nx\ny\nc\n")),
            ("v\n[t]\nv\n", vec![lines("[t]", "v\n", "w\n")], Some("v\n[t]\nw\n")),
            ("v\n", vec![lines("gone", "v\n", "w\n")], Some("w\n")),
            ("v", vec![lines("", "", "w\n")], Some("v\nw\n")),
            ("v\n", vec![lines("", "x\n", "w\n")], None),
            ("a\nb\n", vec![insert(1, "x")], Some("a\nx\nb\n")),
            ("a", vec![insert(9, "x")], Some("a\nx")),
        ];
        for (text, edits, expected) in table {
            assert_eq!(applied(text, &edits).as_deref(), expected, "{text:?} {edits:?}");
        }
        assert_eq!(applied(&"a".repeat(1 << 16), &[replace("a", &"b".repeat(1 << 16))]), None, "it would be too large");
    }

    #[test]
    fn what_an_edit_has_done_is_undone_where_it_can_be_found() {
        assert_eq!(undone("d", &[replace("a", "c"), replace("c b", "d")]).as_deref(), Some("a b"));
        assert_eq!(undone("a\nx\nb\n", &[Edit::Insert { line: 1, new: "x\n".to_owned() }]).as_deref(), Some("a\nb\n"));
        assert_eq!(undone("a", &[replace("b", "")]), None);
        assert_eq!(undone("a", &[]), None);
    }
}
