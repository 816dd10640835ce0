//! Takes what the inputs yield, inspects it, and joins the findings of one secret.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bstr::{BStr, BString};
use gix::ObjectId;
use rayon::prelude::*;

use crate::detect::Scratch;
use crate::finding::{Finding, Kind, Notice};
use crate::input::transcripts::Part;
use crate::input::{Blob, Coverage, Memory, Version, Visitor};
use crate::inspect::{Base, Inspected, Inspector, Trace};
use crate::lint::{is_agents, may_need_lints};
use crate::policy::config::Config;
use crate::secret::{Identity, Secrets};
use crate::source::{ObjectKind, Origin};

thread_local! {
    /// Each thread's search buffers.
    static SCRATCH: RefCell<Scratch> = RefCell::default();
}

/// How much evidence a finding has before no more is added for its other places.
const MOST_EVIDENCE: usize = 8;

/// How many notices are kept, so that a broken disk does not fill the memory; of others it is told that there were some.
const MOST_NOTICES: usize = 10_000;

/// Inspects every blob that it is shown.
#[derive(Debug)]
pub struct Gather<'a> {
    inspector: &'a Inspector,
    config: &'a Config,
    /// What was looked at so far.
    pub coverage: &'a Coverage,
    stop: &'a AtomicBool,
    findings: Mutex<Vec<Finding>>,
    notices: Mutex<Notices>,
    configurations: Mutex<HashSet<ObjectId>>,
    secrets: Mutex<Secrets>,
    agents: Mutex<Vec<BString>>,
    remarkable: Mutex<HashSet<ObjectId>>,
}

/// The notices of a scan, and what is known of those that were too many.
#[derive(Debug, Default)]
struct Notices {
    kept: Vec<Notice>,
    others: usize,
    /// Whether one of the others makes the scan incomplete.
    incomplete: bool,
}

impl Notices {
    fn add(&mut self, notice: Notice) {
        if self.kept.len() < MOST_NOTICES {
            self.kept.push(notice);
        } else {
            self.others += 1;
            self.incomplete |= notice.incomplete;
        }
    }

    /// Returns the notices in order, with one for all that were not kept.
    fn finish(self) -> Vec<Notice> {
        let mut notices = self.kept;
        notices.sort_by(|a, b| (&a.subject, &a.message).cmp(&(&b.subject, &b.message)));
        notices.dedup();
        if self.others > 0 {
            let message = format!("{} more are not told one by one", self.others);
            let more = Notice::note("further notices", message, "mend what is told, and scan again");
            notices.push(Notice { incomplete: self.incomplete, ..more });
        }
        notices
    }
}

/// All that the inputs yielded.
#[derive(Debug, Default)]
pub struct Gathered {
    /// What was found, one finding for each place; ordered by place.
    pub findings: Vec<Finding>,
    /// What could not be read, ordered.
    pub notices: Vec<Notice>,
    /// Objects without a path that may be an agent's configuration, or hold what lints look for in any text.
    pub configurations: HashSet<ObjectId>,
    /// The secrets that were found, to be hidden wherever else they stand.
    pub secrets: Secrets,
    /// The files that an agent reads or writes, by their names; ordered.
    pub agents: Vec<BString>,
    /// The objects of history about which there is anything to say.
    pub remarkable: HashSet<ObjectId>,
}

impl Gathered {
    /// Adds notices, and keeps the order and no more than are told.
    pub fn tell(&mut self, more: Vec<Notice>) {
        if more.is_empty() {
            return;
        }
        let mut notices = Notices::default();
        std::mem::take(&mut self.notices).into_iter().chain(more).for_each(|notice| notices.add(notice));
        self.notices = notices.finish();
    }
}

impl<'a> Gather<'a> {
    /// Starts with nothing found. `stop` makes the inputs stop when it becomes true.
    pub fn new(inspector: &'a Inspector, config: &'a Config, coverage: &'a Coverage, stop: &'a AtomicBool) -> Self {
        Self {
            inspector,
            config,
            coverage,
            stop,
            findings: Mutex::default(),
            notices: Mutex::default(),
            configurations: Mutex::default(),
            secrets: Mutex::default(),
            agents: Mutex::default(),
            remarkable: Mutex::default(),
        }
    }

