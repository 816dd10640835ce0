//! Contents and repositories of every shape: found all the same, and never a panic.

use super::*;

#[test]
fn a_secret_is_found_in_text_of_every_shape() {
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        let mark = std::iter::once(0xfeff);
        let unit = |unit: u16| if big { unit.to_be_bytes() } else { unit.to_le_bytes() };
        mark.chain(text.encode_utf16()).flat_map(unit).collect()
    };
    let text = format!("one\r\ntwo\r\n{}", line(1).trim_end());
    let with_nul = [b"\0\x01\xff\n\n".as_slice(), line(1).as_bytes(), b"\0\0"].concat();
    let shapes: [(&str, Vec<u8>, u32); 6] = [
        ("crlf.txt", format!("{text}\r\n").into_bytes(), 3),
        ("no-newline.txt", text.clone().into_bytes(), 3),
        ("utf16le.txt", utf16(&text, false), 3),
        ("utf16be.txt", utf16(&text, true), 3),
        ("nul.bin", with_nul, 3),
        ("mark.txt", format!("\u{feff}{}", line(1)).into_bytes(), 1),
    ];
    for (name, bytes, at) in shapes {
        let git = repository();
        git.commit_file(name, &bytes, "Leak");
        let expected = [format!("{name}:{at}")];
        for arguments in [&[][..], &["--history"], &["--range", "HEAD~1..HEAD"]] {
            assert_eq!(scan(&git, arguments, 1).places(RULE), expected, "{name} {arguments:?}");
        }
        git.run(&["reset", "--quiet", "--soft", "HEAD~1"]);
        assert_eq!(scan(&git, &["--staged"], 1).places(RULE), expected, "{name} staged");
    }
}

#[test]
fn a_secret_is_told_once_whether_all_around_it_is_escaped_or_a_few_characters() {
    let (percent, token) = (|text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>(), token(2));
    let (prefix, rest) = token.split_once('_').expect("the token has a prefix");
    let shapes = [
        format!("next=%2Fv1%3Ftoken%3D{token}%26page%3D2"),
        format!("Bearer%20{token}"),
        format!("%257B%2522token%2522%253A%2522{token}%2522%257D"),
        format!("token={prefix}%5F{rest}"),
        format!("{{\"body\": \"{{\\u0022token\\u0022:\\u0022{prefix}\\u005f{rest}\\u0022}}\"}}"),
        format!("{{\"body\": \"GITHUB_TOKEN\\n{token}\\n\"}}"),
        format!("\u{1b}[1;32m{token}\u{1b}[0m"),
        percent(&line(2)),
    ];
    for text in shapes {
        let git = repository();
        let shown = text.replace(&token, "TOKEN").replace(rest, "REST");
        git.commit_file("a.txt", format!("# a\n{text}\n# b\n"), "Leak");
        for arguments in [&[][..], &["--history"]] {
            let report = scan(&git, arguments, 1);
            assert_eq!((report.places(RULE), report.count("active")), (vec!["a.txt:2".to_owned()], 1), "{shown}");
        }
    }
}

#[test]
fn each_secret_of_a_text_with_escapes_is_told_once() {
    let (one, other) = (["q8Zk4t", "Lw2Xv7"], ["m3Rb9x", "Tn6Yc1"]);
    let url = |scheme: &str, [start, end]: [&str; 2]| format!("postgres{scheme}admin:{start}%40{end}@db.acme.io/app");
    let escaped = |[start, end]: [&str; 2]| format!("postgres%3A%2F%2Fadmin%3A{start}{end}%40db2.acme.io%2Fapp");
    for (text, expected) in [
        (format!("DATABASE_URL={}\nNEXT=https%3A%2F%2Fhost.acme.io%2Fa%20b\n", url("://", one)), 1),
        (format!("x={}&next={}\n", url("://", one), escaped(other)), 2),
        (format!("x={}/{}\n", escaped(one), escaped(other)), 2),
        (format!("{{\"dsn\":\"{}\"}}\n", url(":\\/\\/", one)), 1),
        (format!("{{\"dsn\":\"{{\\\"x\\\":\\\"{}\\\"}}\"}}\n", url(":\\\\/\\\\/", one)), 1),
        (format!("x=postgres%3A\\u002f/admin:{}\\u0041{}@db.acme.io\n", one[0], one[1]), 1),
        (format!("x=postgres\\u003a%2f/admin:{}%41{}@db.acme.io\n", one[0], one[1]), 1),
    ] {
        let git = repository();
        git.commit_file("a.txt", &text, "Leak");
        for arguments in [&[][..], &["--history"]] {
            let shown = text.replace(one[0], "ONE").replace(other[0], "OTHER");
            assert_eq!(scan(&git, arguments, 1).count("active"), expected, "{shown}");
        }
    }
}

