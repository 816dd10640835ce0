//! The text report, as people see it.

use keysweep::finding::Notice;
use keysweep::report::{Format, RenderOptions};
use keysweep::scan::Mode;
use keysweep::source::Span;

use super::sample::{clean, credential, full, lint, place};
use super::{rendered, rendered_with};

#[test]
fn a_clean_run_is_one_line() {
    insta::assert_snapshot!(rendered(&clean(Mode::Tree), Format::Text), @"nothing leaked was found in 1,234 files (5.6 MB) with 221 rules in 84 ms");
}

#[test]
fn a_full_report_reads_well() {
    insta::assert_snapshot!(rendered(&full(), Format::Text), @r#"
    ✖ critical: Acme deploy token [acme/deploy-token]
      a token of the Acme account with a valid checksum
       ╭─[deploy/prod.env:3:12]
     3 │ ACME_TOKEN=************************************** # production
       ·            ───────────────────┬──────────────────
       ·                               ╰─ acme_*** (38 characters)
       ╰─
      history   since commit 1111111111 of 2024-03-01 by Ada Lovelace <ada@example.org>: Add the
                deployment
                last in commit 2222222222 of 2024-05-06 by Ada Lovelace <ada@example.org>: Move it to
                the vault
                HEAD no longer has it
                published: a remote has it, reached by main and origin/main
                also under the path old/prod.env
      also at   notes.txt:9:8, inside gzip, base64
                commit cccccccccc:7:5
      why       Whoever holds it can deploy any code to every machine of the account.
      evidence  checksum valid; entropy 4.7 bits per character
      rotate    1. Create a new token with the same rights and deploy it.
                2. Revoke the old one; look for it by the first six characters.
                $ acme token revoke --id TOKEN_ID
      where     https://acme.example/settings/tokens
      effect    Revoked tokens stop working at once.
      reach     Deployments, logs and environment variables of all projects.
      audit     Settings > Audit log lists every call with its token's id.
      docs      https://acme.example/docs/tokens
      instead   read it from the environment variable ACME_TOKEN, kept outside of git

    ✖ critical: Acme deploy token [acme/deploy-token]
      a token of the Acme account with a valid checksum
        ╭─[web/config.js:12:11]
     12 │   token: "**************************************",
        ·           ───────────────────┬──────────────────
        ·                              ╰─ acme_*** (38 characters)
        ╰─
      evidence  checksum valid; entropy 4.7 bits per character
      rotate    as told above for acme/deploy-token at deploy/prod.env:3:12
      instead   read it from the environment variable ACME_TOKEN, kept outside of git

    ▲ medium: a file for secrets is not ignored [git/unignored-file]
      `.env` is not covered by `.gitignore`
      at        .gitignore:1:1
      why       The next `git add .` publishes what is in it.
      fix       Add `.env` to `.gitignore`.

    ── 1 finding below the threshold ───────────────────────────────────────────────────────────────────
      low       .gitignore:1:1: `.env` is not covered by `.gitignore` [git/unignored-file]

      note keysweep.toml: the entry for `old/**` allows nothing any more
          remove it

    ! INCOMPLETE: 1 thing could not be looked at
      missed object 4b825dc642: its data is truncated
          run `git fsck`, then fetch the object again

    ── result ──────────────────────────────────────────────────────────────────────────────────────────
    3 findings block: 2 critical, 1 medium, but not everything could be looked at
    not counted as blocking: 1 below the threshold, 2 allowed, 1 known from the baseline
    looked at 5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and configuration entries
    (123.5 MB) with 221 rules in 1.25 s, 2 excluded
    exit code 1: findings of at least medium severity and medium confidence
    "#);
}

#[test]
fn verbose_text_tells_everything() {
    let options = RenderOptions { verbose: true, width: 80, ..RenderOptions::default() };
    insta::assert_snapshot!(rendered_with(&full(), Format::Text, &options), @r#"
    ✖ critical: Acme deploy token [acme/deploy-token]
      a token of the Acme account with a valid checksum
       ╭─[deploy/prod.env:3:12]
     3 │ ACME_TOKEN=************************************** # production
       ·            ───────────────────┬──────────────────
       ·                               ╰─ acme_*** (38 characters)
       ╰─
      history   since commit 1111111111 of 2024-03-01 by Ada Lovelace
                <ada@example.org>: Add the deployment
                last in commit 2222222222 of 2024-05-06 by Ada Lovelace
                <ada@example.org>: Move it to the vault
                HEAD no longer has it
                published: a remote has it, reached by main and origin/main
                also under the path old/prod.env
      also at   notes.txt:9:8, inside gzip, base64
                commit cccccccccc:7:5
      why       Whoever holds it can deploy any code to every machine of the
                account.
      evidence  checksum valid; entropy 4.7 bits per character
      rotate    1. Create a new token with the same rights and deploy it.
                2. Revoke the old one; look for it by the first six characters.
                $ acme token revoke --id TOKEN_ID
      where     https://acme.example/settings/tokens
      effect    Revoked tokens stop working at once.
      reach     Deployments, logs and environment variables of all projects.
      audit     Settings > Audit log lists every call with its token's id.
      docs      https://acme.example/docs/tokens
      instead   read it from the environment variable ACME_TOKEN, kept outside of
                git
      name      k1:5f0c6a

    ✖ critical: Acme deploy token [acme/deploy-token]
      a token of the Acme account with a valid checksum
        ╭─[web/config.js:12:11]
     12 │   token: "**************************************",
        ·           ───────────────────┬──────────────────
        ·                              ╰─ acme_*** (38 characters)
        ╰─
      evidence  checksum valid; entropy 4.7 bits per character
      rotate    as told above for acme/deploy-token at deploy/prod.env:3:12
      instead   read it from the environment variable ACME_TOKEN, kept outside of
                git
      name      k1:5f0c6a

    ▲ medium: a file for secrets is not ignored [git/unignored-file]
      `.env` is not covered by `.gitignore`
      at        .gitignore:1:1
      why       The next `git add .` publishes what is in it.
      fix       Add `.env` to `.gitignore`.
      name      k1:77aa01

    ── 1 finding below the threshold ───────────────────────────────────────────────

    • low: a file for secrets is not ignored [git/unignored-file]
      `.env` is not covered by `.gitignore`
      at        .gitignore:1:1
      fix       Add `.env` to `.gitignore`.
      name      k1:77aa01

    ── 3 findings allowed or known ─────────────────────────────────────────────────
      critical  tests/fixture.env:1:3: a token of the Acme account with a valid checksum [acme/deploy-token] (allowed by keysweep.toml: a sample, never valid)
      critical  docs/sample.md:4:3: a token of the Acme account with a valid checksum [acme/deploy-token] (allowed by inline: documented example)
      critical  legacy.env:2:3: a token of the Acme account with a valid checksum [acme/deploy-token] (known from the baseline)

      note keysweep.toml: the entry for `old/**` allows nothing any more
          remove it

    ! INCOMPLETE: 1 thing could not be looked at
      missed object 4b825dc642: its data is truncated
          run `git fsck`, then fetch the object again

    ── result ──────────────────────────────────────────────────────────────────────
    3 findings block: 2 critical, 1 medium, but not everything could be looked at
    not counted as blocking: 1 below the threshold, 2 allowed, 1 known from the baseline
    looked at 5,678 blobs, 3,000 trees, 1,234 commits, 1 tag and 12 refs, logs and
    configuration entries (123.5 MB) with 221 rules in 1.25 s, 2 excluded
    exit code 1: findings of at least medium severity and medium confidence
    "#);
}

#[test]
fn a_hook_prints_nothing_unless_something_blocks_or_was_missed() {
    let quiet = RenderOptions { quiet: true, ..RenderOptions::default() };
    let mut report = clean(Mode::Staged);
    report.findings = vec![lint(keysweep::finding::Severity::Low, b".gitignore")];
    report.notices = vec![Notice::note("x", "a note", "")];
    assert_eq!(rendered_with(&report, Format::Text, &quiet), "");
    report.notices.push(Notice::unread("x", "cannot be read", "make it readable"));
    assert!(rendered_with(&report, Format::Text, &quiet).contains("INCOMPLETE"));
}

#[test]
fn colour_is_only_added_between_the_characters() {
    let plain = rendered(&full(), Format::Text);
    let colored = rendered_with(&full(), Format::Text, &RenderOptions { color: true, ..RenderOptions::default() });
    let mut stripped = String::new();
    let mut rest = colored.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        stripped.push_str(&rest[..at]);
        let end = rest[at..].find('m').expect("every sequence of a style ends with m");
        rest = &rest[at + end + 1..];
    }
    stripped.push_str(rest);
    let trimmed: Vec<&str> = stripped.lines().map(str::trim_end).collect();
    assert_eq!(trimmed, plain.lines().collect::<Vec<_>>());
    assert_ne!(colored, plain);
}

#[test]
fn many_places_and_findings_are_bounded() {
    let mut report = clean(Mode::Tree);
    let mut finding = credential(place(b"a.env", 1, "T=", 38, ""));
    finding.places = (1..=100).map(|line| place(b"a.env", line, "T=", 38, "")).collect();
    report.findings = vec![finding; 300];
    let text = rendered(&report, Format::Text);
    assert!(text.contains("and 94 more places"), "{text}");
    assert!(text.contains("260 more that block"));
    assert!(text.contains("and 60 more; `--verbose` tells them all, `--format json` lists them"));
    assert!(text.lines().count() < 1000);
}

#[test]
fn lines_of_an_excerpt_fit_the_terminal() {
    let before = "x".repeat(500);
    let mut multi = place(b"key.pem", 7, "", 0, "");
    multi.excerpt.text = format!("before\n{}\nafter", vec!["*".repeat(64); 9].join("\n"));
    multi.excerpt.secret = Span::new(7, 7 + 9 * 65 - 1);
    multi.excerpt.line = 5;
    let places = [
        place(b"long.js", 1, &before, 300, &before),
        place(b"tabs\there.js", 12345, "\tkey\t= '日本語', ", 12, &before),
        multi,
    ];
    for width in [20, 40, 60, 100, 120] {
        for (index, place) in places.iter().enumerate() {
            let mut report = clean(Mode::Tree);
            report.findings = vec![credential(place.clone())];
            let options = RenderOptions { width, ..RenderOptions::default() };
            let text = rendered_with(&report, Format::Text, &options);
            for line in text.lines().filter(|line| line.contains(['│', '·'])) {
                let columns = unicode_width::UnicodeWidthStr::width(line);
                assert!(columns <= width, "place {index}: {columns} of {width} columns:\n{line}");
            }
        }
    }
}

#[test]
fn a_secret_of_several_lines_is_drawn_in_short() {
    let mut report = clean(Mode::Tree);
    let mut multi = place(b"key.pem", 7, "", 0, "");
    multi.excerpt.text = format!("# a key\n{}\nnext line", vec!["*".repeat(64); 9].join("\n"));
    multi.excerpt.secret = Span::new(8, 8 + 9 * 65 - 1);
    multi.excerpt.line = 5;
    multi.end = keysweep::source::Position { line: 15, column: 64 };
    let mut finding = credential(multi);
    finding.rotation = None;
    report.findings = vec![finding];
    insta::assert_snapshot!(rendered(&report, Format::Text), @r#"
    ✖ critical: Acme deploy token [acme/deploy-token]
      a token of the Acme account with a valid checksum
        ╭─[key.pem:7:1]
      6 │ # a key
      7 │ *********************…*********************
      8 │ *********************…*********************
        ⋮
     15 │ *********************…*********************
        · ─────────────────────┬─────────────────────
        ·                      ╰─ acme_*** (38 characters)
     16 │ next line
        ╰─
      why       Whoever holds it can deploy any code to every machine of the account.
      evidence  checksum valid; entropy 4.7 bits per character
      fix       Revoke the token and read a new one from the environment.
      instead   read it from the environment variable ACME_TOKEN, kept outside of git

    ── result ──────────────────────────────────────────────────────────────────────────────────────────
    1 finding blocks: 1 critical
    looked at 1,234 files (5.6 MB) with 221 rules in 84 ms
    exit code 1: findings of at least medium severity and medium confidence
    "#);
}
