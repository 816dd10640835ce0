//! Reads the patches that agents write files with: `*** Begin Patch`, a section for each file, `*** End Patch`.

use super::event::Change;

const BEGIN: &str = "*** Begin Patch";
const END: &str = "*** End Patch";
/// The lines that begin the section of a file which is there afterwards.
const WRITTEN: [&str; 2] = ["*** Add File: ", "*** Update File: "];
const DELETED: &str = "*** Delete File: ";
const MOVED: &str = "*** Move to: ";

/// Tells whether what a tool is given is a patch, or a command line that applies one.
pub fn is_patch(tool: &str, text: &str) -> bool {
    let Some(begin) = text.find(BEGIN) else { return tool == "apply_patch" && !text.trim().is_empty() };
    let before = text[..begin].trim_end();
    let line = before.trim_end_matches(['\'', '"']).trim();
    tool == "apply_patch" || line.is_empty() || line.contains("apply_patch") || line.contains("applypatch")
}

/// Returns what a patch does to each file, and the text around it.
pub fn changes(text: &str) -> (String, Vec<Change>) {
    let (mut around, mut changes) = (String::new(), Vec::<Change>::new());
    // What has no mark is a patch from its first line on.
    let mut inside = !text.contains(BEGIN);
    for line in text.split_inclusive('\n') {
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
        } else if let Some(path) = WRITTEN.iter().chain(&[DELETED]).find_map(|mark| line.strip_prefix(mark)) {
            changes.push(Change { path: Some(path.trim().to_owned()), stays: true, ..Change::default() });
        } else {
            if changes.is_empty() {
                changes.push(Change { stays: true, ..Change::default() });
            }
            let change = changes.last_mut().expect("there is a section");
            if change.texts.is_empty() {
                change.texts.push(String::new());
                change.replaced.push(String::new());
            }
            match line.as_bytes()[0] {
                b'+' => change.texts[0] += &line[1..],
                b'-' => change.replaced[0] += &line[1..],
                // What surrounds a change stays where it is.
                _ => {
                    let line = line.strip_prefix(' ').unwrap_or(line);
                    change.texts[0] += line;
                    if !line.starts_with(MOVED) {
                        change.replaced[0] += line;
                    }
                }
            }
        }
    }
    (around, changes)
}

/// Returns the paths of the files that a patch leaves behind.
pub fn written(text: &str) -> Vec<String> {
    let marks = WRITTEN.iter().chain(&[MOVED]);
    let path = |line: &str| marks.clone().find_map(|mark| line.strip_prefix(mark)).map(|path| path.trim().to_owned());
    text.lines().filter_map(path).collect()
}
