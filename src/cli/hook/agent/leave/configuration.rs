//! What a text of `keysweep.toml`, or of a file with rules of the user's, looks for less than another.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::super::place;
use crate::finding::{Confidence, Severity};
use crate::policy::config::{Config, FILE};
use crate::rules::Catalogue;

/// What a rule has in it that says nothing about what it finds.
const TELLING: [&str; 5] = ["title", "why", "rotation", "examples", "variable"];
/// The words for levels, from the lowest on.
const LEVELS: [&str; 4] = ["low", "medium", "high", "critical"];
/// From here on a level is as high as matters.
const LOUD: usize = 2;

/// Tells whether the configuration at a path looks for less with one text than with another.
pub fn looks_for_less(path: &Path, before: &str, after: &str) -> bool {
    let (Ok(before), Ok(after)) = (before.parse::<Table>(), after.parse::<Table>()) else {
        // What is no configuration lets nothing pass; what was none has allowed nothing.
        return after.parse::<Table>().is_ok_and(|after| allows_more(path, &Table::new(), &after));
    };
    allows_more(path, &before, &after)
}

/// Tells whether a file with rules of the user's looks for less with one text than with another.
pub fn rules_look_for_less(path: &Path, before: &str, after: &str) -> bool {
    let table = |text: &str| text.parse::<Table>().unwrap_or_default();
    let known = configurations(path).iter().flat_map(|file| known(file)).collect::<Vec<_>>();
    // With what is no rule file nothing is checked any more.
    after.parse::<Table>().is_err() || has_fewer_rules(&table(before), &table(after), &known)
}

