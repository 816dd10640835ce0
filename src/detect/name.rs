//! Reads from the name of a variable what its value is.

use bstr::ByteSlice;

use crate::wording::{PASSWORDS, is_token_of_chain, words};

/// Last words of names whose values are no secrets.
const NO_SECRETS: &[&str] = &[
    "id",
    "ids",
    "name",
    "names",
    "type",
    "types",
    "url",
    "uri",
    "urls",
    "path",
    "file",
    "files",
    "dir",
    "field",
    "fields",
    "column",
    "label",
    "title",
    "hint",
    "text",
    "message",
    "msg",
    "error",
    "length",
    "len",
    "size",
    "count",
    "limit",
    "max",
    "min",
    "policy",
    "expiry",
    "expires",
    "expiration",
    "timeout",
    "ttl",
    "age",
    "prefix",
    "suffix",
    "format",
    "regex",
    "pattern",
    "header",
    "param",
    "parameter",
    "params",
    "endpoint",
    "host",
    "port",
    "method",
    "mode",
    "enabled",
    "required",
    "version",
    "algorithm",
    "alg",
    "provider",
    "class",
    "scope",
    "scopes",
    "issuer",
    "env",
    "var",
    "ref",
    "arn",
    "store",
    "manager",
    "placeholder",
    "description",
    "reset",
    "confirmation",
    "input",
    "form",
    "page",
    "template",
    "hash",
    "digest",
    "sha",
    "sha256",
    "checksum",
    "fingerprint",
    "public",
    "index",
    "idx",
    "usage",
    "used",
    "program",
    "rules",
    "status",
    "state",
    "level",
    "role",
    "user",
    "username",
    "email",
    "model",
    "region",
    "domain",
    "server",
    "service",
    "link",
    "button",
    "tooltip",
    "value_from",
    "valuefrom",
    "address",
    "mint",
    "contract",
    "symbol",
    "encode",
    "decode",
];

/// Endings of the last word of names that say secret, token or API key.
const TOKENS: &[&str] = &[
    "secret",
    "token",
    "apikey",
    "secretkey",
    "accesskey",
    "privatekey",
    "authkey",
    "accesstoken",
    "authtoken",
    "credential",
    "credentials",
    "salt",
    "encryptionkey",
    "signingkey",
    "hmackey",
    "aeskey",
];

/// Last words of names that say password in a word with something else.
const JOINED: &[&str] = &[
    "authtok",
    "bindpw",
    "rootpw",
    "userpw",
    "dbpw",
    "adminpw",
    "dbpass",
    "userpass",
    "keypass",
    "storepass",
    "rootpass",
    "adminpass",
    "mysqlpass",
    "smtppass",
    "mailpass",
    "ftppass",
    "ldappass",
    "loginpass",
];

/// Words before `key` that make it a secret.
const KEYS: &[&str] = &[
    "api",
    "secret",
    "access",
    "private",
    "auth",
    "encryption",
    "signing",
    "master",
    "app",
    "service",
    "admin",
    "client",
    "account",
    "storage",
    "shared",
    "license",
    "webhook",
    "session",
    "jwt",
    "crypt",
    "hmac",
    "aes",
    "subscription",
    "consumer",
    "dev",
    "server",
    "rest",
    "deploy",
    "project",
    "hex",
    "application",
    "write",
];

/// Last words of names that may say secret.
const VAGUE: &[&str] =
    &["key", "auth", "authorization", "cred", "creds", "keys", "oauth", "nkey", "access", "private", "bearer", "pat"];

/// Words before `token` that say where to go on in a list, or that a request is no other's.
const CURSORS: &[&str] = &[
    "next",
    "page",
    "nextpage",
    "continuation",
    "sync",
    "pagination",
    "cursor",
    "idempotency",
    "concurrency",
    "csrf",
    "xsrf",
    "authenticity",
];

/// Words alone that are such tokens.
const JOINED_CURSORS: &[&str] =
    &["csrftoken", "csrfmiddlewaretoken", "xsrftoken", "nexttoken", "pagetoken", "nextpagetoken", "synctoken"];

/// What a name says about its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// A password: chosen by a person, may be short.
    Password,
    /// A secret, token or API key: made by a machine.
    Token,
    /// A key or an authentication of some kind: only a very random value counts.
    Vague,
}

