//! Reads fields: of a query string, and those of a name and its value, `name: DB_PASSWORD` and behind it `value: ...`.
//!
//! The latter stand in manifests of Kubernetes, task definitions, property lists, settings in XML and collections of
//! requests.

use crate::source::Span;

/// How far before a name the word for its field may start.
const BEFORE: usize = 24;
/// How far behind a name the value may start.
pub(super) const BEHIND: usize = 128;

/// Returns where the field of the value of the name at `name` starts, behind its operator; `None` if it is no such name.
pub(super) fn value_of(bytes: &[u8], name: Span) -> Option<usize> {
    let before = &bytes[name.start.saturating_sub(BEFORE)..name.start];
    if !is_field_for_names(before) || is_in_form(&bytes[..name.start]) {
        return None;
    }
    let rest = &bytes[name.end..(name.end + BEHIND).min(bytes.len())];
    behind_operator(rest).or_else(|| behind_attributes(rest)).map(|at| name.end + at)
}

/// Tells whether a text ends where the value of a field begins that holds names: `name: `, `"Key": "`, `<key>`.
fn is_field_for_names(before: &[u8]) -> bool {
    let Some((sign, before)) = without_quotes(before).split_last() else { return false };
    let before = without_quotes(before);
    let is_named = |word: &[u8]| {
        let Some(at) = before.len().checked_sub(word.len()) else { return false };
        let stands_alone = at.checked_sub(1).is_none_or(|last| !is_part_of_name(before[last]));
        before[at..].eq_ignore_ascii_case(word) && stands_alone
    };
    matches!(sign, b':' | b'=' | b'>') && (is_named(b"name") || is_named(b"key"))
}

/// Tells whether a text ends within the tag of a control of a form, whose tokens live as long as the page.
fn is_in_form(before: &[u8]) -> bool {
    let near = &before[before.len().saturating_sub(4 * BEFORE)..];
    memchr::memchr_iter(b'<', near).map(|open| &near[open + 1..]).any(|tag| {
        let length = tag.iter().take_while(|byte| is_part_of_name(**byte)).count();
        let mut controls = [&b"input"[..], b"option", b"button", b"meta"].into_iter();
        controls.any(|control| tag[..length].eq_ignore_ascii_case(control)) && end_of_tag(tag).is_none()
    })
}

/// Returns where a tag ends, by `>` or the `<` of another: not between the quotes around an attribute's value.
pub(super) fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let (mut quote, mut last) = (None, 0);
    for (at, &byte) in tag.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') if last == b'=' => quote = Some(byte),
            (None, b'<' | b'>') => return Some(at),
            _ => {}
        }
        // Quotes may be escaped, or have blanks before them.
        last = if matches!(byte, b'\\' | b' ') { last } else { byte };
    }
    None
}

/// Returns where a text goes on behind the operator of a field for values, if it begins with one behind the end of a name.
fn behind_operator(rest: &[u8]) -> Option<usize> {
    let skip =
        |from: usize, accept: fn(&u8) -> bool| from + rest[from..].iter().take_while(|byte| accept(byte)).count();
    let mut at = skip(0, is_quote_or_escape);
    if rest[at..].starts_with(b"</") {
        at += memchr::memchr(b'>', &rest[at..])? + 1;
    }
    let gap = at;
    at = skip(at, |byte| byte.is_ascii_whitespace() || matches!(byte, b',' | b';'));
    let is_element = rest.get(at) == Some(&b'<');
    at = skip(at + usize::from(is_element), is_quote_or_escape);
    if rest[at..].starts_with(b"android:") {
        at += b"android:".len();
    }
    let word = skip(at, u8::is_ascii_alphabetic);
    let is_value = rest[at..word].eq_ignore_ascii_case(b"value") || is_element && &rest[at..word] == b"string";
    if !is_value || gap == at {
        return None;
    }
    at = skip(word, is_quote_or_escape);
    at = skip(at, |byte| matches!(byte, b' ' | b'\t'));
    let is_operator = rest.get(at).is_some_and(|sign| if is_element { *sign == b'>' } else { b":=".contains(sign) });
    is_operator.then_some(at + 1)
}

