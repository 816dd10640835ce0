//! What `[[allow]]` says: for which findings all of its conditions hold, and why.

use serde::Deserialize;
use toml::Spanned;

use super::Globs;

/// An allow entry as serde reads it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct AllowText {
    pub(super) rule: Option<Spanned<String>>,
    path: Option<Spanned<String>>,
    fingerprint: Option<String>,
    reason: String,
}

/// One allow entry: findings for which all of its conditions hold.
#[derive(Clone, Debug)]
pub struct Allow {
    /// A rule id, a provider, or `provider/*`.
    pub rule: Option<String>,
    /// The paths.
    pub path: Option<Globs>,
    /// One finding.
    pub fingerprint: Option<String>,
    /// Why.
    pub reason: String,
    /// The line of the file that it stands in.
    pub line: usize,
}

/// Where something is wrong in a configuration, and what.
pub(super) type Wrong = (usize, &'static str);

/// Reads one allow entry.
pub(super) fn allow(entry: &Spanned<AllowText>, source: &str) -> Result<Allow, Wrong> {
    let text = entry.as_ref();
    let line = source.get(..entry.span().start).unwrap_or_default().matches('\n').count() + 1;
    let wrong = |problem| Err((entry.span().start, problem));
    if text.reason.trim().is_empty() {
        return wrong("an allow entry needs a `reason`");
    }
    if text.rule.is_none() && text.path.is_none() && text.fingerprint.is_none() {
        return wrong("an allow entry needs a `rule`, a `path` or a `fingerprint`");
    }
    let glob = |path: &Spanned<String>| {
        let globs = Globs::new([path.as_ref().as_str()]).map_err(|(_, problem)| (path.span().start, problem));
        if path.as_ref().starts_with('!') { Err((path.span().start, "this would allow nothing")) } else { globs }
    };
    let path = text.path.as_ref().map(glob).transpose()?;
    let rule = text.rule.as_ref().map(|rule| rule.as_ref().clone());
    Ok(Allow { rule, path, fingerprint: text.fingerprint.clone(), reason: text.reason.clone(), line })
}
