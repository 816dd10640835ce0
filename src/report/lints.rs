//! Writes the page about all lints from what they say about themselves.

use crate::lint::{About, Persona, all};
use crate::mcp::{Dialect, How, Status, Syntax};

/// Returns `docs/lints.md`; a test compares it with the file.
pub fn documentation() -> String {
    let mut out = String::from(
        "# Lints\n\n\
         `keysweep lint` judges the configuration of agents and MCP servers, and `keysweep scan` does so on the way. This page is made\n\
         from the lints themselves; `KEYSWEEP_BLESS=1 cargo test documentation` writes it anew.\n\n\
         A lint speaks up for one of three personas: **regular** for everybody, **pedantic** for who wants to hear about every weakness,\n\
         **auditor** for who looks for anything worth a question. Each persona hears what the milder ones hear.\n\n\
         | lint | severity | confidence | persona |\n|---|---|---|---|\n",
    );
    for about in all() {
        let anchor = about.id.replace('/', "");
        let (severity, confidence, persona) = (about.severity.name(), about.confidence.name(), about.persona.name());
        out.push_str(&format!("| [`{}`](#{anchor}) | {severity} | {confidence} | {persona} |\n", about.id));
    }
    for about in all() {
        out.push('\n');
        out.push_str(&page(about));
    }
    out.push_str(&clients());
    out
}

/// Returns the part about one lint.
fn page(about: &About) -> String {
    format!(
        "## {}\n\n**{}** ({}, {}, {})\n\n{}\n\n*Why:* {}\n\n*Fix:* {}\n",
        about.id,
        about.title,
        about.severity.name(),
        about.confidence.name(),
        if about.persona == Persona::Regular { "for everybody" } else { about.persona.name() },
        about.details,
        about.why,
        about.fix
    )
}

/// The syntaxes that people confuse.
const SHOWN: [Syntax; 7] = [
    Syntax::Braced,
    Syntax::BracedDefault,
    Syntax::Bare,
    Syntax::Env,
    Syntax::Input,
    Syntax::CurlyEnv,
    Syntax::Actions,
];

/// Returns the table of clients: which reference each resolves, and what a fix writes.
fn clients() -> String {
    let mut out = String::from(
        "\n# Which client resolves which reference\n\n\
         Fields: c command, a args, e env, u url, h headers, * every text. `-` is known not to work: the text is sent as it is.\n\
         An empty cell is not known, and keysweep says nothing about it.\n\n| client | known |",
    );
    for syntax in SHOWN {
        out.push_str(&format!(" `{}` |", syntax.example()));
    }
    out.push_str(" a fix writes |\n|---|---|");
    out.push_str(&"---|".repeat(SHOWN.len() + 1));
    out.push('\n');
    for client in crate::mcp::all() {
        for dialect in &client.dialects {
            let file = dialect.files.first().map_or(String::new(), |file| format!(" (`{}`)", file.path));
            out.push_str(&format!("| {}{file} | {} |", client.name, status(client.status)));
            for syntax in SHOWN {
                out.push_str(&format!(" {} |", cell(dialect, syntax)));
            }
            out.push_str(&format!(" {} |\n", fix(dialect)));
        }
    }
    out
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Verified => "verified",
        Status::Partial => "in parts",
        Status::Unverified => "unverified",
        Status::Conflicting => "sources disagree",
    }
}

fn cell(dialect: &Dialect, syntax: Syntax) -> String {
    let fields = dialect.expands.iter().filter(|known| known.syntax == syntax).flat_map(|known| &known.fields);
    let letters: String = fields.map(|field| if field == "any" { "*" } else { &field[..1] }).collect();
    match letters.as_str() {
        "" if dialect.literal.contains(&syntax) => "-".to_owned(),
        letters => letters.to_owned(),
    }
}

fn fix(dialect: &Dialect) -> String {
    match dialect.fix.how {
        How::None => String::new(),
        How::Reference | How::TokenStore | How::UserConfig => format!("`{}`", dialect.fix.text),
        How::Inputs => format!("`{}` and an input with `password: true`", dialect.fix.text),
        How::Codex => "`env_vars`, `bearer_token_env_var`, `env_http_headers`".to_owned(),
        How::Goose => "`env_keys`, and `$NAME` in headers".to_owned(),
    }
}
