//! Changes a JSON file by inserting and cutting text, so that all else stays as it was written.

use jsonc_parser::ast::{Array, Object, Value};
use jsonc_parser::common::Ranged;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};

/// The byte order mark that some editors write.
const MARK: char = '\u{feff}';

/// Appends `element`, a JSON text in one line or several, to the array at `path` below the root object.
///
/// What is missing on the way is made. Returns `None` if the text is no JSON object, or something of another kind is in the way.
pub fn appended(text: &str, path: &[&str], element: &str) -> Option<String> {
    if let Some(text) = text.strip_prefix(MARK) {
        return appended(text, path, element).map(|text| format!("{MARK}{text}"));
    }
    let ends = text.matches('\n').count();
    if ends > 0 && text.matches("\r\n").count() == ends {
        return appended(&text.replace("\r\n", "\n"), path, element).map(|text| text.replace('\n', "\r\n"));
    }
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    let Some(Value::Object(root)) = &parsed.value else { return None };
    let unit = indentation(text, root);
    let mut object = root;
    for (depth, key) in path.iter().enumerate() {
        let last = depth + 1 == path.len();
        match object.get(key).map(|property| &property.value) {
            Some(Value::Array(array)) if last => return Some(into_array(text, array, depth + 1, &unit, element)),
            Some(Value::Object(next)) if !last => object = next,
            Some(_) => return None,
            None => return Some(into_object(text, object, depth, &unit, &path[depth..], element)),
        }
    }
    None
}

/// Returns how many of the containers at `path` are there, from the outermost on.
pub fn depth(text: &str, path: &[&str]) -> usize {
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let Ok(parsed) = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()) else { return 0 };
    let mut container = parsed.value.as_ref();
    let names = path.iter().take_while(|name| {
        container = match container {
            Some(Value::Object(object)) => object.get(name).map(|property| &property.value),
            _ => None,
        };
        matches!(container, Some(Value::Object(_) | Value::Array(_)))
    });
    names.count()
}

/// Returns the blanks before the end of the container at `path` if nothing but blanks and comments is in it.
pub fn blanks<'t>(text: &'t str, path: &[&str]) -> Option<&'t str> {
    bare(text, path).map(|(from, to)| &text[from..to])
}

/// Puts `blanks` in place of those before the end of the container at `path`, if nothing else but comments is in it.
pub fn with_blanks(text: &str, path: &[&str], blanks: &str) -> String {
    match bare(text, path) {
        Some((from, to)) => format!("{}{blanks}{}", &text[..from], &text[to..]),
        None => text.to_owned(),
    }
}

/// Returns where the blanks before the end of a container are that has nothing in it, comments aside.
fn bare(text: &str, path: &[&str]) -> Option<(usize, usize)> {
    let mark = text.len() - text.strip_prefix(MARK).unwrap_or(text).len();
    let text = &text[mark..];
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
    let mut container = parsed.value.as_ref()?;
    for name in path {
        let Value::Object(object) = container else { return None };
        container = &object.get(name)?.value;
    }
    let is_empty = match container {
        Value::Object(object) => object.properties.is_empty(),
        Value::Array(array) => array.elements.is_empty(),
        _ => false,
    };
    let (start, end) = (container.start() + 1, container.end() - 1);
    is_empty.then(|| (mark + start + text[start..end].trim_end().len(), mark + end))
}

/// Cuts every element of an array that `unwanted` picks out of `text`, then the arrays and objects that this leaves empty, but for
/// the outermost `kept` ones.
///
/// `unwanted` gets the element's text. Returns `None` if the text is no JSON object.
pub fn cut(text: &str, path: &[&str], kept: usize, unwanted: &dyn Fn(&str) -> bool) -> Option<String> {
    if let Some(text) = text.strip_prefix(MARK) {
        return cut(text, path, kept, unwanted).map(|text| format!("{MARK}{text}"));
    }
    let mut text = text.to_owned();
    loop {
        let parsed = parse_to_ast(&text, &CollectOptions::default(), &ParseOptions::default()).ok()?;
        let Some(Value::Object(root)) = &parsed.value else { return None };
        let Some((start, end)) = next_cut(&text, root, path, kept, unwanted) else {
            return Some(text);
        };
        text.replace_range(start..end, "");
    }
}

