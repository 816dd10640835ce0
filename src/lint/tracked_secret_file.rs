//! `git/tracked-secret-file`: a file that holds credentials is in the index.

use super::{About, Persona};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "git/tracked-secret-file",
    title: "git tracks a file that is meant to hold credentials",
    severity: Severity::Medium,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "Ignoring a file does nothing once git tracks it: every change to it is committed.",
    fix: "Run `git rm --cached` on it, ignore it, and rotate what it held: its past versions stay in the history.",
    details: "Files that clients write credentials into, dotenv files, keys and token files, whether or not a pattern ignores them. Examples are left alone.",
};
