//! Compiles a rule's pattern, and proves how far it can reach.

use std::borrow::Cow;
use std::ops::Range;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::meta::Regex;
use regex_automata::nfa::thompson::{self, WhichCaptures};
use regex_automata::util::pool::Pool;
use regex_automata::{Anchored, Input, PatternID};
use regex_syntax::hir::{Hir, HirKind};

use super::attempt::{Outcome, attempt};
use super::escape;
use super::packed;
use super::part::{Bytes, Part, SECRET};
use super::shorthand;

/// The greatest length that a match of a rule's pattern may have.
pub const GREATEST_REACH: usize = 16 * 1024;

/// Why a pattern is no pattern of a rule.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PatternError {
    /// The syntax is wrong; the text is the rule author's own, so it may be shown.
    #[error("the pattern does not compile: {0}")]
    Syntax(String),
    /// The pattern has no group named `secret`.
    #[error("the pattern has no group `(?<secret>...)`")]
    NoSecret,
    /// The pattern can match without its group named `secret`.
    #[error("the pattern can match without its group `(?<secret>...)`: it must be in every alternative")]
    SecretOptional,
    /// A repetition has no upper bound, so the window that must be searched has none either.
    #[error("the pattern can match without an end: give every repetition an upper bound, as in `{{20,200}}`")]
    Unbounded,
    /// The bounds add up to more than [`GREATEST_REACH`].
    #[error("the pattern can match {0} bytes: more than {GREATEST_REACH}")]
    TooLong(usize),
    /// The pattern matches nothing at all or the empty text.
    #[error("the pattern can match the empty text, or nothing at all")]
    Empty,
}

/// Reads a pattern's structure.
///
/// # Errors
/// The syntax is wrong.
pub(super) fn parse(text: &str) -> Result<Hir, PatternError> {
    shorthand::parse(text).map_err(|error| PatternError::Syntax(error.to_string()))
}

/// A pattern, which is compiled when that is worth it.
///
/// Most patterns are tried at a few places, and never match: those are tried by backtracking.
#[derive(Debug)]
pub struct Pattern {
    text: Cow<'static, str>,
    /// What attempts try.
    part: Part,
    /// Where they are worth it: with which bytes a match may start behind the start of a text.
    starts: Option<Bytes>,
    /// How many steps attempts may take before it is compiled.
    steps: AtomicU32,
    ends: OnceLock<Ends>,
    groups: OnceLock<Groups>,
}

/// Finds where matches end.
///
/// The automaton is put together while it runs, as far as the windows that it sees lead.
#[derive(Debug)]
struct Ends {
    automaton: DFA,
    /// What the automaton keeps between searches, for each thread.
    caches: Pool<Cache, Box<dyn Fn() -> Cache + Send + Sync + UnwindSafe + RefUnwindSafe>>,
}

/// Finds the groups of matches.
#[derive(Debug)]
struct Groups {
    regex: Regex,
    secret: usize,
}

/// The greatest size of a compiled pattern, in bytes; with its groups it may have twice as many.
const LARGEST: usize = 64 << 20;

/// How many steps all attempts of a pattern may take together: they take about as long as compiling it.
const STEPS: u32 = 100_000;

impl Pattern {
    /// Reads `text`, in byte mode without Unicode classes, and compiles it.
    ///
    /// # Errors
    /// The pattern is wrong, or a match could be of any length.
    pub fn compile(text: &str) -> Result<Self, PatternError> {
        let hir = parse(text)?;
        check(&hir)?;
        let ends = Ends::of(&hir).map_err(|error| PatternError::Syntax(error.to_string()))?;
        let pattern = Self::read(text.to_owned().into())?;
        Ok(Self { ends: ends.into(), ..pattern })
    }

    /// Reads `text`, which [`Pattern::compile`] has taken before, without compiling it.
    ///
    /// # Errors
    /// The syntax is wrong.
    pub(super) fn read(text: Cow<'static, str>) -> Result<Self, PatternError> {
        let part = Part::read(&text).map_err(|error| PatternError::Syntax(error.to_string()))?;
        Ok(Self::of(text, part))
    }

    /// Takes a built-in pattern with its parts as bytes.
    pub(super) fn built_in(text: &'static str, mut parts: &'static [u8]) -> Self {
        Self::of(text.into(), packed::take(&mut parts))
    }

