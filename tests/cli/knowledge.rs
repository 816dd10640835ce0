//! What the program tells about rules, rotation and itself.

use super::*;

#[test]
fn explain_tells_everything_about_every_rule() {
    let outside = Git::outside();
    let run = keysweep(&outside, &["explain", RULE]).exits(0);
    for part in
        ["GitHub", "critical", "why", "ghp_", "pattern", "proof", "rotate", "1. ", "where", "GITHUB_TOKEN", "misses"]
    {
        assert!(run.out.contains(part), "{part} is missing in {}", run.out);
    }
    let all = keysweep(&outside, &["rules"]).exits(0).out;
    let mut lines = 0;
    for line in all.lines().step_by(97) {
        let id = line.split(' ').next().expect("a line begins with an id");
        assert!(keysweep(&outside, &["explain", id]).exits(0).out.contains(&format!("[{id}]")));
        lines += 1;
    }
    assert!(lines > 5);
}

#[test]
fn explain_knows_lints_and_providers() {
    let outside = Git::outside();
    let lint = keysweep(&outside, &["rules", "--provider", "git"]).exits(0).out;
    let id = lint.split(' ').next().expect("there are lints");
    let run = keysweep(&outside, &["explain", id]).exits(0);
    assert!(run.out.contains("fix") && run.out.contains("details"), "{}", run.out);
    assert!(keysweep(&outside, &["explain", "jwt"]).exits(0).out.matches("[jwt/").count() >= 2);
}

#[test]
fn an_unknown_id_is_an_error_that_suggests_the_nearest() {
    let outside = Git::outside();
    let run = keysweep(&outside, &["explain", "githb/personal-access-token"]).exits(2);
    assert!(run.err.contains(RULE) && run.out.is_empty(), "{}", run.err);
    let run = keysweep(&outside, &["explain", "zzzzzzzzzz"]).exits(2);
    assert!(run.err.contains("keysweep rules"), "{}", run.err);
    keysweep(&outside, &["rules", "--provider", "nobody"]).exits(2);
    keysweep(&outside, &["rotate", "nosuch/rule"]).exits(2);
}

#[test]
fn rules_are_listed_filtered_and_given_as_json() {
    let outside = Git::outside();
    let count = |arguments: &[&str]| keysweep(&outside, arguments).exits(0).out.lines().count();
    let catalogue = Catalogue::builtin();
    let jwt = catalogue.rules().iter().filter(|rule| rule.family() == "jwt").count();
    assert_eq!(count(&["rules", "--provider", "jwt"]), jwt);
    assert!(count(&["rules"]) > catalogue.rules().len());
    assert!((1..100).contains(&count(&["rules", "anthropic"])));
    assert_eq!(count(&["rules", "jwt/*"]), jwt);
    assert!((1..count(&["rules"])).contains(&count(&["rules", "--severity", "critical"])));
    assert!((1..count(&["rules"])).contains(&count(&["rules", "--confidence", "high"])));
    let json = keysweep(&outside, &["rules", "--format", "json"]).exits(0).out;
    let all: Vec<Value> = serde_json::from_str(&json).expect("JSON");
    assert_eq!(all.iter().filter(|each| each["kind"] == "credential").count(), catalogue.rules().len());
    assert!(all.iter().all(|each| each["why"].as_str().is_some_and(|why| !why.is_empty())));
}

/// Writes a rule of the user's with its examples into a file that the configuration names, and checks it; returns its text.
fn own_rule(git: &Git, (name, pattern): (&str, &str), matches: &str, misses: &str) -> String {
    let rule = format!(
        "[provider]\nid = \"acme\"\nname = \"Acme\"\n[[rule]]\nid = \"acme/{name}\"\ntitle = \"Acme {name}\"\nseverity = \"high\"\n\
         keywords = [\"acme_\"]\npattern = '{pattern}'\nwhy = \"It opens the door.\"\n[rule.examples]\n\
         match = [{matches}]\nmiss = [{misses}]\n"
    );
    git.write("own.toml", &rule);
    git.write("keysweep.toml", "rule-files = ['own.toml']\n");
    for file in ["own.toml", "keysweep.toml"] {
        assert!(keysweep(git, &["rules", "check", file]).exits(0).out.contains("1 rule, 0 broken"), "{file}");
    }
    rule
}

