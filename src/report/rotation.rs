//! Shows guides for rotation: as text, as a checklist in markdown, as JSON.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::escape::{is_link, markdown, markdown_code, markdown_prose, plain};
use super::rules::RuleFormat;
use super::{RenderOptions, json, location, text};
use crate::finding::Finding;
use crate::rotate::Guide;

/// Writes guides for what was found.
pub fn render(
    guides: &[Guide<'_>],
    format: RuleFormat,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        RuleFormat::Text => text::rotation::render(guides, options, out),
        RuleFormat::Markdown => guides.iter().try_for_each(|guide| checklist(guide, out)),
        RuleFormat::Json => {
            let all: Vec<Value> = guides.iter().map(guide_object).collect();
            serde_json::to_writer_pretty(&mut *out, &all)?;
            writeln!(out)
        }
    }
}

/// Returns the places of a secret in short, at most `limit` of them.
pub fn places(finding: &Finding, limit: usize) -> String {
    let mut labels: Vec<String> = finding.places.iter().take(limit).map(location::label).collect();
    if finding.places.len() > limit {
        labels.push(format!("{} more", finding.places.len() - limit));
    }
    labels.join(", ")
}

fn guide_object(guide: &Guide<'_>) -> Value {
    let secrets: Vec<Value> = guide
        .findings
        .iter()
        .map(|finding| {
            json!({
                "fingerprint": finding.fingerprint(),
                "masked": finding.masked,
                "places": finding.places.iter().map(location::label).collect::<Vec<_>>(),
            })
        })
        .collect();
    json!({
        "rule": guide.meta.id,
        "title": guide.meta.title,
        "severity": guide.meta.severity,
        "secrets": secrets,
        "rotation": json::rotation(&guide.rotation),
        "variable": guide.variable,
    })
}

/// Writes a checklist: what was found, then a box for each step.
fn checklist(guide: &Guide<'_>, out: &mut dyn Write) -> io::Result<()> {
    let rotation = &guide.rotation;
    writeln!(out, "## {} ({})\n", markdown(&guide.meta.title), guide.meta.severity)?;
    for finding in &guide.findings {
        let places = markdown_code(&places(finding, usize::MAX));
        writeln!(out, "- {} at {places}", markdown_code(&finding.masked))?;
    }
    if !guide.findings.is_empty() {
        writeln!(out)?;
    }
    for step in &rotation.steps {
        writeln!(out, "- [ ] {}", markdown_prose(step))?;
    }
    for command in &rotation.commands {
        writeln!(out, "- [ ] {}", markdown_code(command))?;
    }
    if let Some(variable) = &guide.variable {
        writeln!(out, "- [ ] Read it from {}, kept outside of git.", markdown_code(variable))?;
    }
    writeln!(out)?;
    let facts = [
        ("where", &rotation.place),
        ("effect", &rotation.immediate),
        ("reach", &rotation.scope),
        ("audit", &rotation.audit),
        ("docs", &rotation.docs),
    ];
    for (name, fact) in facts.into_iter().filter(|(_, fact)| !fact.is_empty()) {
        let fact = if is_link(fact) { format!("<{}>", plain(fact)) } else { markdown_prose(fact) };
        writeln!(out, "**{name}** {fact}\n")?;
    }
    Ok(())
}
