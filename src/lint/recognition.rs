//! Recognises the files that lints understand: by their paths, or by the words and shapes that agents' configuration has.

use bstr::{BStr, ByteSlice};
use memchr::memmem;

use super::hint::{self, speaks_of_mcp};
use crate::document::{DocumentError, Format, parse};
use crate::mcp::{credential_files_at, holds_mark, is_plain, may_hold, reading, spelling};

/// The size up to which an unknown file is searched for the words of agents.
const SMALL: usize = 1 << 20;

/// Returns the language of a file, by its name.
pub fn format(path: &BStr) -> Option<Format> {
    if is_plain(path) {
        return None;
    }
    let spelled = spelling(path).path;
    let name = spelled.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    if is_dotenv(&name) {
        return Some(Format::Dotenv);
    }
    match name.rsplit('.').next().unwrap_or_default() {
        "json" | "jsonc" | "json5" | "code-workspace" | "local" => Some(Format::Json),
        "toml" => Some(Format::Toml),
        "yaml" | "yml" => Some(Format::Yaml),
        "md" => Some(Format::FrontMatter),
        _ => None,
    }
}

/// Tells whether a file is a dotenv file by its name.
fn is_dotenv(name: &str) -> bool {
    name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == "env"
}

/// Tells whether a file is an example of a dotenv file.
pub fn is_dotenv_example(path: &BStr) -> bool {
    if !path.contains_str("env") {
        return false;
    }
    let spelled = spelling(path);
    let name = spelled.path.rsplit('/').next().unwrap_or_default();
    spelled.copy && is_dotenv(name) || path.ends_with_str(".env.schema")
}

/// Tells whether clients keep credentials in a file of that path.
pub(super) fn is_store(path: &BStr) -> bool {
    credential_files_at(path).any(|file| file.store)
}

/// Tells whether a file is configuration of an agent: by its path, or by what is in it.
pub(super) fn is_configuration(path: &BStr, bytes: &[u8]) -> bool {
    if is_dotenv_example(path) || is_store(path) {
        return true;
    }
    if !may_hold(path) {
        return false;
    }
    if !reading(path, bytes).is_empty() {
        return true;
    }
    let is_markdown = path.ends_with_str(".md");
    !is_markdown && bytes.len() <= SMALL && holds_mark(bytes)
        || is_servers_with_inputs(path, bytes)
        || format(path) == Some(Format::Yaml) && bytes.len() <= SMALL && has_shape(bytes, holds_word(path))
}

/// Tells whether YAML has the shape of what starts servers, though no name says so: Goose's extensions, servers in a list of
/// one's own, manifests of Kubernetes.
///
/// `named` tells whether the path has the word that the text needs besides; where no path is known, only the text can have it.
fn has_shape(bytes: &[u8], named: bool) -> bool {
    let has = |word: &str| holds_key(bytes, word.as_bytes());
    let starts_program = || has("cmd:") || has("command:");
    let extends_goose = has("extensions:") && (has("cmd:") || has("uri:") && has("type:"));
    let is_of_servers = (named || speaks_of_mcp(bytes))
        && (has("args:") && starts_program() || has("containers:") && has("kind:") && has("env:"));
    // A recipe has braces as well, and is salvaged where they leave no YAML.
    extends_goose || is_of_servers && !(memmem::find(bytes, b"{{").is_some() && is_template(bytes))
}

/// Tells whether a key with its colon stands in a text, and not as the end of a longer name: a lock file has `content-type:`.
fn holds_key(bytes: &[u8], key: &[u8]) -> bool {
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/');
    memmem::find_iter(bytes, key).any(|at| !bytes[..at].last().is_some_and(is_of_name))
}

/// Tells whether a text with braces is a template, such as Helm's, which is no YAML yet: braces in quotes, in a block of text or
/// behind a word are what Goose's recipes and others have.
fn is_template(bytes: &[u8]) -> bool {
    matches!(parse(bytes, Format::Yaml), Err(DocumentError::Syntax { .. }))
}

/// Tells whether a path says that it is about servers.
fn holds_word(path: &BStr) -> bool {
    memmem::find(path, b"mcp").is_some()
}

