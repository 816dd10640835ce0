//! What git's ignore rules say about a path, next to git's own answer.

use keysweep::input::ignore_rules::{IgnoreRules, IgnoreState};

use crate::git::Git;

/// Asks git itself; the user's own file of patterns is called `user-ignore`.
fn answer(git: &Git, path: &str) -> IgnoreState {
    let output = git.attempt(&["check-ignore", "-v", "--no-index", path]);
    let said = String::from_utf8(output.stdout).expect("the paths are text");
    let rule = said.split('\t').next().unwrap_or_default();
    let negated = rule.rsplit(':').next().is_some_and(|pattern| pattern.starts_with('!'));
    match said.split(':').next().unwrap_or_default() {
        _ if said.is_empty() || negated => IgnoreState::No,
        ".git/info/exclude" => IgnoreState::Exclude,
        source if source.ends_with("user-ignore") => IgnoreState::Global,
        _ => IgnoreState::Ignored,
    }
}

#[test]
fn the_answer_is_that_of_git_for_nested_negated_and_private_rules() {
    let git = Git::new();
    git.write(".gitignore", ".env*\n!.env.example\n/only-root\nbuild/\n*.token\n!keep.token\n.doxhub/\nlogs/**/x\n");
    git.write("app/.gitignore", "!.env.local\nsecret\n");
    git.write("app/deep/.gitignore", "*\n!*.md\n");
    git.write(".git/info/exclude", "private/\n.mcp.json.local\n");
    let user = git.write("user-ignore", "*.pem\n");
    git.run(&["config", "core.excludesFile", user.to_str().expect("a temporary path is UTF-8")]);
    let repository = gix::open(git.path()).expect("just made");
    let rules = IgnoreRules::new(&repository).expect("well-formed rules");
    let paths = ".env .env.local .env.example app/.env app/.env.local app/.env.example only-root app/only-root build/x \
                 build/keep.token a.token keep.token .doxhub/credentials.json x/.doxhub/credentials.json logs/x \
                 logs/a/b/x app/secret secret app/deep/x app/deep/x.md private/x .mcp.json.local a.pem README.md";
    for path in paths.split_whitespace() {
        assert_eq!(rules.state(path.into(), false), answer(&git, path), "{path}");
    }
    assert_eq!(rules.state(".doxhub".into(), true), IgnoreState::Ignored);
    assert_eq!(rules.state(".doxhub".into(), false), IgnoreState::No);
}