    /// Returns all that came together, in an order that does not depend on the threads.
    pub fn finish(self) -> Gathered {
        let mut findings = self.findings.into_inner().expect("nothing panics under the lock");
        findings.par_sort_by(|a, b| order(a).cmp(&order(b)));
        let notices = self.notices.into_inner().expect("nothing panics under the lock").finish();
        let configurations = self.configurations.into_inner().expect("nothing panics under the lock");
        let secrets = self.secrets.into_inner().expect("nothing panics under the lock");
        let mut agents = self.agents.into_inner().expect("nothing panics under the lock");
        agents.sort();
        let remarkable = self.remarkable.into_inner().expect("nothing panics under the lock");
        Gathered { findings, notices, configurations, secrets, agents, remarkable }
    }
}

/// Returns the objects of history in which findings stand.
pub fn objects(findings: &[Finding]) -> impl Iterator<Item = ObjectId> {
    findings.iter().flat_map(|finding| &finding.places).filter_map(|place| place.origin.object())
}

/// Orders findings of one place each by where they are.
fn order(finding: &Finding) -> (&crate::source::Origin, usize, usize, usize, &str) {
    let place = &finding.places[0];
    (&place.origin, place.start.line, place.start.column, place.span.start, &finding.meta.id)
}

/// Joins the findings that have one identity: the surest speaks, all places are kept in order.
pub fn join(findings: Vec<Finding>) -> Vec<Finding> {
    let mut joined: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut seen: HashMap<Identity, usize> = HashMap::new();
    for mut finding in findings {
        match seen.get(&finding.identity) {
            None => {
                seen.insert(finding.identity, joined.len());
                joined.push(finding);
            }
            Some(&at) => {
                let first = &mut joined[at];
                // A message that is written to its own place alone costs no look at all the others.
                let is_other = first.message != finding.message;
                if is_other {
                    finding.tell_places();
                }
                let places = std::mem::take(&mut finding.places);
                let paths = [&first.places, &places].map(|places| places[0].origin.path().map(BStr::to_owned));
                let [mut path, other] = paths;
                if (finding.confidence, finding.severity) > (first.confidence, first.severity) {
                    if is_other {
                        first.tell_places();
                    }
                    std::mem::swap(first, &mut finding);
                    first.places = std::mem::take(&mut finding.places);
                } else {
                    path = other;
                }
                first.places.extend(places);
                also(first, &finding, path);
            }
        }
    }
    joined
}

/// Keeps what a lint says of another place of the same secret: a title speaks of one place alone.
fn also(finding: &mut Finding, other: &Finding, path: Option<BString>) {
    let Some(path) = path.filter(|_| other.meta.kind == Kind::Lint && other.message != finding.message) else { return };
    let text = format!("{path}: {}", other.message);
    if finding.evidence.len() < MOST_EVIDENCE && !finding.evidence.contains(&text) {
        finding.evidence.push(text);
    }
}

impl Gather<'_> {
    /// Tells whether a blob is left out by the configuration; remembers the name of an agent's file.
    fn leaves_out(&self, blob: &Blob<'_>) -> bool {
        if blob.origin.path().is_some_and(|path| self.config.excludes(path)) {
            self.coverage.skipped.fetch_add(1, Ordering::Relaxed);
            return true;
        }
        if let Origin::File { path } = &blob.origin
            && is_agents(path.as_ref())
        {
            self.agents.lock().expect("nothing panics under the lock").push(path.clone());
        }
        false
    }

    /// Remembers a blob without a path that lints may have something to say about.
    fn remember(&self, origin: &Origin) {
        if let Origin::Object { id, kind: ObjectKind::Blob, path: None, .. } = origin {
            self.configurations.lock().expect("nothing panics under the lock").insert(*id);
        }
    }

    fn keep(&self, origin: &Origin, inspected: Inspected) {
        let Inspected { findings, notices, secrets, .. } = &inspected;
        if let Origin::Object { id, .. } = origin
            && !(findings.is_empty() && notices.is_empty() && secrets.is_empty())
        {
            self.remarkable.lock().expect("nothing panics under the lock").insert(*id);
        }
        if !inspected.findings.is_empty() {
            self.findings.lock().expect("nothing panics under the lock").extend(inspected.findings);
        }
        if !inspected.secrets.is_empty() {
            let mut secrets = self.secrets.lock().expect("nothing panics under the lock");
            inspected.secrets.into_iter().for_each(|secret| secrets.add(secret));
        }
        inspected.notices.into_iter().for_each(|notice| self.notice(notice));
    }
}

