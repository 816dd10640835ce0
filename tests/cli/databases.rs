//! Transcripts in databases of SQLite: each column is a text of its own, wherever it lies in the file.

use std::collections::BTreeSet;

use super::*;
use crate::hooks::tool;

/// Reads statements with their values from standard input, one JSON array a line, and executes them.
const SCRIPT: &str = r"
import base64, json, sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
def value(each):
    return base64.b64decode(each['blob']) if isinstance(each, dict) else each
for line in sys.stdin:
    statement, *values = json.loads(line)
    database.execute(statement, [value(each) for each in values])
if 'leave' in sys.argv[2:]:
    # As a program that still runs, or was killed, leaves its write-ahead log.
    import os
    os._exit(0)
database.close()
";

/// Makes a database by statements with their values.
pub(super) fn database(home: &Git, path: &str, statements: &[Value], options: &[&str]) -> bool {
    let Some(python) = tool("python3") else { return false };
    let path = home.write(path, "");
    std::fs::remove_file(&path).expect("it was just written");
    let input: String = statements.iter().map(|statement| format!("{statement}\n")).collect();
    home.write("statements", input);
    let mut command = home.command(python);
    command.args(["-c", SCRIPT]).arg(&path).args(options);
    command.stdin(std::fs::File::open(home.file("statements")).expect("it was just written"));
    let output = command.output().expect("python can be started");
    std::fs::remove_file(home.file("statements")).expect("it is there");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if said.contains("No module named") {
        assert!(std::env::var_os("KEYSWEEP_TESTS_NEED_TOOLS").is_none(), "python has no sqlite3");
        println!("skipped: python has no sqlite3");
        return false;
    }
    assert!(output.status.success(), "{said}");
    true
}

/// A token, long or short by its seed, so that the bytes that say how long it is are now letters, now none.
pub(super) fn secret(seed: u64) -> String {
    match seed % 2 {
        0 => Generator::new(seed).fill("glpat-{alnum:20}"),
        _ => token(seed),
    }
}

/// Scans a home directory and returns the secrets that were found, with the report.
#[track_caller]
pub(super) fn found(home: &Git, code: i32) -> (BTreeSet<String>, Report) {
    let path = home.path().to_str().expect("temporary paths are UTF-8");
    let report = scan(home, &["--transcripts", "--home", path, "--reveal"], code);
    let findings = report.0["findings"].as_array().expect("findings are a list");
    let secret = |finding: &Value| finding["revealed"]["text"].as_str().expect("secrets are revealed").to_owned();
    (findings.iter().map(secret).collect(), report)
}

pub(super) const CURSOR: &str = ".config/Cursor/User/globalStorage/state.vscdb";

/// Statements that make rows of every kind, and the secrets in them.
pub(super) fn rows(setup: &[&str]) -> (Vec<Value>, BTreeSet<String>) {
    use serde_json::json;
    let mut statements: Vec<Value> = setup.iter().map(|text| json!([text])).collect();
    for table in [
        "CREATE TABLE ItemTable (key TEXT UNIQUE ON CONFLICT REPLACE, value BLOB)",
        "CREATE TABLE messages (id INTEGER PRIMARY KEY, name TEXT, content TEXT, at INTEGER)",
        "CREATE TABLE plain (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
        "BEGIN",
    ] {
        statements.push(json!([table]));
    }
    let mut secrets = BTreeSet::new();
    for seed in 0..600 {
        let text = secret(seed);
        // Keys that end in letters, in digits, and as words that lead to a value.
        let key = ["openai.apiKey", "cursorAuth/token9", "row", "a_b_", "x.y"][(seed % 5) as usize];
        let key = format!("{seed}{key}");
        let filler = "lorem ipsum dolor ".repeat((seed % 7) as usize * 150);
        let inner = json!({ "text": format!("{filler}\nexport TOKEN={text}\n{filler}") });
        statements.push(match seed % 6 {
            0 | 1 => json!(["INSERT INTO ItemTable VALUES (?, ?)", key, text]),
            2 => {
                json!(["INSERT INTO messages (name, content, at) VALUES (?, ?, ?)", key, inner.to_string(), seed * 977])
            }
            3 => json!(["INSERT INTO plain VALUES (?, ?)", key, text]),
            4 => json!([
                "INSERT INTO messages (name, content, at) VALUES (?, ?, ?)",
                key,
                text,
                1_650_000_000_u64 + seed
            ]),
            _ => {
                use base64::Engine as _;
                let blob = base64::engine::general_purpose::STANDARD.encode(format!("{filler}{key} {text}"));
                json!(["INSERT INTO ItemTable VALUES (?, ?)", key, { "blob": blob }])
            }
        });
        secrets.insert(text);
    }
    statements.push(json!(["COMMIT"]));
    (statements, secrets)
}

