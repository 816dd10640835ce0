//! Tests of all formats together.

use proptest::prelude::*;

use super::*;

/// Calls `check` with every scalar below `node`.
fn each<'a>(node: &'a Node, check: &mut dyn FnMut(&'a Node, &'a Scalar)) {
    match &node.value {
        Value::Scalar(scalar) => check(node, scalar),
        _ => node.children().iter().for_each(|child| each(child, check)),
    }
}

fn scalars(document: &Document) -> Vec<&Scalar> {
    let mut found = Vec::new();
    document.roots.iter().for_each(|root| each(root, &mut |_, scalar| found.push(scalar)));
    found
}

fn find<'a>(document: &'a Document, path: &[&str]) -> &'a Node {
    path.iter().fold(&document.roots[0], |node, step| match step.parse::<usize>() {
        Ok(index) => &node.children()[index],
        Err(_) => node.get(step).expect("the test's own path"),
    })
}

fn slice(text: &str, span: Span) -> &str {
    &text[span.range()]
}

#[test]
fn every_format_gives_values_their_own_bytes() {
    let cases = [
        (Format::Json, "{\"a\": {\"b\": [1, \"x é\"]}} // end"),
        (Format::Json, "{a: {'b': [1, 'x é',]}, /* c */}"),
        (Format::Toml, "# é\n[a]\nb = [1, \"x é\"]\n"),
        (Format::Toml, "a = { b = [1, 'x é'] } # end"),
        (Format::Yaml, "# é\r\na:\r\n  b:\r\n  - 1\r\n  - \"x é\"\r\n"),
        (Format::Yaml, "a: {b: [1, 'x é']}\n---\nother: 1\n"),
        (Format::Yaml, "a:\n  b:\n    - 1\n    - x é # note\n"),
        (Format::FrontMatter, "---\na:\n  b: [1, x é]\n---\n# Title\n"),
    ];
    for (format, text) in cases {
        let document = parse(text.as_bytes(), format).expect("valid");
        let node = find(&document, &["a", "b", "1"]);
        let scalar = node.scalar().expect("a scalar");
        assert_eq!(scalar.text, "x é", "{text}");
        assert_eq!(slice(text, scalar.content), "x é", "{text}");
        assert_eq!(slice(text, scalar.raw(2..4)), "é", "{text}");
        assert!(slice(text, node.span).trim_matches(['"', '\'']) == "x é", "{text}");
        let list = find(&document, &["a", "b"]);
        assert_eq!(slice(text, list.key.as_ref().expect("a key").span).trim_matches(['"', '\'']), "b");
        assert!(list.span.contains(node.span));
    }
}

