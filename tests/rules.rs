//! Every built-in rule is proven: its file is valid, its examples are found or not, its texts are complete.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use keysweep::detect::{Engine, Scratch, examples};
use keysweep::finding::{Rotation, Severity};
use keysweep::rules::template::Generator;
use keysweep::rules::{Catalogue, PROOFS, Rule, RuleFile};

#[test]
fn every_example_of_every_rule_holds() {
    let problems: Vec<String> = Catalogue::builtin()
        .rules()
        .iter()
        .flat_map(|rule| examples::failures(rule).into_iter().map(|failure| format!("{}: {failure}", rule.id)))
        .collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_rule_file_passes_the_check_that_users_rules_pass() {
    let problems: Vec<String> = Catalogue::files()
        .iter()
        .filter_map(|(name, text)| Rule::parse(text).err().map(|error| format!("{name}: {}", error.told())))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_words_of_a_rule_are_those_of_its_file() {
    for rule in Catalogue::builtin().rules() {
        let entry = rule.entry();
        assert_eq!(rule.keywords, entry.keywords, "{}", rule.id);
        assert_eq!(rule.near, entry.check.near, "{}", rule.id);
    }
}

#[test]
fn every_rule_says_why_it_matters_and_how_to_rotate() {
    let mut problems = Vec::new();
    for rule in Catalogue::builtin().rules() {
        let (entry, rotation) = (rule.entry(), rule.rotation());
        if entry.why.trim().is_empty() || entry.title.trim().is_empty() {
            problems.push(format!("{}: no title or no `why`", rule.id));
        }
        if rotation.steps.is_empty() || rotation.place.is_empty() && rotation.docs.is_empty() {
            problems.push(format!("{}: no steps, or no place and no page to rotate at", rule.id));
        }
        if entry.check.proof.as_deref().is_some_and(|proof| !PROOFS.contains(&proof)) {
            problems.push(format!("{}: no such proof", rule.id));
        }
        if entry.title.ends_with('.') {
            problems.push(format!("{}: the title ends with a period", rule.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Words of titles that tell of a credential that is none of a provider's usual tokens and keys.
const KINDS: &[&[&str]] = &[
    &["webhook", "hook"],
    &["cookie"],
    &["signing", "hmac", "jwt secret", "salt"],
    &["client secret", "app secret", "application secret", "consumer secret", "shared secret"],
    &["session"],
    &["refresh"],
    &["password"],
    &["passphrase"],
    &["encryption key", "unlock key", "unseal key", "master key"],
];

/// Returns the place in [`KINDS`] of the kind that a title tells of, or `None` for an ordinary token or key.
fn kind(title: &str) -> Option<usize> {
    let title = title.to_lowercase();
    KINDS.iter().position(|words| words.iter().any(|word| title.contains(word)))
}

/// Returns of each file the rules, of more than low severity, that have a fact as the provider tells it.
fn inheriting(fact: fn(&Rotation) -> String) -> Vec<(String, Vec<Arc<Rule>>)> {
    let mut all: Vec<(String, Vec<Arc<Rule>>)> = Vec::new();
    for rule in Catalogue::builtin().rules() {
        let entry = rule.entry();
        let told = fact(&entry.provider().rotation);
        let is_own = !fact(&entry.rotation).is_empty();
        if told.is_empty() || is_own || fact(rule.rotation()) != told || entry.severity == Severity::Low {
            continue;
        }
        match all.last_mut() {
            Some((family, rules)) if family == rule.family() => rules.push(Arc::clone(rule)),
            _ => all.push((rule.family().to_owned(), vec![Arc::clone(rule)])),
        }
    }
    all
}

#[test]
fn what_a_provider_tells_of_revoking_is_told_of_one_kind_of_credential() {
    let mut problems = Vec::new();
    let facts: [fn(&Rotation) -> String; 3] =
        [|it| it.commands.join("\n"), |it| it.immediate.clone(), |it| it.audit.clone()];
    for fact in facts {
        for (family, rules) in inheriting(fact) {
            // Its rules are of whatever service is behind a URL.
            let is_general = family == "http";
            let kinds: HashSet<Option<usize>> = rules.iter().map(|rule| kind(&rule.meta().title)).collect();
            if kinds.len() > 1 && !is_general {
                let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_ref()).collect();
                problems.push(format!("{}\n    is told of {}", fact(rules[0].rotation()), ids.join(", ")));
            }
        }
    }
    assert!(problems.is_empty(), "give the odd ones steps of their own:\n{}", problems.join("\n"));
}

/// Which rules of a provider share its commands: none that is added gets a call that it was not looked at for.
const SHARED_COMMANDS: &str = "\
age: secret-key plugin-identity
aws: access-key access-key-behind access-key-id secret-access-key
cloudflare: api-token api-token-legacy
confluent: api-secret api-secret-prefixed api-key
django: secret-key insecure-secret-key
dropbox: short-lived-token long-lived-token
exoscale: api-secret api-key
fly: access-token access-token-legacy personal-token
gcp: service-account-key service-account-base64
github: personal-access-token fine-grained-token
gitlab: personal-access-token routable-token legacy-token
heroku: api-key api-key-legacy
influxdb: api-token api-token-near
npm: access-token legacy-token
openai: api-key project-key
proxmox: api-token token-secret
slack: bot-token user-token legacy-token
snowflake: password key
vault: token token-legacy
vercel: token token-legacy
";

#[test]
fn the_commands_of_a_provider_are_shared_by_rules_that_were_looked_at() {
    let mut table = String::new();
    for (family, rules) in inheriting(|it| it.commands.join("\n")).into_iter().filter(|(_, rules)| rules.len() > 1) {
        let things: Vec<&str> = rules.iter().filter_map(|rule| rule.id.split('/').nth(1)).collect();
        table.push_str(&format!("{family}: {}\n", things.join(" ")));
    }
    assert_eq!(table, SHARED_COMMANDS, "does the call revoke what each of these rules finds?");
}

#[test]
fn every_id_stands_once_and_in_the_file_of_its_provider() {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for (name, text) in Catalogue::files() {
        let file: RuleFile = toml::from_str(text).expect("checked by another test");
        assert_eq!(&file.provider.id, name);
        for rule in file.rules {
            if let Some(other) = owners.insert(rule.id.clone(), name) {
                panic!("`{}` stands in rules/{other}.toml and in rules/{name}.toml", rule.id);
            }
        }
    }
    assert_eq!(owners.len(), Catalogue::builtin().rules().len());
}

/// Where a token of a format of its own stands in real files.
const AROUND_TOKENS: &[&str] = &[
    "VALUE",
    "API_TOKEN=VALUE",
    "export API_TOKEN=\"VALUE\"",
    "token: VALUE",
    "  \"token\": \"VALUE\",",
    "token = 'VALUE'",
    "const token = `VALUE`;",
    "<token>VALUE</token>",
    "curl -H \"Authorization: Bearer VALUE\" https://host.invalid/v1",
    "https://host.invalid/v1?key=VALUE&page=2",
    "| token | `VALUE` |",
    "client = Client(\"VALUE\")",
    "--token VALUE",
    "(VALUE)",
    "{\\\"token\\\":\\\"VALUE\\\"}",
    "next=%2Fv1%3Ftoken%3DVALUE%26page%3D2",
    "Bearer%20VALUE",
    "token\\u003dVALUE\\u0026page",
    "the token:\\nVALUE\\n",
    "\\x22VALUE\\x22",
    "\x1b[1;32mVALUE\x1b[0m",
    "\x1b[01;31m\x1b[KVALUE\x1b[m\x1b[K",
    "\\u001b[38;2;255;255;255mVALUE",
];

/// How a key without a format of its own stands near its provider's name.
const AROUND_KEYS: &[&str] = &[
    "NAME_API_KEY=VALUE",
    "export NAME_TOKEN=\"VALUE\"",
    "name_secret: VALUE",
    "  \"nameApiKey\": \"VALUE\",",
    "name.api.key = 'VALUE'",
    "const nameToken: string = \"VALUE\";",
    "name_token := \"VALUE\"",
    "'name_key' => 'VALUE',",
    "private static final String NAME_KEY = \"VALUE\";",
    "<nameKey>VALUE</nameKey>",
    "tool --name-api-key VALUE",
    "name:\n  api_key: VALUE\n",
    "# Name\nAPI_KEY=VALUE",
    "\"name\": { \"token\": \"VALUE\" }",
    "https://api.name.invalid/v1/x?api_key=VALUE",
    "curl https://api.name.invalid/v1 -H \"X-Api-Key: VALUE\"",
    "new Name({ apiKey: \"VALUE\" })",
    "| Name API key | `VALUE` |",
    "Name's access token is VALUE",
];

/// Returns the secret that the rule finds in its first example, if nothing but the secret's own format leads to it or
/// it is long enough to lead to a name at a distance.
fn own_secret(rule: &Arc<Rule>, engine: &Engine, keyed: bool) -> Option<String> {
    let template = rule.entry().examples.matches.first().cloned()?;
    let text = Generator::new(11).fill(&template);
    let found = engine.candidates(text.as_bytes(), None, &mut Scratch::default());
    let first = found.first()?;
    let secret = &text[first.secret.range()];
    let fits = match keyed {
        true => secret.len() >= 16 && secret.bytes().any(|byte| byte.is_ascii_digit()),
        false => first.whole.len() <= secret.len() + 2 && !secret.contains("://") && !secret.contains('\n'),
    };
    fits.then(|| secret.to_owned())
}

/// Puts a value, and a name in the spellings that a place has, into a place.
fn put(place: &str, name: &str, value: &str) -> String {
    let (upper, mut title) = (name.to_uppercase().replace(['-', '.', ' '], "_"), name.to_owned());
    title.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
    place.replace("NAME", &upper).replace("Name", &title).replace("name", name).replace("VALUE", value)
}

#[test]
fn tokens_are_found_wherever_people_put_them() {
    let mut problems = Vec::new();
    // How many rules were tried: those with a format of their own, and those of keys near a name.
    let mut tried = [0, 0];
    for rule in Catalogue::builtin().rules() {
        let entry = rule.entry();
        let keyed = rule.pattern.contains("%key%(?<secret>");
        if !entry.paths.is_empty() || !entry.check.near.is_empty() {
            continue;
        }
        let engine = Engine::new(&Catalogue::of(vec![Arc::clone(rule)]));
        let Some(secret) = own_secret(rule, &engine, keyed) else { continue };
        let finds = |place: &str, name: &str| {
            let text = put(place, name, &secret);
            !engine.candidates(text.as_bytes(), None, &mut Scratch::default()).is_empty()
        };
        let places = if keyed { AROUND_KEYS } else { AROUND_TOKENS };
        let mut names = rule.keywords.iter().map(|keyword| keyword.trim_matches(|c: char| !c.is_ascii_alphanumeric()));
        let Some(name) = names.find(|name| finds(places[0], name)) else { continue };
        tried[usize::from(keyed)] += 1;
        let missed = places.iter().filter(|place| !finds(place, name));
        problems.extend(missed.map(|place| format!("{}: {}", rule.id, place.escape_debug())));
    }
    // Left out are rules that need more than their secret, and keys that are short or no text of one line.
    assert!(tried[0] >= 400 && tried[1] >= 640, "of so few rules nothing is proven: {tried:?}");
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}
