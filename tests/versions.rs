//! A version that is inspected by what it changes yields exactly what inspecting it whole yields.

use std::sync::LazyLock;

use base64::Engine as _;
use bstr::BString;
use keysweep::detect::{Engine, Scratch};
use keysweep::input::Copied;
use keysweep::inspect::{Base, Inspected, Inspector, Options};
use keysweep::lint::may_need_lints;
use keysweep::rules::Catalogue;
use keysweep::rules::template::Generator;
use keysweep::source::{ObjectKind, Origin};
use proptest::prelude::*;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(Catalogue::builtin);
static INSPECTOR: LazyLock<Inspector> =
    LazyLock::new(|| Inspector::new(Engine::new(&CATALOGUE), Options { detect: true, ..Options::default() }));

fn origin() -> Origin {
    let id = gix::ObjectId::null(gix::hash::Kind::Sha1);
    Origin::Object { id, kind: ObjectKind::Blob, path: None::<BString>, commit: None }
}

/// All that is said of the findings and notices.
fn facts(inspected: &Inspected) -> Vec<String> {
    let finding = |finding: &keysweep::finding::Finding| format!("{finding:?}");
    let notice = |notice: &keysweep::finding::Notice| format!("{notice:?}");
    let mut facts: Vec<String> =
        inspected.findings.iter().map(finding).chain(inspected.notices.iter().map(notice)).collect();
    facts.sort();
    facts
}

/// A filled example of a rule.
fn example() -> impl Strategy<Value = String> {
    let rules = CATALOGUE.rules().len();
    (0..rules, any::<u64>(), any::<prop::sample::Index>()).prop_map(|(rule, seed, index)| {
        let entry = CATALOGUE.rules()[rule].entry();
        let all: Vec<&String> = entry.examples.matches.iter().chain(&entry.examples.misses).collect();
        all.get(index.index(all.len().max(1))).map_or_else(String::new, |template| Generator::new(seed).fill(template))
    })
}

/// A text in base64 whose lines have `width` digits.
fn wrapped(text: &[u8], width: usize) -> String {
    let digits = base64::engine::general_purpose::STANDARD.encode(text);
    let lines: Vec<&str> =
        digits.as_bytes().chunks(width).map(|line| std::str::from_utf8(line).expect("ASCII")).collect();
    lines.join("\n")
}

/// A name and its value, or the example of a rule in its place, in two fields that may stand far apart.
fn field() -> impl Strategy<Value = String> {
    let name = "(client|db|x|the_very_long_name_of_some_service_that_nobody_knows)_(token|password|secret|color|tokem)";
    let value = prop_oneof![
        4 => "[A-Za-z0-9]{4,40}".boxed(),
        1 => "[A-Za-z0-9+/]{400,520}".boxed(),
        1 => "[a-z .,]{300,480}".boxed(),
        2 => example().boxed(),
        2 => ("[a-z .,]{100,480}", example()).prop_map(|(words, example)| words + &example).boxed(),
    ];
    (name, "[ \n,;]{1,130}", value, 0..4).prop_map(|(name, gap, value, form)| match form {
        0 => format!("- name: {name}\n{gap}value: {value}"),
        1 => format!("<key>{name}</key>{gap}<string>{value}</string>"),
        2 => format!("{name} = {value}"),
        _ => format!("{name}: \"{value}\""),
    })
}

/// A line of a program, the filled example of a rule, a long block such as a private key, or something encoded.
fn line() -> impl Strategy<Value = String> {
    let block = (any::<u64>(), 5usize..150).prop_map(|(seed, lines)| {
        let mut generator = Generator::new(seed);
        let body: Vec<String> = (0..lines).map(|_| generator.fill("{base64:64}")).collect();
        format!("-----BEGIN {0} PRIVATE KEY-----\n{1}\n-----END {0} PRIVATE KEY-----", "RSA", body.join("\n"))
    });
    let words = proptest::collection::vec(prop_oneof![4 => "[a-z ]{0,80}".boxed(), 1 => example().boxed()], 1..40);
    let encoded = (words, 24usize..90).prop_map(|(words, width)| wrapped(words.join("\n").as_bytes(), width));
    let binary = (proptest::collection::vec(any::<u8>(), 30..2000), 24usize..90)
        .prop_map(|(bytes, width)| wrapped(&[b"plain text first, ", bytes.as_slice()].concat(), width));
    let hex = example().prop_map(|text| text.bytes().map(|byte| format!("{byte:02x}")).collect());
    let percent = example().prop_map(|text| text.bytes().map(|byte| format!("%{byte:02x}")).collect());
    let some_escaped =
        (example(), prop::sample::select(vec!["%", "\\u00"]), "[-=:/&]").prop_map(|(text, lead, escaped)| {
            let escape = |c: char| format!("{lead}{:02x}", u32::from(c));
            text.chars().map(|c| if escaped.contains(c) || c == ' ' { escape(c) } else { c.to_string() }).collect()
        });
    let in_escapes = "[a-z ]{40,90}".prop_map(|text| format!("?a=%7B{}%7D", wrapped(text.as_bytes(), 200)));
    prop_oneof![
        3 => some_escaped,
        1 => in_escapes,
        60 => "[a-zA-Z0-9_ =(){};:,./\"'-]{0,70}",
        10 => example(),
        2 => "(password|secret_key|api_token_auth_secret_password_of_the_very_long_name)[ =:]{1,3}['\"]?[A-Za-z0-9]{4,40}['\"]?",
        4 => field(),
        4 => configuration(),
        1 => block,
        1 => encoded,
        1 => binary,
        1 => hex,
        1 => percent,
        1 => "[a-zA-Z0-9=;/+]{1000,6000}",
        1 => "[-/_]{40,90}",
    ]
}

