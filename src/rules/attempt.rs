//! Tries a pattern at a few places of a text by backtracking over its structure, without compiling it.
//!
//! Most patterns are tried at a few places and fail within some bytes, which costs less than putting an automaton together.
//! The order in which ways to match are tried is that of Perl, which automata keep, too ("leftmost-first"), so the first match
//! is the same. What takes too many steps is left to an automaton.

use std::ops::Range;

use regex_syntax::hir::Look;

use super::lexicon::is_boundary;
use super::part::{Bytes, Choice, Part, Repetition};

/// How many parts of a pattern may be tried inside of one another: each takes some room on the stack.
const DEEPEST: u32 = 1000;

/// Why there is no match, or where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The first one.
    Match {
        /// Where it stands.
        whole: Range<usize>,
        /// The bytes of the group that is the secret.
        secret: Range<usize>,
    },
    /// There is none.
    NoMatch,
    /// It took too many steps to tell, or the pattern has a part that only automata know.
    Unknown,
}

/// Looks for the first match of `pattern` that starts at one of `starts`, ascending, and does not reach beyond `end`.
///
/// Takes from `steps` how many parts of the pattern it tries.
pub(super) fn attempt(
    pattern: &Part,
    bytes: &[u8],
    starts: impl IntoIterator<Item = usize>,
    end: usize,
    steps: &mut u32,
) -> Outcome {
    let mut attempt = Attempt { bytes, end, secret: None, steps, depth: 0, is_given_up: false };
    for start in starts {
        let mut end = None;
        let stops = attempt.walk(pattern, start, &mut |_, at| {
            end = Some(at);
            true
        });
        match (attempt.is_given_up, end, attempt.secret.take()) {
            (false, Some(end), Some(secret)) if stops => return Outcome::Match { whole: start..end, secret },
            (false, None, _) => {}
            _ => return Outcome::Unknown,
        }
    }
    Outcome::NoMatch
}

/// What follows a part of a pattern: tells whether to stop, because all of the pattern matches or the attempt is given up.
type Rest<'a, 'b> = &'a mut dyn FnMut(&mut Attempt<'b>, usize) -> bool;

struct Attempt<'b> {
    bytes: &'b [u8],
    end: usize,
    secret: Option<Range<usize>>,
    steps: &'b mut u32,
    depth: u32,
    is_given_up: bool,
}

impl<'b> Attempt<'b> {
    /// Tries every way in which a part matches from `at` on until one suits the rest.
    fn walk(&mut self, part: &Part, at: usize, rest: Rest<'_, 'b>) -> bool {
        if self.depth == DEEPEST || !self.step() {
            return self.give_up();
        }
        self.depth += 1;
        let stops = self.walk_kind(part, at, rest);
        self.depth -= 1;
        stops
    }

    fn walk_kind(&mut self, part: &Part, at: usize, rest: Rest<'_, 'b>) -> bool {
        match part {
            Part::Empty => rest(self, at),
            Part::Literal(literal) => self.bytes[at..self.end].starts_with(literal) && rest(self, at + literal.len()),
            Part::Class(class) => self.is_in(class, at) && rest(self, at + 1),
            Part::Look(look) => match self.is_at(*look, at) {
                Some(is_at) => is_at && rest(self, at),
                None => self.give_up(),
            },
            Part::Secret(part) => self.walk(part, at, &mut |attempt, end| {
                let before = attempt.secret.replace(at..end);
                rest(attempt, end) || {
                    attempt.secret = before;
                    false
                }
            }),
            Part::Concat(parts) => self.sequence(parts, at, rest),
            Part::Alternation(choices) => choices.iter().any(|choice| self.choose(choice, at, rest)),
            Part::Repetition(repetition) => match &repetition.choice.part {
                Part::Class(class) => self.repeat_class(repetition, class, at, rest),
                _ => self.repeat(repetition, 0, at, rest),
            },
            Part::Shared(_, part) => self.walk_kind(part, at, rest),
            Part::Unknown => self.give_up(),
        }
    }

    fn sequence(&mut self, parts: &[Part], at: usize, rest: Rest<'_, 'b>) -> bool {
        match parts.split_first() {
            None => rest(self, at),
            Some((first, others)) => {
                self.walk(first, at, &mut |attempt, behind| attempt.sequence(others, behind, rest))
            }
        }
    }

    /// Tries a part that most often fails at its first byte, which is told without a step.
    fn choose(&mut self, choice: &Choice, at: usize, rest: Rest<'_, 'b>) -> bool {
        (at == 0 || choice.starts.is_none_or(|starts| self.is_in(&starts, at))) && self.walk(&choice.part, at, rest)
    }

    /// Goes on behind `count` repetitions.
    fn repeat(&mut self, repetition: &Repetition, count: u32, at: usize, rest: Rest<'_, 'b>) -> bool {
        let may_stop = count >= repetition.least;
        if may_stop && !repetition.greedy && rest(self, at) {
            return true;
        }
        let may_go_on = repetition.most.is_none_or(|most| count < most);
        let goes_on = may_go_on
            && self.choose(&repetition.choice, at, &mut |attempt, behind| {
                attempt.repeat(repetition, count + 1, behind, rest)
            });
        goes_on || may_stop && repetition.greedy && rest(self, at)
    }