#[test]
fn rules_that_are_off_are_counted_and_told() {
    let git = repository();
    let all = Catalogue::builtin().rules().len();
    for (off, rules) in [("'jwt/*'", "switched off"), ("'*'", "without any rule")] {
        git.write("keysweep.toml", format!("rules.off = [{off}]\n"));
        let scan = keysweep(&git, &["scan", "--format", "json"]).exits(0).out;
        let record = &serde_json::from_str::<Value>(&scan).expect("JSON")["record"];
        let count = |key: &str| record[key].as_u64().expect("a count") as usize;
        assert!(count("rules_off") > 0 && count("rules") + count("rules_off") == all, "{off}");
        assert!(keysweep(&git, &["scan"]).exits(0).out.contains(rules), "{off}");
    }
}

#[test]
fn a_users_own_rule_is_checked_found_and_explained() {
    let git = repository();
    let rule = own_rule(
        &git,
        ("key", r"\b(?<secret>acme_[a-z0-9]{24})\b"),
        "'acme_{lowernum:24}', 'k = \"acme_{lowernum:24}\"'",
        "'acme_{lowernum:23}', 'acmf_{lowernum:24}'",
    );
    git.write("a.txt", Generator::new(1).fill("acme_{lowernum:24}\n"));
    assert_eq!(scan(&git, &[], 1).places("acme/key"), ["a.txt:1"]);
    assert!(keysweep(&git, &["explain", "acme/key"]).exits(0).out.contains("opens the door"));
    git.write("own.toml", rule.replace("{lowernum:23}", "{lowernum:24}"));
    keysweep(&git, &["rules", "check", "own.toml"]).exits(1);
    git.write("own.toml", rule.replace("keywords", "keyword"));
    keysweep(&git, &["rules", "check", "own.toml"]).exits(1);
    keysweep(&git, &["rules", "check", "nosuch.toml"]).exits(2);
}

#[test]
fn a_users_own_rule_may_have_secrets_that_look_like_names() {
    let git = repository();
    let pattern = r"\b(?<secret>acme_[a-z]{10,40})\b";
    own_rule(&git, ("words", pattern), "'acme_{lower:12}', 'acme_{lower:20}'", "'acme_{lower:9}', 'acme_{upper:10}'");
    let text = "a line\n".repeat(60);
    git.commit_file("a.txt", &text, "Write");
    git.commit_file("a.txt", text.clone() + &Generator::new(1).fill("see acme_{lower:20}\n"), "Leak");
    assert_eq!(scan(&git, &[], 1).places("acme/words"), ["a.txt:61"]);
    git.git(&["gc", "-q"]);
    git.commit_file("a.txt", text, "Mend");
    assert_eq!(scan(&git, &["--history"], 1).places("acme/words"), ["a.txt:61"]);
}

#[test]
fn rotate_guides_through_what_was_found() {
    let git = repository();
    assert!(keysweep(&git, &["rotate"]).exits(0).err.contains("nothing to rotate"));
    git.commit_file("a.txt", line(1) + &line(2), "Leak");
    git.commit_file("a.txt", line(2), "Mend one");
    let run = keysweep(&git, &["rotate"]).exits(1);
    assert!(run.out.contains("a.txt:1") && run.out.contains("1. ") && !run.out.contains("2 secrets"), "{}", run.out);
    assert!(keysweep(&git, &["rotate", "--history"]).exits(1).out.contains("2 secrets"));
    assert!(keysweep(&git, &["rotate", "github"]).exits(1).out.contains(RULE));
    assert!(keysweep(&git, &["rotate", "aws"]).exits(0).out.is_empty());
    let name = scan(&git, &[], 1).0["findings"][0]["fingerprint"].as_str().expect("a text").to_owned();
    assert!(keysweep(&git, &["rotate", &name[..8]]).exits(1).out.contains(&name));
    let json = keysweep(&git, &["rotate", "--format", "json"]).exits(1).out;
    let guides: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(guides[0]["secrets"][0]["fingerprint"], Value::String(name));
    assert!(keysweep(&git, &["rotate", "--format", "markdown"]).exits(1).out.contains("- [ ] "));
    // What is known still has to be rotated.
    keysweep(&git, &["baseline", "write"]).exits(0);
    assert!(keysweep(&git, &["rotate"]).exits(1).out.contains("known before"));
}

