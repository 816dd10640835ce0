//! Writes the page about all lints from what they say about themselves.

use crate::lint::{About, Persona, all};
use crate::mcp::{Client, Dialect, How, Status, Syntax};

/// What is read, what counts as a credential, and what a fix does: the part of the page that no lint says of itself.
const AROUND: &str = "
# What is read

- A file is configuration by its path, or, up to 1 MiB, by its shape: a map of servers under a key that only agents have, and in YAML
  Goose's extensions, what is started with arguments, and manifests of Kubernetes, the last two if they or their paths speak of MCP.
  In history a file is known by words in it that only agents' settings have, and judged by the paths that it had. A template, such as Helm's, that is no YAML yet is passed over.
- Text of any other kind is looked through for the commands and links that install a server, whatever its size.
- What is larger than 8 MiB, has more than 250,000 values, is nested deeper than 256 levels (in TOML 80), or is no valid JSON, TOML or
  YAML is judged as text: the names and values between its quotes, in TOML and YAML also `name = value` and `name: value`, up to 10,000
  credentials. `lint` and `scan` say so and end with exit code 3 unless something blocks, since the rest could not be judged. What
  does not parse is only a note in an old version in history, and in a file that no client reads by its name, such as a template.
- A `.gitignore`, `info/exclude` or `core.excludesFile` that is larger than 1 MiB is not read: of what lies beside it only tracked files are
  looked at, and the exit code is 3 if there is anything else. A `.gitignore` in the working tree that is a symbolic link has no rules, as for git.
- Of a file that is not UTF-8 all is judged but the bytes that are wrong. UTF-16 is read as what it says.
- The target of a symbolic link is a path, and no configuration whatever the link is called. The file that it leads to is linted where
  it lies; a link that is named, as in `keysweep lint .mcp.json`, is followed.

# What counts as a literal

A value counts by the name of its field, `…TOKEN`, `…SECRET`, `…PASSWORD`, `…API_KEY` and the like, or by what it is. Blanks and line
ends in it, a scheme before it, a comment such as ` # of the team` behind it and letters of other alphabets change nothing about that.
Left alone on purpose: references; placeholders (`your-…`, `<…>`, `changeme`, `xxx`, words for a credential in a dozen languages, a JSON Web
Token without a signature); what is made to be published. `$(command)` is a literal that is no credential: it is reported as a
reference that nobody resolves where the client is known to run no shell on the field.

# What `keysweep fix` does

It edits configuration that parses, many findings at once, and keeps an edit only if the file still parses, the finding is gone, no other
came and every other value is still there. Credentials move into `.env`, made with mode 600 and only if git ignores it. Files behind symbolic
links are left, and so is what `keysweep.toml` or a comment allows.

- Without a path it works on the whole working tree around the current folder: variables go into `.env` at its root, and `.gitignore` there
  gets the lines it lacks.
- `keysweep fix FOLDER` (or a file) edits nothing outside of it: variables go into `.env` in the folder, whose own `.gitignore` gets the line
  for that if git does not ignore it yet. What the `.gitignore` at the root lacks is told and left.
- Each finding that is left is told with the reason (the file does not parse, is UTF-16 or no UTF-8, is read by no client, no edit is
  certain to be right), what to do by hand, and for a literal what its client offers instead, with how well that is known.
- Exit code 0: nothing is left that `lint` would report. 1: something is, whatever its severity, or git tracks a file that it should not. 3:
  nothing is left, but something could not be read or written.
";

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
    out.push_str(AROUND);
    out.push_str(&clients());
    out
}

/// Returns what a client resolves, a line for each whose behaviour is known for certain, where a lint judges that.
pub fn references(about: &About) -> Vec<String> {
    if about.id != "mcp/unexpanded-reference" {
        return Vec::new();
    }
    let verified = crate::mcp::all().iter().filter(|client| client.status == Status::Verified);
    let dialects = verified.flat_map(|client| client.dialects.iter().map(move |dialect| (client, dialect)));
    let line = |(client, dialect): (&Client, &Dialect)| {
        let file = dialect.files.first().map_or(String::new(), |file| format!(" ({})", file.path));
        let written = dialect.all_written();
        let ways: Vec<String> =
            written.iter().map(|(text, fields)| format!("{text} in {}", fields.join(", "))).collect();
        let known = if !ways.is_empty() {
            ways.join("; ")
        } else if dialect.literal.is_empty() {
            return None;
        } else {
            format!("resolves nothing; instead: {}", client.ways())
        };
        Some(format!("{}{file}: {known}", client.name))
    };
    dialects.filter_map(line).collect()
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
        all if all.contains('*') => "*".to_owned(),
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
