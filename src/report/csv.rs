//! A table for spreadsheets: RFC 4180, a row for each place, no cell that a spreadsheet would compute.

use std::io::{self, Write};

use bstr::ByteSlice;

use super::date;
use super::escape::{plain, printable};
use super::location::{self, Region};
use crate::finding::{Finding, Place, Verdict};
use crate::scan::Report;

const COLUMNS: [&str; 27] = [
    "rule",
    "title",
    "severity",
    "confidence",
    "blocking",
    "status",
    "reason",
    "message",
    "masked",
    "place",
    "line",
    "column",
    "end_line",
    "end_column",
    "via",
    "object",
    "commit",
    "author",
    "date",
    "subject",
    "in_head",
    "reach",
    "fingerprint",
    "variable",
    "where",
    "fix",
    "docs",
];

/// Writes the header and all findings, also those that were allowed or are known.
pub fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    row(&COLUMNS.map(str::to_owned), out)?;
    for finding in &report.findings {
        for place in &finding.places {
            row(&cells(report, finding, place), out)?;
        }
    }
    // A table has no place for a notice but a row: an incomplete scan must not look like a clean one.
    for notice in report.notices.iter().filter(|notice| notice.incomplete) {
        let mut cells = COLUMNS.map(|_| String::new());
        cells[0] = "keysweep/incomplete".to_owned();
        cells[5] = "incomplete".to_owned();
        cells[7] = notice.message.clone();
        cells[9] = notice.subject.clone();
        cells[25] = notice.help.clone();
        row(&cells, out)?;
    }
    Ok(())
}

fn cells(report: &Report, finding: &Finding, place: &Place) -> [String; 27] {
    let Region { line, column, end_line, end_column } = location::region(place);
    let (status, reason) = match &finding.verdict {
        Verdict::Active => ("active", String::new()),
        Verdict::Allowed { by, reason } => ("allowed", format!("{}: {reason}", by.name())),
        Verdict::Known => ("known", String::new()),
    };
    let history = place.attribution.as_ref();
    let first = history.and_then(|history| history.first.as_ref());
    let rotation = finding.rotation.as_deref();
    let word = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    [
        finding.meta.id.clone(),
        finding.meta.title.clone(),
        finding.severity.to_string(),
        finding.confidence.to_string(),
        word(report.threshold.blocks(finding)),
        status.to_owned(),
        reason,
        finding.message_at(place).to_owned(),
        finding.masked.clone(),
        location::container(place),
        line.to_string(),
        column.to_string(),
        end_line.to_string(),
        end_column.to_string(),
        location::wrapping(place),
        place.origin.object().map(|id| id.to_string()).unwrap_or_default(),
        location::commit(place).map(|id| id.to_string()).unwrap_or_default(),
        first.map(|mark| printable(mark.author.as_bstr())).unwrap_or_default(),
        first.and_then(|mark| date::moment(mark.seconds)).unwrap_or_default(),
        first.map(|mark| printable(mark.subject.as_bstr())).unwrap_or_default(),
        history.map(|history| word(history.in_head)).unwrap_or_default(),
        history.map(|history| history.reach.name().to_owned()).unwrap_or_default(),
        finding.fingerprint().to_owned(),
        finding.variable.clone().unwrap_or_default(),
        rotation.map(|rotation| rotation.place.clone()).unwrap_or_default(),
        finding.meta.fix.clone(),
        rotation.map(|rotation| rotation.docs.clone()).unwrap_or_default(),
    ]
}

fn row(cells: &[String], out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// Returns `text` as a cell: harmless characters, no formula, quoted where the format wants it.
fn cell(text: &str) -> String {
    let mut text = plain(text);
    // Spreadsheets compute what begins with one of these, some also behind spaces; an apostrophe makes it text.
    let starts =
        |c: char| matches!(c, '=' | '+' | '-' | '@' | '|' | '%' | '\u{ff1d}' | '\u{ff0b}' | '\u{ff0d}' | '\u{ff20}');
    if text.trim_start().starts_with(starts) {
        text.insert(0, '\'');
    }
    if text.contains([',', '"', ';']) || text.starts_with(' ') || text.ends_with(' ') {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_row_gives_its_cells_back(texts in proptest::collection::vec("[a-z\",;=@\r\n\t -]{0,12}", 1..5)) {
            let mut out = Vec::new();
            row(&texts, &mut out).expect("a vector takes everything");
            let line = String::from_utf8(out).expect("cells are text");
            let line = line.strip_suffix("\r\n").expect("a row ends its line");
            prop_assert!(!line.contains(['\r', '\n']));
            let cells = split(line);
            prop_assert_eq!(cells.len(), texts.len());
            for (cell, text) in cells.iter().zip(&texts) {
                prop_assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), plain(text));
                prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']));
            }
        }
    }

    /// Reads a row as RFC 4180 says.
    fn split(line: &str) -> Vec<String> {
        let mut cells = vec![String::new()];
        let mut quoted = false;
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            let last = cells.last_mut().expect("there is always a cell");
            match c {
                '"' if quoted && characters.peek() == Some(&'"') => {
                    characters.next();
                    last.push('"');
                }
                '"' => quoted = !quoted,
                ',' if !quoted => cells.push(String::new()),
                c => last.push(c),
            }
        }
        cells
    }

    #[test]
    fn a_formula_is_text() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell(" @SUM(1)"), "' @SUM(1)");
        assert_eq!(cell("a=b"), "a=b");
    }
}
