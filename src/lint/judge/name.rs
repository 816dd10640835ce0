//! Decides from a setting's name whether its value is meant to be secret.

use super::words::Words;
use crate::wording::{PASSWORDS, is_token_of_chain, words};

/// What a name says about the value that belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Says {
    /// Nothing.
    Nothing,
    /// The value belongs to a way in, such as an API: it is a key if it can be nothing else.
    Hint,
    /// The value is a key or token, made by a machine.
    Key,
    /// The value is a password, which may be any text.
    Password,
}

/// Words that make a name that of a key, wherever they stand.
static KEYS: Words = Words::new(
    "token secret apikey credential credentials cred creds pat bearer jwt cookie cookies auth authorization authtoken \
    accesstoken apitoken accesskey secretkey privatekey clientsecret sessionid sessionkey dsn authkey apisecret \
    licensekey tokens",
);

/// Last words of names that say where a value is for: a key, or whatever else belongs there.
static HINTS: Words = Words::new("api access integration session salt signature ak sk license licence");

/// Last words of names that tell one of several secrets from the others: `API_KEY_PROD`.
static STAGES: Words = Words::new("prod production dev development staging stage live test main backup new old");

/// Last words of names that hold something about a secret, not the secret.
static ABOUT: Words = Words::new(
    "id ids region path paths dir directory file files filename port host hostname model models timeout limit \
    limits type types mode method name names prefix suffix header headers env var variable variables command \
    helper expiry expires expiration ttl endpoint url uri scope scopes enabled required count length size user \
    username email issuer audience algorithm algo alg provider version store backend format location redirect description \
    policy rules regex pattern hint strength address mint contract symbol arn server realm strategy in manager budget \
    profile domain authority flow grant callback status state level service alias rate expired",
);

/// Words with which a name is about how many or about a digest, wherever they stand: `checksum/secret`.
static COUNTED: Words =
    Words::new("max min num tokenizer tokenize no checksum digest fingerprint sha1 sha256 sha512 md5");

/// Words with which `key` is no secret: `PUBLIC_KEY`, `primaryKey`, `sort_key`.
static OPEN_KEYS: Words = Words::new(
    "public primary foreign sort partition cache hot short key object row publishable index group project space \
    issue translation json data file board page doc document sheet table column field node component team record \
    cell chart tag label gpg pgp site",
);

/// Judges a name: that of a variable, a header, a member or a flag.
pub fn says(name: &str) -> Says {
    let mut words = words(name.as_bytes());
    // A number, with or without a `v`, counts names and says nothing.
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    words.retain(|word| !is_number(word.strip_prefix('v').filter(|rest| !rest.is_empty()).unwrap_or(word)));
    while words.len() > 1 && words.last().is_some_and(|word| STAGES.has(word)) {
        words.pop();
    }
    let Some(last) = words.last().map(String::as_str) else { return Says::Nothing };
    if words.iter().any(|word| COUNTED.has(word)) {
        return Says::Nothing;
    }
    let is_password = |word: &str| {
        PASSWORDS.contains(&word) && (word != "pass" || word == last)
            || word == "pw" && word == last
            || ["password", "passwd", "pwd"].iter().any(|end| word.len() > end.len() && word.ends_with(end))
    };
    let before = words.len().checked_sub(2).map_or("", |at| words[at].as_str());
    // Telegram's key, the cookie of a login at LinkedIn, the header with Honeycomb's key.
    if matches!((before, last), ("api", "hash") | ("li", "at") | ("honeycomb", "team")) {
        return Says::Key;
    }
    // What is passed through is no password.
    if ABOUT.has(last) || (before, last) == ("pass", "through") || is_token_of_chain(before, last) {
        return Says::Nothing;
    }
    if words.iter().any(|word| is_password(word)) {
        return Says::Password;
    }
    let is_key = |word: &str| {
        KEYS.has(word) || ["token", "secret", "apikey"].iter().any(|end| word.len() > end.len() && word.ends_with(end))
    };
    if words.iter().any(|word| is_key(word)) {
        return Says::Key;
    }
    match last {
        "key" | "keys" if words.len() > 1 && !OPEN_KEYS.has(before) => Says::Key,
        "key" if words.len() == 1 => Says::Key,
        word if word.len() > 4
            && word.ends_with("key")
            && !matches!(
                word,
                "hotkey" | "monkey" | "turkey" | "jockey" | "whiskey" | "pubkey" | "publickey" | "cachekey"
            ) =>
        {
            Says::Key
        }
        word if HINTS.has(word) || words[0] == "key" => Says::Hint,
        _ => Says::Nothing,
    }
}