/// A line, or a part of one, that speaks of agents and their servers or nearly does.
fn configuration() -> impl Strategy<Value = String> {
    let word =
        "(mcp|MCP|mcpServers|mcp_servers|servers|Servers|extensions:|sandbox_mode|model_provider|memcpy|observers)";
    let before = "(claude |npx |\\{|\\[|\"|- |  |https://x/)?";
    (before, word, "(\"|-remote|/?token=| add | = 'a'|:|\\]|)", "(:|\\{| -e A_TOKEN=[a-z0-9]{8}| [a-z]{3})?")
        .prop_map(|(before, word, sign, behind)| format!("{before}{word}{sign}{behind}"))
}

#[derive(Clone, Debug)]
enum Edit {
    /// Removes so many bytes and inserts a text.
    Replace { at: prop::sample::Index, remove: usize, insert: String },
    /// Inserts so many bytes that stand elsewhere in the base.
    Copy { at: prop::sample::Index, from: prop::sample::Index, len: usize },
}

fn edit() -> impl Strategy<Value = Edit> {
    let insert = prop_oneof![
        Just(String::new()),
        line().prop_map(|line| format!("\n{line}\n")),
        "[A-Za-z0-9_=\\n\"'/ -]{1,40}",
        Just("\n".to_owned()),
    ];
    let index = any::<prop::sample::Index>;
    prop_oneof![
        4 => (index(), prop_oneof![0usize..60, 0usize..4000], insert)
            .prop_map(|(at, remove, insert)| Edit::Replace { at, remove, insert }),
        1 => (index(), index(), 1usize..6000).prop_map(|(at, from, len)| Edit::Copy { at, from, len }),
    ]
}

/// Applies edits; returns the version and what of it is copied.
fn apply(base: &[u8], edits: &[Edit]) -> (Vec<u8>, Vec<Copied>) {
    let at = |edit: &Edit| match edit {
        Edit::Replace { at, .. } | Edit::Copy { at, .. } => at.index(base.len() + 1),
    };
    let mut edits: Vec<(usize, &Edit)> = edits.iter().map(|edit| (at(edit), edit)).collect();
    edits.sort_by_key(|(at, _)| *at);
    let (mut version, mut copies, mut from) = (Vec::new(), Vec::<Copied>::new(), 0);
    let mut copy = |version: &mut Vec<u8>, from: usize, to: usize| {
        match copies.last_mut() {
            _ if from == to => {}
            Some(last) if last.from + last.len == from && last.to + last.len == version.len() => last.len += to - from,
            _ => copies.push(Copied { from, to: version.len(), len: to - from }),
        }
        version.extend_from_slice(&base[from..to]);
    };
    for (at, edit) in edits {
        copy(&mut version, from, at.max(from));
        from = at.max(from);
        match edit {
            Edit::Replace { remove, insert, .. } => {
                version.extend_from_slice(insert.as_bytes());
                from = (at + remove).clamp(from, base.len());
            }
            Edit::Copy { from: other, len, .. } => {
                let start = other.index(base.len() + 1);
                copy(&mut version, start, (start + len).min(base.len()));
            }
        }
    }
    copy(&mut version, from, base.len());
    (version, copies)
}

