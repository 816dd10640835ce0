//! Databases of which something is missing or damaged: what is left is looked at, and the rest is named.

use super::databases::{CURSOR, database, found, rows, secret};
use super::*;

/// Statements for a database of many pages without a secret; the last row goes on in other pages.
fn clean(setup: &[&str]) -> Vec<Value> {
    use serde_json::json;
    let mut statements: Vec<Value> = setup.iter().map(|text| json!([text])).collect();
    statements.push(json!(["CREATE TABLE messages (id INTEGER PRIMARY KEY, name TEXT UNIQUE, content TEXT)"]));
    statements.push(json!(["BEGIN"]));
    for number in 0..900 {
        let text = format!("lorem ipsum {number} ").repeat(10);
        statements.push(json!(["INSERT INTO messages (name, content) VALUES (?, ?)", format!("row {number}"), text]));
    }
    let long = "dolor sit amet ".repeat(3_000);
    statements.push(json!(["INSERT INTO messages (name, content) VALUES ('long', ?)", long]));
    statements.push(json!(["COMMIT"]));
    statements
}

/// Asserts that a scan misses something of the file and says so.
#[track_caller]
fn told(home: &Git, file: &str, expected: &str) {
    let (found, report) = found(home, 3);
    assert!(found.is_empty());
    assert_eq!(report.0["complete"], false);
    let notices = report.0["notices"].as_array().expect("notices are a list");
    let [notice] = &notices[..] else { panic!("one notice is expected: {notices:?}") };
    assert_eq!(notice["subject"], format!("~/{file}"));
    let message = notice["message"].as_str().expect("a text");
    assert!(message.contains(expected), "{expected}: {message}");
    assert_eq!(report.0["record"]["files"], 1);
    let path = home.path().to_str().expect("temporary paths are UTF-8");
    let run = keysweep(home, &["scan", "--transcripts", "--home", path]).exits(3);
    assert!((run.out.clone() + &run.err).contains(file), "{}{}", run.out, run.err);
}

/// Checks what is said of a database in which another number stands at a place.
#[track_caller]
fn told_with(home: &Git, bytes: &[u8], (place, number): (usize, u32), expected: &str) {
    let mut bytes = bytes.to_vec();
    bytes[place..place + 4].copy_from_slice(&number.to_be_bytes());
    home.write(CURSOR, bytes);
    told(home, CURSOR, expected);
}

#[test]
fn a_database_of_which_a_part_is_missing_is_named() {
    let home = Git::outside();
    if !database(&home, CURSOR, &clean(&[]), &[]) {
        return;
    }
    let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
    found(&home, 0);
    // Between two pages, in the middle of one, in the first one and in the header.
    for len in [bytes.len() / 8192 * 4096, bytes.len() - 1, 4096, 2000, 99, 16] {
        home.write(CURSOR, &bytes[..len]);
        told(&home, CURSOR, "is cut off");
    }
    // What stands behind the last page is looked at as it is and nothing is missing.
    home.write(CURSOR, [&bytes[..], b"behind"].concat());
    found(&home, 0);
}

#[test]
fn a_damaged_page_is_named() {
    for setup in [&[][..], &["PRAGMA page_size = 1024", "PRAGMA auto_vacuum = INCREMENTAL"]] {
        let home = Git::outside();
        if !database(&home, CURSOR, &clean(setup), &[]) {
            return;
        }
        let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
        found(&home, 0);
        let size = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        let pages = bytes.len() / size;
        let kind = |page: usize| bytes[page * size];
        let leaf = (3..pages).find(|&page| kind(page) == 13).expect("a table has rows");
        let inner = (1..pages).find(|&page| kind(page) == 5).expect("the table has many pages");
        // Not the last page of a row: that leads nowhere.
        let leads = |page: usize| bytes[page * size..page * size + 4] != [0; 4];
        let overflow = (3..pages).rev().find(|&page| kind(page) == 0 && leads(page)).expect("a row is long");
        let damage = |range: std::ops::Range<usize>, byte: u8| {
            let mut bytes = bytes.clone();
            bytes[range].fill(byte);
            home.write(CURSOR, bytes);
        };
        for (range, byte) in [
            (leaf * size..(leaf + 1) * size, 0),
            (leaf * size..leaf * size + 1, 77),
            // Pointers to cells, and the number of the page where a row goes on.
            (leaf * size + 8..leaf * size + 12, 0xff),
            (inner * size..inner * size + 1, 0),
            (inner * size + 8..inner * size + 12, 0xff),
            (overflow * size..overflow * size + 4, 0x7f),
        ] {
            damage(range.clone(), byte);
            told(&home, CURSOR, "is damaged");
        }
        // The header, of which nothing is left but the name of the format, and not even that.
        damage(16..100, 0xff);
        told(&home, CURSOR, "is damaged");
        damage(0..100, 0);
        told(&home, CURSOR, "is no database of SQLite");
    }
}

