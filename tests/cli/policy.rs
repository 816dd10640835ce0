//! What the user says about findings: comments, entries, the baseline, and the files that are written for them.

use super::*;

#[test]
fn an_inline_comment_allows_its_line_and_is_counted() {
    let git = repository();
    let allow = |text: &str| format!("{} # keysweep:allow{text}\n", line(1).trim_end());
    for (text, code, allowed) in [
        (allow("[github/personal-access-token] a sample"), 0, 1),
        (allow("[github] a sample"), 0, 1),
        (allow(" a sample"), 0, 1),
        (allow("[aws] a sample"), 1, 0),
        (format!("# keysweep:allow[github] on the line before\n{}", line(1)), 0, 1),
        (format!("{}{}", allow("[github] the first alone"), line(2)), 1, 1),
        // The same secret elsewhere, without a comment, is not allowed.
        (format!("{}\n{}", allow("[github] a sample"), line(1)), 1, 0),
    ] {
        git.add("a.txt", &text);
        let report = scan(&git, &[], code);
        assert_eq!(report.count("allowed"), allowed, "{code}");
        assert_eq!(scan(&git, &["--staged"], code).count("active") > 0, code == 1);
    }
}

#[test]
fn entries_of_the_configuration_allow_by_rule_path_and_fingerprint() {
    let git = repository();
    git.commit_file("docs/a.md", line(1), "Leak");
    let name = scan(&git, &[], 1).0["findings"][0]["fingerprint"].as_str().expect("a text").to_owned();
    for (entry, code) in [
        ("rule = 'github/personal-access-token'".to_owned(), 0),
        ("rule = 'github/*'".to_owned(), 0),
        ("path = 'docs/'".to_owned(), 0),
        ("path = '*.md'".to_owned(), 0),
        (format!("fingerprint = '{name}'"), 0),
        (format!("fingerprint = '{name}'\nrule = 'github'\npath = '/docs/**'"), 0),
        ("rule = 'aws'".to_owned(), 1),
        ("rule = 'github'\npath = 'src/'".to_owned(), 1),
        ("fingerprint = '0123456789abcdef01234567'".to_owned(), 1),
    ] {
        git.write("keysweep.toml", format!("[[allow]]\n{entry}\nreason = 'a test'\n"));
        for arguments in [&[][..], &["--history"]] {
            let report = scan(&git, arguments, code);
            assert_eq!(report.count("allowed"), usize::from(code == 0), "{entry} {arguments:?}");
        }
    }
    git.write("keysweep.toml", "[rules]\noff = ['github', 'generic/*']\n");
    assert_eq!(scan(&git, &[], 0).count("active"), 0);
    git.write("keysweep.toml", "exclude = ['docs/']\n");
    assert_eq!(scan(&git, &[], 0).count("active"), 0);
    git.write("keysweep.toml", "[rules.level]\ngithub = { severity = 'low' }\n");
    assert_eq!(scan(&git, &[], 0).count("active"), 1);
}

#[test]
fn a_fingerprint_allows_its_finding_with_a_baseline_too() {
    let git = repository();
    git.commit_file("a.md", line(1), "Leak");
    let name = scan(&git, &[], 1).0["findings"][0]["fingerprint"].as_str().expect("a text").to_owned();
    git.commit_file("b.md", line(2), "Leak");
    keysweep(&git, &["baseline", "write"]).exits(0);
    git.write("keysweep.toml", format!("[[allow]]\nfingerprint = '{name}'\nreason = 'a test'\n"));
    let report = scan(&git, &[], 0);
    assert_eq!((report.count("allowed"), report.count("known")), (1, 1));
}

#[test]
fn a_baseline_makes_findings_known_wherever_they_move() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    keysweep(&git, &["scan"]).exits(1);
    let run = keysweep(&git, &["baseline", "write"]).exits(0);
    assert!(run.out.contains("1 added, 1 known"), "{}", run.out);
    for arguments in [&[][..], &["--history"]] {
        assert_eq!(scan(&git, arguments, 0).count("known"), 1, "{arguments:?}");
    }
    git.run(&["mv", "a.txt", "moved.txt"]);
    git.add("moved.txt", format!("\n\n    {}", line(1)));
    assert_eq!(scan(&git, &[], 0).count("known"), 1);
    git.write("new.txt", line(2));
    let report = scan(&git, &[], 1);
    assert_eq!((report.places(RULE), report.count("known")), (vec!["new.txt:1".to_owned()], 1));
    assert_eq!(scan(&git, &["--no-baseline"], 1).count("active"), 2);
    let run = keysweep(&git, &["baseline", "write"]).exits(0);
    assert!(run.out.contains("1 added, 2 known"), "{}", run.out);
    scan(&git, &[], 0);
}

