//! Reports of every format: what they say, what they must not say, and that their readers take them.

mod forges;
mod readme;
mod sample;
mod sarif;
mod services;
mod tables;
mod text;

use keysweep::report::{Format, RenderOptions, render};
use keysweep::scan::{Mode, Report};

use self::sample::{clean, full, hostile, raw_secret};

/// Renders without colour, 100 columns wide.
fn rendered(report: &Report, format: Format) -> String {
    rendered_with(report, format, &RenderOptions::default())
}

fn rendered_with(report: &Report, format: Format, options: &RenderOptions) -> String {
    let mut out = Vec::new();
    render(report, format, options, &mut out).expect("a vector takes everything");
    String::from_utf8(out).expect("every format is UTF-8")
}

#[test]
fn only_json_shows_a_secret_and_only_when_asked() {
    for format in Format::ALL {
        let options = RenderOptions { verbose: true, color: true, ..RenderOptions::default() };
        assert!(!rendered_with(&full(), format, &options).contains(&raw_secret()), "{format}");
        let shown = rendered_with(&full(), format, &RenderOptions { reveal: true, ..options }).contains(&raw_secret());
        assert_eq!(shown, matches!(format, Format::Json | Format::Jsonl), "{format}");
    }
}

#[test]
fn no_format_passes_on_what_could_act_on_a_terminal() {
    for format in Format::ALL {
        for verbose in [false, true] {
            let text = rendered_with(&hostile(), format, &RenderOptions { verbose, ..RenderOptions::default() });
            let acts = |c: char| {
                (c.is_control() && c != '\n' && !(c == '\r' && format == Format::Csv))
                    || "\u{202e}\u{2066}\u{200b}".contains(c)
            };
            assert_eq!(text.find(acts), None, "{format}");
        }
    }
}

#[test]
fn every_format_ends_its_last_line() {
    for format in Format::ALL {
        for report in [clean(Mode::Tree), full(), hostile()] {
            assert!(rendered(&report, format).ends_with('\n'), "{format}");
        }
    }
}

#[test]
fn what_is_known_of_a_change_is_not_said_to_be_in_the_baseline_alone() {
    let formats = [Format::Text, Format::Sarif, Format::Junit, Format::Html];
    let options = RenderOptions { verbose: true, ..RenderOptions::default() };
    for (mode, expected) in [(Mode::Tree, false), (Mode::Staged, true), (Mode::Range, true)] {
        for format in formats {
            let text = rendered_with(&Report { mode, ..full() }, format, &options);
            assert_eq!(text.contains("there before the change"), expected, "{mode:?} {format}");
            assert!(text.contains("baseline"), "{mode:?} {format}");
        }
    }
}

#[test]
fn an_incomplete_scan_looks_incomplete_in_every_format() {
    let mut report = clean(Mode::History);
    report.notices = hostile().notices;
    for format in Format::ALL {
        let text = rendered(&report, format);
        assert!(text.contains("broken"), "{format} does not say what was missed");
        assert_ne!(text, rendered(&clean(Mode::History), format), "{format}");
    }
}
