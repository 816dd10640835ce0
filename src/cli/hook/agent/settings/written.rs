//! What a shell may write into the settings that say whether an agent's hooks run.

use std::path::Path;

use super::home::is_switch;
use super::{loses_hooks, place};
use crate::document::{Format, parse};
use crate::folders;

/// Tells whether agents that work in a folder read from a file whether their hooks run: in a folder around, or the user's own.
pub fn says_whether_hooks_run(path: &Path, folder: &Path) -> bool {
    let is_users = |root: &Path| folders::home().is_some_and(|home| place::real(&home, "") == root);
    is_switch(path, &|root| place::real(folder, "").starts_with(root) || is_users(root))
}

/// Tells whether a file would keep hooks from running with a text, alone or behind what it holds; a text that cannot be read must not
/// speak of that.
pub fn turns_hooks_off(path: &Path, text: &str) -> bool {
    let is_off = |text: &str| loses_hooks(path, "", text);
    let before = place::read(path).unwrap_or_default();
    let before = String::from_utf8_lossy(&before);
    let format = if path.extension().is_some_and(|end| end == "toml") { Format::Toml } else { Format::Json };
    is_off(text)
        || !is_off(&before) && is_off(&format!("{before}{text}"))
        || parse(text.as_bytes(), format).is_err() && speaks_of_switch(text)
}

/// Tells whether a text speaks of what keeps an agent's hooks from running.
pub fn speaks_of_switch(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |part: &str| text.contains(part);
    ["allhooks", "hooksconfig", "codex_hooks"].into_iter().any(has) || has("hooks") && (has("false") || has("enabled"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_folder_around_and_of_the_user_count() {
        let home = folders::home().unwrap_or_default();
        for (path, expected) in [
            ("/p/.claude/settings.local.json", true),
            ("/p/a/.gemini/settings.json", true),
            ("/p/.codex/config.toml", true),
            ("/p/b/.claude/settings.json", false),
            ("/p/a/.vscode/settings.json", false),
            ("/p/a/settings.json", false),
            ("/p/a/.codex/hooks.json", false),
        ] {
            assert_eq!(says_whether_hooks_run(Path::new(path), Path::new("/p/a")), expected, "{path}");
        }
        let path = place::real(&home, ".claude/settings.json");
        assert!(says_whether_hooks_run(&path, Path::new("/p/a")));
    }

    #[test]
    fn a_text_turns_hooks_off_alone_or_behind_another() {
        let folder = tempfile::tempdir().expect("there is a temporary directory");
        let path = folder.path().join(".codex/config.toml");
        std::fs::create_dir(folder.path().join(".codex")).expect("the folder can be made");
        std::fs::write(&path, "model = \"x\"\n[features]\n").expect("the file can be written");
        for (text, expected) in [
            ("hooks = false\n", true),
            ("features.hooks = false\n", true),
            ("hooks = true\n", false),
            ("hooks = false $X", true),
            ("model = $X", false),
        ] {
            assert_eq!(turns_hooks_off(&path, text), expected, "{text}");
        }
    }
}