/// Finds what is to be cut next: the innermost first, so that emptied containers come after.
fn next_cut(
    text: &str,
    root: &Object<'_>,
    path: &[&str],
    kept: usize,
    unwanted: &dyn Fn(&str) -> bool,
) -> Option<(usize, usize)> {
    let (key, rest) = path.split_first()?;
    let at = root.properties.iter().position(|property| property.name.as_str() == *key)?;
    let spans: Vec<(usize, usize)> =
        root.properties.iter().map(|property| (property.range.start, property.range.end)).collect();
    let inner = (root.range.start + 1, root.range.end - 1);
    match &root.properties[at].value {
        Value::Object(object) => {
            if object.properties.is_empty() {
                (kept == 0).then(|| span_to_cut(text, &spans, at, inner))
            } else {
                next_cut(text, object, rest, kept.saturating_sub(1), unwanted)
            }
        }
        Value::Array(array) if rest.is_empty() => {
            let elements: Vec<(usize, usize)> =
                array.elements.iter().map(|element| (element.start(), element.end())).collect();
            if elements.is_empty() {
                return (kept == 0).then(|| span_to_cut(text, &spans, at, inner));
            }
            let found = elements.iter().position(|&(start, end)| unwanted(&text[start..end]))?;
            if let Some(shared) = cut_of_shared(text, &array.elements[found], unwanted) {
                return Some(shared);
            }
            Some(span_to_cut(text, &elements, found, (array.range.start + 1, array.range.end - 1)))
        }
        _ => None,
    }
}

/// Returns what to cut of an element that groups `hooks` of which some are wanted; `None` if it goes as a whole.
fn cut_of_shared(text: &str, element: &Value<'_>, unwanted: &dyn Fn(&str) -> bool) -> Option<(usize, usize)> {
    let Value::Object(group) = element else { return None };
    let Value::Array(hooks) = &group.get("hooks")?.value else { return None };
    let spans: Vec<(usize, usize)> = hooks.elements.iter().map(|hook| (hook.start(), hook.end())).collect();
    let is_unwanted = |&(start, end): &(usize, usize)| unwanted(&text[start..end]);
    let found = spans.iter().position(is_unwanted)?;
    (!spans.iter().all(is_unwanted))
        .then(|| span_to_cut(text, &spans, found, (hooks.range.start + 1, hooks.range.end - 1)))
}

/// Returns the child at `at` with the comma and the blanks that belong to it.
fn span_to_cut(text: &str, children: &[(usize, usize)], at: usize, inner: (usize, usize)) -> (usize, usize) {
    let (start, end) = children[at];
    if at > 0 {
        return (children[at - 1].1, end);
    }
    match children.get(1) {
        Some(&(next, _)) => (start, next),
        // The only child: the container closes up, unless a comment stands in it.
        None if text[inner.0..start].trim().is_empty() && text[end..inner.1].trim().trim_matches(',').is_empty() => {
            inner
        }
        None => (start, end),
    }
}

fn into_array(text: &str, array: &Array<'_>, depth: usize, unit: &str, element: &str) -> String {
    let last = array.elements.last().map(|element| element.end());
    insert(text, (array.range.start, array.range.end), last, depth, unit, &shifted(element, depth + 1, unit))
}

fn into_object(text: &str, object: &Object<'_>, depth: usize, unit: &str, path: &[&str], element: &str) -> String {
    let mut lines = String::new();
    for (offset, key) in path.iter().enumerate() {
        let open = if offset + 1 == path.len() { '[' } else { '{' };
        lines += &format!("{}: {open}\n{}", serde_json::Value::from(*key), unit.repeat(depth + offset + 2));
    }
    lines += &shifted(element, depth + path.len() + 1, unit);
    for offset in (0..path.len()).rev() {
        let close = if offset + 1 == path.len() { ']' } else { '}' };
        lines += &format!("\n{}{close}", unit.repeat(depth + offset + 1));
    }
    let last = object.properties.last().map(|property| property.range.end);
    insert(text, (object.range.start, object.range.end), last, depth, unit, &lines)
}

/// Inserts `child` behind the child that ends at `last`, or into the empty container.
fn insert(text: &str, container: (usize, usize), last: Option<usize>, depth: usize, unit: &str, child: &str) -> String {
    let indent = unit.repeat(depth + 1);
    match last {
        Some(last) => format!("{},\n{indent}{child}{}", &text[..last], &text[last..]),
        None => {
            let (open, close) = (container.0 + 1, container.1 - 1);
            let between = text[open..close].trim_end();
            format!("{}{between}\n{indent}{child}\n{}{}", &text[..open], unit.repeat(depth), &text[close..])
        }
    }
}