impl Visitor for Gather<'_> {
    fn visit(&self, blob: Blob<'_>) {
        if !self.leaves_out(&blob) {
            if blob.origin.path().is_none() && may_need_lints(blob.bytes) {
                self.remember(&blob.origin);
            }
            let inspect = |scratch: &mut Scratch| self.inspector.inspect(&blob.origin, blob.bytes, scratch);
            self.keep(&blob.origin, SCRATCH.with_borrow_mut(inspect));
            self.visit_name(blob.origin);
        }
    }

    fn visit_link(&self, blob: Blob<'_>) {
        if !self.leaves_out(&blob) {
            let inspect = |scratch: &mut Scratch| self.inspector.inspect_link(&blob.origin, blob.bytes, scratch);
            self.keep(&blob.origin, SCRATCH.with_borrow_mut(inspect));
            self.visit_name(blob.origin);
        }
    }

    fn visit_name(&self, origin: Origin) {
        self.keep(&origin, SCRATCH.with_borrow_mut(|scratch| self.inspector.inspect_name(&origin, scratch)));
    }

    fn visit_version(&self, blob: Blob<'_>, version: Version<'_>) -> Memory {
        if self.leaves_out(&blob) {
            return None;
        }
        let trace = version.base.and_then(|base| base.downcast_ref::<Trace>());
        let base = trace.map(|trace| Base { trace, copies: version.copies });
        let (inspected, trace) = SCRATCH.with_borrow_mut(|scratch| {
            self.inspector.inspect_version(&blob.origin, blob.bytes, base, version.is_base, scratch)
        });
        if inspected.may_need_lints {
            self.remember(&blob.origin);
        }
        self.keep(&blob.origin, inspected);
        trace.map(|trace| Arc::new(trace) as Arc<dyn std::any::Any + Send + Sync>)
    }

    fn visit_part(&self, blob: Blob<'_>, part: &Part<'_>) {
        if self.leaves_out(&blob) {
            return;
        }
        let mut inspected =
            SCRATCH.with_borrow_mut(|scratch| self.inspector.inspect(&blob.origin, blob.bytes, scratch));
        inspected.findings.retain_mut(|finding| finding.places.iter_mut().all(|place| part.relocate(place)));
        self.keep(&blob.origin, inspected);
    }

    fn wanted(&self) -> HashSet<ObjectId> {
        let findings = self.findings.lock().expect("nothing panics under the lock");
        let configurations = self.configurations.lock().expect("nothing panics under the lock");
        objects(&findings).chain(configurations.iter().copied()).collect()
    }

    fn notice(&self, notice: Notice) {
        self.notices.lock().expect("nothing panics under the lock").add(notice);
    }

    fn interrupted(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::finding::{Place, Severity};
    use crate::source::{Origin, Span};

    #[test]
    fn a_scan_with_too_many_notices_is_still_incomplete() {
        for (incomplete, last) in [(true, "1 more"), (false, "2 more")] {
            let mut notices = Notices::default();
            for number in 0..MOST_NOTICES {
                notices.add(Notice::note(format!("{number:06}"), "is odd", ""));
            }
            if incomplete {
                notices.add(Notice::unread("the last", "could not be read", ""));
            } else {
                (0..2).for_each(|_| notices.add(Notice::note("the last", "is odd too", "")));
            }
            let notices = notices.finish();
            assert_eq!(notices.len(), MOST_NOTICES + 1);
            assert_eq!(notices.iter().any(|notice| notice.incomplete), incomplete);
            assert!(notices[MOST_NOTICES].message.starts_with(last), "{}", notices[MOST_NOTICES].message);
        }
    }

    #[test]
    fn each_place_of_a_secret_keeps_what_was_said_of_it() {
        let meta = crate::lint::meta(&crate::lint::UNCOVERED_SECRET_FILE);
        let finding = |path: &str, message: &str| {
            let place = Place::new(Origin::File { path: path.into() }, Span::default());
            Finding::new(Arc::clone(&meta), Identity::of("secret", b"x"), message, place)
        };
        let joined = join(vec![finding("a", "one"), finding("b", "two"), finding("c", "one")]);
        let said: Vec<&str> = joined[0].places.iter().map(|place| joined[0].message_at(place)).collect();
        assert_eq!(said, ["one", "two", "one"]);
        let surer = |path: &str, message: &str| Finding { severity: Severity::Critical, ..finding(path, message) };
        let joined = join(vec![finding("a", "one"), finding("b", "one"), surer("c", "two"), finding("d", "one")]);
        let said: Vec<&str> = joined[0].places.iter().map(|place| joined[0].message_at(place)).collect();
        assert_eq!((said, joined[0].message.as_str()), (vec!["one", "one", "two", "one"], "two"));
        assert_eq!(join(vec![finding("a", "one"), finding("b", "one")])[0].places[1].message, None);
    }
}
