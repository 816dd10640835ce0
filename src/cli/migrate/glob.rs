//! Says as globs what a regular expression on paths says, where a glob can.

/// The most globs that one pattern may become.
const MOST: usize = 32;

/// A piece of a pattern that a glob knows too.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    /// A character that stands for itself.
    Literal(char),
    /// Any text, slashes too: `.*`.
    Anything,
    /// Any text without a slash: `[^/]*`, `[^/]+`.
    Name,
    /// One character: `.`.
    One,
}

/// Returns the globs that together match the paths in which `pattern` is found, or `None` if globs cannot say it.
///
/// The globs are those of `keysweep.toml`: `/` at the front binds them to the root.
pub fn of(pattern: &str) -> Option<Vec<String>> {
    let pattern = pattern.trim().trim_start_matches("(?i)");
    let mut globs = Vec::new();
    for choice in choices(pattern)? {
        let (from_start, rest) = match choice.strip_prefix('^') {
            Some(rest) => (true, rest),
            None => (false, choice.as_str()),
        };
        let (to_end, rest) = match rest.strip_suffix('$').filter(|rest| !rest.ends_with('\\')) {
            Some(rest) => (true, rest),
            None => (false, rest),
        };
        let mut pieces = pieces(rest)?;
        // A pattern that is not anchored goes on with anything.
        if !from_start && pieces.first() != Some(&Piece::Anything) {
            pieces.insert(0, Piece::Anything);
        }
        if !to_end && pieces.last() != Some(&Piece::Anything) {
            pieces.push(Piece::Anything);
        }
        globs.extend(write(&pieces)?);
    }
    (!globs.is_empty() && globs.len() <= MOST).then_some(globs)
}

/// Writes out every group of alternatives: `a(b|c)d` becomes `abd` and `acd`.
fn choices(pattern: &str) -> Option<Vec<String>> {
    let bytes = pattern.as_bytes();
    let (mut depth, mut class, mut open, mut bars, mut at) = (0, false, None, Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'[' => class = true,
            b']' => class = false,
            _ if class => {}
            b'(' => {
                if depth == 0 && open.is_none() {
                    open = Some(at);
                }
                depth += 1;
            }
            b')' => {
                depth -= 1;
                if let (0, Some(open)) = (depth, open) {
                    return spread(pattern, open, at);
                }
            }
            b'|' if depth == 0 => bars.push(at),
            _ => {}
        }
        at += 1;
    }
    if bars.is_empty() {
        return Some(vec![pattern.to_owned()]);
    }
    split(pattern)
}