#[test]
fn pruning_drops_what_is_gone_and_keeps_what_history_still_has() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    git.commit_file("a.txt", "mended\n", "Mend");
    git.write("b.txt", line(2));
    keysweep(&git, &["baseline", "write", "--history"]).exits(0);
    assert_eq!(keysweep(&git, &["baseline", "show"]).exits(0).out.lines().count(), 2);
    git.remove("b.txt");
    assert!(keysweep(&git, &["baseline", "prune"]).exits(0).out.contains("1 dropped, 1 known"));
    assert!(keysweep(&git, &["baseline", "prune", "--history"]).exits(0).out.contains("0 dropped, 1 known"));
    assert_eq!(scan(&git, &["--history"], 0).count("known"), 1);
    git.run(&["update-ref", "refs/heads/main", "HEAD~2"]);
    git.run(&["reflog", "expire", "--expire=now", "--all"]);
    git.run(&["prune", "--expire=now"]);
    git.run(&["reset", "--quiet", "--hard"]);
    git.run(&["reflog", "expire", "--expire=now", "--all"]);
    git.run(&["-c", "gc.pruneExpire=now", "gc", "--quiet", "--prune=now"]);
    assert!(keysweep(&git, &["baseline", "prune", "--history"]).exits(0).out.contains("1 dropped, 0 known"));
}

#[test]
fn a_baseline_is_not_pruned_by_a_scan_that_missed_something() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    keysweep(&git, &["baseline", "write", "--history"]).exits(0);
    let id = git.run(&["rev-parse", "HEAD:README.md"]);
    std::fs::remove_file(git.file(format!(".git/objects/{}/{}", &id[..2], &id[2..]))).expect("the object is loose");
    let before = std::fs::read(git.file("keysweep.baseline.json")).expect("it was written");
    keysweep(&git, &["baseline", "prune", "--history"]).exits(3);
    assert_eq!(std::fs::read(git.file("keysweep.baseline.json")).expect("it is still there"), before);
}

#[test]
fn init_writes_a_configuration_once() {
    let git = repository();
    git.write("below/x.txt", "");
    keysweep(&git.at("below"), &["init"]).exits(0);
    let text = std::fs::read(git.file("keysweep.toml")).expect("it stands at the root");
    keysweep(&git, &["scan"]).exits(0);
    git.write("keysweep.toml", "severity = 'high'\n");
    let run = keysweep(&git, &["init"]).exits(2);
    assert!(run.err.contains("exists already"), "{}", run.err);
    assert_eq!(std::fs::read(git.file("keysweep.toml")).expect("it is there"), b"severity = 'high'\n");
    assert!(text.len() > 500);
    assert_eq!(keysweep(&git, &["init", "--stdout"]).exits(0).out.as_bytes(), text);
}

#[test]
fn migrate_takes_over_what_others_allow_and_says_what_it_cannot() {
    let git = repository();
    git.add("vendor/x.txt", line(1));
    git.add("docs/sample.md", line(2));
    git.add("tests/data.py", line(3));
    scan(&git, &[], 1);
    git.add(
        ".gitleaks.toml",
        "[allowlist]\ndescription = 'vendored'\npaths = ['''^vendor/''']\nregexes = ['''abc''']\n",
    );
    git.add(".gitleaksignore", "docs/sample.md:github-pat:1\n");
    git.add(
        ".secrets.baseline",
        r#"{"results": {"tests/data.py": [{"type": "GitHub Token", "is_secret": false, "line_number": 1}]}}"#,
    );
    let shown = keysweep(&git, &["migrate", "--stdout"]).exits(0).out;
    assert!(!git.file("keysweep.toml").exists());
    let run = keysweep(&git, &["migrate"]).exits(0);
    assert!(run.err.contains("`regexes`"), "{}", run.err);
    assert_eq!(std::fs::read_to_string(git.file("keysweep.toml")).expect("it was written"), shown);
    assert_eq!(scan(&git, &[], 0).count("allowed"), 3);
    keysweep(&git, &["migrate"]).exits(2);
    keysweep(&repository(), &["migrate"]).exits(2);
}

#[test]
fn what_a_rule_finds_that_is_off_does_not_hide_what_another_finds_elsewhere() {
    let git = repository();
    let rule = |name: &str, path: &str, confidence: &str| {
        format!(
            "[[own.rule]]\nid = 'acme/{name}'\ntitle = '{name}'\nseverity = 'high'\nconfidence = '{confidence}'\n\
             keywords = ['acme-']\npattern = '(?<secret>acme-[a-z]{{16}})'\npaths = ['{path}']\nwhy = 'a test'\n"
        )
    };
    let rules = [
        "[own.provider]\nid = 'acme'\nname = 'Acme'\n".to_owned(),
        rule("sure", "a.txt", "high"),
        rule("hint", "b.txt", "medium"),
    ]
    .concat();
    for path in ["a.txt", "b.txt"] {
        git.write(path, format!("key = acme-{}\n", "qzjxkvbpwygfmluc"));
    }
    git.write("keysweep.toml", &rules);
    assert_eq!(scan(&git, &[], 1).places("acme/sure"), ["a.txt:1", "b.txt:1"]);
    git.write("keysweep.toml", format!("[rules]\noff = ['acme/sure']\n{rules}"));
    assert_eq!(scan(&git, &[], 1).places("acme/hint"), ["b.txt:1"]);
}

