//! The GitHub action, the workflows and the GitLab job: valid, and their shell does what they say.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{PROGRAM, leak, said, token, tool};
use crate::git::Git;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a run of the action left behind.
struct Run {
    code: Option<i32>,
    said: String,
    outputs: String,
    summary: String,
}

/// Runs the action's scan in `git`; `variables` are its inputs and what the event says.
fn scan(git: &Git, variables: &[(&str, &str)]) -> Run {
    let (outputs, summary) = (git.beside("outputs").path().to_owned(), git.beside("summary").path().to_owned());
    for file in [&outputs, &summary] {
        std::fs::write(file, "").expect("the directory is writable");
    }
    let mut command = git.command("bash");
    command.arg(root().join(".ci/action/scan.sh"));
    for name in [
        "DIRECTORY",
        "MODE",
        "RANGE",
        "PATHS",
        "SEVERITY",
        "SARIF",
        "SUMMARY",
        "EVENT",
        "REF",
        "DEFAULT",
        "BASE",
        "HEAD",
    ] {
        command.env(format!("KEYSWEEP_{name}"), "");
    }
    command.envs([("KEYSWEEP", PROGRAM), ("KEYSWEEP_DIRECTORY", "."), ("KEYSWEEP_MODE", "auto")]);
    command.env("GITHUB_OUTPUT", &outputs).env("GITHUB_STEP_SUMMARY", &summary).envs(variables.iter().copied());
    let output = command.output().expect("bash is installed");
    let read = |path: PathBuf| std::fs::read_to_string(path).expect("the file is there");
    Run { code: output.status.code(), said: said(&output), outputs: read(outputs), summary: read(summary) }
}

/// Makes a repository with a clean base and a head that adds a secret.
fn pull_request() -> (Git, String, String) {
    let git = Git::new();
    git.commit_file("old.py", leak(), "Known to the base");
    let base = git.commit_file("README", "read me\n", "Base");
    let head = git.commit_file("src/config.py", leak(), "Head");
    (git, base, head)
}

#[test]
fn a_pull_request_is_annotated_where_it_adds_a_secret() {
    let (git, base, head) = pull_request();
    let event = [("KEYSWEEP_EVENT", "pull_request"), ("KEYSWEEP_BASE", &base), ("KEYSWEEP_HEAD", &head)];
    let run = scan(&git, &[&event[..], &[("KEYSWEEP_SARIF", "x.sarif"), ("KEYSWEEP_SUMMARY", "true")]].concat());
    assert_eq!((run.code, run.outputs.as_str()), (Some(1), "sarif=./x.sarif\nexit-code=1\n"), "{}", run.said);
    assert!(run.said.contains("file=src/config.py,line=1") && !run.said.contains("old.py"), "{}", run.said);
    assert!(run.summary.contains("src/config.py"), "{}", run.summary);
    let sarif = std::fs::read_to_string(git.file("x.sarif")).expect("it was written");
    assert!(sarif.contains("\"2.1.0\"") && sarif.contains("src/config.py"));
    for text in [&run.said, &run.summary, &sarif] {
        assert!(!text.contains(&token()));
    }
    for (summary, is_written) in [("True", true), ("FALSE", false)] {
        let run = scan(&git, &[&event[..], &[("KEYSWEEP_SUMMARY", summary)]].concat());
        assert_eq!((run.code, !run.summary.is_empty()), (Some(1), is_written), "{summary}: {}", run.said);
    }
    let run = scan(&git, &[("KEYSWEEP_EVENT", "push"), ("KEYSWEEP_BASE", &head), ("KEYSWEEP_HEAD", &head)]);
    assert_eq!((run.code, run.outputs.as_str(), run.summary.as_str()), (Some(0), "exit-code=0\n", ""), "{}", run.said);
}

