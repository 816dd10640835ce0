//! Finds what an event would add: credentials in its texts that are not in what it replaces, file by file.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use super::Agent;
use super::edit::{self, Edit};
use super::event::{Change, Event, Kind};
use super::instead::{self, Spot};
use super::leave;
use super::place::{self, Keeping};
use crate::cli::hook::scanner::{Scan, Text};
use crate::finding::Finding;

/// A credential that would come, and what is known of its place.
pub struct Added {
    /// What was found.
    pub finding: Finding,
    /// Where it was found.
    pub spot: Spot,
    /// Whether a comment beside it would allow it that the event brings itself.
    pub gives_leave: bool,
}

/// The texts of one file, or of something else that an event speaks to.
#[derive(Default)]
pub struct Look {
    /// Where the file really lies.
    path: Option<PathBuf>,
    /// What would be there.
    new: Vec<Vec<u8>>,
    /// What is there, or goes.
    old: Vec<Vec<u8>>,
    /// The file's text after the edits so far, if it can be edited.
    text: Option<String>,
    /// Whether there were any.
    edited: bool,
    /// What the file holds after all of them.
    after: Option<String>,
    /// What the file holds before.
    before: Option<String>,
    /// The texts of edits that do not fit, as they go and come.
    unfit: Vec<(String, String)>,
    /// The comments that count, in one text: those that were there before; `None` if nobody knows which.
    allowed: Option<Vec<u8>>,
    /// Whether the texts stand in another one, too, otherwise written.
    is_read: bool,
    /// Whether they go into the file, and not to somebody who is told its path.
    is_of_file: bool,
    /// Which of the new texts have lost a comment that would allow something.
    muted: Vec<bool>,
}

/// Returns what an event would add, by what is to be looked at of it.
///
/// Edits are applied to the text of their file, so that the name of a value counts that is not part of the edit. Where that is
/// not possible, the new text is looked at alone.
///
/// # Errors
/// If the scan cannot be done.
pub fn added(agent: Agent, mut looks: Vec<Look>, scan: &dyn Scan) -> miette::Result<Vec<Added>> {
    looks.iter_mut().for_each(Look::mute);
    let path = |look: &Look| look.path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let paths: Vec<Option<String>> = looks.iter().map(path).collect();
    let mut texts = Vec::new();
    for (look, path) in looks.iter().zip(&paths) {
        let text = |whole| move |bytes| Text { path: path.as_deref(), bytes, whole };
        texts.extend(look.new.iter().map(Vec::as_slice).map(text(false)));
        texts.extend(look.old.iter().map(Vec::as_slice).map(text(true)));
    }
    if texts.is_empty() {
        return Ok(Vec::new());
    }
    let mut found = scan.texts(&texts)?.into_iter();
    let (mut seen, mut added) = (HashSet::new(), Vec::<Added>::new());
    for (look, path) in looks.iter().zip(&paths) {
        let new: Vec<Vec<Finding>> = found.by_ref().take(look.new.len()).collect();
        let old = found.by_ref().take(look.old.len()).flatten();
        let known: HashSet<_> = old.map(|finding| finding.identity).collect();
        let keeping = look.path.as_deref().filter(|_| look.is_of_file).map_or(Keeping::No, place::keeping);
        let new = look.new.iter().zip(new).zip(&look.muted);
        for ((bytes, findings), &gives_leave) in new.filter(|_| keeping != Keeping::Kept) {
            for finding in findings {
                // What was found already may only be cut otherwise.
                let is_same =
                    |other: &Added| other.finding.meta.id == finding.meta.id || other.finding.masked == finding.masked;
                if look.is_read && added.iter().any(is_same) {
                    continue;
                }
                if !known.contains(&finding.identity) && seen.insert(finding.identity) {
                    let spot = instead::spot(agent, path.as_deref(), bytes, &finding, keeping, scan)?;
                    added.push(Added { finding, spot, gives_leave });
                }
            }
        }
    }
    Ok(added)
}

/// Tells whether an event takes away a file of which `is_needed` holds.
pub fn takes_away(event: &Event, is_needed: &dyn Fn(&Path) -> bool) -> bool {
    let is_gone = |change: &&Change| change.texts.is_empty() && change.edits.is_empty() || change.moved.is_some();
    let mut gone = event.changes.iter().filter(|change| change.stays).filter(is_gone);
    let real = |change: &Change| change.path.as_ref().map(|path| place::real(&event.directory, path));
    gone.any(|change| real(change).is_some_and(|path| is_needed(&path)))
}

/// Tells whether a file is changed so that `is_lost` holds of its text before and afterwards. Of what a tool is told that
/// writes all of a file, one text is what the file gets: one of which `may_be_whole` holds.
pub fn loses(looks: &[Look], is_lost: &dyn Fn(&Path, &str, &str) -> bool, may_be_whole: &dyn Fn(&str) -> bool) -> bool {
    looks.iter().any(|look| {
        let Some(path) = &look.path else { return false };
        look.results(may_be_whole).any(|(before, after)| is_lost(path, &before, &after))
    })
}

