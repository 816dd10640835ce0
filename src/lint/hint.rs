//! Tells quickly of bytes without a path that no lint is concerned: history has many versions of many texts.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use bstr::ByteSlice as _;
use memchr::memmem::Finder;

use super::recognition::is_object;
use crate::source::Span;

/// How far from a change the rest of a hint may stand.
const AROUND: usize = 16;

/// What all names for a map of servers end with.
static SERVERS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("ervers"));
/// What every command and link with a credential has, and other configuration.
static MCP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("mcp"));
/// What Goose has in place of servers, in YAML.
static EXTENSIONS: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("extensions:"));

/// What settings of agents have in JSON, whatever they say of servers: those of Claude Code, VS Code and bundles.
static OBJECTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = [
        "\"env\"",
        "\"hooks\"",
        "\"servers\"",
        "\"user_config\"",
        "\"apiKeyHelper\"",
        "HeadersHelper\"",
        "\"awsAuthRefresh\"",
        "\"awsCredentialExport\"",
        "_BASE_URL\"",
        "McpjsonServers\"",
        "ProjectMcpServers\"",
        "ermissionPrompt\"",
        "ermissions\"",
        "autoApprove",
    ];
    AhoCorasick::new(words).expect("they are few and short")
});
/// What settings of agents have in TOML and YAML: those of Codex, LiteLLM and Aider.
static TEXTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words =
        ["approval_policy", "sandbox_mode", "model_provider", "ai_base_url", "gpt_base_url", "litellm_", "api-key:"];
    // Where the first match counts, few words are looked for with vector instructions.
    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(words).expect("they are few and short")
});

/// Tells whether a text has one of those or extensions.
fn has_setting(bytes: &[u8]) -> bool {
    let is_key = |at: usize| at.checked_sub(1).is_none_or(|before| b" \n\"'".contains(&bytes[before]));
    EXTENSIONS.find_iter(bytes).any(is_key) || TEXTS.is_match(bytes)
}

/// Returns where the beginning of TOML or YAML ends, for a text that begins so: behind blank lines and comments, with a table, a
/// document, a list or a key.
fn beginning_of_settings(bytes: &[u8]) -> Option<usize> {
    let is_telling = |line: &&[u8]| !line.is_empty() && !line.starts_with(b"#");
    let mut end = 0;
    let mut lines = bytes.lines_with_terminator().map(|line| {
        end += line.len();
        line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii()
    });
    let first = lines.find(is_telling)?;
    let is_key = |&byte: &u8| byte.is_ascii_alphanumeric() || b"_-.\"'".contains(&byte);
    let behind =
        first.trim_start_with(|character| character.is_ascii() && is_key(&(character as u8))).trim_ascii_start();
    let is_key_first = behind.len() < first.len() && matches!(behind.first(), Some(b':' | b'='));
    let begins = is_key_first || [&b"["[..], b"---", b"- "].iter().any(|start| first.starts_with(start));
    begins.then_some(end)
}

/// Tells whether a text is one of TOML or YAML that has settings of an agent.
fn is_settings(bytes: &[u8]) -> bool {
    beginning_of_settings(bytes).is_some() && has_setting(bytes)
}

/// Tells whether a text has settings of an agent, whatever it says of servers.
pub fn sets_agent(bytes: &[u8]) -> bool {
    if is_object(bytes) {
        OBJECTS.find_iter(bytes).any(|word| is_setting(&bytes[word.range()], &bytes[word.end()..]))
    } else {
        is_settings(bytes)
    }
}

/// Tells by what follows a word whether it is a setting of an agent: package managers, browsers and descriptions of interfaces
/// have the commonest of the words, too.
fn is_setting(word: &[u8], behind: &[u8]) -> bool {
    let value = behind.trim_ascii_start().strip_prefix(b":").map(<[u8]>::trim_ascii_start);
    let starts = |byte: u8| value.is_some_and(|value| value.first() == Some(&byte));
    let first_key = || value?.strip_prefix(b"{")?.trim_ascii_start().strip_prefix(b"\"");
    match word {
        // ESLint says here that something is there.
        b"\"env\"" => starts(b'{') && !first_key().is_some_and(says_that_it_is_there),
        // The names of git's hooks have dashes.
        b"\"hooks\"" => {
            first_key().is_none_or(|key| !key.split(|&byte| byte == b'"').next().is_some_and(|key| key.contains(&b'-')))
        }
        // OpenAPI has a list.
        b"\"servers\"" => starts(b'{') || value.is_some_and(|value| value.starts_with(b"/")),
        // Browsers have a list.
        b"ermissions\"" => !starts(b'['),
        _ => true,
    }
}

/// Tells whether a key, which begins behind its quote, has `true` or `false` as its value.
fn says_that_it_is_there(key: &[u8]) -> bool {
    let Some(end) = memchr::memchr(b'"', key) else { return false };
    let value = key[end + 1..].trim_ascii_start().strip_prefix(b":").unwrap_or_default().trim_ascii_start();
    value.starts_with(b"true") || value.starts_with(b"false")
}

/// What is known before of the words for servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// A part of `servers` or `mcp` may stand there.
    Possible,
    /// Neither does, in what is looked at.
    None,
}