#[test]
fn pages_that_lead_in_circles_are_named() {
    for setup in [&[][..], &["PRAGMA page_size = 1024", "PRAGMA auto_vacuum = INCREMENTAL"]] {
        let home = Git::outside();
        if !database(&home, CURSOR, &clean(setup), &[]) {
            return;
        }
        let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
        found(&home, 0);
        let size = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
        let short = |at: usize| usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
        let long = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        // The inner pages of a table and of an index.
        for kind in [5, 2] {
            let at = (1..bytes.len() / size).map(|page| page * size).find(|&at| bytes[at] == kind);
            let at = at.expect("both have many pages");
            let (first, last) = (at + short(at + 12), at + 8);
            let own = u32::try_from(at / size + 1).expect("few pages");
            for (place, page) in [(first, own), (last, own), (first, long(last)), (last, 1)] {
                told_with(&home, &bytes, (place, page), "is damaged");
            }
        }
    }
}

#[test]
fn a_list_of_free_pages_that_makes_no_sense_is_named() {
    let home = Git::outside();
    let mut statements = clean(&[]);
    statements.push(serde_json::json!(["DELETE FROM messages WHERE id > 100"]));
    if !database(&home, CURSOR, &statements, &[]) {
        return;
    }
    found(&home, 0);
    let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
    let long = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    let (trunk, count) = (long(32), long(36));
    let at = (trunk as usize - 1) * 4096;
    assert!(count > 10 && long(at + 4) > 2, "pages are free");
    for (place, number) in [
        (32, u32::MAX),
        (32, 0),
        (36, count + 1),
        (36, 0),
        (at, trunk),
        (at, u32::MAX),
        (at + 4, u32::MAX),
        (at + 4, 0),
        (at + 8, 0),
        (at + 8, u32::MAX),
        (at + 8, long(at + 12)),
    ] {
        told_with(&home, &bytes, (place, number), "is damaged: its list of free pages");
    }
}

#[test]
fn a_log_that_is_none_is_named_beside_any_database() {
    let home = Git::outside();
    let path = ".local/share/goose/sessions/sessions.db";
    let setup = ["PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"];
    if !database(&home, path, &clean(&setup), &["leave"]) {
        return;
    }
    let name = format!("{path}-wal");
    let log = std::fs::read(home.file(&name)).expect("the log was left");
    found(&home, 0);
    let told = |bytes: Vec<u8>, expected: &str| {
        home.write(&name, bytes);
        let (_, report) = found(&home, 3);
        let notices = report.0["notices"].to_string();
        assert!(notices.contains(&format!("~/{name}")) && notices.contains(expected), "{expected}: {notices}");
    };
    told(vec![7; 5000], "is no write-ahead log");
    told(vec![0; 5000], "is no write-ahead log");
    // Its header is not what was written: no program of SQLite's would believe it.
    let mut spoilt = log.clone();
    spoilt[17] ^= 1;
    told(spoilt, "is damaged");
    home.write(&name, log);
    found(&home, 0);
    // Beside another file it may be anything.
    home.write(path, "no database");
    home.write(&name, "no log");
    found(&home, 0);
}

