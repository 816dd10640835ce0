//! Joins what history holds of one secret in the versions of a file, and judges it by the file's path.
//!
//! While objects are read, nobody knows where they stood. Afterwards a secret is reported once for each file and not once for
//! each of its versions, and what a path says, that it is a test or a lock file, counts as it does in a working tree.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::gather::Gathered;
use crate::detect::Scratch;
use crate::finding::{Attribution, Finding, Kind};
use crate::input::history::{ObjectReader, Provenance};
use crate::inspect::{Inspected, Inspector};
use crate::secret::Identity;
use crate::source::{ObjectKind, Origin};

/// By how many of its paths an object is judged: a file that was moved about is the same file.
const MOST_PATHS: usize = 4;

/// Settles the findings in objects, and adds the lints of those that are configuration.
///
/// `is_in_head` tells whether HEAD has a file or directory of a name.
pub fn settle(
    gathered: &mut Gathered,
    provenance: &Provenance,
    inspector: &Inspector,
    is_in_head: &dyn Fn(&BStr) -> bool,
) {
    let findings = std::mem::take(&mut gathered.findings);
    let (in_objects, mut settled): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(|finding| matches!(finding.places[0].origin, Origin::Object { .. }));
    let mut groups = Group::all(in_objects, provenance);
    let wanted = groups.iter().filter(|group| group.is_file()).map(Group::object);
    let wanted: HashSet<ObjectId> = wanted.chain(gathered.configurations.iter().copied()).collect();
    let judged = judge(&wanted, provenance, inspector);
    groups.retain_mut(|group| !group.is_file() || group.is_confirmed(&judged, &gathered.configurations));
    let mut lints = Vec::new();
    let mut unread = Vec::new();
    for (id, inspected) in judged {
        for inspected in inspected {
            let is_lint = |finding: &Finding| finding.meta.kind == Kind::Lint;
            if gathered.configurations.contains(&id) {
                lints.extend(inspected.findings.into_iter().filter(is_lint));
                // What could not be judged as configuration: that was not known while it was read.
                unread.extend(inspected.notices.into_iter().filter(|notice| notice.incomplete));
            }
            inspected.secrets.into_iter().for_each(|secret| gathered.secrets.add(secret));
        }
    }
    gathered.tell(unread);
    lints.sort_by(|a, b| (&a.places[0].origin, a.places[0].span).cmp(&(&b.places[0].origin, b.places[0].span)));
    groups.extend(Group::all(lints, provenance));
    let objects: Vec<Vec<ObjectId>> = groups.iter().map(|group| group.objects.clone()).collect();
    for (group, attribution) in groups.into_iter().zip(provenance.attributions(&objects)) {
        settled.push(group.attributed(attribution, is_in_head));
    }
    settled.sort_by(|a, b| order(a).cmp(&order(b)));
    gathered.findings = settled;
}

/// Orders findings of one place each: what HEAD holds first, then what most can see, then what was there last.
fn order(finding: &Finding) -> impl Ord + use<'_> {
    let place = &finding.places[0];
    let history = place.attribution.as_ref();
    let last = history.and_then(|history| history.last.as_ref()).map(|last| last.seconds);
    let reach = history.map(|history| history.reach);
    let newest = std::cmp::Reverse((history.is_some_and(|history| history.in_head), reach, last));
    (newest, &place.origin, place.start, place.span.start, finding.meta.id.as_str())
}

/// What is joined: a secret at the same path, in the same wrapping, the first or second time it stands there.
type Key<'a> = (Identity, String, Container<'a>, Vec<String>, usize);

/// What holds a secret.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Container<'a> {
    /// The versions of a file.
    File(Cow<'a, BStr>),
    /// What has no path.
    Object(ObjectId),
}

/// The findings of one secret in the versions of a file.
struct Group {
    /// That of the version that is most at hand.
    finding: Finding,
    /// All versions.
    objects: Vec<ObjectId>,
}

