//! Shows an inventory of credentials: as a table for people, as JSON for programs.

use serde_json::{Value, json};

use super::escape::plain;
use crate::inventory::{Entry, Held, Inventory, Options, Problem};

/// Returns a table with one line for each credential, in the order of files and places.
pub fn text(inventory: &Inventory, options: &Options) -> String {
    let mut out = String::new();
    if inventory.entries.is_empty() {
        out.push_str("no credentials for MCP servers were found\n");
    } else {
        let mut rows =
            vec![["PROVIDER", "CLIENT", "PLACE", "HELD", "CREATED", "EXPIRES", "LEFT", "MODE"].map(str::to_owned)];
        rows.extend(inventory.entries.iter().map(|entry| row(entry, options)));
        let mut widths = [0; 8];
        for row in &rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        for (number, row) in rows.iter().enumerate() {
            for (width, cell) in widths.iter().zip(row) {
                out.push_str(&format!("{cell:<width$}  "));
            }
            out.truncate(out.trim_end().len());
            let problems = number.checked_sub(1).map(|at| problems(&inventory.entries[at])).unwrap_or_default();
            if !problems.is_empty() {
                out.push_str(&format!("  ! {problems}"));
            }
            out.push('\n');
        }
    }
    for notice in &inventory.notices {
        out.push_str(&format!("{}: {} ({})\n", plain(&notice.subject), plain(&notice.message), notice.help));
    }
    out
}

fn problems(entry: &Entry) -> String {
    entry.problems.iter().map(Problem::text).collect::<Vec<_>>().join(", ")
}

fn row(entry: &Entry, options: &Options) -> [String; 8] {
    let date = |when: Option<jiff::Timestamp>| {
        when.map_or_else(|| "-".to_owned(), |when| when.strftime("%Y-%m-%d").to_string())
    };
    let held = match &entry.held {
        Held::Literal => "literal".to_owned(),
        Held::Reference(text) if text.is_empty() => "-".to_owned(),
        Held::Reference(text) => plain(text),
    };
    [
        plain(&entry.provider),
        plain(&entry.client),
        plain(&format!("~/{}#{}", entry.file, entry.pointer)),
        held,
        date(entry.created),
        date(entry.expires),
        entry.days_left(options.now).map_or_else(|| "-".to_owned(), |days| format!("{days} d")),
        entry.mode.map_or_else(|| "-".to_owned(), |mode| format!("{mode:03o}")),
    ]
}

/// Returns the inventory as JSON: `{"schema": 1, "tokens": [...], "notices": [...]}`.
pub fn json(inventory: &Inventory, options: &Options) -> Value {
    let tokens: Vec<Value> = inventory.entries.iter().map(|entry| token(entry, options)).collect();
    let notices: Vec<Value> = inventory
        .notices
        .iter()
        .map(|notice| json!({"subject": notice.subject, "message": notice.message, "help": notice.help}))
        .collect();
    json!({"schema": 1, "taken": options.now.to_string(), "tokens": tokens, "notices": notices})
}

fn token(entry: &Entry, options: &Options) -> Value {
    let (held, reference) = match &entry.held {
        Held::Literal => ("literal", Value::Null),
        Held::Reference(text) => ("reference", json!(text)),
    };
    json!({
        "provider": entry.provider,
        "client": entry.client,
        "file": format!("~/{}", entry.file),
        "pointer": entry.pointer,
        "held": held,
        "reference": reference,
        "created": entry.created.map(|when| when.to_string()),
        "expires": entry.expires.map(|when| when.to_string()),
        "days_left": entry.days_left(options.now),
        "mode": entry.mode.map(|mode| format!("{mode:03o}")),
        "problems": entry.problems.iter().map(|problem| problem.text()).collect::<Vec<_>>(),
    })
}
