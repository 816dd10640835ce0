//! Every built-in rule is proven: its file is valid, its examples are found or not, its texts are complete.

use std::collections::HashSet;

use keysweep::detect::{examples, proof};
use keysweep::rules::{Catalogue, Rule};

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
fn ids_are_unique_and_belong_to_their_file() {
    let mut seen = HashSet::new();
    for rule in Catalogue::builtin().rules() {
        assert!(seen.insert(rule.id.clone()), "{} stands twice", rule.id);
    }
    for (name, text) in Catalogue::files() {
        let file: keysweep::rules::RuleFile = toml::from_str(text).expect("checked by another test");
        assert_eq!(&file.provider.id, name);
    }
}

#[test]
fn the_catalogue_is_as_large_as_promised() {
    let catalogue = Catalogue::builtin();
    let providers: HashSet<&str> = catalogue.rules().iter().map(|rule| rule.family()).collect();
    assert!(catalogue.rules().len() >= 300, "{} rules", catalogue.rules().len());
    assert!(providers.len() >= 200, "{} providers", providers.len());
}