/// Returns what is to be looked at of an event, with what the files hold: all changes of one file together.
pub fn looks(event: &Event) -> Vec<Look> {
    let (mut looks, mut by_path) = (Vec::<Look>::new(), HashMap::new());
    for change in event.changes.iter().filter(|change| !change.texts.is_empty() || !change.edits.is_empty()) {
        let real = |path: &String| place::real(&event.directory, path);
        let target = change.moved.as_ref().or(change.path.as_ref()).map(real);
        let is_of_file = change.stays || event.kind == Kind::Written;
        let at = match target.clone().filter(|_| is_of_file) {
            // What is moved takes the place of what was there.
            Some(path) if change.moved.is_some() => *by_path.entry(path).insert_entry(looks.len()).get(),
            Some(path) => *by_path.entry(path).or_insert(looks.len()),
            None => looks.len(),
        };
        if at == looks.len() {
            let allowed = (event.kind != Kind::Written).then(Vec::new);
            let mut look = Look { path: target, allowed, is_read: change.is_read, is_of_file, ..Look::default() };
            if change.stays && event.kind == Kind::Tool {
                look.begin(change.path.as_ref().map(real), change.moved.is_some());
                if change.moved.is_some() {
                    look.before = look.path.as_deref().and_then(place::read).map(lossy);
                }
            }
            looks.push(look);
        }
        looks[at].take(change);
    }
    for look in &mut looks {
        look.after = look.text.take().filter(|_| look.edited);
        look.new.extend(look.after.clone().map(String::into_bytes));
        look.new.retain(|text| !text.is_empty());
        if look.new.is_empty() {
            look.old.clear();
        }
    }
    looks
}

fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

impl Look {
    /// Returns what the file's text would be before and afterwards, as far as that is known.
    fn results(&self, may_be_whole: &dyn Fn(&str) -> bool) -> impl Iterator<Item = (String, String)> {
        let before = self.before.clone().unwrap_or_default();
        let texts = self.new.iter().map(|text| String::from_utf8_lossy(text).into_owned());
        let texts = texts.filter(|text| !self.edited && may_be_whole(text));
        let results = self.after.iter().cloned().chain(texts).map(|text| (before.clone(), text));
        results.chain(self.unfit.iter().cloned()).collect::<Vec<_>>().into_iter()
    }

    /// Takes what a file holds before: an edit that leaves a known credential where it was adds nothing. If the file is moved, a
    /// credential comes to a new place, which matters if git did not have it at the old one.
    fn begin(&mut self, file: Option<PathBuf>, is_moved: bool) {
        let Some(file) = file else { return };
        match place::read(&file) {
            Some(bytes) => {
                self.text = String::from_utf8(bytes.clone()).ok();
                self.before.clone_from(&self.text);
                self.allowed = Some(bytes.clone());
                if !(is_moved && place::is_kept_back(&file)) {
                    self.old.push(bytes);
                }
            }
            None if !file.exists() => self.text = Some(String::new()),
            None => {}
        }
    }

    /// Takes the comments out of the new texts that allow something and were not there before.
    fn mute(&mut self) {
        let allowed = self.allowed.take();
        let mute = |text: &mut Vec<u8>| allowed.as_ref().is_some_and(|before| leave::take_back(text, before));
        self.muted = self.new.iter_mut().map(mute).collect();
    }

    fn take(&mut self, change: &Change) {
        if self.allowed.is_none() && !change.replaced.is_empty() {
            self.allowed = Some(change.replaced.join("\n").into_bytes());
        }
        self.new.extend(change.texts.iter().map(|text| text.clone().into_bytes()));
        self.old.extend(change.replaced.iter().map(|text| text.clone().into_bytes()));
        if change.edits.is_empty() && change.moved.is_none() {
            return;
        }
        // A whole text needs none that was there.
        let none = matches!(change.edits.first(), Some(Edit::Whole { .. })).then(String::new);
        match self.text.as_ref().or(none.as_ref()).and_then(|text| edit::applied(text, &change.edits)) {
            Some(text) => (self.text, self.edited) = (Some(text), true),
            None => {
                // Whatever becomes of the edits, what the file holds comes along.
                self.edited |= change.moved.is_some();
                let texts = |edit: &Edit| (edit.old_text().to_owned(), edit.new_text().to_owned());
                self.unfit.extend(change.edits.iter().map(texts));
                self.new.extend(change.edits.iter().map(|edit| edit.new_text().as_bytes().to_vec()));
                self.old.extend(change.edits.iter().map(|edit| edit.old_text().as_bytes().to_vec()));
            }
        }
    }
}
