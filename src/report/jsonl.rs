//! JSON lines: one finding a line as in the JSON report, then one line with everything else.

use std::io::{self, Write};

use serde_json::Value;

use super::{RenderOptions, json};
use crate::scan::Report;

/// Writes a line for each finding, with `"type": "finding"`, and last one with `"type": "summary"`.
///
/// A stream without its summary line was cut off.
pub fn render(report: &Report, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        json::write_line(&typed("finding", json::finding(report, finding, options.reveal)), out)?;
    }
    json::write_line(&typed("summary", Value::Object(json::header(report))), out)
}

fn typed(kind: &str, value: Value) -> Value {
    let mut line = serde_json::Map::new();
    line.insert("type".to_owned(), kind.into());
    if let Value::Object(fields) = value {
        line.extend(fields);
    }
    Value::Object(line)
}