/// Indents all but the first line of a text that is indented by two blanks.
fn shifted(element: &str, depth: usize, unit: &str) -> String {
    let mut lines = element.lines();
    let first = lines.next().unwrap_or_default().to_owned();
    lines.fold(first, |text, line| {
        let blanks = line.len() - line.trim_start().len();
        format!("{text}\n{}{}", unit.repeat(depth + blanks / 2), line.trim_start())
    })
}

/// Returns what the file indents its first level with, or two blanks.
fn indentation(text: &str, root: &Object<'_>) -> String {
    let first = root.properties.first().map(|property| property.range.start);
    let indent = first.map(|start| &text[text[..start].rfind('\n').map_or(start, |line| line + 1)..start]);
    match indent {
        Some(indent) if !indent.is_empty() && indent.trim().is_empty() => indent.to_owned(),
        _ => "  ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELEMENT: &str = "{\n  \"ours\": true\n}";

    fn round(text: &str) -> String {
        let added = appended(text, &["hooks", "Pre"], ELEMENT).expect("the text is an object");
        let plain: String = added.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let value: serde_json::Value = serde_json::from_str(plain.trim_start_matches(MARK)).expect("it stays JSON");
        let last = value["hooks"]["Pre"].as_array().and_then(|array| array.last().cloned());
        assert_eq!(last, Some(serde_json::json!({ "ours": true })), "{added}");
        cut(&added, &["hooks", "Pre"], 0, &|element| element.contains("ours")).expect("it is still an object")
    }

    #[test]
    fn what_is_cut_again_leaves_the_text_as_it_was() {
        for text in [
            "{\n  \"model\": \"x\"\n}\n",
            "{\n\t\"a\": 1,\n\t\"hooks\": {\n\t\t\"Pre\": [\n\t\t\t{ \"theirs\": 1 }\n\t\t]\n\t}\n}",
            "{\n    // a comment\n    \"hooks\": {\n        \"Post\": [1]\n    },\n    \"z\": null\n}\n",
            "{\"a\":1,\"hooks\":{\"Pre\":[{\"theirs\":1},{\"more\":2}]}}",
            "{\r\n  \"hooks\": {\r\n    \"Pre\": [\r\n      1\r\n    ]\r\n  }\r\n}\r\n",
            "\u{feff}{\n  \"model\": \"x\"\n}\n",
        ] {
            assert_eq!(round(text), text);
        }
    }

    #[test]
    fn an_object_without_anything_is_one_again() {
        for (text, again) in [("", "{}\n"), ("{}", "{}"), ("{}\n", "{}\n"), ("{\n}\n", "{}\n")] {
            assert_eq!(round(text), again);
        }
    }

    #[test]
    fn insertions_look_like_what_is_around_them() {
        let text = "{\n    \"hooks\": {\n        \"Pre\": []\n    }\n}\n";
        let expected = "{\n    \"hooks\": {\n        \"Pre\": [\n            {\n                \"ours\": true\n            }\n        ]\n    }\n}\n";
        assert_eq!(appended(text, &["hooks", "Pre"], ELEMENT).as_deref(), Some(expected));
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        let added = appended("{\r\n  \"a\": 1\r\n}\r\n", &["hooks", "Pre"], ELEMENT).expect("the text is an object");
        assert_eq!(added.matches('\n').count(), added.matches("\r\n").count(), "{added:?}");
    }

    #[test]
    fn hooks_of_others_in_the_same_group_stay() {
        let text =
            |hooks: &str| format!("{{ \"hooks\": {{ \"Pre\": [{{ \"matcher\": \"*\", \"hooks\": [{hooks}] }}] }} }}");
        for (hooks, rest) in [("\"ours\", \"theirs\"", "\"theirs\""), ("\"theirs\", \"ours\"", "\"theirs\"")] {
            let left = cut(&text(hooks), &["hooks", "Pre"], 0, &|element| element.contains("ours"));
            assert_eq!(left, Some(text(rest)), "{hooks}");
        }
        let left = cut(&text("\"ours\", \"ours too\""), &["hooks", "Pre"], 0, &|element| element.contains("ours"));
        assert_eq!(left.as_deref(), Some("{}"));
    }

    #[test]
    fn something_else_in_the_way_is_left_alone() {
        for text in ["[]", "{\"hooks\": []}", "{\"hooks\": {\"Pre\": {}}}", "{", "1"] {
            assert_eq!(appended(text, &["hooks", "Pre"], ELEMENT), None, "{text}");
        }
    }
}
