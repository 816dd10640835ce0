//! Makes text of unknown origin harmless where it is shown: on a terminal, in markup, in a log.

use std::fmt::Write;

use bstr::BStr;

/// Tells whether `c` could move a cursor, reorder text, hide itself or break a line.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}' | '\u{3164}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Returns `bytes` as one line of text that shows what is there and does nothing.
///
/// Control, bidirectional and invisible characters become `\n`, `\t`, `\r` or `\u{..}`, bytes that are not
/// UTF-8 become `\x..`. A backslash stays one, so the result is for people, not for parsers.
pub fn printable(bytes: &BStr) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push(&mut out, c);
        }
        for byte in chunk.invalid() {
            write_to(&mut out, format_args!("\\x{byte:02x}"));
        }
    }
    out
}

/// Returns `text` as one harmless line, as [`printable`] does.
pub fn plain(text: &str) -> String {
    printable(text.into())
}

/// Returns `text` harmless for HTML and XML, in content as well as in quoted attributes.
pub fn markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no place for these two, not even as references.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Returns `text` as [`markup`] does, with what stands between backticks as code.
pub fn markup_prose(text: &str) -> String {
    prose(text, markup, |code| format!("<code>{}</code>", markup(code)))
}

/// Returns `text` so that markdown shows it as it is: no emphasis, link, mention, heading, table cell or HTML.
pub fn markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = plain(text);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // Mentions and issue numbers are looked for in the finished page, where an escape has no effect; a
            // comment parts the mark from the name.
            '@' | '#' => write_to(&mut out, format_args!("{c}<!-- -->")),
            ':' if characters.peek() == Some(&'/') => out.push_str("&#58;"),
            '.' if out.ends_with("www") => out.push_str("&#46;"),
            '-' | '+' | '=' if out.is_empty() => write_to(&mut out, format_args!("\\{c}")),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => write_to(&mut out, format_args!("\\{c}")),
            c => out.push(c),
        }
    }
    out
}

/// Returns `text` as [`markdown`] does, with what stands between backticks as code.
pub fn markdown_prose(text: &str) -> String {
    prose(text, markdown, markdown_code)
}

/// Returns `text` as markdown code on one line, fit for a table cell.
pub fn markdown_code(text: &str) -> String {
    // A pipe cannot be written inside code in a table, so what holds one becomes HTML code.
    let text = plain(text);
    if text.contains('|') || text.contains('`') {
        let escaped = markup(&text).replace('|', "&#124;").replace('`', "&#96;");
        return format!("<code>{}</code>", markdown_marks(&escaped));
    }
    if text.trim().is_empty() { format!("`{}`", "\u{2423}".repeat(text.len().max(1))) } else { format!("`{text}`") }
}

/// Returns `text` as the body of a markdown code block: lines stay lines, and no fence can close it.
pub fn markdown_block(text: &str) -> String {
    let fence = "`".repeat(longest_run(text, '`').max(2) + 1);
    let lines: Vec<String> = text.lines().map(plain).collect();
    format!("{fence}text\n{}\n{fence}\n", lines.join("\n"))
}

/// Returns `text` as the value of a GitHub workflow command.
pub fn workflow_message(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '%' => out.push_str("%25"),
            '\n' => out.push_str("%0A"),
            c => push(&mut out, c),
        }
    }
    out
}

/// Returns `text` as a property of a GitHub workflow command.
pub fn workflow_property(text: &str) -> String {
    workflow_message(&plain(text)).replace(':', "%3A").replace(',', "%2C")
}

/// Returns `path` as a relative URI reference: every byte but RFC 3986's unreserved ones and `/` is encoded.
pub fn relative_uri(path: &BStr) -> String {
    let mut out = String::with_capacity(path.len());
    for &byte in path.iter() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/') {
            out.push(char::from(byte));
        } else {
            write_to(&mut out, format_args!("%{byte:02X}"));
        }
    }
    out
}

/// Tells whether `text` is a web address that is safe to make a link of.
pub fn is_link(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            && rest.bytes().all(|byte| {
                byte.is_ascii_graphic()
                    && !matches!(byte, b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
            })
    })
}

/// Renders what stands between pairs of backticks by `code` and all else by `text`.
fn prose(source: &str, text: fn(&str) -> String, code: fn(&str) -> String) -> String {
    let parts: Vec<&str> = source.split('`').collect();
    // An odd backtick leaves open what is code, and an empty pair is none.
    if parts.len().is_multiple_of(2) || parts.iter().skip(1).step_by(2).any(|part| part.is_empty()) {
        return text(source);
    }
    parts.iter().enumerate().map(|(index, part)| if index % 2 == 1 { code(part) } else { text(part) }).collect()
}

fn push(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if is_deceptive(c) => write_to(out, format_args!("\\u{{{:x}}}", c as u32)),
        c => out.push(c),
    }
}

fn write_to(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("writing to a string cannot fail");
}

/// Escapes what markdown still reads inside HTML elements.
fn markdown_marks(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let escape = matches!(c, '*' | '_' | '[' | ']' | '\\' | '~' | '$' | '!');
            escape.then_some('\\').into_iter().chain(std::iter::once(c))
        })
        .collect()
}

