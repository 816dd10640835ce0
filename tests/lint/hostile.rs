//! Hostile documents: whoever makes one twice as large makes a lint work twice as long, and no longer.

use std::fs;
use std::time::Duration;

use keysweep::lint::{Options, Persona, lint_document, lint_text};

/// Returns the processor time of this thread, which other tests do not add to.
fn processor_time() -> Duration {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").expect("the system counts");
    let nanoseconds = stat.split(' ').next().and_then(|first| first.parse().ok()).expect("the first field is a number");
    Duration::from_nanos(nanoseconds)
}

/// Each document, made of so many parts, is a way to have something looked through again and again.
const HOSTILE: [fn(usize) -> String; 19] = [
    |count| server(&format!("\"args\": [{}]", listed("\"--header\"", count))),
    |count| server(&format!("\"args\": [{}]", listed("\"--token\", \"x\"", count))),
    |count| server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "a-1".repeat(count))),
    |count| server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "${A:-".repeat(count))),
    |count| server(&format!("\"env\": {{\"A_KEY\": \"{}{}\"}}", "${A:-".repeat(count), "}".repeat(count))),
    |count| server(&format!("\"env\": {{\"A_KEY\": \"{}\"}}", "{".repeat(count))),
    |count| server(&format!("\"url\": \"{}\"", "https://a?token=".repeat(count))),
    |count| {
        let server = |at| format!("\"s{at}\": {{\"command\": \"npx\", \"env\": {{\"A_TOKEN\": \"${{A}}\"}}}}");
        format!("{{\"mcpServers\": {{{}}}}}", (0..count).map(server).collect::<Vec<_>>().join(","))
    },
    |count| format!("{{\"mcpServers\": {}", "[".repeat(count)),
    |count| "mcp add config=mcp/install?config=".repeat(count),
    |count| "\"a\":".repeat(count),
    // Each value stands below the long name.
    |count| server(&format!("\"{}\": [{}]", "k".repeat(4 * count), listed("0", count))),
    |count| server(&format!("\"{}\": [{}]", "k".repeat(4 * count), listed("\"http://a.io\"", count))),
    |count| format!("{{\"{}\": [{}]}}", "k".repeat(4 * count), listed("{\"a\": 0, \"a\": 0}", count)),
    // A server that starts nothing, with many arguments.
    |count| format!("{{\"mcpServers\": {{\"s\": {{\"args\": [{}]}}}}}}", listed("1", count)),
    |count| format!("{{\"mcpServers\": {{\"s\": {{\"args\": [{}]}}}}}}", listed("\"$NAME\"", count)),
    // Many credentials, of one server and of as many.
    |count| server(&format!("\"env\": {{{}}}", numbered("\"A_PASSWORD_@\": \"q7@\"", count))),
    |count| server(&format!("\"env\": {{{}}}", numbered("\"A_KEY_@\": \"q7Rt2Kx9Lm4Pz8Vn@\"", count))),
    |count| {
        let one = "\"s@\": {\"command\": \"npx\", \"args\": [\"a\", \"--key\", \"q7Rt2Kx9Lm4Pz8Vn@\"]}";
        format!("{{\"mcpServers\": {{{}}}}}", numbered(one, count))
    },
];

fn server(body: &str) -> String {
    format!("{{\"mcpServers\": {{\"s\": {{\"command\": \"npx\", {body}}}}}}}")
}

fn numbered(item: &str, count: usize) -> String {
    (0..count).map(|at| item.replace('@', &at.to_string())).collect::<Vec<_>>().join(",")
}

fn listed(item: &str, count: usize) -> String {
    vec![item; count].join(",")
}

#[test]
fn a_hostile_document_of_twice_the_size_takes_about_twice_the_time() {
    let time = |path: &str, text: &str| {
        let before = processor_time();
        let _ = lint_document(
            path.into(),
            text.as_bytes(),
            &|_| false,
            Options { persona: Persona::Auditor, ..Options::default() },
        );
        let _ = lint_text(text.as_bytes(), &|_| false);
        processor_time() - before
    };
    let paths = [".mcp.json", ".vscode/mcp.json"];
    let all = paths.iter().flat_map(|path| HOSTILE.iter().enumerate().map(move |(number, make)| (path, number, make)));
    for (path, number, make) in all {
        // From where it takes long enough to be told from chance.
        let mut count = 1000;
        let mut taken = time(path, &make(count));
        while taken.as_millis() < 20 && count < 500_000 {
            count *= 2;
            taken = time(path, &make(count));
        }
        let fourfold = time(path, &make(4 * count));
        // The system counts in steps of some milliseconds.
        let taken = taken.max(Duration::from_millis(20));
        assert!(
            fourfold < 9 * taken,
            "document {number} of {count} parts as {path}: {taken:?}, of four times as many: {fourfold:?}"
        );
    }
}

#[test]
fn a_text_of_blank_lines_is_read_in_one_go() {
    let time = |lines: usize| {
        let text = format!("mcpServers:\n  a:\n    command: |\n      x{}      y\n", "\n".repeat(lines));
        let before = processor_time();
        let linted =
            lint_document(".continue/mcpServers/a.yaml".into(), text.as_bytes(), &|_| false, Options::default());
        assert_eq!(linted.error, None);
        processor_time() - before
    };
    let taken = time(100_000).max(Duration::from_millis(20));
    assert!(time(400_000) < 9 * taken, "{taken:?}");
}
