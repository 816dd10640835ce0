//! What files of lefthook's say of the jobs that run keysweep, and what in them may keep these from running.

use serde_json::{Map, Value, json};

/// What every job of keysweep's runs.
const RUNS: &str = "keysweep";
/// The keys by which lefthook leaves a job, a group or a hook out.
const CONDITIONS: [&str; 9] =
    ["skip", "only", "exclude_tags", "tags", "exclude", "glob", "files", "file_types", "root"];
/// Commands that run none of their words, or end the line.
const IDLE: [&str; 8] = ["echo", "printf", "true", ":", "test", "[", "exit", "return"];

/// One job that runs keysweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The hook of git's.
    pub hook: String,
    /// Its name, if it has one.
    name: String,
    /// The conditions of the hook and of the groups around it.
    around: Vec<Value>,
    /// All that is said of it.
    own: Value,
}

impl Job {
    /// Returns the keys that may keep the job from running or from being heard.
    pub fn doubts(&self) -> Vec<String> {
        let conditions = conditions(&self.own);
        let maps = self.around.iter().chain([&conditions]).filter_map(Value::as_object);
        let keys = maps.flat_map(Map::keys).cloned();
        let run = self.own.get("run").and_then(Value::as_str).unwrap_or_default();
        keys.chain((!is_heard(run)).then(|| "run".to_owned())).collect()
    }
}

/// Returns the jobs that run keysweep, as settings have them.
pub fn jobs(settings: &Value) -> Vec<Job> {
    let mut found = Vec::new();
    for (hook, own) in settings.as_object().into_iter().flatten() {
        walk(hook, "", own, &[], &mut found);
    }
    found
}

fn walk(hook: &str, name: &str, value: &Value, around: &[Value], found: &mut Vec<Job>) {
    match value {
        Value::Object(map) if map.get("run").and_then(Value::as_str).is_some_and(|run| run.contains(RUNS)) => {
            let name = map.get("name").and_then(Value::as_str).unwrap_or(name).to_owned();
            found.push(Job { hook: hook.to_owned(), name, around: around.to_vec(), own: value.clone() });
        }
        Value::Object(map) => {
            let around = [around, &[conditions(value)]].concat();
            map.iter().for_each(|(key, value)| walk(hook, key, value, &around, found));
        }
        Value::Array(list) => list.iter().for_each(|value| walk(hook, "", value, around, found)),
        _ => {}
    }
}

/// Returns what local settings, which lefthook puts over the others, say that concerns a job.
pub fn said_locally(local: &Value, job: &Job) -> Value {
    let Some(hook) = local.get(&job.hook) else { return json!({}) };
    let mut said = conditions(hook).as_object().cloned().unwrap_or_default();
    let command = hook.get("commands").and_then(|commands| commands.get(&job.name));
    let jobs = hook.get("jobs").and_then(Value::as_array).into_iter().flatten();
    let named = jobs.filter(|other| !job.name.is_empty() && other.get("name") == Some(&json!(job.name)));
    let all: Vec<&Value> = command.into_iter().chain(named).collect();
    if !all.is_empty() {
        said.insert(job.name.clone(), json!(all));
    }
    Value::Object(said)
}

fn conditions(value: &Value) -> Value {
    let map = value.as_object();
    let pairs = CONDITIONS.iter().filter_map(|key| Some(((*key).to_owned(), map?.get(*key)?.clone())));
    pairs.collect::<Map<_, _>>().into()
}

/// Tells whether a line runs keysweep whatever comes of other commands, and fails where that does.
fn is_heard(line: &str) -> bool {
    let line = line.trim().replace("&&", " ");
    let first = line.split_whitespace().next().unwrap_or_default();
    !line.contains(['|', '#', ';', '&', '\n']) && !IDLE.contains(&first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_keep_a_job_from_running_is_told_by_its_key() {
        let run = "keysweep hook run pre-commit";
        for (settings, expected) in [
            (json!({ "pre-commit": { "commands": { "x": { "run": run } } } }), ""),
            (json!({ "pre-commit": { "commands": { "x": { "run": format!("npx {run} -v") } } } }), ""),
            (json!({ "pre-commit": { "skip": true, "commands": { "x": { "run": run } } } }), "skip"),
            (json!({ "pre-commit": { "jobs": [{ "run": run, "glob": "*.never" }] } }), "glob"),
            (json!({ "pre-commit": { "jobs": [{ "group": { "jobs": [{ "run": run }] }, "only": [] }] } }), "only"),
            (json!({ "pre-commit": { "jobs": [{ "run": format!("true || {run}") }] } }), "run"),
            (json!({ "pre-commit": { "jobs": [{ "run": format!("true # {run}") }] } }), "run"),
            (json!({ "pre-commit": { "jobs": [{ "run": format!("echo {run}") }] } }), "run"),
            (json!({ "pre-commit": { "jobs": [{ "run": format!("exit 0 && {run}") }] } }), "run"),
        ] {
            let doubts: Vec<String> = jobs(&settings).iter().flat_map(Job::doubts).collect();
            assert_eq!(doubts.join(" "), expected, "{settings}");
        }
        let settings = json!({ "pre-commit": { "commands": { "x": { "run": run } } } });
        for (local, expected) in [
            (json!({ "pre-commit": { "skip": true } }), true),
            (json!({ "pre-commit": { "commands": { "x": { "skip": true } } } }), true),
            (json!({ "pre-commit": { "commands": { "y": { "skip": true } } } }), false),
            (json!({ "pre-push": { "skip": true } }), false),
        ] {
            assert_eq!(said_locally(&local, &jobs(&settings)[0]) != json!({}), expected, "{local}");
        }
    }
}