#[test]
fn every_mode_looks_at_what_it_says() {
    let (git, base, _) = pull_request();
    git.run(&["rm", "-q", "old.py", "src/config.py"]);
    git.commit("Gone");
    git.write("a dir/new.py", leak());
    let range = format!("{base}..HEAD");
    let (zeros, gone) = ("0".repeat(40), "1".repeat(40));
    let table: [(&[(&str, &str)], i32); 11] = [
        (&[("KEYSWEEP_EVENT", "schedule")], 1),
        (&[("KEYSWEEP_MODE", "tree"), ("KEYSWEEP_PATHS", "a dir\n")], 1),
        (&[("KEYSWEEP_MODE", "tree"), ("KEYSWEEP_PATHS", "README")], 0),
        (&[("KEYSWEEP_MODE", "tree"), ("KEYSWEEP_PATHS", "README\r\n  a dir \r\n\r\n")], 1),
        (&[("KEYSWEEP_MODE", "tree"), ("KEYSWEEP_PATHS", "\t README\r\n \n")], 0),
        (&[("KEYSWEEP_MODE", "history")], 1),
        (&[("KEYSWEEP_MODE", "range"), ("KEYSWEEP_RANGE", &range)], 1),
        (&[("KEYSWEEP_MODE", "range"), ("KEYSWEEP_RANGE", "HEAD^!")], 0),
        (&[("KEYSWEEP_EVENT", "push"), ("KEYSWEEP_BASE", &zeros)], 1),
        // What was there before a forced push is nowhere any more.
        (&[("KEYSWEEP_EVENT", "push"), ("KEYSWEEP_BASE", &gone)], 1),
        (&[("KEYSWEEP_MODE", "everything")], 2),
    ];
    for (variables, code) in table {
        let run = scan(&git, variables);
        assert_eq!(run.code, Some(code), "{variables:?}: {}", run.said);
        assert!(run.outputs.contains(&format!("exit-code={code}")), "{variables:?}: {}", run.outputs);
    }
}

#[test]
fn the_output_names_the_report_from_the_root_of_the_workspace_on() {
    let (git, ..) = pull_request();
    let workspace = git.at("..");
    let folder = git.path().file_name().expect("it lies in a directory").to_str().expect("temporary paths are UTF-8");
    let mode = [("KEYSWEEP_MODE", "tree"), ("KEYSWEEP_DIRECTORY", folder)];
    let absolute = git.file("absolute.sarif").display().to_string();
    for (sarif, named) in [("x.sarif", format!("{folder}/x.sarif")), (&absolute, absolute.clone())] {
        let run = scan(&workspace, &[&mode[..], &[("KEYSWEEP_SARIF", sarif)]].concat());
        assert!(run.outputs.contains(&format!("sarif={named}\n")), "{}: {}", run.outputs, run.said);
        assert!(workspace.file(named).exists());
    }
}

#[test]
fn a_new_ref_is_looked_at_as_far_as_no_branch_had_it() {
    let (git, ..) = pull_request();
    let tip = |at: &Git| at.run(&["rev-parse", "HEAD"]).trim().to_owned();
    let main = git.run(&["symbolic-ref", "--short", "HEAD"]).trim().to_owned();
    git.run(&["checkout", "-q", "-b", "topic"]);
    git.commit_file("topic.py", leak(), "Topic");
    git.run(&["branch", "twin"]);
    git.run(&["clone", "-q", &format!("file://{}", git.path().display()), "../clone"]);
    let clone = git.beside("clone");
    let (topic, known) = (tip(&clone), clone.run(&["rev-parse", &format!("origin/{main}")]).trim().to_owned());
    clone.run(&["update-ref", "refs/remotes/origin/release", &known]);
    let default = format!("refs/heads/{main}");
    let table = [
        // The default branch had all of it.
        ("refs/heads/release", &known, &[][..]),
        ("refs/tags/v1", &known, &[]),
        ("refs/tags/v2", &topic, &[]),
        // What two branches were made for at once is new in both.
        ("refs/heads/topic", &topic, &["topic.py"]),
        ("refs/heads/twin", &topic, &["topic.py"]),
        // No branch of the remote: that of a pull request, by its commit.
        ("refs/pull/1/merge", &topic, &["topic.py"]),
        (&default, &known, &[]),
    ];
    for (name, head, expected) in table {
        let event = [("KEYSWEEP_EVENT", "push"), ("KEYSWEEP_DEFAULT", &main), ("KEYSWEEP_REF", name)];
        let run = scan(&clone, &[&event[..], &[("KEYSWEEP_HEAD", head)]].concat());
        let told = ["old.py", "src/config.py", "topic.py"].map(|file| run.said.contains(file).then_some(file));
        let told: Vec<&str> = told.into_iter().flatten().collect();
        assert_eq!(told, expected, "{name}: {}", run.said);
    }
}

