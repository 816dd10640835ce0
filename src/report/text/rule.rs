//! One rule or lint at length: everything that is known about it.

use std::io::{self, Write};

use super::guidance;
use super::page::{Page, Tone};
use crate::finding::Kind;
use crate::report::RenderOptions;
use crate::report::escape::plain;
use crate::report::lints;
use crate::report::rules::{Subject, checks};
use crate::rules::Rule;

/// Writes everything about the subjects, with an empty line between two.
pub fn render(subjects: &[Subject], options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(options, out);
    for (index, subject) in subjects.iter().enumerate() {
        if index > 0 {
            page.blank()?;
        }
        tell(subject, &mut page)?;
    }
    Ok(())
}

fn tell(subject: &Subject, page: &mut Page<'_>) -> io::Result<()> {
    let meta = &subject.meta;
    let title = page.paint(Tone::Strong, &plain(&meta.title));
    let id = page.paint(Tone::Soft, &format!("[{}]", plain(&meta.id)));
    page.line(&format!("{title} {id}"))?;
    if let Some(rule) = &subject.rule {
        let entry = rule.entry();
        let provider = entry.provider();
        let site = if provider.site.is_empty() { String::new() } else { format!(", {}", provider.site) };
        page.field("provider", &plain(&format!("{}{site}", provider.name)))?;
    }
    page.field("level", &format!("{} severity, {} confidence", meta.severity, meta.confidence))?;
    page.field("why", &plain(&meta.why))?;
    match &subject.rule {
        Some(rule) => {
            found_by(rule, page)?;
            guidance::steps(rule.rotation(), &meta.fix, page)?;
            if let Some(variable) = &rule.entry().variable {
                page.field("instead", &format!("the environment variable {}, kept outside of git", plain(variable)))?;
            }
            examples(rule, page)?;
        }
        None => page.field("fix", &plain(&meta.fix))?,
    }
    if let Some(lint) = subject.lint {
        page.field("details", &plain(lint.details))?;
        for (index, line) in lints::references(lint).iter().enumerate() {
            page.item(if index == 0 { "clients" } else { "" }, "- ", line)?;
        }
        page.field("for", &format!("the persona {} and stricter ones", lint.persona.name()))?;
    }
    let what = if meta.kind == Kind::Credential { "no secret" } else { "no problem" };
    page.field("allow", &format!("`keysweep:allow[{}] REASON` on a line that holds {what}", meta.id))
}

/// Says how the rule finds what it finds.
fn found_by(rule: &Rule, page: &mut Page<'_>) -> io::Result<()> {
    if rule.pattern.is_empty() {
        page.field("found by", "program code that judges names and values")?;
    } else {
        let words: Vec<String> = rule.keywords.iter().map(|word| format!("`{}`", plain(word))).collect();
        let any = if words.len() == 1 { "the word" } else { "one of the words" };
        page.field("found by", &format!("{any} {} (case is ignored), then the pattern", words.join(", ")))?;
        page.verbatim("pattern", "", &plain(&rule.pattern))?;
    }
    let entry = rule.entry();
    if !entry.paths.is_empty() {
        page.field("only in", &plain(&entry.paths.join(", ")))?;
    }
    for (index, check) in checks(&entry.check).iter().enumerate() {
        page.item(if index == 0 { "checks" } else { "" }, "- ", &plain(check))?;
    }
    Ok(())
}

/// Shows the templates that prove the rule.
fn examples(rule: &Rule, page: &mut Page<'_>) -> io::Result<()> {
    let entry = rule.entry();
    for (name, templates) in [("matches", &entry.examples.matches), ("misses", &entry.examples.misses)] {
        let lines = templates.iter().flat_map(|template| template.lines().enumerate());
        for (index, (part, line)) in lines.enumerate() {
            let bullet = if part == 0 { "- " } else { "  " };
            page.verbatim(if index == 0 { name } else { "" }, bullet, &plain(line))?;
        }
    }
    Ok(())
}
