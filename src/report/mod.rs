//! Renders a [`Report`]: one file per output format. Here is also all other text for people: of rules, of lints, of what
//! `fix` did, of the inventory.
//!
//! What lies in a repository was written by strangers: paths, author names and commit subjects pass through
//! `escape` before they reach a terminal, a page or a log. No renderer shows a byte of a
//! secret; JSON and JSONL alone carry `revealed`, and only when the options ask for it.

mod columns;
mod csv;
mod date;
pub mod escape;
mod fix;
mod github;
mod gitlab;
mod html;
mod instead;
mod inventory;
mod json;
mod jsonl;
mod junit;
mod lints;
mod location;
mod markdown;
mod notice;
mod rotation;
mod rules;
mod sarif;
mod tally;
mod text;

use std::fmt;
use std::io::{self, Write};

use clap::ValueEnum;

pub use fix::text as fix_text;
pub use inventory::{json as inventory_json, text as inventory_text};
pub use lints::documentation as lint_documentation;
pub use location::label;
pub use notice::line as notice_line;
pub use rotation::render as render_rotation;
pub use rules::{RuleFormat, Subject, render as render_rules, render_one as render_rule};

use rayon::prelude::*;

use crate::finding::Finding;
use crate::scan::Report;

/// The name of the JSON report's schema; the number grows when a reader of the old shape would break.
pub const JSON_SCHEMA: &str = json::SCHEMA;

/// The shapes a report can take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, ValueEnum)]
pub enum Format {
    /// For people on a terminal.
    #[default]
    Text,
    /// One document with everything, see `docs/report.schema.json`.
    Json,
    /// One finding a line, then one line of summary.
    Jsonl,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Workflow commands that annotate lines in GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// GitLab's secret detection report.
    GitlabSecretDetection,
    /// JUnit XML: a test case for each finding.
    Junit,
    /// A table for spreadsheets: a row for each place.
    Csv,
    /// One self-contained page.
    Html,
    /// A job summary.
    Markdown,
}

impl Format {
    /// All formats, in the order in which help lists them.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Json,
        Self::Jsonl,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::GitlabSecretDetection,
        Self::Junit,
        Self::Csv,
        Self::Html,
        Self::Markdown,
    ];

    /// Returns the word that `--format` takes.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::GitlabSecretDetection => "gitlab-secret-detection",
            Self::Junit => "junit",
            Self::Csv => "csv",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a report is written; what does not concern a format is ignored by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RenderOptions {
    /// Whether text may be coloured.
    pub color: bool,
    /// The columns that text may take; less than 20 or more than 120 are not used.
    pub width: usize,
    /// Whether text shows everything at length: advice, what is allowed and known, every place.
    pub verbose: bool,
    /// Whether JSON and JSONL carry the secrets that findings hold.
    pub reveal: bool,
    /// Whether text is empty when nothing blocks and nothing was missed, as hooks want it.
    pub quiet: bool,
}

impl Default for RenderOptions {
    fn default() -> Self {
        Self { color: false, width: 100, verbose: false, reveal: false, quiet: false }
    }
}

/// Writes `report` to `out` in one format. The text ends with a line feed unless it is empty.
pub fn render(report: &Report, format: Format, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    if !matches!(format, Format::Text | Format::Github | Format::Junit | Format::Markdown) {
        make_fingerprints(&report.findings);
    }
    match format {
        Format::Text => text::render(report, options, out),
        Format::Json => json::render(report, options, out),
        Format::Jsonl => jsonl::render(report, options, out),
        Format::Sarif => sarif::render(report, out),
        Format::Github => github::render(report, out),
        Format::Gitlab => gitlab::quality::render(report, out),
        Format::GitlabSecretDetection => gitlab::secrets::render(report, out),
        Format::Junit => junit::render(report, out),
        Format::Csv => csv::render(report, out),
        Format::Html => html::render(report, out),
        Format::Markdown => markdown::render(report, out),
    }
}

/// Makes the fingerprints of all findings, the slow ones on all threads.
fn make_fingerprints(findings: &[Finding]) {
    let slow: Vec<&Finding> = findings.iter().filter(|finding| finding.identity.is_guessable()).collect();
    if slow.len() > 1 {
        slow.par_iter().for_each(|finding| {
            finding.fingerprint();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_is_read_back_from_its_name() {
        for format in Format::ALL {
            assert_eq!(Format::from_str(format.name(), false), Ok(format));
            let value = format.to_possible_value().expect("no format is hidden");
            assert_eq!(value.get_name(), format.name());
        }
        assert_eq!(Format::ALL.len(), Format::value_variants().len());
        assert!(Format::from_str("xml", false).is_err());
    }
}