#[test]
fn a_shallow_checkout_is_completed_or_says_what_is_missing() {
    let (git, base, head) = pull_request();
    let url = format!("file://{}", git.path().display());
    git.run(&["clone", "-q", "--depth", "1", &url, "../shallow"]);
    let shallow = git.beside("shallow");
    let event = [("KEYSWEEP_EVENT", "pull_request"), ("KEYSWEEP_BASE", base.as_str()), ("KEYSWEEP_HEAD", &head)];
    let run = scan(&shallow, &event);
    assert_eq!(run.code, Some(1), "{}", run.said);
    git.run(&["clone", "-q", "--depth", "1", &url, "../cut-off"]);
    let cut_off = git.beside("cut-off");
    cut_off.run(&["remote", "set-url", "origin", "/nowhere"]);
    let run = scan(&cut_off, &event);
    assert!(run.code == Some(2) && run.said.contains("fetch-depth: 0"), "{}", run.said);
}

#[test]
fn whatever_fails_is_annotated_once_and_told_to_later_steps() {
    let (git, base, head) = pull_request();
    let outside = Git::outside();
    let unborn = Git::new();
    let push = ("KEYSWEEP_EVENT", "push");
    type Case<'a> = (&'a Git, &'a [(&'a str, &'a str)], &'a str);
    let foreign = ("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    let table: [Case<'_>; 12] = [
        (&git, &[("KEYSWEEP_DIRECTORY", "no/where")], "`no/where`, which is no directory"),
        (&git, &[("KEYSWEEP_DIRECTORY", "")], "`working-directory` is empty"),
        (&git, &[("KEYSWEEP_SEVERITY", "odd")], "`odd` is not one of low"),
        (&git, &[("KEYSWEEP_MODE", "range"), ("KEYSWEEP_RANGE", "no%0A..where")], "names no revision"),
        (&git, &[("KEYSWEEP_SARIF", "no/where.sarif")], "cannot write the report to `no/where.sarif`"),
        (&git, &[("KEYSWEEP", "/no/keysweep")], "exit code 127"),
        (&git, &[("KEYSWEEP_SUMMARY", "true"), ("GITHUB_STEP_SUMMARY", "/no/where")], "before it was done"),
        (&outside, &[push, ("KEYSWEEP_BASE", &base)], "is no repository that git can read"),
        (&unborn, &[push], "has no commit"),
        (&git, &[push, foreign], "another user, so git does not read it; run `git config --global --add safe"),
        (&git, &[("KEYSWEEP_SUMMARY", "yes")], "`summary` is `yes`; it can be true or false"),
        (&outside, &[("KEYSWEEP_MODE", "history")], "is not inside a git repository"),
    ];
    for (place, variables, expected) in table {
        let run = scan(place, variables);
        let errors: Vec<&str> = run.said.lines().filter(|line| line.starts_with("::error title=keysweep::")).collect();
        assert_eq!(errors.len(), 1, "{variables:?}: {}", run.said);
        assert!(errors[0].contains(expected), "{variables:?}: {}", run.said);
        assert_eq!((run.code, run.outputs.as_str()), (Some(2), "exit-code=2\n"), "{variables:?}: {}", run.said);
    }
    // A push without what it started from, as of a new branch, and an event that names nothing.
    for variables in [&[push, ("KEYSWEEP_HEAD", head.as_str())][..], &[push]] {
        let run = scan(&git, variables);
        assert_eq!((run.code, run.outputs.as_str()), (Some(1), "exit-code=1\n"), "{variables:?}: {}", run.said);
    }
}

/// Makes a release of a program that says its version; returns the name of its archive, if there are releases for this system.
fn release(place: &Git) -> Option<String> {
    tool("curl")?;
    let target = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", arch) => format!("{arch}-unknown-linux-musl"),
        ("macos", arch) => format!("{arch}-apple-darwin"),
        _ => {
            println!("skipped: no release is made for this system");
            return None;
        }
    };
    let name = format!("keysweep-1.2.3-{target}");
    place.write(format!("{name}/keysweep"), "#!/bin/sh\necho keysweep 1.2.3\n");
    assert!(
        place.command("chmod").args(["755", &format!("{name}/keysweep")]).status().expect("chmod is there").success()
    );
    let archive = format!("{name}.tar.gz");
    assert!(place.command("tar").args(["-czf", &archive, &name]).status().expect("tar is there").success());
    Some(archive)
}