/// Tells whether bytes whose path is not known may be an agent's configuration: what holds neither of a few words is
/// none. One search for what the words share keeps it cheap.
pub(super) fn may_be_configuration(bytes: &[u8]) -> bool {
    let has = |word: &[u8]| memmem::find(bytes, word).is_some();
    bytes.len() <= SMALL
        && (has(b"ervers") && (holds_mark(bytes) || has(b"\"servers\"") && has(b"\"inputs\""))
            || is_object(bytes)
                && (has(b"\"mcp\"")
                    || hint::sets_agent(bytes)
                    || has(b"\"packages\"") && (has(b"\"environmentVariables\"") || has(b"\"environment_variables\"")))
            || !is_object(bytes) && (has_shape(bytes, false) || hint::sets_agent(bytes)))
}

/// Tells whether bytes begin as an object of JSON does.
pub(super) fn is_object(bytes: &[u8]) -> bool {
    bytes.trim_ascii_start().first() == Some(&b'{')
}

/// Tells whether a file is a copy of VS Code's, known by the two keys that belong together.
fn is_servers_with_inputs(path: &BStr, bytes: &[u8]) -> bool {
    path.ends_with_str("mcp.json")
        || bytes.len() <= SMALL
            && memmem::find(bytes, b"\"servers\"").is_some()
            && memmem::find(bytes, b"\"inputs\"").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mcp::credential_files;

    #[test]
    fn every_store_is_one_wherever_it_lies() {
        for file in credential_files().iter().filter(|file| file.store) {
            for path in [file.path().to_owned(), format!("home/{}", file.path())] {
                assert!(is_store(path.as_str().into()), "{path}");
            }
        }
        assert!(!is_store("src/main.rs".into()));
    }

    #[test]
    fn yaml_is_recognised_by_its_shape() {
        for text in [
            "extensions:\n  docs:\n    type: stdio\n    cmd: docs\n",
            "extensions:\n  docs:\n    type: streamable_http\n    uri: https://docs.acme.dev\n",
            "servers:\n  docs-mcp: {command: npx, args: [docs]}\n",
            "kind: Pod\nspec:\n  containers:\n  - image: docs-mcp\n    env: []\n",
            "title: {{ topic }}: [\nextensions:\n- type: stdio\n  cmd: docs\n",
            "prompt: \"about {{ topic }}\"\nextensions:\n- type: stdio\n  cmd: docs\n",
            "prompt: |\n  {{ topic }}\nextensions:\n- type: stdio\n  cmd: docs\n",
            "docs-mcp: {command: npx, args: [docs]}\nkey: ${{ secrets.KEY }}\n",
        ] {
            assert!(is_configuration("any/name.yaml".into(), text.as_bytes()), "{text}");
        }
        for text in [
            "kind: Pod\nspec:\n  containers:\n  - image: shop\n    env: []\n",
            "jobs:\n  build:\n    with: {args: x, command: y}\n",
            "extensions: [a, b]\n",
            "dependencies:\n  combine-extensions: 2.0.1\n  content-type: 1.0.5\n  sanitize-uri: 2.0.1\n",
            "kind: Pod\nspec:\n  containers:\n  - image: {{ .Values.image }}-mcp\n    env: []\n",
            "kind: Pod\nspec:\n  containers:\n  - image: {{.Values.image}}-mcp\n    env: []\n",
            "{{- if .Values.on }}\nkind: Pod\nspec:\n  containers:\n  - image: docs-mcp\n    env: []\n{{- end }}\n",
        ] {
            assert!(!is_configuration("any/name.yaml".into(), text.as_bytes()), "{text}");
        }
        let goose = b"extensions:\n  docs:\n    cmd: docs\n";
        let registry = b"{\"packages\": [{\"environment_variables\": []}]}";
        assert!(
            may_be_configuration(goose)
                && may_be_configuration(registry)
                && !may_be_configuration(b"{\"packages\": {}}")
        );
        assert!(is_configuration("mcp.yaml".into(), b"servers:\n  docs: {command: npx, args: [docs]}\n"));
    }
}
