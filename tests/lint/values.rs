//! Which values of a setting are credentials, and which packages are pinned.

use super::{fill, lint};

/// Returns which lints speak up about a server of `.mcp.json` with these members.
fn lints(members: &str) -> Vec<String> {
    let text = format!("{{\"mcpServers\": {{\"s\": {{{members}}}}}}}");
    lint(".mcp.json", text.as_bytes()).into_iter().map(|finding| finding.meta.id.clone()).collect()
}

#[test]
fn the_name_of_a_method_is_no_credential() {
    let values = ["oauth2-device-code", "okta-saml2", "argon2id-v19"];
    for (name, value) in ["USE_AUTH", "SSO_AUTH", "PASSWORD_HASH_ALGO"].into_iter().zip(values) {
        let found = lints(&format!("\"command\": \"a\", \"env\": {{\"{name}\": \"{value}\"}}"));
        assert_eq!(found, Vec::<String>::new(), "{name}");
    }
}

#[test]
fn a_header_that_only_ends_like_an_identifier_holds_a_credential() {
    let key = fill("{alnum:32}").0;
    let headers = |name: &str| lints(&format!("\"url\": \"https://a.io/mcp\", \"headers\": {{\"{name}\": \"{key}\"}}"));
    for name in ["X-Grid", "X-Android", "X-Cyborg"] {
        assert_eq!(headers(name), ["mcp/literal-in-header"], "{name}");
    }
    for name in ["X-Request-Id", "X-RequestId", "X-Project", "X-Trace-Context"] {
        assert_eq!(headers(name), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn one_number_behind_two_signs_pins_a_package_of_python() {
    let found = |package: &str| lints(&format!("\"command\": \"uvx\", \"args\": [\"{package}\"]"));
    assert_eq!(found("docs==1"), Vec::<String>::new());
    assert_eq!(found("docs==1.*"), ["mcp/unpinned-package"]);
}

#[test]
fn all_that_a_helper_prints_is_a_credential() {
    let keys = [fill("{uuid}").0, fill("{alnum:32}").0];
    let text = format!("{{\"apiKeyHelper\": \"echo --token {} {}\"}}", keys[1], keys[0]);
    let found = lint(".claude/settings.json", text.as_bytes());
    assert_eq!(found.iter().filter(|finding| finding.meta.id == "mcp/literal-setting").count(), 2);
}

#[test]
fn what_looks_made_under_a_short_name_for_a_secret_key_is_one() {
    let values = ["{alnum:32}", "{hex:32}", "{base64:40}"].map(|template| fill(template).0);
    for name in ["ALIYUN_SK", "VOLC_SK", "ACME_SK_2"] {
        for value in &values {
            let found = lints(&format!("\"command\": \"a\", \"env\": {{\"{name}\": \"{value}\"}}"));
            assert_eq!(found, ["mcp/literal-in-env"], "{name}");
        }
        for text in ["Nadpis v slovenskom jazyku", "eu-central-1", "sk_SK", "secret-key-of-the-account", "2024-11-05"] {
            let found = lints(&format!("\"command\": \"a\", \"env\": {{\"{name}\": \"{text}\"}}"));
            assert_eq!(found, Vec::<String>::new(), "{name} {text}");
        }
    }
}