/// Tells whether [`may_need_lints`](super::may_need_lints) is worth asking.
pub fn is_in(bytes: &[u8], words: Words) -> bool {
    is_object(bytes) || words == Words::Possible && has_word(bytes) || is_settings(bytes)
}

/// The same for a version of bytes without a hint, in which all that is new lies in the spans `changed`.
pub fn is_new_in(bytes: &[u8], changed: &[Span], words: Words) -> bool {
    let around = |span: &Span| &bytes[span.start.saturating_sub(AROUND)..(span.end + AROUND).min(bytes.len())];
    let is_setting = || {
        let Some(end) = beginning_of_settings(bytes) else { return false };
        // What is settings only now may have had the words before.
        let begins_anew = changed.first().is_some_and(|span| span.start <= end);
        if begins_anew { has_setting(bytes) } else { changed.iter().any(|span| has_setting(around(span))) }
    };
    is_object(bytes) || words == Words::Possible && changed.iter().any(|span| has_word(around(span))) || is_setting()
}

fn has_word(bytes: &[u8]) -> bool {
    // `mcpServers`, `modelContextProtocolServers`, `mcp_servers`, `context-servers`, `mcp.servers`, `"servers"`.
    let is_name = |at: usize| {
        at >= 2
            && matches!((bytes[at - 2], bytes[at - 1]), (b'p' | b'l', b'S') | (b'_' | b'-' | b'.' | b'"' | b'\'', b's'))
    };
    SERVERS.find_iter(bytes).any(is_name) || speaks_of_mcp(bytes)
}

/// Tells whether a text has the word that stands in every command and link with a credential: within letters and digits, as in
/// `memcpy` and in base64, it is none.
pub fn speaks_of_mcp(bytes: &[u8]) -> bool {
    let is_inside = |at: usize| at > 0 && bytes[at - 1].is_ascii_alphanumeric();
    let goes_on = |at: usize| bytes.get(at + 3).is_some_and(u8::is_ascii_alphanumeric);
    MCP.find_iter(bytes).any(|at| !(is_inside(at) && goes_on(at)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_that_only_agents_use_is_a_hint() {
        for mark in crate::mcp::marks() {
            assert!(is_in(format!("a {mark}: b").as_bytes(), Words::Possible), "{mark}");
        }
    }

    #[test]
    fn settings_are_told_from_what_others_have_under_their_names() {
        for text in [
            r#"{"env": {"ACME_TOKEN": ""}}"#,
            r#"{"hooks": {"PreToolUse": []}}"#,
            r#"{"permissions": {"deny": []}}"#,
            r#"{"permissions":{"defaultMode":"bypassPermissions"}}"#,
            r#"{"dangerouslySkipPermissions": true}"#,
            r#"{"env": {"https_proxy": "", "ACME_TOKEN": ""}}"#,
            r#"{"hooks": {"preToolUse": []}}"#,
            r#"{"chat.tools.autoApprove": true}"#,
            r#"{"autoApproveAll": true}"#,
            r#"{"servers": {"docs": {}}}"#,
            r#"{"apiKeyHelper": "a"}"#,
        ] {
            assert!(sets_agent(text.as_bytes()), "{text}");
        }
        for text in [
            r#"{"env": {"browser": true}}"#,
            r#"{"hooks": {"pre-commit": "a"}}"#,
            r#"{"permissions": ["tabs"], "host_permissions": []}"#,
            r#"{"servers": [{"url": "https://acme.dev"}]}"#,
            r#"{"scripts": {"env": "env"}}"#,
        ] {
            assert!(!sets_agent(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn what_concerns_a_lint_has_a_hint() {
        for (text, expected) in [
            ("mcpServers = 1", true),
            ("[mcp_servers.a]", true),
            ("context_servers:", true),
            ("modelContextProtocolServers", true),
            ("{\"a\": 1}", true),
            ("x \"servers\": {}, \"inputs\": []", true),
            ("claude mcp add", true),
            ("extensions:\n  docs:", true),
            ("model_provider = 'a'", true),
            ("# mine\n\n[a]\nsandbox_mode = 'a'", true),
            ("---\na: 1\nopenai_base_url: b", true),
            ("import model_provider\n", false),
            ("litellm_settings:", true),
            ("openai-api-key: a", true),
            ("our servers and observers", false),
            ("memcpy(to, from, size);", false),
            ("unable to load_index_extensions: error", false),
        ] {
            assert_eq!(is_in(text.as_bytes(), Words::Possible), expected, "{text}");
            let at = text.len() / 2;
            let is_new = is_new_in(text.as_bytes(), &[Span::new(at, at)], Words::Possible);
            assert!(!is_new || expected, "{text}");
        }
        assert!(is_new_in("# its mcp".as_bytes(), &[Span::new(8, 9)], Words::Possible));
        assert!(is_new_in("a = 1\nmodel_provider = 2".as_bytes(), &[Span::new(1, 2)], Words::Possible));
        assert!(!is_new_in("a = 1\n\n\nb = 1\nmodel_provider = 2".as_bytes(), &[Span::new(8, 9)], Words::Possible));
        assert!(is_new_in("extensions:".as_bytes(), &[Span::new(0, 1)], Words::Possible));
        assert!(is_new_in("a mcpServers".as_bytes(), &[Span::new(11, 12)], Words::Possible));
    }
}