/// Tells whether a configuration that is there would look for less if it were gone.
pub fn is_needed(path: &Path) -> bool {
    let text = place::read(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    text.is_some_and(|text| looks_for_less(path, &text, ""))
}

/// Returns the files with rules of the user's that configurations in a folder and around it name.
pub fn rule_files(folder: &Path) -> Vec<PathBuf> {
    let files = folder.ancestors().map(|folder| folder.join(FILE));
    files.flat_map(|file| named(&file).into_iter().map(move |name| file.with_file_name(name))).collect()
}

/// Returns the configurations around a file that name it.
fn configurations(path: &Path) -> Vec<PathBuf> {
    let files = path.ancestors().skip(1).map(|folder| folder.join(FILE));
    let names = |file: &PathBuf| {
        let folder = file.parent().unwrap_or(file);
        named(file).iter().any(|name| place::real(folder, name) == path)
    };
    files.filter(names).collect()
}

/// Tells whether a configuration around a file names it as one with rules.
pub fn is_rule_file(path: &Path) -> bool {
    !configurations(path).is_empty()
}

/// Returns the rule files that a configuration names.
fn named(file: &Path) -> Vec<String> {
    let table = place::read(file).and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<Table>().ok());
    let names = table.map(|table| list(&table, "rule-files")).unwrap_or_default();
    names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Returns the ids of all rules of the configuration that lies at a path, or the built-in ones.
fn known(path: &Path) -> Vec<String> {
    let text = place::read(path).and_then(|bytes| String::from_utf8(bytes).ok());
    let config = text.and_then(|text| Config::parse(text, path.to_owned()).ok());
    let catalogue = config.and_then(|config| config.catalogue().ok()).unwrap_or_else(Catalogue::builtin);
    catalogue.rules().iter().map(|rule| rule.id.to_string()).collect()
}

fn list(table: &Table, key: &str) -> Vec<Value> {
    table.get(key).and_then(Value::as_array).cloned().unwrap_or_default()
}

fn inner(table: &Table, key: &str) -> Table {
    table.get(key).and_then(Value::as_table).cloned().unwrap_or_default()
}

fn allows_more(path: &Path, before: &Table, after: &Table) -> bool {
    // What begins with `!` is looked at again.
    let is_back = |glob: &Value| glob.as_str().is_some_and(|glob| glob.starts_with('!'));
    let (was, is) = (list(before, "exclude"), list(after, "exclude"));
    let excludes_more = is.iter().any(|glob| !is_back(glob) && !was.contains(glob))
        || was.iter().any(|glob| is_back(glob) && !is.contains(glob));
    let has_more = |before: &Table, after: &Table, key: &str| {
        let was = list(before, key);
        list(after, key).iter().any(|entry| !was.contains(entry))
    };
    let is_stricter = ["severity", "confidence"].iter().any(|key| threshold(after, key) > threshold(before, key));
    let takes_comments = |table: &Table| {
        let server = table.get("pre-receive").and_then(|server| server.get("comments"));
        server.and_then(Value::as_bool).unwrap_or_default()
    };
    let has_other_baseline = after.get("baseline").is_some() && after.get("baseline") != before.get("baseline");
    excludes_more
        || has_more(&inner(before, "rules"), &inner(after, "rules"), "off")
        || has_more(before, after, "allow")
        || is_quieter(&inner(&inner(before, "rules"), "level"), &inner(&inner(after, "rules"), "level"))
        || is_stricter
        || has_other_baseline
        || takes_comments(after) && !takes_comments(before)
        || replaces_rules(path, before, after)
}

/// Tells whether rules of the user's are gone, or take the place of others.
fn replaces_rules(path: &Path, before: &Table, after: &Table) -> bool {
    let (was, is) = (list(before, "rule-files"), list(after, "rule-files"));
    let (own, new) = (inner(before, "own"), inner(after, "own"));
    // To know the rules costs more than all the rest.
    if was == is && own == new {
        return false;
    }
    let known = known(path);
    let mut brought = is.iter().filter(|file| !was.contains(file)).filter_map(Value::as_str);
    let is_bad = |file: &str| {
        let text = place::read(&path.with_file_name(file)).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let table = text.and_then(|text| text.parse::<Table>().ok());
        table.is_some_and(|table| has_fewer_rules(&Table::new(), &table, &known))
    };
    was.iter().any(|file| !is.contains(file)) || has_fewer_rules(&own, &new, &known) || brought.any(is_bad)
}

/// Tells whether rules are gone or otherwise, or new ones take the place of others, the ids of which are known.
fn has_fewer_rules(before: &Table, after: &Table, known: &[String]) -> bool {
    let rules = |table: &Table| {
        let rules = list(table, "rule");
        let rules = rules.iter().filter_map(Value::as_table).cloned();
        rules
            .map(|mut rule| {
                rule.retain(|key, _| !TELLING.contains(&key));
                rule
            })
            .collect::<Vec<Table>>()
    };
    let (was, is) = (rules(before), rules(after));
    let replaces = |rule: &Table| {
        let id = rule.get("id").and_then(Value::as_str);
        id.is_some_and(|id| known.iter().any(|known| known == id))
    };
    was.iter().any(|rule| !is.contains(rule)) || is.iter().any(|rule| !was.contains(rule) && replaces(rule))
}

/// Tells whether the findings of a rule may get a lower level.
fn is_quieter(before: &Table, after: &Table) -> bool {
    before.keys().chain(after.keys()).any(|rule| {
        let [was, is] = [before, after].map(|levels| inner(levels, rule));
        ["severity", "confidence"].iter().any(|key| {
            let said = |level: &Table| level.get(*key).and_then(Value::as_str).map(loudness);
            let (was, is) = (said(&was), said(&is));
            was != is && {
                let own = own_loudness(rule, key);
                // Of what is no rule of keysweep's nobody knows how loud it is.
                let was = was.or(own.iter().copied().max()).unwrap_or(LOUD);
                let is = is.or(own.iter().copied().min()).unwrap_or_default();
                is < was
            }
        })
    })
}

fn loudness(word: &str) -> usize {
    LEVELS.iter().position(|level| *level == word).unwrap_or_default().min(LOUD)
}

/// Returns how loud the built-in rules are that are meant by a name, which may be a provider's.
fn own_loudness(name: &str, key: &str) -> Vec<usize> {
    let catalogue = Catalogue::builtin();
    let rules = catalogue.rules().iter().filter(|rule| crate::policy::rule_matches(name, &rule.id));
    let level = |severity: Severity, confidence: Confidence| match key {
        "severity" => Severity::ALL.iter().position(|level| *level == severity),
        _ => Confidence::ALL.iter().position(|level| *level == confidence),
    };
    rules.filter_map(|rule| level(rule.meta().severity, rule.meta().confidence)).map(|level| level.min(LOUD)).collect()
}

/// Returns where a threshold stands among its levels; it is `medium` if nothing is said.
fn threshold(table: &Table, key: &str) -> Option<usize> {
    let word = table.get(key).and_then(Value::as_str).unwrap_or("medium");
    LEVELS.iter().position(|level| *level == word)
}