#[test]
fn a_row_of_very_many_columns_is_sound() {
    let home = Git::outside();
    let names: Vec<String> = (0..1200).map(|number| format!("c{number} TEXT")).collect();
    let mut row = vec![Value::from(format!("INSERT INTO wide VALUES ({})", vec!["?"; 1200].join(", ")))];
    row.extend((0..1200).map(|number| Value::from(format!("lorem ipsum {number}"))));
    let mut held = row.clone();
    (held[3], held[1100]) = (secret(1).into(), secret(2).into());
    let statements =
        |row: Vec<Value>| [serde_json::json!([format!("CREATE TABLE wide ({})", names.join(", "))]), Value::from(row)];
    for size in ["512", "4096", "65536"] {
        for (row, count) in [(&row, 0), (&held, 2)] {
            let mut all = vec![serde_json::json!([format!("PRAGMA page_size = {size}")])];
            all.extend(statements(row.clone()));
            if !database(&home, CURSOR, &all, &[]) {
                return;
            }
            let (secrets, report) = found(&home, i32::from(count > 0));
            assert_eq!(
                (secrets.len(), &report.0["complete"]),
                (count, &true.into()),
                "{size}: {}",
                report.0["notices"]
            );
        }
    }
}

#[test]
fn what_is_left_of_a_damaged_database_is_looked_at() {
    let home = Git::outside();
    let (statements, secrets) = rows(&[]);
    if !database(&home, CURSOR, &statements, &[]) {
        return;
    }
    let bytes = std::fs::read(home.file(CURSOR)).expect("it is there");
    home.write(CURSOR, &bytes[..bytes.len() / 8192 * 4096]);
    let (half, report) = found(&home, 1);
    assert!(half.is_subset(&secrets) && half.len() > 200, "{}", half.len());
    assert_eq!(
        (&report.0["complete"], &report.0["notices"][0]["subject"]),
        (&false.into(), &format!("~/{CURSOR}").into())
    );
    let mut wild = bytes;
    wild[16..100].fill(0xff);
    home.write(CURSOR, wild);
    let (some, report) = found(&home, 1);
    assert!(some.intersection(&secrets).count() > 150 && report.0["complete"] == false, "{}", some.len());
}

#[test]
fn pages_that_the_write_ahead_log_has_are_not_missing() {
    let home = Git::outside();
    let setup = ["PRAGMA journal_mode = WAL", "PRAGMA wal_autocheckpoint = 0"];
    if !database(&home, CURSOR, &clean(&setup), &["leave"]) {
        return;
    }
    let log = std::fs::read(home.file(format!("{CURSOR}-wal"))).expect("the log was left");
    let (_, report) = found(&home, 0);
    assert_eq!(report.0["record"]["files"], 2);
    // As if a checkpoint had got no further than the first page.
    let first = log.windows(16).rposition(|bytes| bytes == b"SQLite format 3\0").expect("the log has the first page");
    home.write(CURSOR, &log[first..first + 4096]);
    found(&home, 0);
    // A log that is cut off in the middle of a page, and one that is none.
    let name = format!("{CURSOR}-wal");
    home.write(&name, &log[..log.len() - 100]);
    let (_, report) = found(&home, 3);
    let subjects: Vec<_> =
        report.0["notices"].as_array().expect("a list").iter().map(|each| &each["subject"]).collect();
    assert!(subjects.contains(&&format!("~/{name}").into()), "{subjects:?}");
    std::fs::remove_file(home.file(CURSOR)).expect("it is there");
    database(&home, CURSOR, &clean(&[]), &[]);
    home.write(&name, vec![7; 5000]);
    let (_, report) = found(&home, 3);
    assert_eq!(report.0["notices"][0]["subject"], format!("~/{name}"));
    // An empty log, an empty database and a journal that was emptied are what they should be.
    home.write(&name, "");
    home.write(format!("{CURSOR}-journal"), vec![0; 512]);
    found(&home, 0);
    home.write(CURSOR, "");
    found(&home, 0);
}

#[test]
fn another_file_may_be_called_a_database() {
    let home = Git::outside();
    // A copy of what an agent worked on.
    home.write(".gemini/tmp/1/service-types.db", "any bytes");
    home.write(".codex/sessions/notes.txt", "any bytes");
    found(&home, 0);
    home.write(".codex/state_5.sqlite", "any bytes");
    let (_, report) = found(&home, 3);
    assert_eq!(report.0["notices"][0]["subject"], "~/.codex/state_5.sqlite");
}
