//! The programs in `examples/`, which cargo builds with the tests.

use std::path::{Path, PathBuf};

use crate::git::Git;
use crate::hooks::{leak, said, token};

/// Returns an example, or says why the test is skipped: a run of this binary alone builds none.
fn example(name: &str) -> Option<PathBuf> {
    let programs = Path::new(env!("CARGO_BIN_EXE_keysweep")).parent().expect("the program lies in a directory");
    let path = programs.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    let found = path.is_file().then_some(path);
    if found.is_none() {
        println!("skipped: the example `{name}` is not built");
    }
    found
}

#[test]
fn the_example_for_texts_tells_lines_and_steps_and_no_secret() {
    let Some(program) = example("text") else { return };
    let git = Git::outside();
    let input = git.write("input", format!("clean\n{}", leak()));
    let run = |path: &Path| {
        let input = std::fs::File::open(path).expect("it was just written");
        git.command(&program).arg("settings.py").stdin(input).output().expect("it can be started")
    };
    let output = run(&input);
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.starts_with("line 2: GitLab personal") && text.contains("Revoke the token"), "{text}");
    assert!(!text.contains(&token()));
    let output = run(&git.write("clean", "clean\n"));
    assert_eq!((output.status.code(), said(&output).as_str()), (Some(0), ""));
}

#[test]
fn the_example_for_repositories_writes_a_page_of_all_history() {
    let Some(program) = example("repository") else { return };
    let git = Git::new();
    git.commit_file("old.py", leak(), "Come");
    git.run(&["rm", "-q", "old.py"]);
    git.commit("Go");
    let output = git.command(&program).args([".", "page.html"]).output().expect("it can be started");
    let text = said(&output);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("in 1 places, since "), "{text}");
    let page = std::fs::read_to_string(git.file("page.html")).expect("it was written");
    assert!(page.contains("old.py") && !page.contains(&token()));
}