/// Installs what [`release`] made below `folder`.
fn install(place: &Git, folder: &Path, checksum: &str) -> Output {
    let mut command = place.command("bash");
    command.arg(root().join(".ci/action/install.sh"));
    command.env("KEYSWEEP_ROOT", folder).env("KEYSWEEP_VERSION", "v1.2.3");
    command.env("KEYSWEEP_BASE_URL", format!("file://{}", place.path().display()));
    command.env("KEYSWEEP_CHECKSUM", checksum).env("GITHUB_OUTPUT", place.file("outputs"));
    command.output().expect("bash is installed")
}

#[test]
fn a_release_is_unpacked_only_with_the_right_checksum() {
    let place = Git::outside();
    let Some(archive) = release(&place) else { return };
    let install = |checksum: &str| install(&place, &place.file("installed"), checksum);
    let output = install(&"0".repeat(64));
    assert!(!output.status.success() && said(&output).contains("checksum"), "{}", said(&output));
    assert!(!place.file("installed/bin/keysweep").exists());
    let digest = sha256(&std::fs::read(place.file(&archive)).expect("the archive is there"));
    place.write(format!("{archive}.sha256"), format!("{digest}  {archive}\n"));
    let (upper, prefixed) = (digest.to_uppercase(), format!(" sha256:{digest}\r"));
    for checksum in [digest.as_str(), "", &upper, &prefixed] {
        let output = install(checksum);
        assert!(output.status.success() && said(&output).contains("keysweep 1.2.3"), "{}", said(&output));
    }
    place.write(format!("{archive}.sha256"), format!("{upper} *{archive}\r\n"));
    assert!(install("").status.success());
    place.write(format!("{archive}.sha256"), format!("{}  {archive}\n", "A".repeat(64)));
    let output = install("");
    assert!(output.status.code() == Some(2) && said(&output).contains("::error"), "{}", said(&output));
    let outputs = std::fs::read_to_string(place.file("outputs")).expect("it was written");
    assert!(outputs.contains(&format!("program={}", place.file("installed/bin/keysweep").display())), "{outputs}");
}

#[cfg(unix)]
#[test]
fn a_release_is_installed_where_paths_have_drives_and_backslashes() {
    let place = Git::outside();
    let Some(archive) = release(&place) else { return };
    let digest = sha256(&std::fs::read(place.file(&archive)).expect("the archive is there"));
    let output = install(&place, Path::new(r"D:\a\_temp/keysweep"), &digest);
    assert!(output.status.success() && said(&output).contains("keysweep 1.2.3"), "{}", said(&output));
}

#[test]
fn a_system_without_a_release_is_told_how_to_go_on() {
    let place = Git::outside();
    place.write("bin/uname", "#!/bin/sh\necho Plan9\n");
    assert!(place.command("chmod").args(["755", "bin/uname"]).status().expect("chmod is there").success());
    let path = format!("{}:/usr/bin:/bin", place.file("bin").display());
    let mut command = place.command("bash");
    command.arg(root().join(".ci/action/install.sh")).env("PATH", path);
    command.env("KEYSWEEP_ROOT", place.file("installed")).env("KEYSWEEP_VERSION", "v1.2.3");
    let output = command.env("GITHUB_OUTPUT", place.file("outputs")).output().expect("bash is installed");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("::error") && said(&output).contains("build from source"), "{}", said(&output));
}

