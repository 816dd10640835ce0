//! Damaged repositories: what is left is read, and what is not is told.

use std::collections::HashSet;
use std::process::Stdio;

use super::*;

/// Flips one byte of a file that git made read-only.
fn corrupt(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).expect("the file is there");
    change(&mut bytes);
    fs::remove_file(path).expect("the file is there");
    fs::write(path, bytes).expect("the directory is ours");
}

fn file(git: &Scratch, extension: &str) -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir(git.root.join(".git/objects/pack"))
        .expect("there are packs")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    found.sort();
    found.remove(0)
}

/// A repository of one pack with families of deltas.
fn packed() -> Scratch {
    let git = Scratch::new();
    for at in 0..30 {
        let mut text: Vec<String> = (0..120).map(|line| format!("line {line} says {}\n", line * 7919 % 1000)).collect();
        text[at] = format!("line {at} was changed in version {at}\n");
        git.commit("file", text.concat());
        git.commit(&format!("other-{at}"), format!("marker-other-{at}-x {}", at * 7));
    }
    git.git(&["repack", "-a", "-d", "-f", "--quiet", "--depth=50"]);
    git
}

#[test]
fn a_loose_object_under_the_name_of_another_is_damaged() {
    let git = Scratch::new();
    git.commit("good", "marker-good-x");
    git.commit("bad", "marker-bad-x");
    let place = |name: &str| {
        let id = git.git(&["rev-parse", name]);
        git.root.join(".git/objects").join(&id[..2]).join(&id[2..])
    };
    let (good, bad) = (place("HEAD:good"), place("HEAD:bad"));
    corrupt(&bad, |bytes| *bytes = fs::read(&good).expect("it is loose"));
    let seen = git.read();
    assert!(seen.incomplete());
    assert_eq!(seen.notices().len(), 1, "{:?}", seen.notices());
}

#[test]
fn a_damaged_loose_object_is_named_and_the_rest_is_read() {
    type Change = fn(&mut Vec<u8>);
    let changes: [(&str, Change); 4] = [
        ("cut off", |bytes| bytes.truncate(bytes.len() / 2)),
        ("empty", |bytes| bytes.clear()),
        ("no zlib", |bytes| bytes[0] = 0xff),
        ("changed", |bytes| {
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x55;
        }),
    ];
    for (name, change) in changes {
        let git = Scratch::new();
        git.commit("good", "marker-good-x");
        git.commit("bad", format!("marker-bad-x {}", "some text that is long enough ".repeat(9)));
        let id = git.git(&["rev-parse", "HEAD:bad"]);
        corrupt(&git.root.join(".git/objects").join(&id[..2]).join(&id[2..]), change);
        let seen = git.read();
        assert_eq!(seen.count(b"marker-good-x"), 1, "{name}");
        let notices = seen.notices();
        assert_eq!(notices.len(), 1, "{name}: {notices:?}");
        assert!(notices[0].incomplete && notices[0].subject == id, "{name}: {notices:?}");
    }
}

#[test]
fn a_damaged_copy_is_replaced_by_a_sound_one() {
    let git = packed();
    let whole = git.read();
    let path = file(&git, "pack");
    fs::create_dir(git.root.join(".git/copy")).expect("the name is free");
    for extension in ["pack", "idx"] {
        let from = file(&git, extension);
        fs::copy(from, git.root.join(".git/copy").join(format!("pack-zz.{extension}"))).expect("there is room");
    }
    for at in (40..fs::read(&path).expect("the pack is there").len() - 40).step_by(211) {
        corrupt(&path, |bytes| bytes[at] ^= 0x41);
    }
    let broken = git.read();
    assert!(broken.incomplete());
    assert!(broken.objects().len() < whole.objects().len());
    for extension in ["pack", "idx"] {
        let name = format!("pack-zz.{extension}");
        fs::rename(git.root.join(".git/copy").join(&name), git.root.join(".git/objects/pack").join(&name))
            .expect("both are in one file system");
    }
    let mended = git.read();
    assert!(mended.objects() == whole.objects());
    assert_eq!(mended.names(), whole.names());
    assert!(!mended.incomplete() && !mended.notices().is_empty(), "{:?}", mended.notices());
}

