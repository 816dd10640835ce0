//! One self-contained page: no script, no font, no request, readable by day and by night.

use std::io::{self, Write};

use super::escape::{is_link, markup, markup_prose, plain};
use super::instead::{Instead, PLACEHOLDER, instead};
use super::location;
use super::tally::{self, Tally};
use crate::finding::{Excerpt, Finding, Notice, Place, Rotation, Verdict};
use crate::quantity::{counted, number};
use crate::scan::{Mode, Report};

const STYLE: &str = include_str!("style.css");

/// How many places of a finding the page lists.
const PLACES: usize = 100;

/// Writes the page. All text is escaped, and the page forbids itself to load or run anything.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let root = markup(&report.root);
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>keysweep: {root}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n"
    )?;
    head(report, &root, out)?;
    missed(report, out)?;
    let (blocking, rest): (Vec<_>, Vec<_>) =
        report.findings.iter().partition(|finding| report.threshold.blocks(finding));
    let (advice, quiet): (Vec<_>, Vec<_>) = rest.into_iter().partition(|finding| finding.verdict == Verdict::Active);
    section("Blocking", &blocking, true, report.mode, out)?;
    section("Below the threshold", &advice, false, report.mode, out)?;
    section("Allowed or known", &quiet, false, report.mode, out)?;
    let notes = report.notices.iter().filter(|notice| !notice.incomplete);
    for notice in notes {
        writeln!(out, "<p class=\"note\">{}</p>", told(notice))?;
    }
    writeln!(out, "<footer><p>Looked at {}.</p>", markup(&tally::coverage(&report.record)))?;
    writeln!(out, "<p>{}.</p>", markup(&tally::exit_meaning(report)))?;
    writeln!(out, "<p>keysweep {}, mode {}</p></footer>", env!("CARGO_PKG_VERSION"), report.mode.name())?;
    writeln!(out, "</main>\n</body>\n</html>")
}

fn head(report: &Report, root: &str, out: &mut dyn Write) -> io::Result<()> {
    let tally = Tally::of(report);
    let state = match report.exit_code() {
        0 => "clean",
        1 => "blocked",
        _ => "unsure",
    };
    writeln!(
        out,
        "<header class=\"{state}\"><p class=\"root\">{root}</p><h1>{}</h1>",
        markup(&tally::headline(report))
    )?;
    writeln!(out, "<ul class=\"counts\">")?;
    let counts = [
        ("blocking", tally.blocked()),
        ("below the threshold", tally.advice),
        ("allowed", tally.allowed),
        ("known", tally.known),
        ("places", tally.places),
    ];
    for (word, count) in counts {
        writeln!(out, "<li><b>{}</b> {word}</li>", number(count))?;
    }
    writeln!(out, "</ul></header>")
}

fn missed(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if !report.incomplete() {
        return Ok(());
    }
    writeln!(out, "<section class=\"missed\"><h2>Not everything could be looked at</h2><ul>")?;
    if report.interrupted {
        writeln!(out, "<li>The run was interrupted.</li>")?;
    }
    for notice in report.notices.iter().filter(|notice| notice.incomplete) {
        writeln!(out, "<li>{}</li>", told(notice))?;
    }
    writeln!(out, "</ul></section>")
}

fn told(notice: &Notice) -> String {
    let help = if notice.help.is_empty() { String::new() } else { format!(" <em>{}</em>", markup_prose(&notice.help)) };
    format!("<code>{}</code> {}{help}", markup(&notice.subject), markup_prose(&notice.message))
}

fn section(title: &str, findings: &[&Finding], open: bool, mode: Mode, out: &mut dyn Write) -> io::Result<()> {
    if findings.is_empty() {
        return Ok(());
    }
    let count = counted(findings.len() as u64, "finding", "findings");
    writeln!(out, "<section><h2>{title} <small>{count}</small></h2>")?;
    for finding in findings {
        article(finding, open, mode, out)?;
    }
    writeln!(out, "</section>")
}

