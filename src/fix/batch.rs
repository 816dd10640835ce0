//! Chooses the edits of one file that are made at once: those that do not get into each other's way.

use std::collections::{BTreeMap, HashSet};

use super::{Taken, Variables};
use crate::lint::{Edit, Fix, LintFinding};
use crate::wording::kebab;

/// The edits that mend one finding, under the name that its credential gets.
#[derive(Clone, Debug)]
pub(super) struct Step<'a> {
    /// The finding.
    pub finding: &'a LintFinding,
    /// The edits, which may be called otherwise than the finding proposes.
    pub edits: Vec<Edit>,
    /// The credential that they take out.
    pub taken: Option<Taken>,
}

/// A finding whose credential cannot get the name that the edit needs.
#[derive(Clone, Debug)]
pub(super) struct Nameless<'a> {
    /// The finding.
    pub finding: &'a LintFinding,
    /// The name, which stands for another value.
    pub name: String,
}

/// The edits that are made at once.
#[derive(Debug, Default)]
pub(super) struct Batch<'a> {
    /// What is mended, in the order of the file.
    pub steps: Vec<Step<'a>>,
    /// Findings whose credential cannot get the name that the edit needs.
    pub nameless: Vec<Nameless<'a>>,
    /// Where something is replaced or inserted: the end of the bytes by their start.
    spans: BTreeMap<usize, usize>,
    /// Where elements of a list are inserted.
    elements: HashSet<usize>,
    /// The names under which a client keeps a value itself.
    stored: HashSet<String>,
}

impl<'a> Batch<'a> {
    /// Takes edits of findings as they come, up to `most`; what is in the way of an earlier one has to wait for the next batch.
    pub fn new(findings: impl Iterator<Item = &'a LintFinding>, most: usize, variables: &Variables) -> Self {
        let mut batch = Self::default();
        let mut variables = variables.clone();
        for finding in findings {
            let Some(fix) = &finding.fix else { continue };
            if batch.steps.len() >= most {
                break;
            }
            if !batch.has_room(&fix.edits) {
                continue;
            }
            match named(finding, fix, &variables) {
                Err(name) => batch.nameless.push(Nameless { finding, name }),
                Ok(step) => batch.add(step, &mut variables),
            }
        }
        batch
    }

    fn add(&mut self, step: Step<'a>, variables: &mut Variables) {
        let stored = step.taken.as_ref().filter(|taken| taken.store.is_some());
        // What describes a stored value has a name of its own, which is looked for where the file has the others.
        if stored.is_some_and(|taken| !self.stored.insert(taken.variable.clone())) {
            return;
        }
        for edit in &step.edits {
            let end = self.spans.entry(edit.span.start).or_default();
            *end = edit.span.end.max(*end);
            if is_element(edit) {
                self.elements.insert(edit.span.start);
            }
        }
        variables.add(step.taken.as_slice());
        self.steps.push(step);
    }

    /// Tells whether edits concern bytes that no other edit concerns.
    fn has_room(&self, edits: &[Edit]) -> bool {
        edits.iter().all(|edit| {
            let (start, end) = (edit.span.start, edit.span.end);
            let before = self.spans.range(..=start).next_back();
            let behind = self.spans.range(start + 1..).next();
            if before.is_some_and(|(&other, _)| other == start) {
                return is_element(edit) && self.elements.contains(&start);
            }
            before.is_none_or(|(_, &other)| other < start) && behind.is_none_or(|(&other, _)| end < other)
        })
    }

    /// Returns all edits. Of several elements that are inserted at one place the last one stands first, as if they had been
    /// inserted one after the other.
    pub fn edits(&self) -> Vec<Edit> {
        self.steps.iter().rev().flat_map(|step| step.edits.iter().cloned()).collect()
    }
}

/// Tells whether an edit inserts an element of a list, with all that parts it from the next one.
fn is_element(edit: &Edit) -> bool {
    let text = edit.text.trim();
    let is_plain = !text.contains([':', '=']);
    edit.span.is_empty()
        && (text.starts_with("- ") && is_plain || text.ends_with(',') && (text.starts_with('{') || is_plain))
}

/// Gives the variable of a finding's edits a number if its name stands for another value already; returns the name if the edit
/// has no use for another one.
fn named<'a>(finding: &'a LintFinding, fix: &Fix, variables: &Variables) -> Result<Step<'a>, String> {
    let mut edits = fix.edits.clone();
    let Some(moved) = &fix.moved else { return Ok(Step { finding, edits, taken: None }) };
    let is_store = moved.store.is_some();
    let name = match moved.renamable {
        true => variables.free_name(&moved.variable, &moved.value, is_store),
        // An edit that hands a variable on under its own name cannot call it otherwise.
        false if variables.is_taken(&moved.variable, &moved.value) => return Err(moved.variable.clone()),
        false => moved.variable.clone(),
    };
    let mut store = moved.store.clone();
    if name != moved.variable {
        // A store knows the variable by its name in small letters.
        let spelled = edits.iter().any(|edit| edit.text.contains(&moved.variable));
        let (old, new) = match spelled {
            true => (moved.variable.clone(), name.clone()),
            false => (kebab(&moved.variable), kebab(&name)),
        };
        edits.iter_mut().for_each(|edit| edit.text = edit.text.replace(&old, &new));
        store = store.map(|how| how.replace(&old, &new));
    }
    Ok(Step { finding, edits, taken: Some(Taken { variable: name, secret: moved.value.clone(), store }) })
}