/// Returns where the text of an element begins if the attribute that names it ends here, and others follow on the line.
fn behind_attributes(rest: &[u8]) -> Option<usize> {
    let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
    let attributes = line.strip_prefix(b"\" ")?;
    let end = end_of_tag(attributes).filter(|&end| attributes[end] == b'>')?;
    let are_whole = attributes[..end].contains(&b'=') && !matches!(attributes[..end], [.., b'/' | b'?' | b'=']);
    are_whole.then_some(2 + end + 1)
}

/// Returns a value without the braces behind it that end the maps in which it stands last.
pub(super) fn before_brace(value: &[u8]) -> &[u8] {
    let end = value.iter().rposition(|byte| *byte != b'}').map_or(value.len(), |last| last + 1);
    let is_whole = end == value.len() || value.iter().any(|byte| matches!(byte, b'{' | b'(' | b'$'));
    if is_whole { value } else { &value[..end] }
}

/// Returns where a value ends that stands in a query string: before the next `&name=`.
pub(super) fn before_next(value: &[u8]) -> usize {
    let next = memchr::memchr_iter(b'&', value).find(|&at| {
        let name = value[at + 1..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-.[]%".contains(byte));
        let length = name.count();
        length > 0 && value.get(at + 1 + length) == Some(&b'=')
    });
    next.unwrap_or(value.len())
}

fn without_quotes(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|byte| !is_quote_or_escape(byte) && !matches!(byte, b' ' | b'\t'));
    &text[..end.map_or(0, |last| last + 1)]
}

const fn is_part_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

const fn is_quote_or_escape(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\')
}

#[cfg(test)]
mod tests {
    use super::super::assignment::Assignment;

    /// Returns what is read as the value of the name `API_TOKEN`.
    fn value(text: &str) -> Option<&str> {
        let at = text.find("TOKEN").expect("a name");
        Assignment::at(text.as_bytes(), at).map(|assignment| &text[assignment.value.range()])
    }

    #[test]
    fn a_name_and_its_value_may_stand_in_two_fields() {
        for text in [
            "- name: API_TOKEN\n  value: corr3ct\n",
            "- name: API_TOKEN\n  value: \"corr3ct\"\n",
            r#"{"name": "API_TOKEN", "value": "corr3ct"}"#,
            "{\"Key\": \"API_TOKEN\",\n  \"Value\": \"corr3ct\"}",
            r#"{\"name\":\"API_TOKEN\",\"value\":\"corr3ct\"}"#,
            "name  = \"API_TOKEN\"\n  value = \"corr3ct\"\n",
            r#"<add key="API_TOKEN" value="corr3ct"/>"#,
            r#"<metadata key="API_TOKEN" value="corr3ct"/>"#,
            r#"<input type="checkbox"/> {"name": "API_TOKEN", "value": "corr3ct"}"#,
            r#"<input placeholder=it's> <add key="API_TOKEN" value="corr3ct"/>"#,
            r#"<input value="a<b"> <add key="API_TOKEN" value="corr3ct"/>"#,
            "<property>\n <name>API_TOKEN</name>\n <value>corr3ct</value>\n</property>",
            "<key>API_TOKEN</key>\n\t<string>corr3ct</string>",
        ] {
            assert_eq!(value(text), Some("corr3ct"), "{text}");
        }
    }

    #[test]
    fn other_fields_behind_a_name_are_not_its_value() {
        for text in [
            "- name: API_TOKEN\n  valueFrom:\n    secretKeyRef: x\n",
            "- name: API_TOKEN\n  description: corr3ct\n",
            r#"{"username": "API_TOKEN", "value": "corr3ct"}"#,
            r#"{"kind": "API_TOKEN", "value": "corr3ct"}"#,
            r#"<input type="hidden" name="API_TOKEN" value="corr3ct">"#,
            r#"<meta name="API_TOKEN" value="corr3ct">"#,
            r#"<input onclick="a=>b" name="API_TOKEN" value="corr3ct">"#,
            r#"<input onclick = 'a<b' name="API_TOKEN" value="corr3ct">"#,
            r#"<input onclick=\"a=>b\" name=\"API_TOKEN\" value=\"corr3ct\">"#,
            "<button\n  name=\"API_TOKEN\" value=\"corr3ct\">",
            "<key>API_TOKEN</key>\n<true/>",
        ] {
            assert_eq!(value(text), None, "{text}");
        }
    }
}
