//! `--no-bypass` in real repositories: where their hooks lie, and what leads there.

use super::said;
use crate::git::Git;

/// Returns what the hook answers to a tool.
fn told(git: &Git, tool: &str, input: &serde_json::Value) -> String {
    let event = serde_json::json!({ "hook_event_name": "PreToolUse", "cwd": git.path(), "tool_name": tool, "tool_input": input });
    said(&super::agents::run(git, "keysweep hook run claude-code --no-bypass", &event))
}

/// Checks which command lines are stopped.
fn check(git: &Git, lines: &[(&str, bool)]) {
    for (line, stopped) in lines {
        let text = told(git, "Bash", &serde_json::json!({ "command": line }));
        assert_eq!(text.contains("goes around the hooks"), *stopped, "{line}: {text}");
        assert!(*stopped || text.is_empty(), "{line}: {text}");
    }
}

#[test]
fn hooks_are_found_where_git_has_them() {
    let git = Git::new();
    git.write(".git/hooks/pre-commit", "exit 0");
    git.write(".gitignore", "tools/hooks/\n");
    git.write("sub/x", "");
    check(
        &git,
        &[
            ("rm -rf .gi?", true),
            ("rm -rf .git/h*/p*", true),
            ("cd sub && rm -rf ../.g*", true),
            ("cd sub && rm -rf \"$(git rev-parse --show-toplevel)/.git\"", true),
            ("(cd sub); rm -rf .git", true),
            ("find . -name pre-commit -delete", true),
            ("find sub -delete", false),
            ("find . -name '*.sample' -delete", false),
            ("rm -rf .gitignore* sub/.g*", false),
            ("git clean -fdx", false),
            ("rm -rf tools/hooks", false),
        ],
    );
    git.write("tools/hooks/pre-commit", "exit 0");
    git.run(&["config", "core.hooksPath", "tools/hooks"]);
    check(
        &git,
        &[
            ("git clean -fdx", true),
            ("git clean -fdX tools", true),
            ("git clean -fd", false),
            ("git clean -fdxn", false),
            ("git clean -fdx sub", false),
            ("rm -rf tools/hooks", true),
            ("cd tools && rm hooks/pre-commit", true),
            ("chmod -v -x tools/hooks/pre-commit", true),
            ("rm tools/other", false),
            ("git -C sub clean -fdx", false),
        ],
    );
}

#[test]
fn settings_with_hooks_that_git_does_not_track_are_not_cleaned_away() {
    let git = Git::new();
    git.write("src/a.rs", "");
    git.commit("first");
    let settings = "{\"hooks\": \"keysweep hook run claude-code --no-bypass\"}";
    git.write(".claude/settings.json", settings);
    check(
        &git,
        &[
            ("git clean -fd", true),
            ("git clean -fdx", true),
            ("git clean -f .claude/settings.json", true),
            ("git clean -f .claude", true),
            ("cd src && git clean -fd ..", true),
            ("git stash -u", true),
            ("cd src && git stash --include-untracked", true),
            ("git stash -u -- .claude", true),
            ("git stash push -um wip", true),
            ("git stash --all", true),
            ("git clean -f", false),
            ("git clean -fdn", false),
            ("git clean -fdX", false),
            ("git clean -fd src", false),
            ("cd src && git clean -fd", false),
            ("git clean -fd -e .claude", false),
            ("git clean -fd --exclude='.claude/*'", false),
            ("git stash", false),
            ("git stash -u -- src", false),
            ("git stash -u -- ':!.claude'", false),
            ("git stash pop", false),
            ("git stash show -u", false),
            ("cd \"$(mktemp -d)\" && git clean -fdx", false),
        ],
    );
    git.write(".claude/notes.md", "");
    git.run(&["add", ".claude/notes.md"]);
    check(&git, &[("git clean -f", true), ("git clean -f src", false)]);
    git.write(".gitignore", ".claude/settings.json\n");
    check(
        &git,
        &[("git clean -fd", false), ("git stash -u", false), ("git clean -fX", true), ("git clean -fdx", true)],
    );
    git.run(&["add", "-f", ".claude/settings.json"]);
    check(&git, &[("git clean -fdx", false), ("git stash -u", false)]);
}