    /// The same for what is always one byte.
    fn repeat_class(&mut self, repetition: &Repetition, class: &Bytes, at: usize, rest: Rest<'_, 'b>) -> bool {
        let least = repetition.least as usize;
        let most = self.run(class, at, repetition.most.map_or(usize::MAX, |most| most as usize));
        // A long run takes long to count.
        *self.steps = self.steps.saturating_sub(most as u32 / 16);
        let mut counts = least..most + 1;
        while let Some(count) = if repetition.greedy { counts.next_back() } else { counts.next() } {
            if !self.step() {
                return self.give_up();
            }
            if rest(self, at + count) {
                return true;
            }
        }
        false
    }

    /// Returns how many bytes from `at` on are of a class, but not more than `most`.
    fn run(&self, class: &Bytes, at: usize, most: usize) -> usize {
        self.bytes[at..self.end].iter().take(most).take_while(|&&byte| class.has(byte)).count()
    }

    fn is_in(&self, class: &Bytes, at: usize) -> bool {
        self.bytes[..self.end].get(at).is_some_and(|&byte| class.has(byte))
    }

    /// Tells whether a place is what a pattern demands, or returns `None` if only automata know.
    fn is_at(&self, look: Look, at: usize) -> Option<bool> {
        match look {
            Look::Start => Some(at == 0),
            Look::End => Some(at == self.bytes.len()),
            Look::WordAscii => Some(is_boundary(self.bytes, at)),
            Look::WordAsciiNegate => Some(!is_boundary(self.bytes, at)),
            _ => None,
        }
    }

    /// Takes a step, if one is left.
    fn step(&mut self) -> bool {
        let left = self.steps.checked_sub(1);
        *self.steps = left.unwrap_or(0);
        left.is_some()
    }

    fn give_up(&mut self) -> bool {
        self.is_given_up = true;
        true
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rules::pattern::Pattern;

    fn text() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![9 => prop::sample::select(b"abB_-".to_vec()), 1 => any::<u8>()];
        proptest::collection::vec(byte, 0..16)
    }

    /// Parts of patterns over a few bytes.
    fn part() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            "[ab_-]{1,3}",
            Just("[ab]".to_owned()),
            Just("[^a]".to_owned()),
            Just("[A-Za-m_-]".to_owned()),
            Just(r"\b".to_owned()),
            Just(r"\B".to_owned()),
            Just("(?:^|-)".to_owned()),
            Just("(?:_|$)".to_owned()),
            Just("(?i:B)".to_owned()),
        ];
        leaf.prop_recursive(3, 16, 3, |inner| {
            let parts = || proptest::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                parts().prop_map(|parts| parts.concat()),
                parts().prop_map(|parts| format!("(?:{})", parts.join("|"))),
                (inner.clone(), 0..3, 0..3, any::<bool>()).prop_map(|(part, least, more, greedy)| {
                    format!("(?:{part}){{{least},{}}}{}", least + more, if greedy { "" } else { "?" })
                }),
                inner.clone().prop_map(|part| format!("({part})")),
            ]
        })
    }

    fn read(pattern: &str) -> Part {
        Part::read(pattern).expect("it is a pattern")
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn an_attempt_finds_what_automata_find(
            before in part(), secret in part(), behind in part(), text in text(), start in 0usize..8, cut in 0usize..3,
        ) {
            let pattern = format!("{before}(?<secret>{secret}){behind}");
            let Ok(automata) = Pattern::compile(&pattern) else { return Ok(()) };
            let window = start.min(text.len())..text.len() - cut.min(text.len() - start.min(text.len()));
            let part = read(&pattern);
            let mut first = None;
            automata.matches(&text, window.clone(), |whole, secret| first = first.take().or(Some((whole, secret))));
            for (expected, starts) in
                [(automata.match_at(&text, window.clone()), window.start..window.start + 1), (first, window.clone())]
            {
                let expected = expected.map_or(Outcome::NoMatch, |(whole, secret)| Outcome::Match { whole, secret });
                let mut steps = 1000;
                let found = attempt(&part, &text, starts, window.end, &mut steps);
                prop_assert!(found == expected || found == Outcome::Unknown && steps == 0, "{}: {:?}", pattern, found);
            }
        }
    }

    proptest! {
        #[test]
        fn a_pattern_may_match_wherever_a_part_of_the_window_has_a_match(
            before in part(), secret in part(), behind in part(), text in proptest::collection::vec(text(), 0..4), escape in "(%3D|\\\\n|)",
            start in 0usize..8, end in 0usize..8, inner in 0usize..8,
        ) {
            let pattern = format!("{before}(?<secret>{secret}){behind}");
            let Ok(pattern) = Pattern::compile(&pattern) else { return Ok(()) };
            let text = text.join(escape.as_bytes());
            let start = start.min(text.len());
            let end = text.len() - end.min(text.len() - start);
            let inner = start + inner.min(end - start)..end - inner.min(end - start) / 2;
            let mut found = false;
            if inner.start < inner.end {
                pattern.matches(&text, inner, |_, _| found = true);
            }
            prop_assert!(!found || pattern.may_match(&text, start..end));
        }
    }

    #[test]
    fn what_takes_too_long_is_left_to_automata() {
        let part = read("(?:a|aa){1,40}(?<secret>b)");
        let mut steps = 1000;
        assert_eq!(attempt(&part, &[b'a'; 40], 0..1, 40, &mut steps), Outcome::Unknown);
        assert_eq!(steps, 0);
    }

    #[test]
    fn what_goes_too_deep_is_left_to_automata() {
        let part = read("(?:ab|c){1,5000}(?<secret>d)");
        assert_eq!(attempt(&part, &[b'c'; 5000], 0..1, 5000, &mut 1_000_000), Outcome::Unknown);
    }
}