#[test]
fn whatever_byte_of_a_pack_is_wrong_the_objects_that_are_right_are_read() {
    let git = packed();
    let whole: BTreeSet<_> = git.read().objects().into_iter().collect();
    let path = file(&git, "pack");
    let len = fs::read(&path).expect("the pack is there").len();
    for at in (0..len).step_by(len / 40) {
        corrupt(&path, |bytes| bytes[at] ^= 0x10);
        let seen = git.read();
        let objects: BTreeSet<_> = seen.objects().into_iter().collect();
        assert!(!seen.notices().is_empty(), "byte {at} of {len} was changed unseen");
        // What can only be read altered is shown as it is, and a notice names it.
        for (id, ..) in objects.difference(&whole) {
            let named = seen
                .notices()
                .iter()
                .any(|notice| gix::ObjectId::from_hex(notice.subject.as_bytes()).is_ok_and(|named| named == *id));
            assert!(named, "byte {at} of {len} changed what an object is, unseen");
        }
        assert!(seen.incomplete() || objects == whole, "byte {at} of {len}");
        corrupt(&path, |bytes| bytes[at] ^= 0x10);
    }
    for at in [0, 11, 12, 40, len / 2, len - 21, len - 1] {
        let saved = fs::read(&path).expect("the pack is there");
        corrupt(&path, |bytes| bytes.truncate(at));
        assert!(git.read().incomplete(), "cut off at {at}");
        corrupt(&path, |bytes| *bytes = saved);
    }
    assert!(!git.read().incomplete());
}

#[test]
fn an_object_whose_kind_is_damaged_takes_nothing_else_along() {
    let git = packed();
    let whole: BTreeSet<_> = git.read().objects().into_iter().collect();
    let path = file(&git, "pack");
    let listing = git.git(&["verify-pack", "-v", &file(&git, "idx").display().to_string()]);
    let entries = listing.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    // Lines of entries that are no deltas: name, kind, size, size in the pack, offset.
    for entry in entries.filter(|words| words.len() == 5 && words[0].len() == 40) {
        let at: usize = entry[4].parse().expect("an offset is a number");
        for bit in [1, 2, 4] {
            let mut kind = 0;
            corrupt(&path, |bytes| {
                bytes[at] ^= bit << 4;
                kind = bytes[at] >> 4 & 7;
            });
            let seen = git.read();
            let objects: BTreeSet<_> = seen.objects().into_iter().collect();
            assert!(!seen.notices().is_empty(), "{} as {kind}", entry[1]);
            assert!(objects.is_subset(&whole), "{} as {kind} became something else", entry[1]);
            // Read as another kind of whole object, it is known by its name.
            let is_known = matches!(kind, 1..=4);
            assert!(seen.incomplete() != is_known, "{} as {kind}", entry[1]);
            assert!(objects == whole || !is_known, "{} as {kind}", entry[1]);
            corrupt(&path, |bytes| bytes[at] ^= bit << 4);
        }
    }
}

#[test]
fn whatever_bytes_of_a_pack_without_checksums_are_wrong_nothing_wrong_passes() {
    let git = packed();
    let whole: BTreeSet<_> = git.read().objects().into_iter().collect();
    let (pack, index) = (file(&git, "pack"), file(&git, "idx"));
    fs::remove_file(&index).expect("the index is there");
    let old = "--index-version=1";
    git.git(&["index-pack", old, "-o", &index.display().to_string(), &pack.display().to_string()]);
    assert_equal_to_reference(&git.repository());
    let sound = fs::read(&pack).expect("the pack is there");
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..60 {
        corrupt(&pack, |bytes| {
            for _ in 0..=round % 6 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                let at = 12 + (state >> 16) as usize % (bytes.len() - 32);
                bytes[at] ^= (state as u8).max(1);
            }
        });
        let seen = git.read();
        assert!(seen.incomplete(), "round {round}");
        let named: HashSet<String> = seen.notices().into_iter().map(|notice| notice.subject).collect();
        for object in seen.objects() {
            assert!(whole.contains(&object) || named.contains(&object.0.to_string()), "round {round}");
        }
        corrupt(&pack, |bytes| bytes.clone_from(&sound));
    }
}

