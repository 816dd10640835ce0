//! Reads the patches that agents write files with: `*** Begin Patch`, a section for each file, `*** End Patch`.

use super::edit::Edit;
use super::event::Change;

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
/// The line that begins the section of a file which is written anew, whether one is there or not.
const ADDED: &str = "*** Add File: ";
/// The lines that begin the section of a file which is there afterwards.
const WRITTEN: [&str; 2] = [ADDED, "*** Update File: "];
const DELETED: &str = "*** Delete File: ";
const MOVED: &str = "*** Move to: ";
const END_OF_FILE: &str = "*** End of File";

/// Tells whether what a tool is given is a patch, or a command line that applies one.
pub fn is_patch(tool: &str, text: &str) -> bool {
    let Some(begin) = text.find(BEGIN) else { return tool == "apply_patch" && !text.trim().is_empty() };
    let before = text[..begin].trim_end();
    let line = before.trim_end_matches(['\'', '"']).trim();
    tool == "apply_patch" || line.is_empty() || line.contains("apply_patch") || line.contains("applypatch")
}

/// Tells whether a patch with its mark begins somewhere in a text.
pub fn begins_in(text: &str) -> bool {
    text.contains(BEGIN)
}

/// Returns what a patch does to each file, and the text around it.
pub fn changes(text: &str) -> (String, Vec<Change>) {
    let (mut around, mut sections) = (String::new(), Vec::<Section>::new());
    // What has no mark is a patch from its first line on.
    let mut inside = !text.contains(BEGIN);
    for line in text.split_inclusive('\n') {
        // Where the section before cannot go on, blanks before a mark do not count.
        let is_open = inside && sections.last().is_none_or(Section::has_plus_alone);
        let marked = if is_open { line.trim_start() } else { line };
        if line.starts_with(END) {
            inside = false;
        } else if !inside {
            match line.find(BEGIN) {
                Some(begin) => {
                    around += &line[..begin];
                    inside = true;
                }
                None => around += line,
            }
        } else if let Some(path) = WRITTEN.iter().chain(&[DELETED]).find_map(|mark| marked.strip_prefix(mark)) {
            let adds = marked.starts_with(ADDED);
            let deletes = marked.starts_with(DELETED);
            sections.push(Section { path: Some(path.trim().to_owned()), adds, deletes, ..Section::default() });
        } else {
            if sections.is_empty() {
                sections.push(Section::default());
            }
            sections.last_mut().expect("there is a section").take(line);
        }
    }
    let named = sections.iter().filter(|section| section.adds).map(Section::named).collect::<Vec<_>>();
    (around, sections.into_iter().map(Section::change).chain(named).collect())
}

/// What a patch says of one file.
#[derive(Default)]
struct Section {
    path: Option<String>,
    moved: Option<String>,
    /// Whether the file is written anew, as a whole.
    adds: bool,
    deletes: bool,
    hunks: Vec<Hunk>,
}

/// Lines that take the place of others.
#[derive(Default)]
struct Hunk {
    behind: String,
    old: String,
    new: String,
}

impl Section {
    /// Tells whether no line of the file stands in the section but such as begin with a plus.
    fn has_plus_alone(&self) -> bool {
        self.adds || self.deletes
    }

    /// Returns the name of a file that is new: it is text of the patch, too.
    fn named(&self) -> Change {
        let texts = self.path.iter().cloned().collect();
        Change { path: self.path.clone(), texts, stays: true, ..Change::default() }
    }

    fn take(&mut self, line: &str) {
        if let Some(path) = line.strip_prefix(MOVED) {
            self.moved = Some(path.trim().to_owned());
            return;
        }
        if let Some(behind) = line.strip_prefix("@@") {
            // Several such lines lead to one place; the last is the closest.
            self.hunks.push(Hunk { behind: behind.trim().to_owned(), ..Hunk::default() });
            return;
        }
        if line.starts_with(END_OF_FILE) {
            return;
        }
        if self.hunks.is_empty() {
            self.hunks.push(Hunk::default());
        }
        let hunk = self.hunks.last_mut().expect("there is a hunk");
        match line.as_bytes()[0] {
            b'+' => hunk.new += &line[1..],
            b'-' => hunk.old += &line[1..],
            // What surrounds a change stays where it is.
            _ => {
                let line = line.strip_prefix(' ').unwrap_or(line);
                hunk.old += line;
                hunk.new += line;
            }
        }
    }

    fn change(self) -> Change {
        // The lines that lead to a place are text of the patch, too.
        let texts = self.moved.iter().cloned().chain(self.hunks.iter().map(|hunk| hunk.behind.clone())).collect();
        let is_telling = |hunk: &Hunk| hunk.old != hunk.new;
        let edit = |hunk| {
            let Hunk { behind, old, new } = hunk;
            Edit::Lines { behind, old, new }
        };
        let edits = match self.adds {
            true => vec![Edit::Whole { new: self.hunks.into_iter().map(|hunk| hunk.new).collect() }],
            false => self.hunks.into_iter().filter(is_telling).map(edit).collect(),
        };
        Change { path: self.path, moved: self.moved, texts, edits, stays: true, ..Change::default() }
    }
}

/// Returns the paths of the files that a patch leaves behind.
pub fn written(text: &str) -> Vec<String> {
    let marks = WRITTEN.iter().chain(&[MOVED]);
    let path = |line: &str| {
        marks.clone().find_map(|mark| line.trim_start().strip_prefix(mark)).map(|path| path.trim().to_owned())
    };
    text.lines().filter_map(path).collect()
}