#[test]
fn every_column_of_every_row_is_looked_at_alone() {
    for setup in [&[][..], &["PRAGMA page_size = 512"], &["PRAGMA page_size = 65536", "PRAGMA auto_vacuum = FULL"]] {
        let home = Git::outside();
        let (statements, secrets) = rows(setup);
        if !database(&home, CURSOR, &statements, &[]) {
            return;
        }
        let (found, report) = found(&home, 1);
        assert_eq!(found.symmetric_difference(&secrets).count(), 0, "{setup:?}: {} of 600 found", found.len());
        // Each place is that in the file.
        let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
        let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').collect();
        let findings = report.0["findings"].as_array().expect("a list").iter();
        let mut whole = 0;
        for finding in findings {
            let secret = finding["revealed"]["text"].as_str().expect("a text").as_bytes();
            for place in finding["places"].as_array().expect("a list") {
                let at =
                    |name: &str| usize::try_from(place[name].as_u64().expect("a number")).expect("it is small") - 1;
                let rest = &lines[at("line")][at("column")..];
                // One that goes on in another page stands there in part.
                let same = rest.iter().zip(secret).take_while(|(a, b)| a == b).count();
                assert!(same > 0);
                whole += usize::from(same == secret.len());
            }
        }
        assert!(whole >= 570, "{setup:?}: {whole}");
        assert_eq!(report.0["record"]["bytes"], bytes.len());
        assert_eq!(report.0["complete"], true, "{setup:?}: {}", report.0["notices"]);
    }
}

#[test]
fn a_column_that_is_longer_than_a_part_is_found_in_whole() {
    let home = Git::outside();
    let secrets: BTreeSet<String> = (0..180).map(secret).collect();
    let filler = "lorem ipsum dolor ".repeat(3_000);
    // No line ends: parts are cut where it comes, and share what lies there.
    let text: String = secrets.iter().map(|secret| format!("{filler}{secret} ")).collect();
    assert!(text.len() > 9 << 20);
    let statements = [
        serde_json::json!(["CREATE TABLE messages (id INTEGER PRIMARY KEY, name TEXT, content TEXT)"]),
        serde_json::json!(["INSERT INTO messages (name, content) VALUES ('before', ?)", text]),
        serde_json::json!(["INSERT INTO messages (name, content) VALUES ('after', 'short')"]),
    ];
    if database(&home, CURSOR, &statements, &[]) {
        let (found, report) = found(&home, 1);
        assert_eq!(found.symmetric_difference(&secrets).count(), 0, "{} of 180 found", found.len());
        let places = report.0["findings"].as_array().expect("a list").iter();
        let counts: BTreeSet<_> = places.map(|finding| finding["places"].as_array().map(Vec::len)).collect();
        assert_eq!(counts, BTreeSet::from([Some(1)]), "each is told once, also where parts meet");
    }
}

#[test]
fn text_in_utf_16_is_looked_at_too() {
    let home = Git::outside();
    let (statements, secrets) = rows(&["PRAGMA encoding = 'UTF-16le'"]);
    if database(&home, CURSOR, &statements, &[]) {
        let (found, _) = found(&home, 1);
        assert_eq!(found.symmetric_difference(&secrets).count(), 0, "{} of 600 found", found.len());
    }
}

#[test]
fn what_is_in_the_write_ahead_log_alone_is_found() {
    let log = ["PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"];
    // The database itself does not yet say how its text is encoded.
    for setup in [&log[..], &[&log[..], &["PRAGMA encoding = 'UTF-16le'"]].concat()] {
        let home = Git::outside();
        let (statements, secrets) = rows(setup);
        if database(&home, CURSOR, &statements, &["leave"]) {
            let log = std::fs::metadata(home.file(format!("{CURSOR}-wal"))).expect("the log was left").len();
            assert!(log > 100_000, "{log}");
            let (found, report) = found(&home, 1);
            assert_eq!(found.symmetric_difference(&secrets).count(), 0, "{setup:?}: {} of 600 found", found.len());
            assert_eq!(report.0["complete"], true, "{setup:?}: {}", report.0["notices"]);
        }
    }
}

#[test]
fn what_was_deleted_and_not_yet_overwritten_is_found() {
    let home = Git::outside();
    let (mut statements, secrets) = rows(&["PRAGMA secure_delete = OFF"]);
    statements.extend(["DROP TABLE messages", "DELETE FROM plain"].map(|text| serde_json::json!([text])));
    if database(&home, CURSOR, &statements, &[]) {
        let (found, report) = found(&home, 1);
        assert_eq!(report.0["complete"], true, "what is free is not damaged: {}", report.0["notices"]);
        // The first bytes of a page or cell are overwritten, with what they held.
        let left = found.intersection(&secrets).count();
        assert!(left > 550, "{left} of 600 found");
    }
}

#[test]
fn a_damaged_database_is_read_as_far_as_it_goes() {
    let home = Git::outside();
    let (statements, secrets) = rows(&[]);
    if !database(&home, CURSOR, &statements, &[]) {
        return;
    }
    let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
    // Cut off in the middle of a page, and with nonsense in what leads from page to page.
    home.write(CURSOR, &bytes[..bytes.len() / 2 + 100]);
    let (half, _) = found(&home, 1);
    assert!(half.is_subset(&secrets) && half.len() > 200, "{}", half.len());
    let mut wild = bytes.clone();
    for (number, page) in wild.chunks_mut(4096).enumerate().skip(1) {
        page[number % 12] ^= 0xff;
    }
    home.write(CURSOR, wild);
    let (rest, _) = found(&home, 1);
    assert!(rest.intersection(&secrets).count() > 250, "{}", rest.len());
}