#[test]
fn a_secret_is_allowed_where_each_of_its_places_is() {
    let git = repository();
    git.write("a.txt", line(1));
    git.write("docs/b.md", format!("<!-- keysweep:allow[github] in the docs -->\n{}", line(1)));
    git.write("c.txt", line(1));
    let entry = |path: &str| format!("[[allow]]\npath = '{path}'\nreason = 'because of {path}'\n");
    git.write("keysweep.toml", entry("a.txt"));
    assert_eq!(scan(&git, &[], 1).count("active"), 1);
    git.write("keysweep.toml", entry("a.txt") + &entry("/c.txt"));
    let report = scan(&git, &[], 0);
    let reason = report.0["findings"][0]["verdict"]["reason"].as_str().expect("a text");
    assert_eq!(reason, "because of a.txt; because of /c.txt; in the docs");
}

#[test]
fn a_fingerprint_stays_what_it_is_when_a_baseline_comes() {
    let git = repository();
    git.commit_file("a.txt", line(1), "Leak");
    let name = |arguments: &[&str], code| scan(&git, arguments, code).0["findings"][0]["fingerprint"].clone();
    let before = name(&[], 1);
    keysweep(&git, &["baseline", "write"]).exits(0);
    assert_eq!(name(&[], 0), before);
    assert_eq!(name(&["--no-baseline"], 1), before);
    let text = std::fs::read_to_string(git.file("keysweep.baseline.json")).expect("it was written");
    assert!(!text.contains(before.as_str().expect("a text")), "a committed file has names of its own");
}

#[test]
fn permissions_that_do_nothing_are_named() {
    let git = repository();
    git.write("a.txt", format!("{} # keysweep:allow[githb] sample\n", line(1).trim_end()));
    git.write(
        "keysweep.toml",
        "\n[[allow]]\npath = 'b.txt'\nreason = 'x'\n[[allow]]\npath = 'a.txt'\nrule = 'github'\nreason = 'x'\n",
    );
    let text = keysweep(&git, &["scan", "--verbose"]).exits(0).out;
    assert!(text.contains("keysweep.toml, line 2: this `[[allow]]` entry allows nothing"), "{text}");
    assert!(!text.contains("line 5"), "{text}");
    assert!(!keysweep(&git, &["scan"]).exits(0).out.contains("allows nothing"));
    git.write("keysweep.toml", "");
    let text = keysweep(&git, &["scan"]).exits(1).out;
    assert!(text.contains("a.txt, line 1: `keysweep:allow[githb]` allows nothing"), "{text}");
}

#[test]
fn a_reason_ends_where_its_line_ends() {
    let git = repository();
    let leak = line(1);
    for (comment, end, shown) in [
        ("[github] a sample", "\n", "(allowed by inline: a sample)"),
        ("[github] a sample", "\r\n", "(allowed by inline: a sample)"),
        ("", "\r\n", "(allowed by inline)"),
    ] {
        git.write("a.txt", format!("{} # keysweep:allow{comment}{end}next{end}", leak.trim_end()));
        let text = keysweep(&git, &["scan", "--verbose"]).exits(0).out;
        assert!(text.contains(shown), "{text}");
    }
}

#[test]
fn a_commit_that_is_blocked_hears_how_to_allow_a_false_alarm() {
    let git = repository();
    git.add("a.txt", line(1));
    git.add("b.json", format!("{{\"a\": \"{}\"}}\n", token(2)));
    let text = keysweep(&git, &["scan", "--staged"]).exits(1).out;
    let one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(one_line.matches(&format!("keysweep:allow[{RULE}] REASON")).count(), 1, "JSON has no comments: {text}");
    assert!(one_line.contains("only as the last way, `git commit --no-verify`"), "{text}");
    let names: Vec<&str> = one_line.split("fingerprint = \"").skip(1).map(|rest| &rest[..24]).collect();
    let entries: Vec<String> =
        names.iter().map(|name| format!("[[allow]]\nfingerprint = \"{name}\"\nreason = 'a false alarm'\n")).collect();
    git.write("keysweep.toml", entries.concat());
    assert_eq!(scan(&git, &["--staged"], 0).count("allowed"), 2);
}
