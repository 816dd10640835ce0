//! The formats for build servers, spreadsheets, browsers and summaries.

use keysweep::report::Format;
use keysweep::scan::Mode;

use super::rendered;
use super::sample::{clean, full, hostile};

/// Fails unless `text` is well-formed: every tag closed in order, attributes quoted, references known.
fn assert_well_formed(text: &str, void: &[&str]) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        assert_references(&rest[..at]);
        let end = at + rest[at..].find('>').expect("every tag ends");
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "closed in order");
            continue;
        }
        let name = tag.split([' ', '/']).next().expect("a split yields something");
        assert!(name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'), "<{tag}>");
        assert_eq!(tag.matches('"').count() % 2, 0, "<{tag}>");
        assert_references(tag);
        if name == "style" {
            let end = rest.find("</style>").expect("the style ends");
            rest = &rest[end..];
        }
        if !tag.ends_with('/') && !void.contains(&name) {
            open.push(name);
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    assert_references(rest);
}

fn assert_references(text: &str) {
    for part in text.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| part.starts_with(name)), "&{part}");
    }
}

#[test]
fn junit_and_html_are_well_formed_whatever_names_they_hold() {
    for report in [clean(Mode::Tree), full(), hostile()] {
        assert_well_formed(&rendered(&report, Format::Junit), &[]);
        assert_well_formed(&rendered(&report, Format::Html), &["meta", "br"]);
    }
}

#[test]
fn the_page_loads_and_runs_nothing() {
    let page = rendered(&hostile(), Format::Html);
    for forbidden in ["<script", "<img", "<link", "<iframe", "src=", "url(", "@import", "javascript:x\"", " onerror"] {
        let harmless = page.matches(&forbidden.replace('<', "&lt;")).count();
        assert_eq!(
            page.matches(forbidden).count(),
            if forbidden.starts_with('<') { 0 } else { harmless },
            "{forbidden}"
        );
    }
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn junit_counts_what_it_lists() {
    let text = rendered(&full(), Format::Junit);
    assert_eq!(text.matches("<testcase ").count(), 8);
    assert_eq!(text.matches("<failure ").count(), 3);
    assert_eq!(text.matches("<skipped ").count(), 3);
    assert_eq!(text.matches("<error ").count(), 1);
    insta::assert_snapshot!(text, @"");
}

#[test]
fn csv_has_a_row_for_each_place() {
    let text = rendered(&full(), Format::Csv);
    let places: usize = full().findings.iter().map(|finding| finding.places.len()).sum();
    assert_eq!(text.matches("\r\n").count(), 1 + places + 1);
    insta::assert_snapshot!(text.lines().take(2).collect::<Vec<_>>().join("\n"), @"");
}

#[test]
fn markdown_is_a_job_summary() {
    insta::assert_snapshot!(rendered(&full(), Format::Markdown), @"");
}

#[test]
fn markdown_keeps_hostile_names_in_their_cells() {
    let text = rendered(&hostile(), Format::Markdown);
    let cells = |line: &str| line.matches('|').count();
    for line in text.lines().filter(|line| line.starts_with("| ") || line.starts_with("|-")) {
        assert_eq!(cells(&line.replace("\\|", "")), 5, "{line}");
    }
    assert!(!text.contains("<script") && !text.contains("<img"));
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn a_summary_stays_within_what_services_take() {
    let mut report = full();
    let mut finding = report.findings[0].clone();
    finding.places = vec![finding.places[0].clone(); 5000];
    report.findings = vec![finding; 5000];
    assert!(rendered(&report, Format::Markdown).len() < 1_000_000);
}
