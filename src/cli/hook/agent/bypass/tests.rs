//! Lines that go around hooks, and others that look so.

mod around;
mod documents;
mod found;
mod git;
mod harmless;
mod limits;
mod programs;
mod runners;
mod scanning;
mod settings;
mod switches;
mod windows;
mod writers;

use std::path::Path;

use super::super::settings as agent_settings;
use super::*;

/// A project in `/p`, whose settings of Cursor git has as they are.
struct Known;

/// What is guarded there.
const GUARDED: [&str; 12] = [
    "/p/.claude",
    "/p/.claude/settings.json",
    "/p/.cursor/hooks.json",
    "/p/.git",
    "/p/.git/hooks",
    "/p/.git/hooks/pre-commit",
    "/p/.git/hooks/pre-push",
    "/p/.husky",
    "/p/.husky/pre-commit",
    "/p/.pre-commit-config.yaml",
    "/p/tools/hooks",
    "/p/tools/hooks/pre-commit",
];

fn real(path: &str) -> String {
    path.replace("$GIT_TOPLEVEL", "/p").replace("/p/hk", "/p/.git/hooks")
}

impl Surroundings for Known {
    fn holds_agents_hooks(&self, path: &str) -> bool {
        ["/p/.claude/settings.json", "/p/.claude", "/p/.cursor/hooks.json"].contains(&real(path).as_str())
    }

    fn comes_back(&self, path: &str) -> bool {
        real(path) == "/p/.cursor/hooks.json"
    }

    fn says_whether_hooks_run(&self, path: &str) -> bool {
        let path = real(path).replace("$HOME/", "~/");
        let roots = ["/p/", "~/"];
        let files =
            [".claude/settings.json", ".claude/settings.local.json", ".gemini/settings.json", ".codex/config.toml"];
        roots.iter().filter_map(|root| path.strip_prefix(root)).any(|file| files.contains(&file))
    }

    fn turns_hooks_off(&self, path: &str, text: &str) -> bool {
        agent_settings::turns_hooks_off(Path::new(path), text)
    }

    fn text(&self, path: &str) -> Option<String> {
        match path {
            "/p/harmless.json" => Some("{\"model\": \"x\"}".to_owned()),
            "/p/off.json" => Some("{\"disableAllHooks\": true}".to_owned()),
            "/p/gemini.json" => Some("{\"hooksConfig\": {\"enabled\": false}}".to_owned()),
            _ => None,
        }
    }

    fn is_git_folder(&self, path: &str) -> bool {
        real(path) == "/p/.git"
    }

    fn leads_to_hook(&self, path: &str) -> bool {
        GUARDED[4..].iter().any(|hook| real(path).starts_with(hook))
    }

    fn is_link(&self, path: &str) -> bool {
        path == "/p/hk"
    }

    fn below(&self, path: &str) -> Vec<String> {
        let path = real(path);
        let inside = GUARDED.iter().filter_map(|guarded| guarded.strip_prefix(path.trim_end_matches('/')));
        let inside = inside.filter(|inside| inside.is_empty() || inside.starts_with('/'));
        inside.map(|inside| inside.trim_start_matches('/').to_owned()).collect()
    }

    fn alias(&self, name: &str) -> Option<String> {
        let value = match name {
            "ci" => "commit",
            "unsafe" => "commit -n",
            "shell" => "!cd x && git commit",
            "round" => "round",
            "st" => "status",
            _ => return None,
        };
        Some(value.to_owned())
    }

    fn loses_hooks_to_clean(&self, path: &str, cleaned: &Cleaned<'_>) -> bool {
        let is_taken = cleaned.takes != Taken::Untracked && cleaned.folders && !cleaned.spares("tools/hooks");
        "/p/tools/hooks".starts_with(path) && is_taken
    }
}

#[test]
fn ways_around_the_hooks_are_recognised() {
    let is_around = |line: &str| goes_around_hooks(line, "/p", &Known);
    let mut wrong = Vec::new();
    for (list, around, harmless) in [
        ("around", around::AROUND, harmless::HARMLESS),
        ("switches", switches::AROUND, switches::HARMLESS),
        ("windows", windows::AROUND, windows::HARMLESS),
        ("writers", writers::AROUND, writers::HARMLESS),
        ("programs", programs::AROUND, programs::HARMLESS),
        ("found", found::AROUND, found::HARMLESS),
        ("git", git::AROUND, git::HARMLESS),
        ("documents", documents::AROUND, documents::HARMLESS),
        ("settings", self::settings::AROUND, self::settings::HARMLESS),
        ("runners", runners::AROUND, runners::HARMLESS),
    ] {
        let told = |said: &str, line: &str| format!("{list}: {said}: {line}");
        wrong.extend(around.iter().filter(|line| !is_around(line)).map(|line| told("missed", line)));
        wrong.extend(harmless.iter().filter(|line| is_around(line)).map(|line| told("stopped without need", line)));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Parts of lines that are read again and again.
const PARTS: &[&str] = &[
    "echo a | sh | ",
    "{ echo a; } | sh; ",
    "echo a | sh -c b | ",
    "cd a; ",
    "find . -exec ",
    "ls a | xargs ",
    "rm */",
    "sh <(echo a); ",
    "sh -c 'a \"b\"' ",
    "git submodule foreach ",
    "git rebase -x ",
    "git -c alias.x=y ",
    "A=b ",
    "npx lefthook@1 ",
    "eval ",
    "watch ",
    "env -S ",
    "a ${b:-",
    "${b:-c}",
    "\"${b+${c=",
    "curl -o a ",
    "cat < <(",
    "bash < <(echo a); ",
    "(export HUSKY=0; ",
    "git stash -u a; ",
    "echo a=b >> ~/.gitconfig; ",
    "echo {} > .claude/settings.local.json; ",
    "cat a > b; cp b a; ",
    "echo {} | tee a | tee .claude/settings.local.json; ",
    "perl -e 'system(\"",
    "perl -e 'q(q(q(",
    "python3 -c 'a(\"b\", \"c\"); ",
    "node -e ' `${`",
    "echo 'unlink(\"a\")' | python3 | ",
    "parallel a ::: ",
    "echo a | parallel ",
    "vim -c '!vim -c ",
    "del a\\b & ",
    "GIT_EDITOR='a exec b' ",
    "git difftool -x ",
    "cat <<X\n$(cat <<Y\n",
    "cat <<X\n$a `b`\nX\n",
    "set -- a; b $@ ",
    "sed 's/a/b/;",
    "sed '/",
    "gci a|%{b $_}; ",
    "HOME=a; b; ",
    "python3 -c 'a = \"git b\"; system(",
    "sed '/[;/a]",
    "sed 's/[^/]/a\\/;",
    "echo a | xargs -I% -ib ",
    "echo a | xargs -I% sh -c % | ",
    "sh -c '$0 a' b ",
    "bash -s a | ",
    "gci a|%{b $($_.Name) $PSItem.Name};",
];

#[test]
fn any_line_comes_to_an_end() {
    for part in PARTS {
        assert!(
            !goes_around_hooks(&part.repeat(10_000), "/p", &Known)
                && !looks_for_less(&part.repeat(10_000), "/p", &Scanned::default()),
            "{part}"
        );
    }
}
