//! JUnit XML, which most build servers show: a test case for each finding and for each notice.

use std::io::{self, Write};

use super::escape::{markup, plain};
use super::location::{self, Region};
use super::tally::{self, Tally, known};
use crate::finding::{Finding, Verdict};
use crate::scan::Report;

/// Writes one suite: a blocking finding fails, advice passes with a text, what is allowed or known is skipped,
/// what could not be looked at is an error. A clean run is one case that passes.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(report);
    let errors = report.notices.iter().filter(|notice| notice.incomplete).count() + usize::from(report.interrupted);
    let tests = (report.findings.len() + errors).max(1);
    let counts = format!(
        "tests=\"{tests}\" failures=\"{}\" errors=\"{errors}\" skipped=\"{}\" time=\"{:.3}\"",
        tally.blocked(),
        tally.allowed + tally.known,
        report.record.milliseconds as f64 / 1000.0
    );
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"keysweep\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"keysweep {}\" {counts}>", report.mode.name())?;
    for finding in &report.findings {
        case(report, finding, out)?;
    }
    for notice in report.notices.iter().filter(|notice| notice.incomplete) {
        let subject = markup(&notice.subject);
        writeln!(out, "    <testcase classname=\"keysweep.incomplete\" name=\"{subject}\">")?;
        writeln!(out, "      <error message=\"{}\">{}</error>", markup(&notice.message), markup(&notice.help))?;
        writeln!(out, "    </testcase>")?;
    }
    if report.interrupted {
        writeln!(out, "    <testcase classname=\"keysweep.incomplete\" name=\"run\">")?;
        writeln!(out, "      <error message=\"the run was interrupted\"/>")?;
        writeln!(out, "    </testcase>")?;
    }
    if report.findings.is_empty() && errors == 0 {
        writeln!(out, "    <testcase classname=\"keysweep\" name=\"{}\"/>", markup(&tally::headline(report)))?;
    }
    writeln!(out, "    <system-out>{}</system-out>", markup(&tally::ending(report)))?;
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn case(report: &Report, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let place = finding.places.first();
    let at = place.map(|place| format!(" at {}", location::label(place))).unwrap_or_default();
    let name = markup(&format!("{}{at}", finding.meta.title));
    write!(out, "    <testcase classname=\"{}\" name=\"{name}\"", markup(&finding.meta.id))?;
    if let Some(place) = place {
        let Region { line, .. } = location::region(place);
        write!(out, " file=\"{}\" line=\"{line}\"", markup(&location::container(place)))?;
    }
    writeln!(out, ">")?;
    let message = markup(&finding.message);
    match &finding.verdict {
        Verdict::Active if report.threshold.blocks(finding) => {
            let lines: Vec<String> = details(finding).iter().map(|line| markup(line)).collect();
            let lines = lines.join("\n");
            writeln!(out, "      <failure type=\"{}\" message=\"{message}\">{lines}</failure>", finding.severity)?;
        }
        Verdict::Active => writeln!(out, "      <system-out>{}: {message}</system-out>", finding.severity)?,
        Verdict::Allowed { by, reason } => {
            writeln!(out, "      <skipped message=\"allowed by {}: {}\"/>", markup(by.name()), markup(reason))?;
        }
        Verdict::Known => writeln!(out, "      <skipped message=\"{}\"/>", known(report.mode))?,
    }
    writeln!(out, "    </testcase>")
}

fn details(finding: &Finding) -> Vec<String> {
    let mut lines = Vec::new();
    if !finding.masked.is_empty() {
        lines.push(format!("secret: {}", finding.masked));
    }
    for place in &finding.places {
        lines.push(format!("at {}", location::label(place)));
        lines.extend(location::history(place).iter().map(|sentence| format!("  {sentence}")));
    }
    lines.push(format!("why: {}", finding.meta.why));
    match &finding.rotation {
        Some(rotation) => {
            let steps = rotation.steps.iter().enumerate();
            lines.extend(steps.map(|(index, step)| format!("{}. {}", index + 1, plain(step))));
            lines.extend(rotation.commands.iter().map(|command| format!("$ {command}")));
            lines.extend([&rotation.place, &rotation.docs].into_iter().filter(|text| !text.is_empty()).cloned());
        }
        None => lines.push(finding.meta.fix.clone()),
    }
    lines
}