    fn of(text: Cow<'static, str>, part: Part) -> Self {
        let (starts, steps) = (part.starts(), AtomicU32::new(STEPS));
        Self { text, part, starts, steps, ends: OnceLock::new(), groups: OnceLock::new() }
    }

    /// Calls `each` with the span of every match in `window` and of its secret, in order.
    ///
    /// Word boundaries at the window's edges look at the bytes outside of it; behind an escape a word starts. A match may start
    /// where the secret before it ended, because tokens often share a separator.
    pub fn matches(&self, bytes: &[u8], window: Range<usize>, mut each: impl FnMut(Range<usize>, Range<usize>)) {
        let words = words_behind_escapes(bytes, window.clone());
        let (mut from, mut plain, mut is_last) = (window.start, None::<(Range<usize>, Range<usize>)>, false);
        while from < window.end {
            if !is_last && plain.as_ref().is_none_or(|(whole, _)| whole.start < from) {
                plain = self.first(bytes, from..window.end, Anchored::No);
                is_last = plain.is_none();
            }
            let plain = plain.clone().filter(|(whole, _)| whole.start >= from);
            let last = plain.as_ref().map_or(window.end, |(whole, _)| whole.start);
            let before = &words[words.partition_point(|&at| at < from)..words.partition_point(|&at| at <= last)];
            let behind_escape = before.iter().find_map(|&at| self.match_at(bytes, at..window.end));
            let Some((whole, secret)) = behind_escape.or(plain) else { return };
            from = secret.end.max(whole.start + 1);
            each(whole, secret);
        }
    }

    /// Tells by one search whether there may be a match in `window`: never false where [`Pattern::matches`] finds something in it or in
    /// a part of it, since a pattern looks at what is around a window as at what is in it.
    pub fn may_match(&self, bytes: &[u8], window: Range<usize>) -> bool {
        self.first(bytes, window.clone(), Anchored::No).is_some() || !words_behind_escapes(bytes, window).is_empty()
    }

    /// Returns the match that starts where `window` does, and its secret. Behind an escape a word starts.
    pub fn match_at(&self, bytes: &[u8], window: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
        let Range { start, end } = window;
        if !escape::is_before_word(bytes, start) {
            return self.first(bytes, window, Anchored::Yes);
        }
        let (whole, secret) = self.first(&bytes[start..], 0..end - start, Anchored::Yes)?;
        let moved = |range: Range<usize>| range.start + start..range.end + start;
        Some((moved(whole), moved(secret)))
    }

    /// Returns the first match in `window`, or at its start if it is anchored there, and its secret.
    fn first(&self, bytes: &[u8], window: Range<usize>, anchored: Anchored) -> Option<(Range<usize>, Range<usize>)> {
        if self.ends.get().is_none() {
            let places = window.start..if anchored.is_anchored() { window.start + 1 } else { window.end };
            let has = |starts: Bytes, at: usize| bytes.get(at).is_some_and(|&byte| starts.has(byte));
            let may_start = |&at: &usize| at == 0 || self.starts.is_none_or(|starts| has(starts, at));
            let starts = places.filter(may_start);
            let mut steps = self.steps.load(Ordering::Relaxed);
            let outcome = attempt(&self.part, bytes, starts, window.end, &mut steps);
            // Threads that do this at once only take fewer steps from it.
            self.steps.store(steps, Ordering::Relaxed);
            match outcome {
                Outcome::Match { whole, secret } => return Some((whole, secret)),
                Outcome::NoMatch => return None,
                Outcome::Unknown => {}
            }
        }
        self.search(&Input::new(bytes).range(window).anchored(anchored))
    }

    /// The same, by automata.
    fn search(&self, input: &Input<'_>) -> Option<(Range<usize>, Range<usize>)> {
        let end = self.end(input)?;
        let Groups { regex, secret } = self.groups.get_or_init(|| Groups::of(&self.hir()));
        let mut captures = regex.create_captures();
        // What ends a match earlier would have been found instead of it, so no byte behind its end is in it.
        regex.search_captures(&input.clone().range(input.start()..end), &mut captures);
        Some((captures.get_match()?.range(), captures.get_group(*secret)?.range()))
    }

    /// Returns where the first match ends.
    fn end(&self, input: &Input<'_>) -> Option<usize> {
        let ends =
            self.ends.get_or_init(|| Ends::of(&self.hir()).expect("only patterns that can be compiled are read"));
        let found = ends.automaton.try_search_fwd(&mut ends.caches.get(), input);
        found.expect("the automaton neither gives up nor quits at a byte").map(|half| half.offset())
    }

