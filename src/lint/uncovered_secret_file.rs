//! `git/uncovered-secret-file`: the ignore rules have a gap.

use super::{About, Persona};
use crate::finding::{Confidence, Severity};

/// What the lint says about itself.
pub static ABOUT: About = About {
    id: "git/uncovered-secret-file",
    title: "git does not ignore a file that holds credentials",
    severity: Severity::Low,
    confidence: Confidence::High,
    persona: Persona::Regular,
    why: "The next `git add .` commits the file, and with it every credential that a client wrote there.",
    fix: "Append the line to `.gitignore`, as `keysweep fix` does; where a nested file takes it out again, delete its line that begins with `!`.",
    details: "`.env` and `.doxhub/` in every repository; the local files of each client whose configuration the repository holds; for the auditor also those of all other clients. `.doxhub/` is asked for everywhere because it holds nothing but tokens: the line costs nothing where nobody has the folder. Both are of medium severity where the working tree has an agent's file, and of low severity elsewhere: there `scan` tells them as advice and passes, while `lint`, to which every finding counts, fails. Judged by git's own rules: nested files, negations, and whether only your own machine ignores it.",
};
