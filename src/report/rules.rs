//! Shows rules and lints: as a list, as a table for the documentation, as JSON, and one of them at length.

use std::io::{self, Write};
use std::sync::Arc;

use clap::ValueEnum;
use serde_json::{Value, json};

use super::escape::{markdown, markdown_code, plain};
use super::{RenderOptions, lints, text};
use crate::finding::{Kind, Meta};
use crate::lint::{self, About};
use crate::quantity::{counted, number};
use crate::rules::{Check, Placeholders, Rule};

/// What stands above the table in `docs/rules.md`.
const PREAMBLE: &str = "# Rules and lints\n\n\
    Made by `keysweep rules --format markdown`; a test keeps it fresh. `keysweep explain ID` tells everything about one:\n\
    why it matters, how it is found, how to rotate. The proof is what is tested offline beyond the pattern.\n\n";

/// The shapes in which rules are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum RuleFormat {
    /// For people on a terminal.
    #[default]
    Text,
    /// A list of objects with everything.
    Json,
    /// A table.
    Markdown,
}

/// A rule or a lint that is to be shown.
#[derive(Clone, Debug)]
pub struct Subject {
    /// What it says about its findings.
    pub meta: Arc<Meta>,
    /// The rule; `None` for a lint.
    pub rule: Option<Arc<Rule>>,
    /// The lint; `None` for a rule.
    pub lint: Option<&'static About>,
}

impl Subject {
    /// Takes a rule.
    pub fn of_rule(rule: &Arc<Rule>) -> Self {
        Self { meta: Arc::clone(rule.meta()), rule: Some(Arc::clone(rule)), lint: None }
    }

    /// Takes a lint.
    pub fn of_lint(about: &'static About) -> Self {
        Self { meta: lint::meta(about), rule: None, lint: Some(about) }
    }

    /// Returns the part of the id before the slash.
    pub fn family(&self) -> &str {
        self.meta.family()
    }

    /// Returns the provider's name; a lint has none.
    pub fn provider(&self) -> String {
        self.rule.as_ref().map_or_else(String::new, |rule| rule.entry().provider().name.clone())
    }

    /// Returns the customary environment variable, or nothing.
    pub fn variable(&self) -> String {
        self.rule.as_ref().and_then(|rule| rule.entry().variable.clone()).unwrap_or_default()
    }
}

/// Writes a list of rules and lints.
pub fn render(subjects: &[Subject], format: RuleFormat, out: &mut dyn Write) -> io::Result<()> {
    match format {
        RuleFormat::Text => subjects.iter().try_for_each(|subject| {
            let Meta { id, title, severity, confidence, .. } = &*subject.meta;
            let line = format!("{:<44} {severity:<9} {confidence:<7} {}", plain(id), plain(title));
            writeln!(out, "{}", line.trim_end())
        }),
        RuleFormat::Json => write_json(subjects, out),
        RuleFormat::Markdown => table(subjects, out),
    }
}

/// Writes everything about each of the subjects.
pub fn render_one(
    subjects: &[Subject],
    format: RuleFormat,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        RuleFormat::Text => text::rule::render(subjects, options, out),
        RuleFormat::Json => write_json(subjects, out),
        RuleFormat::Markdown => subjects.iter().try_for_each(|subject| section(subject, out)),
    }
}

/// Writes everything about a rule or lint as a section of a page.
fn section(subject: &Subject, out: &mut dyn Write) -> io::Result<()> {
    let Meta { id, title, severity, confidence, why, fix, .. } = &*subject.meta;
    writeln!(out, "## {} ({})\n", markdown(title), markdown_code(id))?;
    writeln!(out, "{severity} severity, {confidence} confidence. {}\n", markdown(why))?;
    let Some(rule) = &subject.rule else {
        writeln!(out, "**Fix.** {}\n", markdown(fix))?;
        return match subject.lint {
            Some(lint) => {
                writeln!(out, "{}\n", markdown(lint.details))?;
                let lines = lints::references(lint);
                lines.iter().try_for_each(|line| writeln!(out, "- {line}"))
            }
            None => Ok(()),
        };
    };
    let rotation = rule.rotation();
    for (index, step) in rotation.steps.iter().enumerate() {
        writeln!(out, "{}. {}", index + 1, markdown(step))?;
    }
    rotation.commands.iter().try_for_each(|command| writeln!(out, "- {}", markdown_code(command)))?;
    writeln!(out)?;
    for (name, text) in [
        ("Where", &rotation.place),
        ("Effect", &rotation.immediate),
        ("Reach", &rotation.scope),
        ("Audit", &rotation.audit),
        ("Documentation", &rotation.docs),
        ("Variable", &subject.variable()),
    ] {
        if !text.is_empty() {
            writeln!(out, "- {name}: {}", markdown(text))?;
        }
    }
    let checks = checks(&rule.entry().check);
    writeln!(out, "- Checks: {}", markdown(&checks.join("; ")))?;
    if !rule.pattern.is_empty() {
        writeln!(out, "- Pattern: {}", markdown_code(&rule.pattern))?;
    }
    writeln!(out)
}