impl Group {
    /// Joins findings of one place each, which are ordered by their places.
    fn all(findings: Vec<Finding>, provenance: &Provenance) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut by_key: FxHashMap<Key<'_>, usize> = FxHashMap::default();
        let mut last = None;
        let mut repeated: FxHashMap<Key<'_>, usize> = FxHashMap::default();
        for finding in findings {
            let Some(id) = finding.places[0].origin.object() else { continue };
            if last.replace(id) != Some(id) {
                repeated.clear();
            }
            let mut key = key(&finding, id, provenance);
            let before = repeated.entry(key.clone()).or_default();
            key.4 = *before;
            *before += 1;
            match by_key.get(&key) {
                Some(&at) => groups[at].join(finding, id, provenance),
                None => {
                    by_key.insert(key, groups.len());
                    groups.push(Self { finding, objects: vec![id] });
                }
            }
        }
        groups
    }

    fn join(&mut self, finding: Finding, id: ObjectId, provenance: &Provenance) {
        if provenance.presence(&id) > provenance.presence(&self.object()) {
            self.finding = finding;
        }
        self.objects.push(id);
    }

    /// Returns the version that is most at hand.
    fn object(&self) -> ObjectId {
        self.finding.places[0].origin.object().unwrap_or(self.objects[0])
    }

    /// Tells whether the place is one in a file whose path is not known while it is read.
    fn is_file(&self) -> bool {
        matches!(self.finding.places[0].origin, Origin::Object { kind: ObjectKind::Blob, path: None, .. })
    }

    /// Takes over how sure a finding is by its path; one that no path confirms is none. Where there is no path, nothing
    /// changes.
    fn is_confirmed(&mut self, judged: &HashMap<ObjectId, Vec<Inspected>>, configurations: &HashSet<ObjectId>) -> bool {
        let object = self.object();
        let Some(inspected) = judged.get(&object).filter(|inspected| !inspected.is_empty()) else { return true };
        let same = inspected.iter().flat_map(|inspected| &inspected.findings);
        let same = same.filter(|finding| finding.identity == self.finding.identity);
        let Some(best) = same.max_by_key(|finding| (finding.confidence, finding.severity)) else { return false };
        if best.meta.kind == Kind::Lint && configurations.contains(&object) {
            return false;
        }
        let places = std::mem::take(&mut self.finding.places);
        self.finding = Finding { places, ..best.clone() };
        true
    }

    fn attributed(self, mut attribution: Attribution, is_in_head: &dyn Fn(&BStr) -> bool) -> Finding {
        let Self { mut finding, objects } = self;
        let place = &mut finding.places[0];
        if let Origin::Object { kind: ObjectKind::Tree, path: Some(name), .. } = &place.origin {
            // The tree stands for all that have the name.
            attribution.in_head = is_in_head(name.as_bstr());
            attribution.paths.iter_mut().for_each(|path| path.extend([b"/", name.as_slice()].concat()));
        }
        place.versions = objects.len();
        place.attribution = Some(attribution);
        finding
    }
}

fn key<'a>(finding: &Finding, id: ObjectId, provenance: &'a Provenance) -> Key<'a> {
    let place = &finding.places[0];
    let is_file = matches!(place.origin, Origin::Object { kind: ObjectKind::Blob, .. });
    let own = || place.origin.path().map(|path| Cow::Owned(path.to_owned()));
    let known = || provenance.paths(&id).first().map(|path| Cow::Borrowed(path.as_bstr()));
    let path = if is_file { own().or_else(known) } else { None };
    let container = path.map_or(Container::Object(id), Container::File);
    let rule = if finding.meta.kind == Kind::Lint { finding.meta.id.clone() } else { String::new() };
    (finding.identity, rule, container, place.via.clone(), 0)
}

/// Inspects objects by each of their paths.
fn judge(
    wanted: &HashSet<ObjectId>,
    provenance: &Provenance,
    inspector: &Inspector,
) -> HashMap<ObjectId, Vec<Inspected>> {
    let wanted: Vec<ObjectId> = wanted.iter().copied().collect();
    let start = || (provenance.reader(), Scratch::default());
    let inspect = |(reader, scratch): &mut (ObjectReader<'_>, Scratch), id: &ObjectId| {
        // An object that cannot be read a second time was reported when it was read first.
        let bytes = reader.read(id).unwrap_or_default();
        let by_path = |path: &BString| {
            let origin = Origin::Object { id: *id, kind: ObjectKind::Blob, path: Some(path.clone()), commit: None };
            inspector.inspect(&origin, &bytes, scratch)
        };
        let paths = if bytes.is_empty() { &[] } else { provenance.paths(id) };
        (*id, paths.iter().take(MOST_PATHS).map(by_path).collect())
    };
    wanted.par_iter().map_init(start, inspect).collect()
}
