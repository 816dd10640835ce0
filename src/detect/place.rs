//! Tells from a path and a line what the place of a value says about it.

use super::proof::is_base64_byte;
use crate::source::Span;

/// How far before a value its line is read; must stay within [`super::INFLUENCE`].
const LINE: usize = 160;

/// What kind of file a value stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A program: a bare word is a variable.
    Code,
    /// A configuration: a bare word is a value.
    Configuration,
    /// A lock file, checksums, a translation: full of values that look random or names that say password.
    Doubtful,
}

/// Files full of hashes.
const DOUBTFUL: &[&[u8]] = &[
    b"package-lock.json",
    b"yarn.lock",
    b"pnpm-lock.yaml",
    b"cargo.lock",
    b"poetry.lock",
    b"composer.lock",
    b"gemfile.lock",
    b"go.sum",
    b"uv.lock",
    b"deno.lock",
    b"bun.lock",
    b"checksums.txt",
];

/// Parts of paths whose files show how something is done, or try it out, with values made up for it.
const REHEARSALS: &[&str] = &[
    "test",
    "tests",
    "testing",
    "testdata",
    "testsuite",
    "unittest",
    "unittests",
    "spec",
    "specs",
    "e2e",
    "mock",
    "mocks",
    "fixture",
    "fixtures",
    "cassette",
    "cassettes",
    "snapshots",
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "doc",
    "docs",
    "documentation",
    "guide",
    "guides",
    "tutorial",
    "tutorials",
    "readme",
    "changelog",
    "dummy",
    "benchmark",
    "benchmarks",
];

/// Endings of prose.
const PROSE: &[&[u8]] = &[b"md", b"mdx", b"markdown", b"rst", b"adoc", b"asciidoc"];

impl Kind {
    /// Sorts a path; without one, a value is taken for that of a configuration.
    pub(super) fn of(path: Option<&[u8]>) -> Self {
        let Some(path) = path else { return Self::Configuration };
        let lower = path.to_ascii_lowercase();
        let file = lower.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
        let extension = file.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
        let is_doubtful = |at: usize| {
            let rest = &lower[at..];
            match rest[0] {
                // `locales` as well, but no longer word such as `localenv`.
                b'l' => rest.starts_with(b"locale") && !matches!(rest.get(6), Some(b'a'..=b'r' | b't'..=b'z')),
                b'i' => rest.starts_with(b"i18n/"),
                b't' => rest.starts_with(b"translations/"),
                b'.' => rest.starts_with(b".min."),
                _ => false,
            }
        };
        if DOUBTFUL.contains(&file) || matches!(extension, b"po" | b"pot") || (0..lower.len()).any(is_doubtful) {
            return Self::Doubtful;
        }
        match extension {
            b"rs" | b"go" | b"py" | b"pyc" | b"js" | b"jsx" | b"ts" | b"tsx" | b"mjs" | b"cjs" | b"java" | b"kt"
            | b"kts" | b"scala" | b"c" | b"cc" | b"cpp" | b"h" | b"hpp" | b"cs" | b"rb" | b"php" | b"swift" | b"m"
            | b"mm" | b"dart" | b"lua" | b"pl" | b"pm" | b"r" | b"ex" | b"exs" | b"erl" | b"hs" | b"clj" | b"vue"
            | b"svelte" | b"groovy" | b"gradle" | b"vb" | b"fs" | b"zig" | b"nim" | b"jl" | b"ipynb" | b"html"
            | b"css" | b"sql" | b"erb" | b"d" | b"v" | b"ps1" | b"psm1" | b"mts" | b"cts" | b"cxx" | b"hh"
            | b"cljs" | b"cr" | b"sol" | b"coffee" => Self::Code,
            _ => Self::Configuration,
        }
    }
}

/// Tells whether the values of a file go on to the end of their line and need no quotes.
pub(super) fn has_values_to_the_end(path: Option<&[u8]>) -> bool {
    const ENDINGS: &[&[u8]] = &[b"env", b"properties", b"ini", b"cfg", b"conf", b"cnf", b"yml", b"yaml"];
    let file = path.and_then(|path| path.rsplit(|&byte| byte == b'/').next()).unwrap_or_default();
    let extension = file.rsplit(|&byte| byte == b'.').next().unwrap_or_default();
    file.starts_with(b".env") || ENDINGS.iter().any(|ending| extension.eq_ignore_ascii_case(ending))
}