#[test]
fn escapes_are_mapped_back_to_their_bytes() {
    let cases = [
        (Format::Json, r#"{"a": "x\"\u00e9\ud83d\ude00/token"}"#),
        (Format::Toml, r#"a = "x\"\u00e9\U0001F600/token""#),
        (Format::Yaml, r#"a: "x\"\u00e9\U0001F600/token""#),
        (Format::Yaml, "a: 'x''é😀/token'"),
        (Format::Yaml, "a: |\n   x\n   é😀/token\n"),
        (Format::Yaml, "a: >-\n   x\n   é😀/token\n"),
        (Format::Dotenv, r#"a="x\"é😀/token""#),
    ];
    for (format, text) in cases {
        let document = parse(text.as_bytes(), format).expect("valid");
        let scalar = find(&document, &["a"]).scalar().expect("a scalar");
        let at = scalar.text.find("token").expect("the test's own word");
        assert_eq!(slice(text, scalar.raw(at..at + 5)), "token", "{text}");
        assert!(scalar.is_exact(), "{text}");
    }
}

#[test]
fn duplicate_keys_stay_and_the_last_one_counts() {
    for (format, text) in
        [(Format::Json, r#"{"a": 1, "a": 2}"#), (Format::Yaml, "a: 1\na: 2\n"), (Format::Dotenv, "a=1\na=2\n")]
    {
        let document = parse(text.as_bytes(), format).expect("valid");
        assert_eq!(document.roots[0].children().len(), 2);
        assert_eq!(find(&document, &["a"]).scalar().expect("a scalar").text, "2");
    }
}

#[test]
fn comments_are_found_and_strings_are_not_taken_for_them() {
    let cases = [
        (Format::Json, "{\"a\": \"// no\", // yes\n \"b\": \"/* no */\" /* yes */}", vec!["// yes", "/* yes */"]),
        (Format::Toml, "a = \"# no\" # yes\n# yes too\n", vec!["# yes", "# yes too"]),
        (Format::Yaml, "a: \"# no\" # yes\nb: x#no\nc: |\n  # no\n# yes too", vec!["# yes", "# yes too"]),
        (Format::Dotenv, "A='# no'\nB=x#no # yes\n# yes too", vec!["# yes", "# yes too"]),
    ];
    for (format, text, expected) in cases {
        let document = parse(text.as_bytes(), format).expect("valid");
        let found: Vec<&str> = document.comments.iter().map(|comment| slice(text, comment.span)).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn hostile_documents_are_refused_and_named() {
    let depth = 100_000;
    let deep = |error: DocumentError| matches!(error, DocumentError::TooDeep { .. });
    let cases = [
        (Format::Json, "[".repeat(depth)),
        (Format::Json, "{\"a\":".repeat(depth)),
        (Format::Json, format!("{}{}", "[".repeat(depth), "]".repeat(depth))),
        (Format::Toml, format!("a = {}{}", "[".repeat(depth), "]".repeat(depth))),
        (Format::Toml, format!("a = {}", "{ a = ".repeat(depth))),
        (Format::Toml, format!("{}a = 1", "a.".repeat(depth))),
        (Format::Toml, format!("[{}a]\n", "a.".repeat(depth))),
        (Format::Yaml, "- ".repeat(depth)),
        (Format::Yaml, "? ".repeat(depth)),
        (Format::Yaml, "[".repeat(depth)),
        (Format::Yaml, format!("a: {}", "{a: ".repeat(depth))),
        (Format::Yaml, format!("a: {}{}", "[".repeat(depth), "]".repeat(depth))),
        (Format::Yaml, format!("a: {}b{}", "{a: ".repeat(depth), "}".repeat(depth))),
        (Format::FrontMatter, format!("---\na: {}\n---\n", "[".repeat(depth))),
    ];
    for (format, text) in cases {
        let error = parse(text.as_bytes(), format).expect_err("too deep");
        assert!(deep(error), "{format:?} {error}");
    }
    assert_eq!(parse(&vec![b' '; LARGEST + 1], Format::Json).expect_err("too large"), DocumentError::TooLarge);
    assert_eq!(parse(b"{\"a\": \"\xff\"}", Format::Json).expect_err("Latin-1"), DocumentError::NotUtf8 { offset: 7 });
    let broken = parse(b"{\"a\": \"hunter2", Format::Json).expect_err("cut off");
    assert!(!broken.to_string().contains("hunter2"));
}

#[test]
fn a_byte_order_mark_moves_nothing() {
    for (format, text) in [
        (Format::Json, "\u{feff}{\"a\": \"x\"}"),
        (Format::Toml, "\u{feff}a = \"x\""),
        (Format::Yaml, "\u{feff}a: x"),
        (Format::Dotenv, "\u{feff}a=x"),
    ] {
        let document = parse(text.as_bytes(), format).expect("valid");
        assert_eq!(slice(text, find(&document, &["a"]).scalar().expect("a scalar").content), "x", "{format:?}");
    }
}

#[test]
fn dotenv_values_end_where_shells_end_them() {
    let text = "export A=1 # note\nB = ' x '\nC=\"a\nb\"\nnot an assignment\nD=\n  E=e=f\r\n";
    let document = parse(text.as_bytes(), Format::Dotenv).expect("never fails");
    let pairs: Vec<(&str, &str)> = document.roots[0]
        .children()
        .iter()
        .map(|node| (node.name(), node.scalar().expect("a scalar").text.as_str()))
        .collect();
    assert_eq!(pairs, [("A", "1"), ("B", " x "), ("C", "a\nb"), ("D", ""), ("E", "e=f")]);
}

fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ -~é😀\\n\\t]{0,40}").expect("a valid pattern")
}

proptest! {
    #[test]
    fn spans_point_to_bytes_that_decode_to_the_value(values in proptest::collection::vec(text(), 0..6)) {
        let json = serde_json::to_string_pretty(&values).expect("strings serialise");
        let document = parse(json.as_bytes(), Format::Json).expect("valid");
        let found = scalars(&document);
        prop_assert_eq!(found.len(), values.len());
        for (scalar, value) in found.into_iter().zip(&values) {
            prop_assert_eq!(&scalar.text, value);
            let quoted = &json[scalar.content.start - 1..scalar.content.end + 1];
            prop_assert_eq!(&serde_json::from_str::<String>(quoted).expect("a literal"), value);
            prop_assert!(scalar.is_exact());
            for (at, c) in value.char_indices() {
                let raw = &json[scalar.raw(at..at + c.len_utf8()).range()];
                prop_assert_eq!(serde_json::from_str::<String>(&format!("\"{raw}\"")).expect("a literal"), c.to_string());
            }
        }
    }

    #[test]
    fn no_input_makes_a_parser_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), glue in "[\\[\\]{}:,\"'#|>\\- \\n=a.&*!?%]{0,60}") {
        for format in [Format::Json, Format::Toml, Format::Yaml, Format::Dotenv, Format::FrontMatter] {
            for input in [bytes.as_slice(), glue.as_bytes(), format!("---\n{glue}\n---\n").as_bytes()] {
                if let Ok(document) = parse(input, format) {
                    for scalar in scalars(&document) {
                        prop_assert!(scalar.content.start <= scalar.content.end && scalar.content.end <= input.len());
                        let all = scalar.raw(0..scalar.text.len());
                        prop_assert!(all.start <= all.end && all.end <= input.len());
                    }
                }
            }
        }
    }

    #[test]
    fn yaml_and_toml_spans_hold_the_value_between_any_quotes(value in "[a-zA-Z0-9_./+-]{1,30}") {
        let value = format!("v{value}");
        for text in [format!("k: {value}\n"), format!("é: 'q'\nk: \"{value}\" # c\n"), format!("k: |-\n  {value}\n"), format!("- &a !x {value}\n")] {
            let document = parse(text.as_bytes(), Format::Yaml).expect("valid");
            let found = scalars(&document);
            let last = found.last().expect("a scalar");
            prop_assert_eq!(&last.text, &value);
            prop_assert_eq!(&text[last.raw(0..value.len()).range()], value.as_str());
        }
        for text in [format!("k = \"{value}\""), format!("k = '{value}'"), format!("k = \"\"\"\n{value}\"\"\""), format!("[t]\nk = {{ a = '{value}' }}")] {
            let document = parse(text.as_bytes(), Format::Toml).expect("valid");
            let found = scalars(&document);
            prop_assert_eq!(&found[0].text, &value);
            prop_assert_eq!(&text[found[0].raw(0..value.len()).range()], value.as_str());
        }
    }
}