#[test]
fn names_in_gits_configuration_are_what_they_stand_for() {
    let git = Git::new();
    git.run(&["config", "alias.ci", "commit"]);
    git.run(&["config", "alias.quick", "!cd sub && git commit -n"]);
    git.run(&["config", "alias.round", "round"]);
    git.run(&["config", "alias.check", "!npm test --"]);
    check(
        &git,
        &[
            ("git ci -n", true),
            ("git ci -m x", false),
            ("git quick", true),
            ("git round", false),
            ("HUSKY=0 git ci -m x", true),
            ("git check --no-verify", false),
            ("git other --no-verify", true),
        ],
    );
}

#[test]
fn a_shell_turns_no_hooks_off_in_settings_of_an_agent() {
    let git = Git::new();
    super::keysweep(&git, &["hook", "install", "claude-code", "--no-bypass"]);
    git.write("harmless.json", "{\"model\": \"x\"}");
    git.write("off.json", "{\"disableAllHooks\": true}");
    git.write("sub/x", "");
    check(
        &git,
        &[
            ("echo '{\"disableAllHooks\":true}' > .claude/settings.local.json", true),
            ("cd sub && printf '{\"disableAllHooks\":true}' | tee ../.claude/settings.local.json", true),
            ("cat > ~/.claude/settings.json <<E\n{\"disableAllHooks\": true}\nE", true),
            ("jq '.disableAllHooks=true' .claude/settings.json > tmp && mv tmp .claude/settings.json", true),
            ("sed -i 's/{/{\"disableAllHooks\":true,/' .claude/settings.local.json", true),
            ("cp off.json .claude/settings.local.json", true),
            ("cp none.json .claude/settings.local.json", true),
            ("cp harmless.json .claude/settings.json", true),
            ("echo '{\"hooksConfig\":{\"enabled\":false}}' > .gemini/settings.json", true),
            ("printf '[features]\\nhooks = false\\n' >> ~/.codex/config.toml", true),
            ("python3 -c 'open(\".claude/settings.local.json\", \"w\").write(\"{disableAllHooks: true}\")'", true),
            ("echo '{\"model\":\"x\"}' > .claude/settings.local.json", false),
            ("jq '.model = \"x\"' .claude/settings.local.json > tmp && mv tmp .claude/settings.local.json", false),
            ("cp harmless.json .claude/settings.local.json", false),
            ("echo '{\"disableAllHooks\":true}' > docs.json", false),
            ("echo '{\"disableAllHooks\":true}' > sub/.claude/settings.json", false),
            ("cp none.json .vscode/settings.json", false),
        ],
    );
    git.write(".codex/config.toml", "model = \"x\"\n[features]\n");
    check(
        &git,
        &[("echo 'hooks = false' >> .codex/config.toml", true), ("echo 'other = false' >> .codex/config.toml", false)],
    );
}

#[cfg(unix)]
#[test]
fn links_lead_to_the_hooks_that_are_written() {
    let git = Git::new();
    git.write(".git/hooks/pre-commit", "exit 0");
    std::os::unix::fs::symlink(".git/hooks", git.file("hk")).expect("the link can be made");
    std::os::unix::fs::symlink(".git", git.file("g")).expect("the link can be made");
    let main = git.path().to_owned();
    git.write("a", "a\n");
    git.commit("first");
    let beside = main.join("beside");
    git.run(&["worktree", "add", "-q", &beside.to_string_lossy()]);
    for (path, stopped) in [
        ("hk/pre-commit", true),
        ("hk/new/../commit-msg", true),
        ("g/hooks/pre-push", true),
        ("beside/../hk/pre-commit", true),
        ("hk.md", false),
        ("docs/hooks/pre-commit", false),
    ] {
        let text = told(&git, "Write", &serde_json::json!({ "file_path": path, "content": "exit 0\n" }));
        assert_eq!(text.contains("goes around the hooks"), stopped, "{path}: {text}");
    }
    check(
        &git,
        &[
            ("echo exit 0 > hk/pre-commit", true),
            ("rm g/hooks/pre-commit", true),
            ("rm -rf g/h*", true),
            ("ln -s .git/hooks again", true),
            ("cp hk/pre-commit /tmp/x", false),
            ("cat hk/pre-commit", false),
        ],
    );
    check(
        &git.at("beside"),
        &[
            ("rm -rf .git", true),
            ("rm -rf ../.git", true),
            ("rm ../.git/hooks/pre-commit", true),
            ("rm -f .gitmodules", false),
        ],
    );
}