#[test]
fn a_build_is_kept_for_the_same_source_alone() {
    let place = Git::outside();
    let script = std::fs::read_to_string(root().join(".ci/action/source.sh")).expect("the script is there");
    let sha256 = std::fs::read_to_string(root().join(".ci/sha256.sh")).expect("the script is there");
    place.write(".ci/sha256.sh", sha256);
    for (name, text) in [(".ci/action/source.sh", script.as_str()), ("src/a.rs", "1"), ("rules/a.toml", "1")] {
        place.write(name, text);
    }
    for name in ["Cargo.toml", "Cargo.lock", "build.rs"] {
        place.write(name, "");
    }
    let source = || {
        place.write("outputs", "");
        let mut command = place.command("bash");
        let output =
            command.arg(place.file(".ci/action/source.sh")).env("GITHUB_OUTPUT", place.file("outputs")).output();
        let output = output.expect("bash is installed");
        assert!(output.status.success(), "{}", said(&output));
        std::fs::read_to_string(place.file("outputs")).expect("it was written")
    };
    let first = source();
    assert!(first.starts_with("source=") && first.trim_end().len() == "source=".len() + 64, "{first}");
    assert_eq!(source(), first);
    place.write("rules/a.toml", "2");
    assert_ne!(source(), first);
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the script of the GitLab job that scans.
fn gitlab_script() -> String {
    let job =
        std::fs::read_to_string(root().join(".ci/gitlab/keysweep.gitlab-ci.yml")).expect("it is part of the package");
    let lines = job.lines().skip_while(|line| *line != "    - |").skip(1);
    lines.take_while(|line| line.starts_with("      ")).map(|line| format!("{}\n", &line[6..])).collect()
}

#[test]
fn the_gitlab_job_scans_a_merge_request_and_leaves_both_reports() {
    let (git, base, head) = pull_request();
    let ours = Path::new(PROGRAM).parent().expect("the program lies in a directory").display().to_string();
    let run = |variables: &[(&str, &str)]| {
        let mut command = git.command("sh");
        command.args(["-e", "-c", &gitlab_script()]).env("PATH", format!("{ours}:/usr/bin:/bin"));
        for name in ["CI_MERGE_REQUEST_DIFF_BASE_SHA", "CI_PIPELINE_SOURCE", "KEYSWEEP_ARGUMENTS"] {
            command.env(name, "");
        }
        command.envs(variables.iter().copied()).output().expect("sh is installed")
    };
    let output = run(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base), ("CI_COMMIT_SHA", &head)]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    for name in ["gl-code-quality-report.json", "gl-secret-detection-report.json"] {
        let report = std::fs::read_to_string(git.file(name)).expect("it was written");
        assert!(
            report.contains("src/config.py") && !report.contains("old.py") && !report.contains(&token()),
            "{report}"
        );
        git.remove(name);
    }
    let output = run(&[("CI_PIPELINE_SOURCE", "schedule")]);
    assert!(output.status.code() == Some(1) && said(&output).contains("old.py"), "{}", said(&output));
    let output = run(&[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &head), ("CI_COMMIT_SHA", &head)]);
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
}

#[test]
fn action_workflows_and_gitlab_job_have_valid_schemas() {
    let Some(check) = tool("check-jsonschema") else { return };
    let table = [
        ("vendor.github-actions", vec!["action.yml"]),
        ("vendor.github-workflows", vec![".github/workflows/ci.yml", ".github/workflows/release.yml"]),
        ("vendor.gitlab-ci", vec![".ci/gitlab/keysweep.gitlab-ci.yml"]),
    ];
    for (schema, files) in table {
        let mut command = Command::new(&check);
        command.current_dir(root()).args(["--builtin-schema", schema]).args(files);
        let output = command.output().expect("it can be started");
        assert!(output.status.success(), "{}", said(&output));
    }
}

#[test]
fn workflows_and_action_are_safe() {
    let Some(zizmor) = tool("zizmor") else { return };
    let output = Command::new(zizmor)
        .current_dir(root())
        .args(["--offline", "--no-progress", "--quiet", "action.yml", ".github/workflows"])
        .output()
        .expect("it can be started");
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn shell_scripts_are_sound() {
    let Some(shellcheck) = tool("shellcheck") else { return };
    let scripts = ["action/install.sh", "action/scan.sh", "action/source.sh", "npm/publish.sh", "release/pack.sh"]
        .map(|name| root().join(".ci").join(name));
    let output = Command::new(shellcheck)
        .current_dir(root())
        .args(["-x", "--severity", "warning"])
        .args(scripts)
        .output()
        .expect("it can be started");
    assert!(output.status.success(), "{}", said(&output));
}
