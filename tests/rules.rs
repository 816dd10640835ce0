//! Every built-in rule is proven: its file is valid, its examples are found or not, its texts are complete.

use std::collections::HashMap;

use keysweep::detect::{examples, proof};
use keysweep::rules::{Catalogue, Rule, RuleFile};

#[test]
fn every_example_of_every_rule_holds() {
    let problems: Vec<String> = Catalogue::builtin()
        .rules()
        .iter()
        .flat_map(|rule| examples::failures(rule).into_iter().map(|failure| format!("{}: {failure}", rule.id)))
        .collect();
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn every_rule_file_passes_the_check_that_users_rules_pass() {
    let problems: Vec<String> = Catalogue::files()
        .iter()
        .filter_map(|(name, text)| Rule::parse(text).err().map(|error| format!("{name}: {error}")))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_rule_says_why_it_matters_and_how_to_rotate() {
    let mut problems = Vec::new();
    for rule in Catalogue::builtin().rules() {
        let (entry, rotation) = (rule.entry(), rule.rotation());
        if entry.why.trim().is_empty() || entry.title.trim().is_empty() {
            problems.push(format!("{}: no title or no `why`", rule.id));
        }
        if rotation.steps.is_empty() || rotation.place.is_empty() && rotation.docs.is_empty() {
            problems.push(format!("{}: no steps, or no place and no page to rotate at", rule.id));
        }
        if entry.check.proof.as_deref().is_some_and(|proof| !proof::NAMES.contains(&proof)) {
            problems.push(format!("{}: no such proof", rule.id));
        }
        if entry.title.ends_with('.') {
            problems.push(format!("{}: the title ends with a period", rule.id));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_id_stands_once_and_in_the_file_of_its_provider() {
    let mut owners: HashMap<String, &str> = HashMap::new();
    for (name, text) in Catalogue::files() {
        let file: RuleFile = toml::from_str(text).expect("checked by another test");
        assert_eq!(&file.provider.id, name);
        for rule in file.rules {
            if let Some(other) = owners.insert(rule.id.clone(), name) {
                panic!("`{}` stands in rules/{other}.toml and in rules/{name}.toml", rule.id);
            }
        }
    }
    assert_eq!(owners.len(), Catalogue::builtin().rules().len());
}