/// How many chains of versions are tried; more than usual with `KEYSWEEP_CASES`.
fn cases() -> u32 {
    std::env::var("KEYSWEEP_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(48)
}

#[test]
fn a_keyword_whose_window_is_gone_leads_to_nothing() {
    let fill = |template: &str| Generator::new(7).fill(template);
    let head = "a line of words that says nothing at all to anybody\n".repeat(40);
    let entry = format!("mail for the user alice is read with her pass {}\n", fill("{alnum:7}"));
    let between = "and some words follow it here\n".repeat(3);
    let (run, word, new) = (fill("{alnum:24}"), "nothing", "a line that is new\n");
    let (before, behind) = (format!("{head}{entry}{between}"), format!("\n{head}"));
    let texts = [
        format!("{before}{run}{behind}"),
        format!("{before}{word}{behind}"),
        format!("{head}{new}{}", &[&before[head.len()..], word, &behind].concat()),
    ];
    let (start, end) = (before.len(), behind.len());
    let copies = [
        vec![
            Copied { from: 0, to: 0, len: start },
            Copied { from: start + run.len(), to: start + word.len(), len: end },
        ],
        vec![
            Copied { from: 0, to: 0, len: head.len() },
            Copied { from: head.len(), to: head.len() + new.len(), len: texts[1].len() - head.len() },
        ],
    ];
    let mut scratch = Scratch::default();
    let (found, mut trace) = INSPECTOR.inspect_version(&origin(), texts[0].as_bytes(), None, true, &mut scratch);
    assert_eq!(found.findings.len(), 1);
    for (text, copies) in texts[1..].iter().zip(&copies) {
        let base = trace.as_ref().map(|trace| Base { trace, copies });
        let (fast, next) = INSPECTOR.inspect_version(&origin(), text.as_bytes(), base, true, &mut scratch);
        let slow = INSPECTOR.inspect(&origin(), text.as_bytes(), &mut scratch);
        assert_eq!(facts(&slow), Vec::<String>::new());
        assert_eq!(facts(&fast), facts(&slow), "{copies:?}");
        trace = next;
    }
}

#[test]
fn what_concerns_lints_only_since_a_change_is_seen() {
    let fill = |template: &str| Generator::new(7).fill(template);
    let start = "# a line of words that says nothing at all to anybody\n".repeat(20);
    let end = "\n# and some words follow it here".repeat(20);
    let entries = "\n  docs:\n    cmd: npx\n    env:\n      DOCS_TOKEN: ";
    for (insert, expected) in [
        (fill("claude mcp add docs -e DOCS_TOKEN={alnum:32} -- npx docs"), true),
        (fill(&format!("modelContextProtocolServers:{entries}{{alnum:32}}\n")), true),
        (fill(&format!("extensions:{entries}{{alnum:32}}\n")), true),
        (fill(&format!("observers:{entries}{{alnum:32}}\n")), false),
    ] {
        let (base, version) = (format!("{start}{end}"), format!("{start}{insert}{end}"));
        assert_eq!((may_need_lints(base.as_bytes()), may_need_lints(version.as_bytes())), (false, expected));
        let copies = [
            Copied { from: 0, to: 0, len: start.len() },
            Copied { from: start.len(), to: start.len() + insert.len(), len: end.len() },
        ];
        let mut scratch = Scratch::default();
        let (_, trace) = INSPECTOR.inspect_version(&origin(), base.as_bytes(), None, true, &mut scratch);
        let base = trace.as_ref().map(|trace| Base { trace, copies: &copies });
        let (found, _) = INSPECTOR.inspect_version(&origin(), version.as_bytes(), base, true, &mut scratch);
        assert_eq!(found.may_need_lints, expected, "{}", insert.split_whitespace().next().unwrap_or_default());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_chain_of_versions_is_inspected_as_if_each_were_whole(
        lines in proptest::collection::vec(line(), 0..300),
        chain in proptest::collection::vec(proptest::collection::vec(edit(), 0..4), 1..5),
    ) {
        let mut scratch = Scratch::default();
        let mut bytes = lines.join("\n").into_bytes();
        let (_, mut trace) = INSPECTOR.inspect_version(&origin(), &bytes, None, true, &mut scratch);
        for edits in chain {
            let (version, copies) = apply(&bytes, &edits);
            let base = trace.as_ref().map(|trace| Base { trace, copies: &copies });
            let (fast, next) = INSPECTOR.inspect_version(&origin(), &version, base, true, &mut scratch);
            prop_assert_eq!(fast.may_need_lints, may_need_lints(&version));
            let slow = INSPECTOR.inspect(&origin(), &version, &mut scratch);
            let (fast, slow) = (facts(&fast), facts(&slow));
            let lost: Vec<&String> = slow.iter().filter(|fact| !fast.contains(fact)).collect();
            let made_up: Vec<&String> = fast.iter().filter(|fact| !slow.contains(fact)).collect();
            prop_assert!(fast == slow, "lost {lost:#?}\nmade up {made_up:#?}\ncopies {copies:?}");
            (bytes, trace) = (version, next);
        }
    }
}