/// Sorts a name into what it says, or `None` if it says that its value is no secret.
pub(super) fn name(key: &[u8]) -> Option<Name> {
    let words = words(key);
    let last = words.last()?.as_str();
    let has = |word: &str| words.iter().any(|other| other == word);
    // The shell's working directory is called PWD; a makefile writes `$$PWD`.
    let is_folder = key.trim_start_with(|letter| letter == '$') == b"PWD"
        || last.ends_with("pwd") && (last.contains("dir") || last.contains("old"));
    // Unlike `client_token`, which clients sign in with, these make a request unique, or name an application to its users.
    let is_of_request = matches!(key, b"clientToken" | b"ClientToken");
    if is_folder || is_of_request || NO_SECRETS.contains(&last) || names_something_else(&words) {
        return None;
    }
    let ends_with = |endings: &[&str]| endings.iter().any(|ending| last.ends_with(ending));
    if PASSWORDS.contains(&last) || JOINED.contains(&last) || ends_with(&["password", "passwd", "pwd"]) {
        return Some(Name::Password);
    }
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    if ends_with(TOKENS) || last == "key" && KEYS.contains(&before) {
        return Some(Name::Token);
    }
    if has("secret") || has("token") || has("password") && !has("reset") || has("apikey") {
        return Some(if words.len() <= 4 { Name::Token } else { Name::Vague });
    }
    VAGUE.contains(&last).then_some(Name::Vague)
}

/// Tells whether a text is itself such a name and nothing else, as in a list of names: letters that say password.
pub(super) fn is_one(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_alphabetic) && name(text) == Some(Name::Password)
}

/// Tells whether a name means something else by a word that usually says secret: one of several passes, or the name of a project,
/// which SonarQube calls its key.
fn names_something_else(words: &[String]) -> bool {
    const PASSES: &[&str] = &["first", "second", "third", "one", "two", "single", "multi", "render", "filter"];
    let has = |word: &str| words.iter().any(|other| other == word);
    if ["public", "keyboard", "keyword", "foreign", "websocket"].into_iter().any(has) || has("web") && has("socket") {
        return true;
    }
    if words.last().is_some_and(|last| JOINED_CURSORS.contains(&last.as_str())) {
        return true;
    }
    match words {
        [.., before, last] if last == "pass" => PASSES.contains(&before.as_str()),
        [first, last] if first == "primary" && last == "key" => true,
        // `PublicKeyToken` where there was no room for it.
        [first, key, last] if first == "lic" && key == "key" && last == "token" => true,
        [.., before, last] if is_token_of_chain(before, last) => true,
        [.., before, last] if last == "token" && CURSORS.contains(&before.as_str()) => true,
        [.., client, before, last] if client == "client" && before == "request" && last == "token" => true,
        // The address of a signed request names the key that signed it.
        [.., before, last] if last == "credential" => matches!(before.as_str(), "amz" | "goog"),
        // The key of a file only names it.
        [.., before, last] if last == "key" && matches!(before.as_str(), "file" | "board" | "issue") => true,
        [first, .., last] => first == "sonar" && last == "key",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_what_its_value_is() {
        for (key, expected) in [
            ("DB_PASSWORD", Some(Name::Password)),
            ("apiKey", Some(Name::Token)),
            ("client_secret", Some(Name::Token)),
            ("key", Some(Name::Vague)),
            ("password_field", None),
            ("token_type", None),
            ("publicKey", None),
            ("keyboard", None),
            ("X-Amz-Credential", None),
            ("gcp_credential", Some(Name::Token)),
            ("Sec-WebSocket-Key", None),
            ("OLDPWD", None),
            ("PWD", None),
            ("$$PWD", None),
            ("sonar.projectKey", None),
            ("hwScaleFilterFirstPass", None),
            ("adminPass", Some(Name::Password)),
            ("db_pwd", Some(Name::Password)),
            ("pw", Some(Name::Password)),
            ("olcRootPW", Some(Name::Password)),
            ("ldap_default_authtok", Some(Name::Password)),
            ("ldap_default_authtok_type", None),
            ("HEX_KEY", Some(Name::Token)),
            ("DBPASS", Some(Name::Password)),
            ("storepass", Some(Name::Password)),
            ("bypass", None),
            ("aesKey", Some(Name::Token)),
            ("encryptionkey", Some(Name::Token)),
            ("OVH_APPLICATION_KEY", Some(Name::Token)),
            ("TOKEN_ADDRESS", None),
            ("MINT_TOKEN", None),
            ("FIGMA_FILE_KEY", None),
            ("token.encode", None),
            ("...licKeyToken", None),
            ("nextPageToken", None),
            ("X-CSRF-Token", None),
            ("csrf_secret", Some(Name::Token)),
            ("clientToken", None),
            ("client_token", Some(Name::Token)),
            ("tokenProgram", None),
        ] {
            assert_eq!(name(key.as_bytes()), expected, "{key}");
        }
    }
}