#[test]
fn whatever_byte_of_an_index_is_wrong_it_is_told() {
    let git = packed();
    let path = file(&git, "idx");
    let len = fs::read(&path).expect("the index is there").len();
    for at in (0..len).step_by(len / 40) {
        corrupt(&path, |bytes| bytes[at] ^= 0x90);
        assert!(git.read().incomplete(), "byte {at} of {len} was changed unseen");
        corrupt(&path, |bytes| bytes[at] ^= 0x90);
    }
    for at in [0, 7, 1000, 1100, len - 1] {
        let saved = fs::read(&path).expect("the index is there");
        corrupt(&path, |bytes| bytes.truncate(at));
        assert!(git.read().incomplete(), "cut off at {at}");
        corrupt(&path, |bytes| *bytes = saved);
    }
    fs::remove_file(&path).expect("the index is there");
    assert!(git.read().incomplete());
}

/// Removes a loose object.
fn lose(git: &Scratch, id: &str) {
    fs::remove_file(git.root.join(".git/objects").join(&id[..2]).join(&id[2..])).expect("the object is loose");
}

#[test]
fn whatever_object_is_missing_that_something_names_it_is_told() {
    type Lost = fn(&Scratch) -> String;
    let lost: [(&str, Lost); 5] = [
        ("a version of a file that all trees call by an old name", |git| {
            // The trees become deltas in which the name is copied and the object's name is not.
            git.git(&["repack", "-a", "-d", "-f", "--quiet"]);
            let id = git.git(&["rev-parse", "HEAD~1:d/f20"]);
            let trees =
                git.git(&["rev-list", "--objects", "--all", "--filter=object:type=tree", "--filter-provided-objects"]);
            let names: Vec<&str> = trees.lines().filter_map(|line| line.split(' ').next()).collect();
            pack_only(git, &names);
            id
        }),
        ("the commit of a branch", |git| git.git(&["rev-parse", "side"])),
        ("the target of a tag", |git| {
            let id = git.git(&["hash-object", "-w", "--", "README"]);
            git.git(&["tag", "--annotate", "--message", "m", "marked", &id]);
            id
        }),
        ("the commit of HEAD", |git| git.git(&["rev-parse", "HEAD"])),
        ("the tree of a commit", |git| git.git(&["rev-parse", "HEAD^{tree}"])),
    ];
    for (name, prepare) in lost {
        let git = Scratch::new();
        git.write("README", "a file that no commit has yet\n");
        for at in 0..40 {
            git.write(&format!("d/f{at}"), format!("{at}\n"));
        }
        git.commit("first", "1");
        git.commit("d/f20", "changed\n");
        git.git(&["branch", "side"]);
        git.commit("d/f20", "changed again\n");
        assert!(!git.read().incomplete(), "{name}: {:?}", git.read().notices());
        let id = prepare(&git);
        lose(&git, &id);
        let seen = git.read();
        let is_told = seen.notices().iter().any(|notice| notice.incomplete && format!("{notice:?}").contains(&id));
        assert!(is_told, "{name}: {:?}", seen.notices());
    }
}

