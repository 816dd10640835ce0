//! Reports built by hand, with everything that a renderer meets.

use std::sync::Arc;

use gix::ObjectId;
use keysweep::finding::{
    Attribution, CommitMark, Confidence, Excerpt, Finding, Kind, Meta, Notice, Permission, Place, Reach, Rotation,
    Severity, Verdict,
};
use keysweep::scan::{Leave, Mode, Record, Report, Threshold};
use keysweep::secret::{Identity, Secret};
use keysweep::source::{ObjectKind, Origin, Position, Span};

/// What `--reveal` shows and nothing else may; split so that it is no token in this repository.
pub fn raw_secret() -> String {
    ["raw", "value", "that", "nobody", "may", "see"].join("_")
}

/// An object's name made of one digit.
pub fn id(digit: u8) -> ObjectId {
    ObjectId::from_hex(&[digit; 40]).expect("forty hexadecimal digits are a SHA-1")
}

/// Where an entry of the configuration allows something.
fn configuration() -> Permission {
    Permission::Configuration("keysweep.toml".to_owned())
}

/// A complete run without findings.
pub fn clean(mode: Mode) -> Report {
    Report {
        mode,
        root: "/home/ada/shop".to_owned(),
        findings: Vec::new(),
        notices: Vec::new(),
        record: Record { files: 1234, bytes: 5_600_000, rules: 221, milliseconds: 84, ..Record::default() },
        threshold: Threshold::default(),
        leave: Leave::default(),
        interrupted: false,
    }
}

/// A place in a file, with an excerpt in which `secret` is hidden.
pub fn place(path: &[u8], line: usize, before: &str, secret: usize, after: &str) -> Place {
    let span = Span::new(before.len(), before.len() + secret);
    Place {
        start: Position { line: line - 1, column: span.start },
        end: Position { line: line - 1, column: span.end },
        excerpt: Excerpt { text: format!("{before}{}{after}", "*".repeat(secret)), secret: span, line: line - 1 },
        ..Place::new(Origin::File { path: path.into() }, Span::new(100, 100 + secret))
    }
}

/// The same place in a blob of history.
pub fn historic(place: Place, attribution: Attribution) -> Place {
    let origin = Origin::Object { id: id(b'b'), kind: ObjectKind::Blob, path: None, commit: None };
    Place { origin, attribution: Some(attribution), ..place }
}

/// What history may say of a blob.
pub fn attribution(reach: Reach, in_head: bool, paths: &[&[u8]]) -> Attribution {
    let mark = |digit, seconds, subject: &str| CommitMark {
        id: id(digit),
        author: "Ada Lovelace <ada@example.org>".into(),
        seconds,
        subject: subject.into(),
    };
    Attribution {
        paths: paths.iter().map(|path| (*path).into()).collect(),
        first: Some(mark(b'1', 1_709_296_496, "Add the deployment")),
        last: Some(mark(b'2', 1_715_000_000, "Move it to the vault")),
        commits: 2,
        in_head,
        refs: vec!["main".into(), "origin/main".into()],
        more_refs: 0,
        reach,
    }
}

/// A finding of a rule with everything a provider can say.
pub fn credential(place: Place) -> Finding {
    let meta = Meta {
        id: "acme/deploy-token".to_owned(),
        title: "Acme deploy token".to_owned(),
        severity: Severity::Critical,
        confidence: Confidence::High,
        why: "Whoever holds it can deploy any code to every machine of the account.".to_owned(),
        fix: "Revoke the token and read a new one from the environment.".to_owned(),
        kind: Kind::Credential,
    };
    let rotation = Rotation {
        place: "https://acme.example/settings/tokens".to_owned(),
        steps: vec![
            "Create a new token with the same rights and deploy it.".to_owned(),
            "Revoke the old one; look for it by the first six characters.".to_owned(),
        ],
        commands: vec!["acme token revoke --id TOKEN_ID".to_owned()],
        immediate: "Revoked tokens stop working at once.".to_owned(),
        scope: "Deployments, logs and environment variables of all projects.".to_owned(),
        audit: "Settings > Audit log lists every call with its token's id.".to_owned(),
        docs: "https://acme.example/docs/tokens".to_owned(),
    };
    let mut finding = Finding::new(
        Arc::new(meta),
        Identity::of("acme", raw_secret().as_bytes()),
        "a token of the Acme account with a valid checksum",
        place,
    );
    finding.masked = "acme_*** (38 characters)".to_owned();
    finding.evidence = vec!["checksum valid".to_owned(), "entropy 4.7 bits per character".to_owned()];
    finding.variable = Some("ACME_TOKEN".to_owned());
    finding.rotation = Some(Arc::new(rotation));
    finding.fingerprint = "k1:5f0c6a".to_owned().into();
    finding.revealed = Some(Secret::new(raw_secret().as_bytes()));
    finding
}