/// Puts each alternative of the group between `open` and `close` in its place.
fn spread(pattern: &str, open: usize, close: usize) -> Option<Vec<String>> {
    let (before, rest) = (&pattern[..open], &pattern[close + 1..]);
    // A bar outside of the group parts the whole pattern first; a repeated group is nothing that a glob knows.
    if split(pattern)?.len() > 1 {
        let parts: Option<Vec<Vec<String>>> = split(pattern)?.iter().map(|part| choices(part)).collect();
        return parts.map(|parts| parts.concat());
    }
    let (optional, rest) = match rest.as_bytes().first() {
        Some(b'?') => (true, &rest[1..]),
        Some(b'*' | b'+' | b'{') => return None,
        _ => (false, rest),
    };
    let inner = pattern[open + 1..close].trim_start_matches("?:");
    if inner.starts_with('?') {
        return None;
    }
    let mut all = Vec::new();
    let empty = optional.then(String::new);
    for inner in split(inner)?.into_iter().chain(empty) {
        all.extend(choices(&format!("{before}{inner}{rest}"))?);
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// Parts a pattern at the bars that stand in no group and no class.
fn split(pattern: &str) -> Option<Vec<String>> {
    let (mut parts, mut depth, mut class, mut escaped) = (vec![String::new()], 0usize, false, false);
    for character in pattern.chars() {
        let plain = !escaped && !class;
        match character {
            '|' if plain && depth == 0 => {
                parts.push(String::new());
                continue;
            }
            '(' if plain => depth += 1,
            ')' if plain => depth = depth.checked_sub(1)?,
            '[' if plain => class = true,
            ']' if !escaped => class = false,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
        parts.last_mut()?.push(character);
    }
    (depth == 0 && !class).then_some(parts)
}

/// Reads a pattern without groups and bars.
fn pieces(pattern: &str) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let any = [".*?", ".+?", ".*", ".+"].into_iter().find(|any| rest.starts_with(any));
        let name = ["[^/]*", "[^/]+"].into_iter().find(|name| rest.starts_with(name));
        let (piece, taken) = match (any, name, first) {
            (Some(any), ..) => (Piece::Anything, any.len()),
            (_, Some(name), _) => (Piece::Name, name.len()),
            (.., '.') => (Piece::One, 1),
            (.., '\\') => {
                let escaped = rest.chars().nth(1).filter(|escaped| !escaped.is_alphanumeric())?;
                (Piece::Literal(escaped), 1 + escaped.len_utf8())
            }
            (.., '[') => {
                let (inner, _) = rest[1..].split_once(']')?;
                let mut characters = inner.trim_start_matches('\\').chars();
                let only = characters.next().filter(|only| *only != '^')?;
                characters.next().is_none().then_some(())?;
                (Piece::Literal(only), inner.len() + 2)
            }
            (.., '^' | '$' | '*' | '+' | '?' | '{' | '}' | '(' | ')' | '|' | ']') => return None,
            (.., other) => (Piece::Literal(other), other.len_utf8()),
        };
        rest = &rest[taken..];
        // What is repeated in another way than above is not for globs.
        if rest.starts_with(['*', '+', '?', '{']) {
            return None;
        }
        pieces.push(piece);
    }
    Some(pieces)
}

/// Writes the pieces as globs. `Anything` may cross folders, which a glob says only between two slashes.
fn write(pieces: &[Piece]) -> Option<Vec<String>> {
    let mut globs = vec!["/".to_owned()];
    for (index, piece) in pieces.iter().enumerate() {
        let at_folder = index == 0 || pieces[index - 1] == Piece::Literal('/');
        let last = index + 1 == pieces.len();
        let folder_next = pieces.get(index + 1) == Some(&Piece::Literal('/'));
        let endings: &[&str] = match piece {
            Piece::Literal(literal) => {
                let escape = if matches!(literal, '*' | '?' | '[' | ']' | '{' | '}' | '\\') { "\\" } else { "" };
                globs.iter_mut().for_each(|glob| {
                    glob.push_str(escape);
                    glob.push(*literal);
                });
                continue;
            }
            Piece::Name => &["*"],
            Piece::One => &["?"],
            Piece::Anything if at_folder && (last || folder_next) => &["**"],
            Piece::Anything if at_folder => &["**/*"],
            // The rest of the name, and everything below a folder of that name.
            Piece::Anything if last => &["*", "*/**"],
            Piece::Anything => return None,
        };
        globs = globs.iter().flat_map(|glob| endings.iter().map(move |ending| format!("{glob}{ending}"))).collect();
    }
    Some(globs)
}

#[cfg(test)]
mod tests {
    use globset::GlobBuilder;

    use super::*;

    #[test]
    fn the_globs_match_what_the_pattern_matches() {
        let paths = [
            "a.js",
            "src/a.js",
            "src/b/a.min.js",
            "vendor/x/y",
            "my/vendor/x",
            "vendors",
            "go.sum",
            "x/go.sum",
            "test/a",
            "tests/a",
            "docs/a.md",
            "docs/b/c.md",
            "xdocs/a.md",
            "package-lock.json",
            "a/package-lock.json.bak",
        ];
        for pattern in [
            r"\.js$",
            r"(.*?)(js|md)$",
            r"^vendor/",
            r"vendor/",
            r"go\.sum",
            r"(^|/)go\.sum$",
            r"tests?/",
            r"^docs/[^/]+\.md$",
            r"^docs/.*\.md$",
            r"package-lock\.json$",
            r"^(src|docs)/",
            r"[.]md$",
        ] {
            let Some(globs) = of(pattern) else {
                assert_eq!(pattern, r"tests?/", "not converted");
                continue;
            };
            let regex = regex::Regex::new(pattern).expect("a valid pattern");
            let matchers: Vec<_> = globs
                .iter()
                .map(|glob| {
                    let text = glob.strip_prefix('/').expect("bound to the root");
                    GlobBuilder::new(text).literal_separator(true).build().expect(glob).compile_matcher()
                })
                .collect();
            for path in paths {
                let found = matchers.iter().any(|matcher| matcher.is_match(path));
                assert_eq!(found, regex.is_match(path), "{pattern} as {globs:?} on {path}");
            }
        }
    }

    #[test]
    fn what_a_glob_cannot_say_is_not_said() {
        for pattern in [r"a.*b.*c", r"\d+\.txt", r"(ab)+", r"^(?!src)", r"[a-z]x", "a{2}"] {
            assert_eq!(of(pattern), None, "{pattern}");
        }
    }
}