/// Packs objects, and leaves all others loose.
fn pack_only(git: &Scratch, ids: &[&str]) {
    use std::io::Write as _;
    // What is packed already would not be written again.
    let directory = git.root.join(".git/objects/pack");
    let packs: Vec<PathBuf> =
        fs::read_dir(&directory).expect("packs").map(|entry| entry.expect("listed").path()).collect();
    let aside = git.root.join("aside");
    fs::create_dir(&aside).expect("the name is free");
    for path in &packs {
        fs::rename(path, aside.join(path.file_name().expect("a name"))).expect("one file system");
    }
    let pack = fs::read_dir(&aside).expect("packs").map(|entry| entry.expect("listed").path());
    let pack = pack.into_iter().find(|path| path.extension().is_some_and(|found| found == "pack")).expect("a pack");
    let feed = |arguments: &[&str], input: &[u8]| {
        let mut child = git.command(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("git runs");
        child.stdin.take().expect("a pipe").write_all(input).expect("git reads");
        assert!(child.wait().expect("git ends").success(), "{arguments:?}");
    };
    feed(&["unpack-objects", "-q"], &fs::read(pack).expect("the pack is there"));
    feed(&["pack-objects", "--window=50", "--depth=50", ".git/objects/pack/pack"], ids.join("\n").as_bytes());
    git.git(&["prune-packed", "--quiet"]);
    fs::remove_dir_all(aside).expect("it is ours");
}

#[test]
fn a_ref_that_makes_no_sense_is_told() {
    for (file, content) in
        [("refs/heads/odd", ""), ("refs/heads/odd", "no object"), ("HEAD", "ref:\n"), ("refs/tags/x", "ref: ")]
    {
        let git = Scratch::new();
        git.commit("file", "marker-file-x");
        let repository = git.repository();
        git.write(&format!(".git/{file}"), content);
        let seen = Seen::of(&repository);
        assert!(seen.incomplete() && seen.count(b"marker-file-x") == 1, "{file} {content:?}");
    }
}

#[test]
fn shallow_and_partial_clones_are_not_complete() {
    let git = packed();
    git.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", git.root.display());
    for (name, option) in [("shallow", "--depth=1"), ("partial", "--filter=blob:none")] {
        git.git(&["clone", "--quiet", "--no-checkout", option, &url, &format!("../{name}")]);
        let seen = Seen::of(&open(&git.root.join("..").join(name)));
        assert!(seen.incomplete(), "{name}");
        assert!(seen.coverage.partial.into_inner(), "{name}");
    }
}

#[test]
fn an_object_above_the_limit_is_told() {
    let git = Scratch::new();
    git.commit("large", "0123456789".repeat(1000));
    let id = git.git(&["rev-parse", "HEAD:large"]);
    for _ in 0..2 {
        let options = history::Options { largest_object: 5000, ..Default::default() };
        let seen = Seen::with(&git.repository(), &options);
        let notices = seen.notices();
        assert!(notices.len() == 1 && notices[0].incomplete && notices[0].subject == id, "{notices:?}");
        git.git(&["repack", "-a", "-d", "--quiet"]);
    }
}

#[test]
fn large_objects_are_read_within_a_small_budget() {
    let git = Scratch::new();
    let text: String = (0..400_000).map(|line| format!("line {line} of a large file\n")).collect();
    for at in 0..4 {
        git.commit("large", format!("{at}\n{text}{at}\n"));
    }
    git.git(&["repack", "-a", "-d", "-f", "--quiet"]);
    let options = history::Options { memory: 1 << 20, ..Default::default() };
    let seen = Seen::with(&git.repository(), &options);
    assert!(seen.notices().is_empty(), "{:?}", seen.notices());
    assert!(seen.objects() == git.read().objects());
}

#[test]
fn a_damaged_table_of_refs_is_told() {
    let git = Scratch::with(&["--ref-format=reftable"]);
    git.commit("file", "marker-reftable-x");
    git.git(&["pack-refs"]);
    let directory = git.root.join(".git/reftable");
    let list = fs::read_to_string(directory.join("tables.list")).expect("there are tables");
    let table = directory.join(list.lines().next().expect("there is a table"));
    let len = fs::read(&table).expect("the table is there").len();
    for at in [0, 4, len - 60, len - 1] {
        corrupt(&table, |bytes| bytes[at] ^= 0x55);
        let seen = git.read();
        assert_eq!(seen.count(b"marker-reftable-x"), 1);
        assert!(seen.incomplete(), "byte {at} of {len}");
        corrupt(&table, |bytes| bytes[at] ^= 0x55);
    }
}
