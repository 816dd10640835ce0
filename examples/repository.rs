//! Scans all of a repository's history, and writes the report as a web page: `cargo run --example repository -- . report.html`.

use std::fs::File;
use std::process::ExitCode;

use keysweep::Scanner;
use keysweep::finding::Severity;
use keysweep::report::{Format, RenderOptions, render};

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().unwrap_or_else(|| ".".to_owned());
    let page = arguments.next().unwrap_or_else(|| "report.html".to_owned());
    let report = Scanner::new().severity(Severity::High).history(&directory)?;
    for finding in report.blocking() {
        let commit = finding.places.iter().find_map(|place| place.attribution.as_ref()?.first.as_ref());
        let since = commit.map_or_else(String::new, |commit| format!(", since {}", commit.id));
        println!("{}: {} in {} places{since}", finding.meta.title, finding.masked, finding.places.len());
    }
    render(&report, Format::Html, &RenderOptions::default(), &mut File::create(page)?)?;
    // 0 clean, 1 findings, 3 if something could not be read: as the command has it.
    Ok(ExitCode::from(report.exit_code()))
}
