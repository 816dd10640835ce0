//! How a leaked credential is taken out of service.

use serde::Deserialize;

/// What is known about revoking and replacing one kind of credential.
///
/// Every text is a full sentence for people. An empty field means that nothing certain is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rotation {
    /// The page or menu where the credential is revoked: a URL, or a path such as `Settings > API keys`.
    #[serde(rename = "where")]
    pub place: String,
    /// What to do, in order. Revoking comes before cleaning up history.
    pub steps: Vec<String>,
    /// Exact commands, where the provider has them, ready to paste; they never contain the secret itself.
    pub commands: Vec<String>,
    /// Whether the credential stops working at once, and what happens to those who still use it.
    pub immediate: String,
    /// What a holder could do with it, so what has to be checked.
    pub scope: String,
    /// Which log shows its use.
    pub audit: String,
    /// The provider's own page about it, a URL.
    pub docs: String,
}

impl Rotation {
    /// Returns these facts with empty fields taken from `base`: the page and the documentation in any case, the steps and what
    /// depends on them only where there are no steps of its own. Whoever has those tells of a credential of another kind, and
    /// neither the calls that revoke the usual one nor its reach, its log and the effect hold for it.
    #[must_use]
    pub fn or(&self, base: &Self) -> Self {
        let pick = |own: &String, other: &String| if own.is_empty() { other.clone() } else { own.clone() };
        let page =
            |rest: Self| Self { place: pick(&self.place, &base.place), docs: pick(&self.docs, &base.docs), ..rest };
        if !self.steps.is_empty() {
            return page(self.clone());
        }
        let commands = if self.commands.is_empty() { &base.commands } else { &self.commands };
        page(Self {
            steps: base.steps.clone(),
            commands: commands.clone(),
            immediate: pick(&self.immediate, &base.immediate),
            scope: pick(&self.scope, &base.scope),
            audit: pick(&self.audit, &base.audit),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotation(steps: &[&str], scope: &str) -> Rotation {
        let steps = steps.iter().map(|&step| step.to_owned()).collect();
        Rotation { steps, scope: scope.to_owned(), ..Rotation::default() }
    }

    #[test]
    fn facts_come_from_the_provider_unless_the_steps_are_others() {
        let base = Rotation {
            place: "https://acme.dev/tokens".to_owned(),
            commands: vec!["acme tokens rm ID".to_owned()],
            immediate: "At once.".to_owned(),
            audit: "The log.".to_owned(),
            docs: "https://acme.dev/docs".to_owned(),
            ..rotation(&["Delete the token."], "Everything.")
        };
        assert_eq!(Rotation::default().or(&base), base);
        assert_eq!(rotation(&[], "One app.").or(&base), Rotation { scope: "One app.".to_owned(), ..base.clone() });
        let other = rotation(&["Delete the webhook."], "");
        assert_eq!(other.or(&base), Rotation { place: base.place.clone(), docs: base.docs.clone(), ..other });
    }
}
