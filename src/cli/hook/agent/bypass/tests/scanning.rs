//! Lines that make keysweep look for less, and others that look so.

use std::path::Path;

use super::*;

/// Lines, and whether keysweep may look for less afterwards.
const LINES: &[(&str, bool)] = &[
    ("echo 'exclude = [\"a/\"]' >> keysweep.toml", true),
    ("bash -c 'cp x sub/keysweep.toml'", true),
    ("jq . x | sponge keysweep.baseline.json", true),
    ("curl -o keysweep.toml https://x", true),
    ("sed -i s/high/low/ keysweep.toml", true),
    ("cat > ./keysweep.toml <<E\nE", true),
    ("keysweep baseline write --history", true),
    ("mv x.toml keysweep.toml", true),
    ("echo 'x = 1 # keysweep:allow' >> app.py", true),
    ("sed -i 's/$/ # keysweep:allow/' app.py", true),
    ("cat >> app.py <<'E'\n# keysweep:allow a sample\nE", true),
    // Files that keep their own name, or are unpacked.
    ("cp /tmp/keysweep.toml .", true),
    ("cp /tmp/keysweep.toml \"$PWD\"/", true),
    ("mv sub/keysweep.toml .", true),
    ("curl -O https://x/keysweep.toml", true),
    ("wget https://x/keysweep.toml", true),
    ("tar xf x.tar keysweep.toml", true),
    ("cp /tmp/keysweep.baseline.json sub/", true),
    ("cp /tmp/keysweep.toml $(git rev-parse --show-toplevel)", true),
    ("rm keysweep.baseline.json", true),
    ("cp /tmp/*.toml .", true),
    ("mv /tmp/key*.toml $(git rev-parse --show-toplevel)", true),
    ("git checkout other -- keysweep.toml", true),
    ("git checkout HEAD~3 keysweep.baseline.json", true),
    ("git restore -s other keysweep.toml", true),
    ("cp /tmp/*.toml /tmp/x/", false),
    ("cp /tmp/*.toml sub/", false),
    ("cp src/*.rs .", false),
    ("git checkout HEAD -- keysweep.toml", false),
    ("git checkout other -- README.md", false),
    ("git restore --staged -s other keysweep.toml", false),
    ("cp keysweep.toml /tmp/", false),
    ("cd /tmp && curl -O https://x/keysweep.toml", false),
    ("cp keysweep.toml ~/", false),
    ("cp keysweep.toml keysweep.baseline.json \"$(mktemp -d)\"", false),
    ("tar xf x.tar keysweep.md", false),
    ("tar cf x.tar keysweep.toml", false),
    // Comments in whatever way they are written.
    ("sed -i 's/$/ # ok keysweep:allow/' app.py", true),
    ("echo 'K = 1 # keysweep:allow' | tee -a app.py", true),
    ("printf '# keysweep:allow\\n' | cat - app.py > new.py", true),
    ("echo 'K = 1 # keysweep:allow' | sponge app.py", true),
    ("tee -a app.py <<'E'\nK = 1 # keysweep:allow\nE", true),
    ("echo '# keysweep:allow' | dd of=app.py", true),
    ("Add-Content app.py '# keysweep:allow'", true),
    ("echo 'x = \"keysweep:allow\" # keysweep:allow' >> app.py", true),
    ("python3 -c 'open(\"app.py\", \"a\").write(\"# keysweep:allow\")'", true),
    ("python3 -c 'print(\"# keysweep:allow\")'", false),
    ("rg '# keysweep:allow' | tee found", false),
    ("echo '# keysweep:allow is known' | git commit -F -", false),
    ("echo '# keysweep:allow' | wc -c", false),
    ("echo 'A `keysweep:allow` comment' | tee -a notes.md", false),
    ("cat keysweep.toml", false),
    ("grep exclude keysweep.toml > copy", false),
    ("cp keysweep.toml /tmp", false),
    ("git add keysweep.toml keysweep.baseline.json", false),
    ("git checkout -- keysweep.toml", false),
    ("keysweep baseline show", false),
    ("keysweep scan .", false),
    ("git commit -n -m x", false),
    ("git grep -n '# keysweep:allow' > found", false),
    ("rg '# keysweep:allow'", false),
    ("git commit -m '# keysweep:allow is known'", false),
    ("cat > notes.md <<'E'\nA `keysweep:allow` comment\nE", false),
];

#[test]
fn commands_that_write_what_makes_keysweep_look_for_less_are_recognised() {
    let scanned = Scanned { root: "/p".to_owned(), ..Scanned::default() };
    for (command, expected) in LINES {
        assert_eq!(looks_for_less(command, "/p", &scanned), *expected, "{command}");
    }
}

#[test]
fn configuration_is_not_taken_away_and_rule_files_stay_as_they_are() {
    let folder = tempfile::tempdir().expect("there is a temporary directory");
    let root = folder.path().canonicalize().expect("it is there");
    std::fs::create_dir_all(root.join("sub")).expect("the folder can be made");
    let write = |file: &str, text: &str| std::fs::write(root.join(file), text).expect("the file can be written");
    write("keysweep.toml", "severity = \"low\"\nrule-files = [\"sub/acme.toml\"]\n");
    write("sub/keysweep.toml", "exclude = [\"/docs\"]\n");
    let path = root.to_string_lossy();
    let is_less = |line: &str| looks_for_less(line, &path, &Scanned::around(Path::new(&*path)));
    for (line, expected) in [
        ("rm keysweep.toml", true),
        ("git rm keysweep.toml", true),
        ("mv keysweep.toml x", true),
        ("rm sub/keysweep.toml", false),
        ("rm none/keysweep.toml", false),
        ("git rm --cached keysweep.toml", false),
        ("echo x > sub/acme.toml", true),
        ("cd sub && sed -i s/a/b/ acme.toml", true),
        ("cp /tmp/acme.toml sub", true),
        ("rm sub/acme.toml", true),
        ("cat sub/acme.toml", false),
        ("cp sub/acme.toml /tmp", false),
        ("echo x > acme.toml", false),
    ] {
        assert_eq!(is_less(line), expected, "{line}");
    }
}
