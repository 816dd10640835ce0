//! What the configuration of the pre-commit framework and its like says of keysweep's hooks.

use std::path::Path;

use serde_json::{Map, Value, json};

use super::Name;
use super::values::read;
use crate::document::Format;

/// What keysweep's hooks are where a configuration names them by their ids.
const MANIFEST: &str = include_str!("../../../.pre-commit-hooks.yaml");

/// Returns all that a configuration says of keysweep's hooks, to be compared.
pub fn hooks(text: &str, file: &Path) -> Vec<Value> {
    let settings = read(text, format(file));
    let stages = settings.get("default_stages").cloned().unwrap_or_default();
    own(&settings).into_iter().map(|(place, hook)| json!([stages, place, hook])).collect()
}

/// Returns the id of the hook that does the work of one of git's, if a configuration has one.
pub fn id(text: &str, file: &Path, hook: Name) -> Option<String> {
    let settings = read(text, format(file));
    let manifest = read(MANIFEST, Format::Yaml);
    let known = |hook: &Value| {
        let mut all = manifest.as_array().into_iter().flatten();
        all.find(|known| known.get("id") == hook.get("id")).and_then(Value::as_object).cloned().unwrap_or_default()
    };
    let mut entered = own(&settings).into_iter().map(|(_, own)| {
        let mut whole = known(&own);
        whole.extend(own.as_object().cloned().unwrap_or_default());
        whole
    });
    let entered = entered.find(|own| does_work_of(own, settings.get("default_stages"), hook))?;
    entered.get("id").and_then(Value::as_str).map(str::to_owned)
}

/// Tells whether a hook of the framework does what one of git's would.
fn does_work_of(own: &Map<String, Value>, default_stages: Option<&Value>, hook: Name) -> bool {
    let words: Vec<&str> = own.get("entry").and_then(Value::as_str).unwrap_or_default().split_whitespace().collect();
    // A merge is looked at as a commit is.
    let work = [hook.word(), if hook == Name::PreMergeCommit { Name::PreCommit.word() } else { hook.word() }];
    let does = words.windows(3).any(|words| matches!(words, ["hook", "run", name] if work.contains(name)));
    // Older names of stages lack the start.
    let is_stage = |stage: &str| stage == hook.word() || hook.word().strip_prefix("pre-") == Some(stage);
    let stages = own.get("stages").or(default_stages).and_then(Value::as_array);
    does && stages.is_none_or(|stages| stages.iter().filter_map(Value::as_str).any(is_stage))
}

/// Returns keysweep's hooks in a configuration, each with the repository that it comes from.
fn own(settings: &Value) -> Vec<(Value, Value)> {
    let repositories = settings.get("repos").and_then(Value::as_array).into_iter().flatten();
    let of = |repository: &Value| {
        let place = repository.get("repo").cloned().unwrap_or_default();
        let is_ours = |value: &Value| value.to_string().contains("keysweep");
        let all = repository.get("hooks").and_then(Value::as_array).cloned().unwrap_or_default();
        let own = all.into_iter().filter(|hook| is_ours(&place) || is_ours(hook));
        own.map(|hook| (place.clone(), hook)).collect::<Vec<_>>()
    };
    repositories.flat_map(of).collect()
}

fn format(file: &Path) -> Format {
    if file.extension().is_some_and(|end| end == "toml") { Format::Toml } else { Format::Yaml }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stages_of_a_hook_say_whose_work_it_does() {
        let remote = |hook: &str| format!("repos:\n- repo: https://x/keysweep\n  hooks: [{{{hook}}}]\n");
        let local = |hook: &str| format!("repos:\n- repo: local\n  hooks: [{{id: x, {hook}}}]\n");
        let run = "entry: keysweep hook run pre-commit";
        for (text, expected) in [
            (remote("id: keysweep"), [Some("keysweep"), Some("keysweep"), None]),
            (remote("id: keysweep-system"), [Some("keysweep-system"), Some("keysweep-system"), None]),
            (remote("id: keysweep-push"), [None, None, Some("keysweep-push")]),
            (remote("id: keysweep-lint"), [None, None, None]),
            (remote("id: keysweep, stages: [manual]"), [None, None, None]),
            (remote("id: keysweep, stages: [commit]"), [Some("keysweep"), None, None]),
            (local(run), [Some("x"), Some("x"), None]),
            (local(&format!("{run}, stages: [pre-commit]")), [Some("x"), None, None]),
            (format!("default_stages: [pre-push]\n{}", local(run)), [None, None, None]),
            (
                format!("default_stages: [pre-push]\n{}", remote("id: keysweep")),
                [Some("keysweep"), Some("keysweep"), None],
            ),
        ] {
            let hooks = [Name::PreCommit, Name::PreMergeCommit, Name::PrePush];
            let ids = hooks.map(|hook| id(&text, Path::new(".pre-commit-config.yaml"), hook));
            assert_eq!(ids.each_ref().map(Option::as_deref), expected, "{text}");
        }
        let toml = "[[repos]]\nrepo = \"https://x/keysweep\"\nhooks = [{ id = \"keysweep\" }]\n";
        assert_eq!(id(toml, Path::new("prek.toml"), Name::PreCommit).as_deref(), Some("keysweep"));
    }
}