/// Returns what a rule tests beyond its pattern, one phrase each.
pub fn checks(check: &Check) -> Vec<String> {
    let mut phrases = Vec::new();
    if let Some(proof) = &check.proof {
        phrases.push(format!("proof `{proof}`"));
    }
    if check.min_entropy > 0.0 {
        phrases.push(format!("at least {:.1} bits of entropy per character", check.min_entropy));
    }
    if check.min_digits > 0 {
        phrases.push(format!("at least {}", digits(check.min_digits)));
    }
    if !check.near.is_empty() {
        phrases.push(format!("one of these words near it or in the path: {}", check.near.join(", ")));
    }
    if !check.not_near.is_empty() {
        phrases.push(format!("none of these words on its line: {}", check.not_near.join(", ")));
    }
    phrases.push(match check.placeholders {
        Placeholders::Drop => "not a placeholder".to_owned(),
        Placeholders::Keep => "placeholders count too".to_owned(),
    });
    phrases
}

fn table(subjects: &[Subject], out: &mut dyn Write) -> io::Result<()> {
    let code = |text: &str| if text.is_empty() { String::new() } else { markdown_code(text) };
    let rules: Vec<(&Subject, &Arc<Rule>)> =
        subjects.iter().filter_map(|subject| Some((subject, subject.rule.as_ref()?))).collect();
    let lints: Vec<(&Subject, &About)> = subjects.iter().filter_map(|subject| Some((subject, subject.lint?))).collect();
    write!(out, "{PREAMBLE}")?;
    writeln!(out, "{} rules, {} lints.\n", number(rules.len() as u64), number(lints.len() as u64))?;
    writeln!(out, "## Rules\n\n| id | title | provider | severity | confidence | variable | proof |")?;
    writeln!(out, "|---|---|---|---|---|---|---|")?;
    for (subject, rule) in rules {
        let Meta { id, title, severity, confidence, .. } = &*subject.meta;
        let (title, provider) = (markdown(title), markdown(&subject.provider()));
        let (variable, proof) = (code(&subject.variable()), proof(rule));
        writeln!(out, "| {} | {title} | {provider} | {severity} | {confidence} | {variable} | {proof} |", code(id))?;
    }
    writeln!(out, "\n## Lints\n\n| id | problem | severity | confidence | for |\n|---|---|---|---|---|")?;
    for (subject, lint) in lints {
        let Meta { id, title, severity, confidence, .. } = &*subject.meta;
        let persona = lint.persona.name();
        writeln!(out, "| {} | {} | {severity} | {confidence} | {persona} |", code(id), markdown(title))?;
    }
    Ok(())
}

/// Says in a word or two what proves a match of the rule beside its pattern.
fn proof(rule: &Rule) -> String {
    let check = rule.entry().check.clone();
    let mut words = Vec::new();
    words.extend(check.proof.as_deref().map(markdown_code));
    words.extend((check.min_entropy > 0.0).then(|| format!("entropy {:.1}", check.min_entropy)));
    words.extend((check.min_digits > 0).then(|| digits(check.min_digits)));
    words.extend((!check.near.is_empty()).then(|| "words near".to_owned()));
    words.join(", ")
}

fn digits(count: usize) -> String {
    counted(count as u64, "digit", "digits")
}

fn write_json(subjects: &[Subject], out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<Value> = subjects.iter().map(object).collect();
    serde_json::to_writer_pretty(&mut *out, &all)?;
    writeln!(out)
}

fn object(subject: &Subject) -> Value {
    let meta = &subject.meta;
    let mut value = json!({
        "id": meta.id,
        "kind": match meta.kind { Kind::Credential => "credential", Kind::Lint => "lint" },
        "title": meta.title,
        "severity": meta.severity,
        "confidence": meta.confidence,
        "why": meta.why,
        "fix": meta.fix,
    });
    if let Some(lint) = subject.lint {
        value["persona"] = json!(lint.persona.name());
        value["details"] = json!(lint.details);
    }
    if let Some(rule) = &subject.rule {
        let (entry, rotation) = (rule.entry(), rule.rotation());
        let provider = entry.provider();
        value["provider"] = json!({ "id": provider.id, "name": provider.name, "site": provider.site });
        value["variable"] = json!(entry.variable);
        value["keywords"] = json!(entry.keywords);
        value["pattern"] = json!(entry.pattern);
        value["paths"] = json!(entry.paths);
        value["checks"] = json!(checks(&entry.check));
        value["rotation"] = super::json::rotation(rotation);
        value["examples"] = json!({ "match": entry.examples.matches, "miss": entry.examples.misses });
    }
    value
}
