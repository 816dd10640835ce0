//! Knows what changed files held before the change. Each earlier content is looked at once, however much it is asked about.

use std::collections::{HashMap, HashSet};

use bstr::BStr;
use gix::ObjectId;

use crate::detect::Scratch;
use crate::finding::{Finding, Place, Verdict};
use crate::input::compare::{Change, Differences};
use crate::input::objects::Objects;
use crate::input::range::{Compared, Range};
use crate::inspect::Inspector;
use crate::secret::Identity;
use crate::source::{ObjectKind, Origin};

/// Marks the active findings as known that were there before.
pub fn forgive(findings: &mut [Finding], mut was_there: impl FnMut(&Finding) -> bool) {
    for finding in findings.iter_mut().filter(|finding| finding.verdict == Verdict::Active) {
        if was_there(finding) {
            finding.verdict = Verdict::Known;
        }
    }
}

/// What the files of an index held before.
pub struct Index<'a> {
    differences: &'a Differences,
    changes: HashMap<(ObjectId, &'a BStr), &'a Change>,
    /// How many files with a content are gone.
    gone: HashMap<ObjectId, usize>,
    /// What each change was made of.
    previous: HashMap<(ObjectId, &'a BStr), Vec<ObjectId>>,
    contents: Contents<'a>,
}

impl<'a> Index<'a> {
    /// Makes one that knows nothing yet.
    pub fn new(differences: &'a Differences, inspector: &'a Inspector, objects: &'a Objects) -> Self {
        let changes = differences.changes.iter().map(|change| ((change.id, change.path.as_ref()), change)).collect();
        let mut gone: HashMap<ObjectId, usize> = HashMap::new();
        differences.gone.iter().for_each(|each| *gone.entry(each.id).or_default() += 1);
        Self { differences, changes, gone, previous: HashMap::new(), contents: Contents::new(inspector, objects) }
    }

    /// Tells whether the secret of a finding was in every of its files before.
    pub fn holds(&mut self, finding: &Finding) -> bool {
        // A file that is gone excuses one new file: a second one is a copy.
        let mut renamed: HashMap<ObjectId, usize> = HashMap::new();
        finding.places.iter().all(|place| {
            let Some((change, previous)) = self.previous(place) else { return false };
            let is_copy = change.previous.is_empty()
                && previous.iter().any(|id| {
                    let used = renamed.entry(*id).or_default();
                    *used += 1;
                    *used > self.gone.get(id).copied().unwrap_or_default()
                });
            !is_copy && self.contents.hold(&previous, finding.identity)
        })
    }

    /// Returns the change that a place lies in, and what was there before.
    fn previous(&mut self, place: &Place) -> Option<(&'a Change, Vec<ObjectId>)> {
        let change = *self.changes.get(&(place.origin.object()?, place.origin.path()?))?;
        let (differences, objects) = (self.differences, self.contents.objects);
        let previous = self.previous.entry((change.id, change.path.as_ref()));
        Some((change, previous.or_insert_with(|| differences.previous(change, objects)).clone()))
    }
}

/// What the files that a range of commits brought in held before.
pub struct Commits<'a> {
    range: &'a Range,
    compared: Compared,
    /// What each blob was made of, at every place at which it was brought in.
    previous: HashMap<ObjectId, Vec<Vec<ObjectId>>>,
    contents: Contents<'a>,
}

impl<'a> Commits<'a> {
    /// Makes one that knows nothing yet.
    pub fn new(range: &'a Range, inspector: &'a Inspector, objects: &'a Objects) -> Self {
        let contents = Contents::new(inspector, objects);
        Self { range, compared: Compared::new(), previous: HashMap::new(), contents }
    }

    /// Tells whether the secret of a finding was in every of its files before, wherever they were brought in.
    pub fn holds(&mut self, finding: &Finding) -> bool {
        finding.places.iter().all(|place| {
            let Some(id) = place.origin.object() else { return false };
            let (range, objects, compared) = (self.range, self.contents.objects, &mut self.compared);
            let each = self.previous.entry(id).or_insert_with(|| range.previous(&id, objects, compared));
            !each.is_empty() && each.iter().all(|previous| self.contents.hold(previous, finding.identity))
        })
    }
}

/// What is found in earlier contents.
struct Contents<'a> {
    inspector: &'a Inspector,
    objects: &'a Objects,
    scratch: Scratch,
    found: HashMap<ObjectId, HashSet<Identity>>,
}

impl<'a> Contents<'a> {
    fn new(inspector: &'a Inspector, objects: &'a Objects) -> Self {
        Self { inspector, objects, scratch: Scratch::default(), found: HashMap::new() }
    }

    /// Tells whether one of the blobs holds the secret.
    fn hold(&mut self, blobs: &[ObjectId], identity: Identity) -> bool {
        blobs.iter().any(|id| {
            if !self.found.contains_key(id) {
                let found = self.look(*id);
                self.found.insert(*id, found);
            }
            self.found[id].contains(&identity)
        })
    }

    /// Inspects a blob. What cannot be read does not excuse anything.
    fn look(&mut self, id: ObjectId) -> HashSet<Identity> {
        let mut bytes = Vec::new();
        if self.objects.read_as(&id, ObjectKind::Blob, &mut bytes).is_err() {
            return HashSet::new();
        }
        let origin = Origin::Object { id, kind: ObjectKind::Blob, path: None, commit: None };
        let inspected = self.inspector.inspect(&origin, &bytes, &mut self.scratch);
        inspected.findings.iter().map(|finding| finding.identity).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::Engine;
    use crate::input::repository::Repository;
    use crate::inspect::Options;
    use crate::rules::Catalogue;
    use crate::rules::template::Generator;

    #[test]
    fn an_earlier_content_is_looked_at_once() {
        let folder = tempfile::tempdir().expect("there is a temporary directory");
        let git = gix::init_bare(folder.path()).expect("the folder can be written to");
        let secret = Generator::new(1).fill("glpat-{alnum:20}");
        let id = git.write_blob(format!("token = {secret}")).expect("the repository can be written to").detach();
        let repository = Repository::open(folder.path()).expect("it was just made");
        let options = Options { detect: true, ..Options::default() };
        let inspector = Inspector::new(Engine::new(&Catalogue::builtin()), options);
        let mut contents = Contents::new(&inspector, repository.objects());
        let (known, other) = (Identity::of("secret", secret.as_bytes()), Identity::of("secret", b"other"));
        assert!(contents.hold(&[id], known) && !contents.hold(&[id], other));
        // A second look would find the object gone.
        let name = id.to_string();
        std::fs::remove_file(folder.path().join("objects").join(&name[..2]).join(&name[2..])).expect("it is loose");
        assert!(contents.hold(&[id], known) && !contents.hold(&[id], other));
        let mut contents = Contents::new(&inspector, repository.objects());
        assert!(!contents.hold(&[id], known));
    }
}