/// Tells whether a value at `at` is likely made up for a test, an example or an explanation: the path says so,
/// or the line is a comment.
pub(super) fn is_rehearsal(bytes: &[u8], path: Option<&[u8]>, at: usize) -> bool {
    path.is_some_and(is_rehearsal_path)
        || is_comment(bytes, at, Kind::of(path))
        || line_before(bytes, at).is_some_and(|line| is_called_example(line) || is_query_to_nobody(line))
}

/// Tells whether a name is introduced as that of an example: `# Example password: ...`.
fn is_called_example(line: &[u8]) -> bool {
    let line = line.trim_ascii_end().to_ascii_lowercase();
    line.ends_with(b"example") || line.ends_with(b"sample")
}

/// Tells whether a name is a parameter in an address whose host nobody reaches, as in `https://example.com/callback?token=...`.
fn is_query_to_nobody(line: &[u8]) -> bool {
    let Some(scheme) = memchr::memmem::rfind(line, b"://") else { return false };
    let address = &line[scheme + 3..];
    address.iter().all(|&byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`'))
        && address.iter().any(|byte| matches!(byte, b'?' | b'#'))
        && is_host_of_nobody(address)
}

/// Tells whether a text begins with the name of the own machine, or with one that is reserved for examples.
pub(super) fn is_host_of_nobody(text: &[u8]) -> bool {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let end = text.iter().position(|byte| !is_part(byte)).unwrap_or(text.len());
    let host = text[..end].to_ascii_lowercase();
    let mut labels = host.split(|&byte| byte == b'.').rev();
    let (top, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    matches!(top, b"localhost" | b"example" | b"test" | b"invalid" | b"host" | b"hostname" | b"server")
        || matches!(second, b"example" | b"server" | b"host" | b"yourdomain" | b"domain")
        || host.starts_with(b"127.")
        || host.starts_with(b"0.0.0.0")
}

fn is_rehearsal_path(path: &[u8]) -> bool {
    let mut parts = path.split(|&byte| byte == b'/').peekable();
    while let Some(part) = parts.next() {
        let is_file = parts.peek().is_none();
        let extension = part.rsplit(|&byte| byte == b'.').next().unwrap_or_default().to_ascii_lowercase();
        // Git and Perl call the folder of tests `t`; Maven and xUnit name a class of tests `ThingTest`.
        if is_file && (PROSE.contains(&extension.as_slice()) || is_manual(part))
            || !is_file && part == b"t"
            || says_test(part)
        {
            return true;
        }
    }
    false
}

/// Tells whether a file is a page of Unix's manual: `name.5`, `name.5.in` before it is built, or `name.5.gz` where it is installed.
fn is_manual(file: &[u8]) -> bool {
    let file = file.strip_suffix(b".in").or(file.strip_suffix(b".gz")).unwrap_or(file);
    matches!(file, [.., name, b'.', b'1'..=b'8'] if name.is_ascii_lowercase())
}

/// Tells whether one of the words that a path's part is made of speaks of a rehearsal.
fn says_test(part: &[u8]) -> bool {
    let stem = part.split(|&byte| byte == b'.').next().unwrap_or_default();
    part.split(|byte| matches!(byte, b'.' | b'_' | b'-' | b' '))
        .any(|word| REHEARSALS.iter().any(|rehearsal| word.eq_ignore_ascii_case(rehearsal.as_bytes())))
        || [&b"Test"[..], b"Tests", b"Spec", b"TestCase", b"Fixture", b"Fixtures", b"Mock"]
            .iter()
            .any(|ending| stem.ends_with(ending))
}

/// Tells whether the line that holds `at` begins as a comment of a program does. What is commented out in a
/// configuration was in use yesterday, unless two marks make it documentation.
fn is_comment(bytes: &[u8], at: usize, kind: Kind) -> bool {
    let Some(line) = line_before(bytes, at).map(<[u8]>::trim_ascii_start) else { return false };
    if kind != Kind::Code {
        return line.starts_with(b"## ");
    }
    let starts = [&b"#"[..], b"//", b"/*", b"* ", b"--", b"<!--", b"%", b">>>"];
    starts.iter().any(|mark| line.starts_with(mark)) && !line.starts_with(b"#define")
}

/// Returns the line that holds `at` up to there, or `None` if it begins too far before.
fn line_before(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let from = at.saturating_sub(LINE);
    let before = &bytes[from..at];
    let start = memchr::memrchr(b'\n', before).map(|line| line + 1).or((from == 0).then_some(0))?;
    Some(&before[start..])
}

/// Tells whether `at` stands between `{{` and `}}` without quotes: an expression of a template, not a literal.
pub(super) fn is_template_expression(bytes: &[u8], at: usize) -> bool {
    let line = line_before(bytes, at).unwrap_or(&bytes[at.saturating_sub(LINE)..at]);
    let opened =
        memchr::memmem::rfind(line, b"{{").filter(|&open| memchr::memmem::find(&line[open..], b"}}").is_none());
    opened.is_some() && !matches!(line.last(), Some(b'"' | b'\'' | b'`'))
}

/// Tells whether a name is no variable's: it stands in the name of a resource of AWS, as `secret` does in
/// `arn:aws:secretsmanager:eu-west-1:1:secret:name`, or names what has a checksum, as in Helm's `checksum/secret`, a command, as in
/// `$(pwd):/work`, the file `/etc/passwd`, or the salt of a hash, which tells how often it was hashed.
pub(super) fn names_no_secret(bytes: &[u8], key: Span) -> bool {
    let at = key.start;
    if [&b"checksum/"[..], b"$(", b"/etc/"].iter().any(|before| bytes[..at].ends_with(before)) {
        return true;
    }
    if bytes[key.range()] == *b"salt" {
        let around = &bytes[at.saturating_sub(LINE)..(key.end + LINE).min(bytes.len())];
        return memchr::memmem::find(around, b"terations").is_some();
    }
    let before = bytes[at.saturating_sub(LINE)..at].iter();
    let start = at - before.rev().take_while(|byte| byte.is_ascii_alphanumeric() || b":-_".contains(byte)).count();
    bytes[start..at].starts_with(b"arn:")
}

/// How long a line of wrapped base64 is at least.
const WRAPPED: usize = 60;

/// Tells whether a span lies within base64 that is wrapped into lines, each of which may be a string of a program: data, of
/// which a part may look like anything. Looks no farther than [`super::INFLUENCE`] allows.
pub(super) fn is_wrapped_data(bytes: &[u8], start: usize, end: usize) -> bool {
    let is_data = |byte: &&u8| is_base64_byte(**byte);
    if !bytes[start..end].iter().all(|byte| is_data(&byte)) {
        return false;
    }
    let before = bytes[start.saturating_sub(LINE)..start].iter().rev();
    let lead = before.clone().take_while(is_data).count();
    let behind = &bytes[end..(end + LINE).min(bytes.len())];
    let trail = behind.iter().take_while(is_data).count();
    if lead + (end - start) + trail < WRAPPED
        || behind.get(trail).is_some_and(|byte| !matches!(byte, b'\n' | b'\r' | b'"' | b'\''))
    {
        return false;
    }
    let seam = |byte: &&u8| byte.is_ascii_whitespace() || is_between_strings(**byte);
    let next = behind[trail..].iter().skip_while(seam).take_while(is_data).count();
    let above = before.skip(lead);
    let feeds = above.clone().find(|byte| !matches!(byte, b' ' | b'\t') && !is_between_strings(**byte)) == Some(&b'\n');
    let last = above.skip_while(seam).take_while(is_data).count();
    feeds && (next >= WRAPPED || last >= WRAPPED)
}

/// Tells whether a byte stands between two strings that a program writes as one.
const fn is_between_strings(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'\\' | b'@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_tests_and_documents_are_rehearsals() {
        for path in [
            "tests/a.py",
            "src/__tests__/a.ts",
            "pkg/a_test.go",
            "app/a.spec.ts",
            "src/test/java/A.java",
            "src/UserServiceTest.java",
            "spec/models/user_spec.rb",
            "t/t0300-credentials.sh",
            "docs/setup.txt",
            "README.md",
            ".env.example",
            "config.sample.yml",
            "lib/cassettes/a.yaml",
            "man/ipsec.secrets.5.in",
            "man/mount.cifs.8",
            "man/man1/git-imap-send.1.gz",
        ] {
            assert!(is_rehearsal_path(path.as_bytes()), "{path}");
        }
        for path in [
            "src/latest/contest.rs",
            "config/prod.yml",
            "attest.go",
            "src/t.rs",
            "lib/libacme.so.2.5",
            "inspector/specific.py",
            ".env",
        ] {
            assert!(!is_rehearsal_path(path.as_bytes()), "{path}");
        }
    }

    #[test]
    fn translations_are_told_by_whole_words() {
        for path in ["config/locales/de.yml", "src/locale/de.json", "app.locale_de.yml", "i18n/de.yml"] {
            assert_eq!(Kind::of(Some(path.as_bytes())), Kind::Doubtful, "{path}");
        }
        for path in ["deploy/localenv.yml", "local-editor.yml", "localeditor.yml"] {
            assert_eq!(Kind::of(Some(path.as_bytes())), Kind::Configuration, "{path}");
        }
    }

    #[test]
    fn comments_are_told_from_code() {
        for (text, expected) in [
            ("# password: x", true),
            ("a = 1\n    // password: x", true),
            ("/**\n * password: x", true),
            ("-- create user with x", true),
            ("password: x", false),
            ("# a comment\npassword: x", false),
            ("#define PASSWORD x", false),
        ] {
            assert_eq!(is_comment(text.as_bytes(), text.len() - 1, Kind::Code), expected, "{text}");
            assert!(!is_comment(text.as_bytes(), text.len() - 1, Kind::Configuration), "{text}");
        }
        assert!(is_comment(b"## @param password, as in x", 26, Kind::Configuration));
    }

    #[test]
    fn an_expression_of_a_template_is_no_literal() {
        for (text, expected) in [
            ("password: {{ .Values.password", true),
            ("{{- $password := include", true),
            ("{{ .Name }} password: x", false),
            ("password: {{ default \"", false),
            ("password: x", false),
        ] {
            assert_eq!(is_template_expression(text.as_bytes(), text.len()), expected, "{text}");
            let far = format!("{}{text}", "helm upgrade ".repeat(20));
            assert_eq!(is_template_expression(far.as_bytes(), far.len()), expected, "{far}");
        }
    }

    #[test]
    fn the_name_of_a_resource_is_no_assignment() {
        let text = b"\"arn:aws:secretsmanager:eu-west-1:1:secret:prod/a-x4K9\"";
        let at = memchr::memmem::find(text, b"secret:").expect("it is there");
        assert!(names_no_secret(text, Span::new(at, at + 6)) && !names_no_secret(b"a: secret:prod", Span::new(3, 9)));
        for (text, key, expected) in [
            ("checksum/secret: ab", "secret", true),
            ("-v $(pwd):/work", "pwd", true),
            ("/etc/passwd: regular file", "passwd", true),
            ("\"hashIterations\": 27500, \"salt\": \"k9Xq\"", "salt", true),
            ("salt = \"k9Xq\"", "salt", false),
            ("etc-passwd: k9Xq", "passwd", false),
        ] {
            let at = text.rfind(key).expect("a name");
            assert_eq!(names_no_secret(text.as_bytes(), Span::new(at, at + key.len())), expected, "{text}");
        }
    }

    #[test]
    fn parameters_for_nobody_and_examples_are_rehearsals() {
        for (text, expected) in [
            ("see https://www.example.com/cb?a=b&token", true),
            ("'https://127.0.0.1/callback#access_token", true),
            ("# Example password", true),
            ("see https://api.acme.net/cb?token", false),
            ("https://example.com/ and token", false),
            ("https://example.com/token", false),
        ] {
            let at = text.rfind(|c: char| !c.is_ascii_alphabetic() && c != '_').expect("a name") + 1;
            assert_eq!(is_rehearsal(text.as_bytes(), Some(b"a.yml"), at), expected, "{text}");
        }
    }

    #[test]
    fn wrapped_base64_is_told_from_a_token_on_its_own_line() {
        let line = "Q".repeat(68);
        let block = format!("<data>\n\t{line}\n\t{line}\n\t{line}\n</data>");
        let at = block.rfind(&line).expect("three lines");
        assert!(is_wrapped_data(block.as_bytes(), at, at + line.len()));
        assert!(is_wrapped_data(block.as_bytes(), at + 4, at + 30));
        let strings = format!("data =\n    @\"{line}\"\n    @\"{line}\"\n    @\"{line}\";\n");
        let at = strings.rfind(&line).expect("three strings");
        assert!(is_wrapped_data(strings.as_bytes(), at + 4, at + 60));
        let list = format!("keys = [\n  \"{line}\",\n  \"{line}\",\n]\n");
        let at = list.find(&line).expect("two keys");
        assert!(!is_wrapped_data(list.as_bytes(), at, at + line.len()));
        for text in [format!("token\n{line}\nnext\n"), format!("token = {line}\n{line}\n"), line.clone()] {
            let at = text.find(&line).expect("a line");
            assert!(!is_wrapped_data(text.as_bytes(), at, at + line.len()), "{text}");
        }
    }
}