    /// Returns its structure, which only automata are made of.
    fn hir(&self) -> Hir {
        parse(&self.text).expect("it was read before")
    }
}

impl Ends {
    /// Makes the automaton of a pattern.
    fn of(hir: &Hir) -> Result<Self, Box<dyn std::error::Error>> {
        let config =
            thompson::Config::new().utf8(false).which_captures(WhichCaptures::None).nfa_size_limit(Some(LARGEST));
        let nfa = thompson::Compiler::new().configure(config).build_from_hir(hir)?;
        // A cache that is too small for a large pattern is emptied more often.
        let automaton = DFA::builder().configure(DFA::config().skip_cache_capacity_check(true)).build_from_nfa(nfa)?;
        let made = automaton.clone();
        Ok(Self { automaton, caches: Pool::new(Box::new(move || made.create_cache())) })
    }
}

impl Groups {
    fn of(hir: &Hir) -> Self {
        let config = Regex::config().hybrid(false).dfa(false).onepass(false).auto_prefilter(false).utf8_empty(false);
        let regex = Regex::builder().configure(config.nfa_size_limit(Some(2 * LARGEST))).build_from_hir(hir);
        let regex = regex.expect("an automaton was made of it before");
        let secret = regex.group_info().to_index(PatternID::ZERO, SECRET).expect("compiling has looked for it");
        Self { regex, secret }
    }
}

/// Finds the places in `window` at which a word starts that without the escape before it would have started earlier, ascending.
fn words_behind_escapes(bytes: &[u8], window: Range<usize>) -> Vec<usize> {
    let from = window.start.saturating_sub(escape::LONGEST);
    let mut places = Vec::new();
    for start in memchr::memchr3_iter(b'%', b'\\', b'\x1b', &bytes[from..window.end]).map(|at| from + at) {
        let next = places.last().map_or(window.start, |last| last + 1).max(start + 2);
        places.extend(
            (next..window.end.min(start + escape::LONGEST + 1)).filter(|&at| escape::is_before_word(bytes, at)),
        );
    }
    places
}

/// Checks what a pattern must be like.
fn check(hir: &Hir) -> Result<(), PatternError> {
    // What matches nothing at all has no lengths.
    let least = hir.properties().minimum_len().ok_or(PatternError::Empty)?;
    let reach = hir.properties().maximum_len().ok_or(PatternError::Unbounded)?;
    if reach > GREATEST_REACH {
        return Err(PatternError::TooLong(reach));
    }
    if least == 0 {
        return Err(PatternError::Empty);
    }
    if !has_secret(hir) {
        return Err(PatternError::NoSecret);
    }
    if !always_has_secret(hir) {
        return Err(PatternError::SecretOptional);
    }
    Ok(())
}

