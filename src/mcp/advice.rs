//! Says how a client refers to a variable in a field, in its own syntax.

use super::{Client, Dialect, Expansion, Field, How, Reading, Syntax};
use crate::wording::kebab;

/// The syntaxes that refer to a variable of the environment, the plainest first.
const VARIABLES: [Syntax; 6] =
    [Syntax::Braced, Syntax::Env, Syntax::CurlyEnv, Syntax::Bare, Syntax::Actions, Syntax::OsEnviron];

/// The fields that hold references, with what the data calls them where an edit is possible.
const FIELDS: [(Field, &str); 4] =
    [(Field::Env, "env"), (Field::Headers, "header"), (Field::Argument, "arg"), (Field::Url, "url")];

impl Expansion {
    /// Tells whether the syntax is resolved in `field`.
    pub fn holds_in(&self, field: Field) -> bool {
        self.fields.iter().any(|name| name == "any" || name == field.name())
    }
}

impl Dialect {
    /// Returns what is written in `field` for the variable `name`, with the words around it; `None` if the client resolves
    /// nothing there.
    pub fn written(&self, field: Field, name: &str) -> Option<String> {
        let editable =
            FIELDS.iter().any(|(known, called)| *known == field && self.fix.fields.iter().any(|f| f == called));
        match self.fix.how {
            How::Reference | How::UserConfig if editable => Some(format!("`{}`", self.fix.text.replace("NAME", name))),
            How::Inputs if editable => {
                let id = kebab(name);
                Some(format!("`${{input:{id}}}` with an input of that id, or `${{env:{name}}}`"))
            }
            How::Codex if editable && field == Field::Env => Some(format!("`env_vars = [\"{name}\"]`")),
            How::Codex if editable && field == Field::Headers => {
                Some(format!("`bearer_token_env_var = \"{name}\"`, or `env_http_headers` for another header"))
            }
            How::Goose if editable && field == Field::Env => Some(format!("`{name}` under `env_keys`")),
            How::Goose if editable && field == Field::Headers => {
                Some(format!("`${name}`, with `{name}` under `env_keys`"))
            }
            _ => {
                let resolves = |syntax: &&Syntax| {
                    self.expands.iter().any(|known| known.syntax == **syntax && known.holds_in(field))
                };
                let syntax = VARIABLES.iter().find(resolves)?;
                let prefix = if name.starts_with(&self.prefix) { "" } else { &self.prefix };
                let name = format!("{prefix}{name}");
                Some(format!("`{}`", syntax.example().replace("NAME", &name)))
            }
        }
    }

    /// Returns what is written for a variable in each field, fields of one syntax together; empty if the client resolves
    /// nothing anywhere.
    pub fn all_written(&self) -> Vec<(String, Vec<&'static str>)> {
        let mut found: Vec<(String, Vec<&'static str>)> = Vec::new();
        for (field, _) in FIELDS {
            let Some(text) = self.written(field, "NAME") else { continue };
            match found.iter_mut().find(|(known, _)| *known == text) {
                Some((_, fields)) => fields.push(field.name()),
                None => found.push((text, vec![field.name()])),
            }
        }
        found
    }
}

impl Client {
    /// Returns up to two ways to hand a credential on without writing it into the file, as a clause.
    pub fn ways(&self) -> String {
        let ways: Vec<&str> = self.instead.iter().take(2).map(String::as_str).collect();
        if ways.is_empty() { "keep the value in the environment of the client".to_owned() } else { ways.join("; or ") }
    }
}

impl Reading {
    /// Says what to write in `field` for the variable `name`, or what to do where the client resolves nothing there.
    pub fn advice(&self, field: Field, name: &str) -> String {
        match self.dialect.written(field, name) {
            Some(text) => format!("write {text}"),
            None => format!("it resolves nothing in `{}`, so instead: {}", field.name(), self.client.ways()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::reading;

    #[test]
    fn a_client_is_advised_in_its_own_syntax() {
        for (path, field, expected) in [
            (".cursor/mcp.json", Field::Env, "write `${env:API_KEY}`"),
            (".mcp.json", Field::Headers, "write `${API_KEY}`"),
            (
                ".vscode/mcp.json",
                Field::Headers,
                "write `${input:api-key}` with an input of that id, or `${env:API_KEY}`",
            ),
            (".codex/config.toml", Field::Env, "write `env_vars = [\"API_KEY\"]`"),
            (".config/goose/config.yaml", Field::Env, "write `API_KEY` under `env_keys`"),
            ("opencode.json", Field::Headers, "write `{env:API_KEY}`"),
        ] {
            let found = reading(path.into(), b"mcp extensions");
            let owner = found.first().expect("a client reads it");
            assert_eq!(owner.advice(field, "API_KEY"), expected, "{path}");
        }
        let found = reading("claude_desktop_config.json".into(), b"");
        let advice = found[0].advice(Field::Env, "API_KEY");
        assert!(advice.starts_with("it resolves nothing in `env`, so instead: .mcpb bundle"), "{advice}");
    }

    #[test]
    fn what_is_advised_is_resolved() {
        for client in crate::mcp::all() {
            for dialect in client.dialects.iter().filter(|dialect| dialect.fix.how == How::Reference) {
                for (text, fields) in dialect.all_written() {
                    let found = crate::mcp::references(text.trim_matches('`'));
                    assert_eq!(found.len(), 1, "{} {text}", client.id);
                    for (field, _) in FIELDS.iter().filter(|(field, _)| fields.contains(&field.name())) {
                        assert_ne!(dialect.expands(found[0].syntax, *field), Some(false), "{} {text}", client.id);
                    }
                }
            }
        }
    }
}