fn article(finding: &Finding, open: bool, mode: Mode, out: &mut dyn Write) -> io::Result<()> {
    let severity = finding.severity.name();
    let open = if open { " open" } else { "" };
    writeln!(out, "<details class=\"finding {severity}\"{open}><summary><span class=\"badge\">{severity}</span>")?;
    writeln!(out, "<span class=\"title\">{}</span>", markup_prose(&finding.meta.title))?;
    let place = finding.places.first();
    writeln!(
        out,
        "<code class=\"at\">{}</code></summary>",
        place.map(|place| markup(&location::label(place))).unwrap_or_default()
    )?;
    writeln!(out, "<p class=\"message\">{}</p>", markup_prose(&finding.message))?;
    if let Some(place) = place {
        excerpt(&place.excerpt, !place.via.is_empty(), out)?;
    }
    writeln!(out, "<dl>")?;
    if !finding.masked.is_empty() {
        entry("Secret", &format!("<code>{}</code>", markup(&finding.masked)), out)?;
    }
    places(&finding.places, out)?;
    entry("Rule", &format!("<code>{}</code>, confidence {}", markup(&finding.meta.id), finding.confidence), out)?;
    match &finding.verdict {
        Verdict::Active => {}
        Verdict::Allowed { by, reason } => {
            entry("Allowed", &format!("by {}: {}", markup(by.name()), markup(reason)), out)?
        }
        Verdict::Known => entry("Known", tally::seen_before(mode), out)?,
    }
    if !finding.evidence.is_empty() {
        entry("Evidence", &markup(&finding.evidence.join("; ")), out)?;
    }
    entry("Why", &markup_prose(&finding.meta.why), out)?;
    entry("Fix", &markup_prose(&finding.meta.fix), out)?;
    if let Some(rotation) = &finding.rotation {
        rotate(rotation, out)?;
    }
    match instead(finding) {
        Some(Instead::Variable(name)) => {
            entry("Instead", &format!("read it from the environment variable <code>{}</code>", markup(name)), out)?;
        }
        Some(Instead::Placeholder) => entry("Instead", &markup_prose(PLACEHOLDER), out)?,
        None => {}
    }
    entry("Fingerprint", &markup(finding.fingerprint()), out)?;
    writeln!(out, "</dl></details>")
}

fn entry(name: &str, html: &str, out: &mut dyn Write) -> io::Result<()> {
    if html.is_empty() { Ok(()) } else { writeln!(out, "<dt>{name}</dt><dd>{html}</dd>") }
}

fn excerpt(excerpt: &Excerpt, decoded: bool, out: &mut dyn Write) -> io::Result<()> {
    if excerpt.text.is_empty() {
        return Ok(());
    }
    write!(out, "<pre>")?;
    let mut start = 0;
    for (index, line) in excerpt.text.split('\n').enumerate() {
        let end = start + line.len();
        let from = excerpt.secret.start.clamp(start, end);
        let to = excerpt.secret.end.clamp(from, end);
        let number = if decoded { String::new() } else { (excerpt.line + index + 1).to_string() };
        write!(out, "<span class=\"number\">{number}</span>")?;
        let show = |range: std::ops::Range<usize>| {
            excerpt.text.get(range).map(|text| markup(&text.replace('\t', "    "))).unwrap_or_default()
        };
        let secret = if from < to { format!("<mark>{}</mark>", show(from..to)) } else { String::new() };
        writeln!(out, "{}{secret}{}", show(start..from), show(to..end))?;
        start = end + 1;
    }
    writeln!(out, "</pre>")
}

fn places(places: &[Place], out: &mut dyn Write) -> io::Result<()> {
    for place in places.iter().take(PLACES) {
        let inside = location::wrapping(place);
        let inside = if inside.is_empty() { inside } else { format!(" inside {}", markup(&inside)) };
        let history: String =
            location::history(place).iter().map(|text| format!("<br><small>{}</small>", markup(text))).collect();
        entry("Place", &format!("<code>{}</code>{inside}{history}", markup(&location::label(place))), out)?;
    }
    if places.len() > PLACES {
        entry("Place", &format!("and {} more", number((places.len() - PLACES) as u64)), out)?;
    }
    Ok(())
}

fn rotate(rotation: &Rotation, out: &mut dyn Write) -> io::Result<()> {
    let steps: String = rotation.steps.iter().map(|step| format!("<li>{}</li>", markup_prose(step))).collect();
    let commands: Vec<String> = rotation.commands.iter().map(|command| plain(command)).collect();
    let commands = commands.iter().map(|command| markup(command)).collect::<Vec<_>>().join("\n");
    let steps = if steps.is_empty() { steps } else { format!("<ol>{steps}</ol>") };
    let commands = if commands.is_empty() { commands } else { format!("<pre class=\"commands\">{commands}</pre>") };
    entry("Rotate", &format!("{steps}{commands}"), out)?;
    for (name, text) in [
        ("Where", &rotation.place),
        ("Effect", &rotation.immediate),
        ("Reach", &rotation.scope),
        ("Audit", &rotation.audit),
        ("Docs", &rotation.docs),
    ] {
        let shown = markup(text);
        let html =
            if is_link(text) { format!("<a href=\"{shown}\" rel=\"noreferrer noopener\">{shown}</a>") } else { shown };
        entry(name, &html, out)?;
    }
    Ok(())
}