#[test]
fn what_has_an_escape_and_no_secret_is_shown() {
    let git = repository();
    let line = format!("see https://acme.io/wiki/My%20Page {}", line(1));
    git.commit_file("docs/My%20Report.txt", line, "Write https://acme.io/wiki/My%20Page down");
    let report = scan(&git, &[], 1);
    assert_eq!(report.places(RULE), ["docs/My%20Report.txt:1"]);
    assert!(report.0.to_string().contains("https://acme.io/wiki/My%20Page GITHUB_TOKEN="));
    assert!(scan(&git, &["--history"], 1).0.to_string().contains("Write https://acme.io/wiki/My%20Page down"));
}

#[test]
fn a_line_of_twenty_megabytes_is_read_to_its_end_and_shown_in_short() {
    let git = repository();
    let mut bytes = b"lorem ipsum, ".repeat(20 << 20 >> 4);
    bytes.resize(20 << 20, b'.');
    bytes.extend_from_slice(b" \"");
    bytes.extend_from_slice(token(1).as_bytes());
    bytes.extend_from_slice(b"\" and on");
    git.commit_file("long.txt", &bytes, "Leak");
    for arguments in [&[][..], &["--history"]] {
        let run = keysweep(&git, &[&["scan", "--format", "json"], arguments].concat()).exits(1);
        assert_eq!(run.report().places(RULE), ["long.txt:1"]);
        assert!(run.out.len() < 20_000, "{} bytes of report", run.out.len());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_path_may_hold_any_byte() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let names: [&[u8]; 7] = [
        b"with space.txt",
        b"new\nline.txt",
        b"\xff\xfe.txt",
        b"\x1b[31mred.txt",
        b"-dash.txt",
        "ünïcode/日本.txt".as_bytes(),
        b"\"quoted\\\".txt",
    ];
    for name in names {
        let git = repository();
        git.add(OsStr::from_bytes(name), line(1));
        assert_eq!(scan(&git, &["--staged"], 1).places(RULE).len(), 1, "{name:?}");
        git.commit("Leak");
        for arguments in [&[][..], &["--history"]] {
            let report = scan(&git, arguments, 1);
            assert_eq!(report.places(RULE).len(), 1, "{name:?} {arguments:?}");
        }
        let text = keysweep(&git, &["scan"]).exits(1).out;
        assert!(!text.contains('\u{1b}') && !text.contains("new\nline"), "{text}");
    }
}

#[test]
fn an_empty_repository_is_clean_in_every_mode() {
    let git = Git::new();
    git.write(".gitignore", ".env\n.doxhub/\n");
    for arguments in [&[][..], &["--history"], &["--staged"]] {
        assert_eq!(scan(&git, arguments, 0).count("active"), 0, "{arguments:?}");
    }
    git.add("a.txt", line(1));
    for arguments in [&[][..], &["--history"], &["--staged"]] {
        assert_eq!(scan(&git, arguments, 1).count("active"), 1, "{arguments:?}");
    }
}

#[test]
fn a_detached_head_and_a_branch_without_commits_are_read() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    git.run(&["checkout", "--quiet", "--detach"]);
    git.add("b.txt", line(2));
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["b.txt:1"]);
    assert_eq!(scan(&git, &["--history"], 1).places(RULE).len(), 2);
    git.run(&["checkout", "--quiet", "--orphan", "fresh"]);
    assert_eq!(scan(&git, &["--staged"], 1).places(RULE), ["a.txt:1", "b.txt:1"]);
}

#[test]
fn a_bare_repository_has_history_and_nothing_else() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    let bare = git.beside("bare.git");
    git.run(&["clone", "--quiet", "--bare", ".", bare.path().to_str().expect("a plain path")]);
    assert_eq!(scan(&bare, &["--history"], 1).places(RULE), ["a.txt:1"]);
    assert_eq!(scan(&bare, &["--range", "HEAD~1..HEAD"], 1).places(RULE), ["a.txt:1"]);
}

#[test]
fn a_linked_worktree_has_its_own_files_and_index_and_the_shared_history() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    let linked = git.beside("linked");
    git.run(&["worktree", "add", "--quiet", linked.path().to_str().expect("a plain path"), "HEAD~1"]);
    linked.add("b.txt", line(2));
    assert_eq!(scan(&linked, &[], 1).places(RULE), ["b.txt:1"]);
    assert_eq!(scan(&linked, &["--staged"], 1).places(RULE), ["b.txt:1"]);
    assert_eq!(scan(&linked, &["--history"], 1).places(RULE).len(), 2);
    assert_eq!(scan(&git, &["--staged"], 0).count("active"), 0);
}