/// Tells whether a pattern has the group that every pattern has.
fn has_secret(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some(SECRET) || has_secret(&capture.sub),
        HirKind::Repetition(repetition) => has_secret(&repetition.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().any(has_secret),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

/// Tells whether every match takes part in the group that is the secret.
fn always_has_secret(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) => capture.name.as_deref() == Some(SECRET) || always_has_secret(&capture.sub),
        HirKind::Repetition(repetition) => repetition.min > 0 && always_has_secret(&repetition.sub),
        HirKind::Concat(parts) => parts.iter().any(always_has_secret),
        // A name stands once in a pattern, so never in all branches.
        HirKind::Alternation(_) | HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(pattern: &str, text: &str) -> Vec<String> {
        let mut found = Vec::new();
        let pattern = Pattern::compile(pattern).expect("the test's pattern is right");
        pattern.matches(text.as_bytes(), 0..text.len(), |_, secret| found.push(text[secret].to_owned()));
        found
    }

    #[test]
    fn a_pattern_must_be_bounded_and_name_its_secret() {
        assert_eq!(Pattern::compile("(?<secret>a+)").err(), Some(PatternError::Unbounded));
        assert_eq!(Pattern::compile("a{3}").err(), Some(PatternError::NoSecret));
        assert_eq!(Pattern::compile("(?<secret>a{0,3})").err(), Some(PatternError::Empty));
        assert_eq!(Pattern::compile(r"(?<secret>[a&&b])").err(), Some(PatternError::Empty));
        for pattern in ["x(?<secret>a)?", "x|(?<secret>a)", "x(?:(?<secret>a)|b)", "x(?:y(?<secret>a)){0,2}"] {
            assert_eq!(Pattern::compile(pattern).err(), Some(PatternError::SecretOptional), "{pattern}");
        }
        for pattern in ["x(?:y(?<secret>a)){1,2}", "(?:(x|y)(?<secret>a)z?)", r"\b(?<secret>(a|b))"] {
            assert!(Pattern::compile(pattern).is_ok(), "{pattern}");
        }
        assert!(matches!(
            Pattern::compile("(?<secret>a{99999})").err(),
            Some(PatternError::TooLong(_) | PatternError::Syntax(_))
        ));
    }

    #[test]
    fn matches_may_share_a_separator() {
        assert_eq!(secrets(r"(?:,|^)(?<secret>[a-z]{2})(?:,|$)", "ab,cd,ef"), ["ab", "cd", "ef"]);
    }

    #[test]
    fn an_assignment_is_recognised_in_many_languages() {
        let pattern = r"(?i:acme)%assign%(?<secret>[0-9a-f]{8})\b";
        for text in [
            "ACME_KEY=0123abcd",
            "export acme.key = '0123abcd'",
            r#"{"acmeKey": "0123abcd"}"#,
            "acme-key: 0123abcd",
            r#"var AcmeKey string = "0123abcd""#,
            r#"acme_key := "0123abcd""#,
            r#"'acme_key' => '0123abcd',"#,
            r#"System.setProperty("ACME_KEY", "0123abcd")"#,
            r#"const acmeKey: string = "0123abcd";"#,
            r#"<acmeKey>0123abcd</acmeKey>"#,
            r#"acme_key ::= "0123abcd""#,
            r#"{\"acmeKey\":\"0123abcd\"}"#,
            r#"acme_token ?= 0123abcd"#,
            r#"acme ||= "0123abcd""#,
            r#"acme_token :::= "0123abcd""#,
            r#"$acmeToken .= "0123abcd""#,
            "<acmeToken>\n    0123abcd\n</acmeToken>",
            "--acme-token 0123abcd",
            "acme SECRET 0123abcd",
            "- name: ACME_KEY\n  value: \"0123abcd\"",
            r#"{"name": "ACME_KEY", "value": "0123abcd"}"#,
            "key=\"acme.key\" value='0123abcd'",
        ] {
            assert_eq!(secrets(pattern, text), ["0123abcd"], "{text}");
        }
        assert!(secrets(pattern, "acme/assets/0123abcd").is_empty());
    }

    #[test]
    fn a_key_is_recognised_at_a_distance_from_its_provider() {
        let pattern = r"(?i:acme)%key%(?<secret>[0-9a-f]{8})\b";
        for text in [
            "ACME_KEY=0123abcd",
            r#"{"acmeApiKey": "0123abcd"}"#,
            "acme=0123abcd",
            "ACME_API=0123abcd",
            "'acme' => '0123abcd'",
            "acme:\n  api_key: 0123abcd",
            "# Acme\nAPI_KEY=0123abcd",
            r#""acme": { "token": "0123abcd" }"#,
            "https://api.acme.com/v1/x?api_key=0123abcd",
            r#"curl https://acme.example -H "X-Api-Key: 0123abcd""#,
            r#"AcmeClient("0123abcd")"#,
            r#"new Acme({ apiKey: "0123abcd" })"#,
            "| acme api key | `0123abcd` |",
            "acme KEY 0123abcd",
            "acmeKEY 0123abcd",
            "acme-SECRET-0123abcd",
            "acme.PRIVATE.TOKEN-0123abcd",
            "acme_private_access user=0123abcd",
            "Acme's API key is 0123abcd",
            "acme key for tests: 0123abcd",
            "- name: ACME_API_KEY\n  value: 0123abcd",
        ] {
            assert_eq!(secrets(pattern, text), ["0123abcd"], "{text}");
        }
        for text in [
            "acme_version: 0123abcd",
            "acme_api_version: 0123abcd",
            "acme 0123abcd",
            "acme/assets/0123abcd",
            "acme@0123abcd",
        ] {
            assert_eq!(secrets(pattern, text), [""; 0], "{text}");
        }
    }
}
