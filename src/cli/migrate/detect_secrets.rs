//! Takes over a detect-secrets baseline: what its audit called harmless, and the files it leaves out.

use serde_json::Value;

use super::{Moved, Unreadable, literal, provider};
use crate::rules::Catalogue;

/// Reads `.secrets.baseline`.
///
/// # Errors
/// The file is not JSON.
pub fn baseline(bytes: &[u8], catalogue: &Catalogue, moved: &mut Moved) -> Result<(), Unreadable> {
    let root: Value = serde_json::from_slice(bytes).map_err(|error| {
        let before: usize =
            bytes.split_inclusive(|&byte| byte == b'\n').take(error.line().max(1) - 1).map(<[u8]>::len).sum();
        Unreadable { offset: Some(before) }
    })?;
    for filter in root["filters_used"].as_array().into_iter().flatten() {
        if filter["path"].as_str().is_some_and(|path| path.ends_with("should_exclude_file")) {
            let patterns = &filter["pattern"];
            let several = patterns.as_array().into_iter().flatten().filter_map(Value::as_str);
            for pattern in several.chain(patterns.as_str()) {
                moved.allow_pattern(None, pattern, "left out by detect-secrets", "detect-secrets");
            }
        }
    }
    let (mut real, mut unaudited) = (0, 0);
    for (file, findings) in root["results"].as_object().into_iter().flatten() {
        for finding in findings.as_array().into_iter().flatten() {
            match finding["is_secret"].as_bool() {
                Some(true) => real += 1,
                None => unaudited += 1,
                Some(false) => harmless(finding, file, catalogue, moved),
            }
        }
    }
    if real > 0 {
        moved.leave(format!("detect-secrets: {real} findings that its audit called real secrets: rotate them"));
    }
    if unaudited > 0 {
        moved.leave(format!(
            "detect-secrets: {unaudited} findings that nobody audited; `keysweep baseline write` records what keysweep finds"
        ));
    }
    Ok(())
}

fn harmless(finding: &Value, file: &str, catalogue: &Catalogue, moved: &mut Moved) {
    let kind = finding["type"].as_str().unwrap_or_default();
    // The file may have been written on Windows.
    let path = literal(&file.replace('\\', "/"));
    match provider(kind, catalogue) {
        Some(family) => moved.allow(Some(family), path, "audited with detect-secrets: not a secret"),
        None => moved.leave(format!("detect-secrets: keysweep has no rule for its `{}`", kind.escape_debug())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_audited_as_harmless_is_allowed() {
        let text = r#"{"filters_used": [{"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^vendor/"]}],
            "results": {"a.py": [{"type": "AWS Access Key", "is_secret": false}, {"type": "Secret Keyword"}],
                        "b.py": [{"type": "Private Key", "is_secret": true}]}}"#;
        let mut moved = Moved::default();
        baseline(text.as_bytes(), &Catalogue::builtin(), &mut moved).expect("JSON");
        let entries: Vec<_> = moved.entries.iter().map(|entry| (entry.rule.as_deref(), &*entry.path)).collect();
        assert_eq!(entries, [(None, "/vendor/**"), (Some("aws"), "/a.py")]);
        assert_eq!(moved.left.len(), 2);
    }

    #[test]
    fn a_broken_file_is_an_error_with_its_line() {
        let broken = baseline(b"{\n\n oops", &Catalogue::builtin(), &mut Moved::default());
        assert_eq!(broken, Err(Unreadable { offset: Some(3) }));
    }
}