/// Tells whether a header's name says that its value only identifies.
pub fn about_identity(name: &str) -> bool {
    const WORDS: [&str; 17] = [
        "id",
        "trace",
        "request",
        "version",
        "hash",
        "digest",
        "agent",
        "project",
        "organization",
        "org",
        "team",
        "workspace",
        "tenant",
        "account",
        "user",
        "device",
        "region",
    ];
    let says = |word: &str| WORDS.contains(&word);
    words(name.as_bytes()).iter().any(|word| says(word) || word.strip_suffix("id").is_some_and(says))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_told_from_names_about_them() {
        let keys = "API_KEY OPENAI_API_KEY apiKey x-api-key GITHUB_TOKEN GITHUB_PERSONAL_ACCESS_TOKEN Authorization --api-key --figma-api-key \
            tavilyApiKey FIGMA_KEY SLACK_BOT_TOKEN clientSecret client_secret AWS_SECRET_ACCESS_KEY key access_token X-Figma-Token PRIVATE-TOKEN \
            JIRA_PAT SENTRY_AUTH_TOKEN NOTION_SECRET accessToken smitheryKey SUPABASE_SERVICE_ROLE_KEY OPENAI_API_KEY_2 ACME_KEY_V2 ACME_CREDS AUTH COOKIE APIKEY ACME_PAT TELEGRAM_API_HASH API_KEY_PROD stripeKeyLive ACME_KEY_2_OLD";
        for name in keys.split_whitespace() {
            assert_eq!(says(name), Says::Key, "{name}");
        }
        for name in [
            "DB_PASSWORD",
            "PGPASSWORD",
            "MYSQL_PASS",
            "password",
            "--password",
            "JIRA_PASSWD",
            "db-pwd",
            "EMAIL_APP_PASSWORD",
            "--pw",
        ] {
            assert_eq!(says(name), Says::Password, "{name}");
        }
        let nothing = "MAX_TOKENS TOKEN_LIMIT TOKENIZER PUBLIC_KEY KEY_ID AWS_ACCESS_KEY_ID KEYWORDS AUTH_TYPE AUTH_MODE AUTHOR AWS_REGION \
            API_URL GOOGLE_APPLICATION_CREDENTIALS_PATH SECRET_NAME primaryKey hotkey bypass compass PATH NODE_ENV --project-ref monkey \
            GITHUB_TOKEN_FILE passwordHelper API_KEY_ENV PASSWORD_POLICY TOKEN_ADDRESS MINT_TOKEN FIGMA_FILE_KEY PASS_THROUGH SECRET_ARN \
            AUTH_SERVER AUTH_REALM AUTH_STRATEGY JWT_EXPIRES_IN SECRET_MANAGER TOKEN_BUDGET PASS_RATE GPG_KEY RECAPTCHA_SITE_KEY checksum/secret KEY_FINGERPRINT PUBLIC_KEY_PROD PROD KEY_ID_PROD KEY_PREFIX";
        for name in nothing.split_whitespace() {
            assert_eq!(says(name), Says::Nothing, "{name}");
        }
        for name in
            "LINEAR_API FIGMA_ACCESS NOTION_INTEGRATION ALIYUN_AK ALIYUN_SK TITLE_SK AOC_SESSION ACME_LICENSE KEY_ACME"
                .split(' ')
        {
            assert_eq!(says(name), Says::Hint, "{name}");
        }
    }
}
