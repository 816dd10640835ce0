//! The rules and lints that a user may name.

use super::rule_matches;
use crate::lint;
use crate::nearest::nearest;
use crate::rules::Catalogue;

/// Returns the ids of all rules of `catalogue`, then those of all lints.
fn ids(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    catalogue.rules().iter().map(|rule| &*rule.id).chain(lint::all().map(|about| about.id))
}

/// Tells whether `pattern` (an id, a provider, or `provider/*`) names any rule or lint.
pub fn names_any(pattern: &str, catalogue: &Catalogue) -> bool {
    ids(catalogue).any(|id| rule_matches(pattern, id))
}

/// Says which rules and lints may be meant by a name that none has.
pub fn suggestion(text: &str, catalogue: &Catalogue) -> String {
    let lower = text.to_ascii_lowercase();
    if names_any(&lower, catalogue) {
        return format!("did you mean `{lower}`?");
    }
    let ids: Vec<&str> = ids(catalogue).collect();
    let near = nearest(text, &ids);
    if near.is_empty() {
        return "`keysweep rules` lists all rules, `keysweep rules WORD` those with a word".to_owned();
    }
    format!("did you mean {}?", near.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", "))
}