fn longest_run(text: &str, wanted: char) -> usize {
    let mut longest = 0;
    let mut run = 0;
    for c in text.chars() {
        run = if c == wanted { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use bstr::ByteSlice;
    use proptest::prelude::*;

    use super::*;

    fn hostile() -> impl Strategy<Value = Vec<u8>> {
        let pieces = prop_oneof![
            any::<u8>().prop_map(|byte| vec![byte]),
            any::<char>().prop_map(|c| c.to_string().into_bytes()),
            prop_oneof![
                Just("\u{1b}[31m"),
                Just("\u{1b}]0;x\u{7}"),
                Just("\u{9b}2J"),
                Just("\u{202e}"),
                Just("\u{2066}"),
                Just("\r\n"),
                Just("::error::"),
                Just("<script>"),
                Just("]]>"),
                Just("-->"),
                Just("](javascript:x)"),
                Just("```"),
                Just("|"),
                Just("%0A"),
                Just("\u{e0041}"),
                Just("../"),
                Just("@team"),
                Just("&amp;"),
                Just("\u{2028}")
            ]
            .prop_map(|text: &str| text.as_bytes().to_vec()),
        ];
        proptest::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn nothing_that_acts_survives(bytes in hostile()) {
            let text = printable(bytes.as_bstr());
            prop_assert!(!text.chars().any(is_deceptive));
            let lossy = bytes.to_str_lossy();
            for escaped in [markup(&lossy), markup_prose(&lossy), markdown(&lossy), markdown_prose(&lossy), markdown_code(&lossy), workflow_message(&lossy), workflow_property(&lossy)] {
                prop_assert!(!escaped.chars().any(is_deceptive), "{:?}", escaped);
            }
        }

        #[test]
        fn markup_has_no_open_tag_or_quote(bytes in hostile()) {
            let text = markup(&bytes.to_str_lossy());
            prop_assert!(!text.contains(['<', '>', '"', '\'']));
            for part in text.split('&').skip(1) {
                let reference = ["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|name| part.starts_with(name));
                prop_assert!(reference, "{:?}", text);
            }
        }

        #[test]
        fn markdown_opens_no_element(bytes in hostile()) {
            let lossy = bytes.to_str_lossy();
            for text in [markdown(&lossy), markdown_prose(&lossy)] {
                let rest = text.replace("<!-- -->", "").replace("<code>", "").replace("</code>", "");
                prop_assert!(text.contains('`') || !rest.contains(['<', '>']), "{:?}", text);
            }
            prop_assert!(!markdown(&lossy).replace("<!-- -->", "").contains(['<', '>']));
        }

        #[test]
        fn a_workflow_command_cannot_be_broken_out_of(bytes in hostile()) {
            let lossy = bytes.to_str_lossy();
            let property = workflow_property(&lossy);
            prop_assert!(!property.contains([':', ',', '\n', '\r']));
            prop_assert!(!workflow_message(&lossy).contains(['\n', '\r']));
        }

        #[test]
        fn a_uri_gives_the_path_back(bytes in hostile()) {
            let uri = relative_uri(bytes.as_bstr());
            prop_assert_eq!(decoded(&uri), bytes);
            prop_assert!(uri.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#' | b':' | b'\\')));
        }

        #[test]
        fn markdown_code_stays_in_its_cell(bytes in hostile()) {
            let code = markdown_code(&bytes.to_str_lossy());
            prop_assert!(!code.contains('|'));
            if let Some(inner) = code.strip_prefix('`').and_then(|code| code.strip_suffix('`')) {
                prop_assert!(!inner.contains('`'));
            } else {
                let inner = code.strip_prefix("<code>").and_then(|code| code.strip_suffix("</code>"));
                prop_assert!(inner.is_some_and(|inner| !inner.contains(['<', '>', '`'])));
            }
        }
    }

    fn decoded(uri: &str) -> Vec<u8> {
        let mut out = Vec::new();
        let mut rest = uri.as_bytes();
        while let Some((&first, tail)) = rest.split_first() {
            if first == b'%' {
                let hex = std::str::from_utf8(&tail[..2]).expect("a URI is ASCII");
                out.push(u8::from_str_radix(hex, 16).expect("two digits follow a percent sign"));
                rest = &tail[2..];
            } else {
                out.push(first);
                rest = tail;
            }
        }
        out
    }

    #[test]
    fn what_is_hidden_becomes_visible() {
        assert_eq!(printable(b"a\x1b[2Jb\xff\n".as_bstr()), r"a\u{1b}[2Jb\xff\n");
        assert_eq!(plain("x\u{202e}y\u{200b}"), r"x\u{202e}y\u{200b}");
        assert_eq!(plain("naïve 日本.txt"), "naïve 日本.txt");
    }

    #[test]
    fn markdown_of_a_path_is_no_link_and_no_mention() {
        assert_eq!(markdown("[x](y) @me #1"), r"\[x\](y) @<!-- -->me #<!-- -->1");
        assert_eq!(markdown("- see https://x or www.x"), r"\- see https&#58;//x or www&#46;x");
        assert_eq!(markdown_prose("the `a_b` of *c*"), r"the `a_b` of \*c\*");
        assert_eq!(markdown_prose("odd ` one"), r"odd \` one");
        assert_eq!(markdown_code("a|b"), "<code>a&#124;b</code>");
        assert_eq!(markdown_code("a.rs"), "`a.rs`");
        assert_eq!(markdown_block("a\n```\nb"), "````text\na\n```\nb\n````\n");
    }

    #[test]
    fn only_a_clean_https_address_is_a_link() {
        for (text, link) in [
            ("https://github.com/settings/tokens", true),
            ("http://example.com", false),
            ("javascript:alert(1)", false),
            ("Settings > Tokens", false),
            ("https://x\" onclick=\"y", false),
            ("https://", false),
        ] {
            assert_eq!(is_link(text), link, "{text}");
        }
    }
}