#[test]
fn rotate_without_a_scan_tells_how_alone() {
    let outside = Git::outside();
    let run = keysweep(&outside, &["rotate", RULE, "--no-scan"]).exits(0);
    assert!(run.out.contains("1. ") && run.out.contains("https://github.com/settings/tokens"), "{}", run.out);
    keysweep(&outside, &["rotate", "--no-scan"]).exits(2);
    keysweep(&outside, &["rotate", "abcdef0123", "--no-scan"]).exits(2);
}

#[test]
fn the_table_of_rules_in_the_documentation_is_fresh() {
    let made = keysweep(&Git::outside(), &["rules", "--format", "markdown"]).exits(0).out;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(made == there, "docs/rules.md is stale: `cargo run -- rules --format markdown > docs/rules.md`");
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let outside = Git::outside();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        assert!(keysweep(&outside, &["completions", shell]).exits(0).out.contains("keysweep"), "{shell}");
    }
    assert!(keysweep(&outside, &["man"]).exits(0).out.contains(".TH keysweep"));
    assert!(keysweep(&outside, &["man", "scan"]).exits(0).out.contains("history"));
    keysweep(&outside, &["man", "nosuch"]).exits(2);
}

#[test]
fn a_scan_of_this_repository_finds_nothing_that_is_not_explained() {
    let here = Git::outside().at(env!("CARGO_MANIFEST_DIR"));
    let report = scan(&here, &["src", "rules", "tests", "docs", "fixtures", "README.md", "CONTRIBUTING.md"], 0);
    assert_eq!(report.count("active"), 0);
    assert!(report.count("allowed") > 0);
}

#[test]
fn a_provider_is_explained_in_either_form_and_in_markdown() {
    let git = Git::outside();
    let all = keysweep(&git, &["explain", "github"]).exits(0).out;
    assert_eq!(keysweep(&git, &["explain", "github/*"]).exits(0).out, all);
    let page = keysweep(&git, &["explain", RULE, "--format", "markdown"]).exits(0).out;
    assert!(
        page.contains("## GitHub personal access token") && page.contains("1. ") && page.contains("Pattern"),
        "{page}"
    );
    assert!(!page.contains("Made by"), "{page}");
}

#[test]
fn colour_and_width_are_as_they_are_asked_for() {
    let git = repository();
    git.write("a.txt", line(1));
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = git.command(env!("CARGO_BIN_EXE_keysweep"));
        command.args([&["scan"], arguments].concat()).envs(variables.iter().copied());
        String::from_utf8(command.output().expect("it runs").stdout).expect("reports are UTF-8")
    };
    let colours = |text: &str| text.contains('\u{1b}');
    assert!(!colours(&run(&[], &[])), "this is no terminal");
    assert!(colours(&run(&[("NO_COLOR", "1"), ("TERM", "dumb")], &["--color", "always"])));
    assert!(!colours(&run(&[("TERM", "xterm")], &["--color", "never"])));
    for columns in ["20", "40", "80"] {
        let text = run(&[("COLUMNS", columns)], &[]);
        let width: usize = columns.parse().expect("a number");
        let headings = text.lines().filter(|line| line.starts_with("──"));
        assert!(headings.map(|line| line.chars().count()).all(|length| length <= width), "{text}");
    }
    let nothing = keysweep(&git, &["scan", "--staged"]).exits(0).out;
    assert_eq!(nothing, "there was nothing to look at\n");
}

#[test]
fn a_mask_shows_no_character_that_is_not_the_same_in_all_secrets_of_its_kind() {
    let outside = Git::outside();
    let secret = Generator::new(3).fill("SK{hex:32}");
    let run = keysweep_fed(
        &outside,
        &["scan", "-", "--format", "json", "--rule", "twilio"],
        format!("k={secret}\n").as_bytes(),
    );
    let masked = run.exits(1).report().0["findings"][0]["masked"].as_str().expect("a text").to_owned();
    assert!(masked.starts_with("SK***"), "{masked}");
}
