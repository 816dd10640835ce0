//! What history says of a secret, over all versions of the files that held it.

use super::*;

/// Returns the active findings of credentials.
fn credentials(report: &Report) -> Vec<&Value> {
    let findings = report.0["findings"].as_array().expect("findings are a list");
    let is_active = |finding: &&Value| finding["verdict"]["status"] == "active" && finding["kind"] == "credential";
    findings.iter().filter(is_active).collect()
}

/// Returns whether HEAD has the place, its first commit, its line, and in how many versions it stands.
fn story(place: &Value) -> (bool, String, u64, u64) {
    let history = &place["history"];
    (
        history["in_head"].as_bool().expect("it is told"),
        history["first"]["id"].as_str().unwrap_or_default().to_owned(),
        place["line"].as_u64().expect("lines are numbers"),
        history["versions"].as_u64().expect("versions are counted"),
    )
}

#[test]
fn the_versions_of_a_file_are_one_place_since_the_first_commit_and_as_head_has_it() {
    let git = repository();
    let first = git.commit_file("a.txt", line(1), "Leak");
    for version in 1..6 {
        git.commit_file("a.txt", format!("{}{}", "another line\n".repeat(version), line(1)), "Add a line");
    }
    for _ in 0..2 {
        let report = scan(&git, &["--history"], 1);
        let [finding] = credentials(&report).try_into().expect("there is one secret");
        let [place] = finding["places"].as_array().expect("a list").as_slice() else { panic!("one place: {finding}") };
        assert_eq!(story(place), (true, first.clone(), 6, 6));
        git.run(&["repack", "-a", "-d", "-f", "--quiet"]);
    }
    git.commit_file("a.txt", "mended\n", "Mend");
    let report = scan(&git, &["--history"], 1);
    let place = &credentials(&report)[0]["places"][0];
    assert_eq!(story(place), (false, first, 6, 6));
}

#[test]
fn a_file_that_moved_is_two_places_and_the_one_that_head_has_comes_first() {
    let git = repository();
    let first = git.commit_file("z/old.txt", line(1), "Leak");
    git.run(&["mv", "z/old.txt", "new.txt"]);
    git.commit_file("new.txt", format!("x\n{}{0}", line(1)), "Move and repeat");
    let report = scan(&git, &["--history"], 1);
    let [finding] = credentials(&report).try_into().expect("there is one secret");
    let places: Vec<_> =
        finding["places"].as_array().expect("a list").iter().map(|place| place["path"].clone()).collect();
    assert_eq!(places, ["new.txt", "new.txt", "z/old.txt"]);
    let text = keysweep(&git, &["scan", "--history"]).exits(1).out;
    assert!(
        text.contains("HEAD still has it")
            && text.contains(&format!("first of all at z/old.txt:1:14 in commit {}", &first[..10])),
        "{text}"
    );
}

#[test]
fn a_path_says_in_history_what_it_says_in_a_tree() {
    let password = format!("password = \"{}\"\n", Generator::new(3).fill("{alnum:9}#{alnum:5}"));
    for (path, blocks) in [("src/settings.conf", true), ("tests/test_login.py", false), ("docs/guide.md", false)] {
        let git = repository();
        git.commit_file(path, &password, "Add it");
        let code = i32::from(blocks);
        assert_eq!(keysweep(&git, &["scan"]).code, code, "{path}");
        assert_eq!(keysweep(&git, &["scan", "--history"]).code, code, "{path} in history");
        git.run(&["mv", path, "elsewhere.conf"]);
        git.commit("Move it out");
        assert_eq!(keysweep(&git, &["scan", "--history"]).code, 1, "{path} and elsewhere");
    }
}

#[test]
fn a_secret_in_a_name_is_found_in_every_mode_and_head_is_asked_for_it() {
    let git = repository();
    let path = format!("keys/{}.txt", token(1));
    git.add(&path, "harmless\n");
    assert_eq!(credentials(&scan(&git, &["--staged"], 1)).len(), 1);
    git.commit("Name a file so");
    git.commit_file("other.txt", "harmless\n", "Go on");
    assert_eq!(credentials(&scan(&git, &[], 1)).len(), 1);
    assert_eq!(credentials(&scan(&git, &["--range", "HEAD~2..HEAD"], 1)).len(), 1);
    let report = scan(&git, &["--history"], 1);
    assert_eq!(credentials(&report)[0]["places"][0]["history"]["in_head"], true);
    git.remove(&path);
    git.run(&["rm", "--quiet", "--cached", &path]);
    git.commit("Rename it");
    let report = scan(&git, &["--history"], 1);
    assert_eq!(credentials(&report)[0]["places"][0]["history"]["in_head"], false);
}
