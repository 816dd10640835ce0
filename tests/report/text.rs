//! The text report, as people see it.

use keysweep::finding::Notice;
use keysweep::report::{Format, RenderOptions};
use keysweep::scan::Mode;
use keysweep::source::Span;

use super::sample::{clean, credential, full, lint, place};
use super::{rendered, rendered_with};

#[test]
fn a_clean_run_is_one_line() {
    insta::assert_snapshot!(rendered(&clean(Mode::Tree), Format::Text), @"");
}

#[test]
fn a_full_report_reads_well() {
    insta::assert_snapshot!(rendered(&full(), Format::Text), @"");
}

#[test]
fn verbose_text_tells_everything() {
    let options = RenderOptions { verbose: true, width: 80, ..RenderOptions::default() };
    insta::assert_snapshot!(rendered_with(&full(), Format::Text, &options), @"");
}

#[test]
fn a_hook_prints_nothing_unless_something_blocks_or_was_missed() {
    let quiet = RenderOptions { quiet: true, ..RenderOptions::default() };
    let mut report = clean(Mode::Staged);
    report.findings = vec![lint(keysweep::finding::Severity::Low, b".gitignore")];
    report.notices = vec![Notice::note("x", "a note", "")];
    assert_eq!(rendered_with(&report, Format::Text, &quiet), "");
    report.notices.push(Notice::unread("x", "cannot be read", "make it readable"));
    assert!(rendered_with(&report, Format::Text, &quiet).contains("INCOMPLETE"));
}

#[test]
fn colour_is_only_added_between_the_characters() {
    let plain = rendered(&full(), Format::Text);
    let colored = rendered_with(&full(), Format::Text, &RenderOptions { color: true, ..RenderOptions::default() });
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        stripped.push_str(&rest[..at]);
        let end = rest[at..].find('m').expect("every sequence of a style ends with m");
        rest = &rest[at + end + 1..];
    }
    stripped.push_str(rest);
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
    assert_ne!(colored, plain);
}

#[test]
fn many_places_and_findings_are_bounded() {
    let mut report = clean(Mode::Tree);
    let mut finding = credential(place(b"a.env", 1, "T=", 38, ""));
    finding.places = (1..=1000).map(|line| place(b"a.env", line, "T=", 38, "")).collect();
    report.findings = vec![finding; 5000];
    let text = rendered(&report, Format::Text);
    assert!(text.contains("and 994 more places"), "{text}");
    assert!(text.contains("4,960 more that block"));
    assert!(text.contains("and 4,760 more; `--verbose` tells them all, `--format json` lists them"));
    assert!(text.lines().count() < 1000);
}

#[test]
fn lines_of_an_excerpt_fit_the_terminal() {
    let before = "x".repeat(500);
    let mut multi = place(b"key.pem", 7, "", 0, "");
    multi.excerpt.text = format!("before\n{}\nafter", vec!["*".repeat(64); 9].join("\n"));
    multi.excerpt.secret = Span::new(7, 7 + 9 * 65 - 1);
    multi.excerpt.line = 5;
    let places = [
        place(b"long.js", 1, &before, 300, &before),
        place(b"tabs\there.js", 12345, "\tkey\t= '日本語', ", 12, &before),
        multi,
    ];
    for width in [40, 60, 100, 120] {
        for (index, place) in places.iter().enumerate() {
            let mut report = clean(Mode::Tree);
            report.findings = vec![credential(place.clone())];
            let options = RenderOptions { width, ..RenderOptions::default() };
            let text = rendered_with(&report, Format::Text, &options);
            for line in text.lines().filter(|line| line.contains(['│', '·'])) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "place {index}: {columns} of {width} columns:\n{line}");
            }
        }
    }
}

#[test]
fn a_secret_of_several_lines_is_drawn_in_short() {
    let mut report = clean(Mode::Tree);
    let mut multi = place(b"key.pem", 7, "", 0, "");
    multi.excerpt.text = format!("# a key\n{}\nnext line", vec!["*".repeat(64); 9].join("\n"));
    multi.excerpt.secret = Span::new(8, 8 + 9 * 65 - 1);
    multi.excerpt.line = 5;
    multi.end = keysweep::source::Position { line: 15, column: 64 };
    let mut finding = credential(multi);
    finding.rotation = None;
    report.findings = vec![finding];
    insta::assert_snapshot!(rendered(&report, Format::Text), @"");
}
