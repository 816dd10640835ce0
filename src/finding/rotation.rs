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
    /// Returns these facts with every empty field taken from `base`.
    #[must_use]
    pub fn or(&self, base: &Self) -> Self {
        let pick = |own: &String, other: &String| if own.is_empty() { other.clone() } else { own.clone() };
        let list = |own: &Vec<String>, other: &Vec<String>| if own.is_empty() { other.clone() } else { own.clone() };
        Self {
            place: pick(&self.place, &base.place),
            steps: list(&self.steps, &base.steps),
            commands: list(&self.commands, &base.commands),
            immediate: pick(&self.immediate, &base.immediate),
            scope: pick(&self.scope, &base.scope),
            audit: pick(&self.audit, &base.audit),
            docs: pick(&self.docs, &base.docs),
        }
    }
}