/// A finding of a lint.
pub fn lint(severity: Severity, path: &[u8]) -> Finding {
    let meta = Meta {
        id: "git/unignored-file".to_owned(),
        title: "a file for secrets is not ignored".to_owned(),
        severity,
        confidence: Confidence::High,
        why: "The next `git add .` publishes what is in it.".to_owned(),
        fix: "Add `.env` to `.gitignore`.".to_owned(),
        kind: Kind::Lint,
    };
    let mut place = place(path, 1, "", 0, "");
    place.span = Span::default();
    let mut finding =
        Finding::new(Arc::new(meta), Identity::of("lint", path), "`.env` is not covered by `.gitignore`", place);
    finding.fingerprint = "k1:77aa01".to_owned().into();
    finding
}

/// A run that met everything: all verdicts, all kinds of place, notices of both kinds.
pub fn full() -> Report {
    let mut report = clean(Mode::History);
    report.record = Record {
        blobs: 5678,
        trees: 3000,
        commits: 1234,
        tags: 1,
        metadata: 12,
        bytes: 123_456_789,
        object_bytes: [120_000_000, 3_000_000, 456_000, 789],
        skipped: 2,
        rules: 221,
        milliseconds: 1250,
        ..Record::default()
    };
    let first = historic(
        place(b"deploy/prod.env", 3, "ACME_TOKEN=", 38, " # production"),
        attribution(Reach::Published, false, &[b"deploy/prod.env", b"old/prod.env"]),
    );
    let mut many = credential(first);
    let mut wrapped = place(b"notes.txt", 9, "token: ", 38, "");
    wrapped.via = vec!["gzip".to_owned(), "base64".to_owned()];
    many.places.push(wrapped);
    let mut commit = place(b"", 7, "use ", 38, "");
    commit.origin = Origin::Object { id: id(b'c'), kind: ObjectKind::Commit, path: None, commit: None };
    many.places.push(commit);
    let second = credential(place(b"web/config.js", 12, "  token: \"", 38, "\","));
    let mut allowed = credential(place(b"tests/fixture.env", 1, "T=", 38, ""));
    allowed.verdict = Verdict::Allowed { by: configuration(), reason: "a sample, never valid".to_owned() };
    let mut inline = credential(place(b"docs/sample.md", 4, "T=", 38, ""));
    inline.verdict = Verdict::Allowed { by: Permission::Inline, reason: "documented example".to_owned() };
    let mut known = credential(place(b"legacy.env", 2, "T=", 38, ""));
    known.verdict = Verdict::Known;
    report.findings = vec![
        many,
        second,
        lint(Severity::Medium, b".gitignore"),
        lint(Severity::Low, b".gitignore"),
        allowed,
        inline,
        known,
    ];
    report.notices = vec![
        Notice::unread("object 4b825dc642", "its data is truncated", "run `git fsck`, then fetch the object again"),
        Notice::note("keysweep.toml", "the entry for `old/**` allows nothing any more", "remove it"),
    ];
    report
}

/// A run over a repository whose names were chosen to do harm.
pub fn hostile() -> Report {
    let mut report = clean(Mode::History);
    let path: &[u8] = b"a\x1b[31m/\xff\r\n::error::x|`<script>alert(1)</script>](javascript:x)/\xe2\x80\xae,\"=@.env";
    let mut told = attribution(Reach::Local, true, &[path]);
    told.refs = vec!["\u{1b}]0;title\u{7}<b>".into()];
    for mark in [&mut told.first, &mut told.last].into_iter().flatten() {
        mark.author = "Eve\u{202e} <\u{1b}[2J@evil> ]]>".into();
        mark.subject = "<img src=x onerror=alert(1)> \u{9b}1m ::set-output:: | @all".into();
        mark.seconds = i64::MAX;
    }
    let mut finding = credential(historic(place(path, 3, "\tx=<b>&'\"`|", 38, "</pre>```"), told));
    finding.message = "what \u{1b}[1m a \u{202e}message ]]> </details>".to_owned();
    let mut archived = place(path, 1, "x", 38, "");
    archived.via = vec!["zip member \u{1b}[31m<script>".to_owned()];
    finding.places.push(archived);
    let mut allowed = finding.clone();
    allowed.verdict = Verdict::Allowed { by: configuration(), reason: "\u{1b}[31m-->".to_owned() };
    report.findings = vec![finding, allowed];
    report.notices = vec![Notice::unread("\u{1b}[31m<x>|", "it is\r\nbroken", "do \u{202e}that")];
    report
}
