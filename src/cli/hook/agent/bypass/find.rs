//! What `find` does to what is guarded, by its words.

use globset::GlobMatcher;
use regex_automata::{meta, util::syntax};

use super::call::name;
use super::guard::{Guarded, glob};
use super::targets::EDITORS;

/// The options before the first folder that have no value.
const OPTIONS: [&str; 3] = ["-H", "-L", "-P"];
/// The most bytes of an expression that is tried, and of what is made of it.
const LONGEST_EXPRESSION: usize = 256;
const LARGEST: usize = 1 << 18;
/// The most words of a command that is run for what is found.
const LONGEST: usize = 64;
/// How many folders are looked at, and how many commands for each file.
const MOST: usize = 8;
/// How deep parentheses are read.
const DEPTH: usize = 16;

/// One search, with what it does to what it finds.
pub struct Search<'a> {
    /// The folders that it begins in.
    folders: Vec<&'a str>,
    /// How far it goes down from there.
    depth: Option<usize>,
    terms: Term<'a>,
}

/// What is asked of a file, or done to it.
enum Term<'a> {
    /// A pattern for its name, or for all of its path.
    Pattern {
        glob: GlobMatcher,
        is_whole: bool,
    },
    /// An expression for all of its path, read in each way that it may be meant.
    Expressions(Vec<meta::Regex>),
    /// Whether it is one of these kinds, by the letters that stand for them.
    Kind(&'a str),
    /// What holds of nothing that is guarded.
    Never,
    /// What may hold or not.
    Unknown,
    /// What lies below is not looked at.
    Prune,
    Delete,
    Run(&'a [String]),
    Not(Box<Self>),
    /// One of several lists, all terms of which must hold, as far as they are asked.
    Any(Vec<Vec<Self>>),
}

/// What a search does to one file.
#[derive(Default)]
struct Done<'a> {
    prunes: bool,
    deletes: bool,
    runs: Vec<&'a [String]>,
}

impl<'a> Search<'a> {
    /// Reads the words behind `find`.
    pub fn new(words: &'a [String]) -> Self {
        let options = words.iter().take_while(|word| OPTIONS.contains(&word.as_str())).count();
        let words = &words[options..];
        let is_folder = |word: &&String| !word.starts_with(['-', '(', '!']);
        let mut folders: Vec<&str> = words.iter().take_while(is_folder).map(String::as_str).collect();
        let mut rest = &words[folders.len()..];
        if folders.is_empty() {
            folders.push(".");
        }
        let at = rest.iter().position(|word| word == "-maxdepth");
        let depth = at.and_then(|at| rest.get(at + 1)?.parse().ok());
        let mut terms = Vec::new();
        // A parenthesis too many ends nothing.
        while !rest.is_empty() {
            terms.push(vec![any(&mut rest, DEPTH)]);
        }
        Self { folders, depth, terms: Term::Any(terms) }
    }

    /// Returns the commands that it runs for what is guarded, `rm` for what it deletes.
    pub fn commands(&self, guarded: Guarded<'_>, joined: &dyn Fn(&str) -> String) -> Vec<Vec<String>> {
        let Guarded::Hooks(surroundings) = guarded else { return Vec::new() };
        let mut commands = Vec::new();
        for folder in self.folders.iter().take(MOST) {
            let from = joined(folder);
            let is_hook = guarded.is_hook(&from);
            let below = surroundings.below(&from);
            // Elsewhere nothing is known but the name.
            let alone = (is_hook && below.is_empty()).then(String::new);
            let is_near = is_hook || surroundings.is_git_folder(&from);
            for inside in below.iter().chain(&alone) {
                let is_folder = alone.is_some() || below.iter().any(|other| is_inside(other, inside));
                let kind = match surroundings.is_link(&joined(&named(folder, inside))) {
                    true => 'l',
                    false if is_folder => 'd',
                    false => 'f',
                };
                let (path, done) = self.done(folder, inside, kind);
                commands.extend(done.deletes.then(|| vec!["rm".to_owned(), path.clone()]));
                let is_read = |words: &&&[String]| words.len() <= LONGEST && (is_near || !changes_text(words));
                let runs = done.runs.iter().filter(is_read).take(MOST);
                commands.extend(runs.map(|words| words.iter().map(|word| word.replace("{}", &path)).collect()));
            }
        }
        commands
    }

    /// Returns what it does to what lies in a folder, and how it names that.
    fn done(&self, folder: &str, inside: &str, kind: char) -> (String, Done<'a>) {
        let named = |inside: &str| named(folder, inside);
        let above = std::iter::once("").chain(inside.match_indices('/').map(|(at, _)| &inside[..at]));
        for outer in above.filter(|outer| *outer != inside) {
            let mut done = Done::default();
            self.terms.holds(&named(outer), 'd', &mut done);
            if done.prunes {
                return (named(inside), Done::default());
            }
        }
        let mut done = Done::default();
        let depth = inside.split('/').filter(|part| !part.is_empty()).count();
        if self.depth.is_none_or(|most| depth <= most) {
            self.terms.holds(&named(inside), kind, &mut done);
        }
        (named(inside), done)
    }
}

/// Returns how what lies in a folder is named that a search begins in.
fn named(folder: &str, inside: &str) -> String {
    match inside {
        "" => folder.to_owned(),
        inside => format!("{}/{inside}", folder.trim_end_matches('/')),
    }
}

/// Tells whether a path lies below another.
fn is_inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/') || folder.is_empty() && !rest.is_empty())
}

/// Reads terms up to the parenthesis that closes them, or to the end.
fn any<'a>(words: &mut &'a [String], depth: usize) -> Term<'a> {
    let mut lists = vec![Vec::new()];
    while let Some((word, rest)) = words.split_first() {
        match word.as_str() {
            ")" => {
                *words = rest;
                break;
            }
            "-o" | "-or" => {
                *words = rest;
                lists.push(Vec::new());
            }
            _ => {
                let term = term(words, depth);
                lists.last_mut().expect("there is a list").push(term);
            }
        }
    }
    Term::Any(lists)
}

/// Reads one term.
fn term<'a>(words: &mut &'a [String], depth: usize) -> Term<'a> {
    let Some((word, rest)) = words.split_first() else { return Term::Unknown };
    *words = rest;
    let mut value = || {
        let (value, rest) = words.split_first()?;
        *words = rest;
        Some(value.as_str())
    };
    match word.as_str() {
        "(" if depth > 0 => any(words, depth - 1),
        "!" | "-not" if depth > 0 => Term::Not(Box::new(term(words, depth - 1))),
        "-name" | "-iname" | "-path" | "-ipath" | "-wholename" | "-iwholename" => {
            let is_whole = !word.ends_with("-name") && word != "-iname";
            let pattern = value().and_then(|pattern| glob(pattern, word.starts_with("-i")));
            pattern.map_or(Term::Unknown, |glob| Term::Pattern { glob, is_whole })
        }
        "-regex" | "-iregex" => value().map_or(Term::Unknown, |text| expression(text, word == "-iregex")),
        "-type" => value().map_or(Term::Unknown, Term::Kind),
        "-xtype" => value().map_or(Term::Unknown, |kinds| match kinds {
            // What leads nowhere is not run either.
            "l" => Term::Never,
            kinds => Term::Kind(kinds),
        }),
        "-size" => match value().is_some_and(is_large) {
            // Nothing that is guarded is that large.
            true => Term::Never,
            false => Term::Unknown,
        },
        // Nothing that is guarded is empty.
        "-empty" => Term::Never,
        "-prune" => Term::Prune,
        "-delete" => Term::Delete,
        "-exec" | "-execdir" | "-ok" | "-okdir" => {
            let end = rest.iter().position(|word| word == ";" || word == "+").unwrap_or(rest.len());
            *words = rest.get(end + 1..).unwrap_or_default();
            Term::Run(&rest[..end])
        }
        _ => Term::Unknown,
    }
}

/// Tells whether files of a size are larger than a mebibyte, or a gibibyte.
fn is_large(size: &str) -> bool {
    let number = size.strip_prefix('+').and_then(|size| size.strip_suffix(['M', 'G']));
    number.and_then(|number| number.parse::<u64>().ok()).is_some_and(|number| number > 0)
}

/// Reads an expression for whole paths as each of the syntaxes takes it that `find` may be told to use.
fn expression<'a>(text: &str, ignores_case: bool) -> Term<'a> {
    let read = |text: &str| {
        let syntax = syntax::Config::new().unicode(false).utf8(false).case_insensitive(ignores_case);
        let limits = meta::Config::new().nfa_size_limit(Some(LARGEST)).utf8_empty(false);
        meta::Regex::builder().syntax(syntax).configure(limits).build(&format!("(?s)^(?:{text})$")).ok()
    };
    if text.len() > LONGEST_EXPRESSION {
        return Term::Unknown;
    }
    let expressions: Option<Vec<meta::Regex>> = [text, &turned(text)].into_iter().map(read).collect();
    expressions.map_or(Term::Unknown, Term::Expressions)
}

/// Returns an expression in which signs stand for themselves, or for something else, where `\` says so, with these the other way round.
fn turned(text: &str) -> String {
    let mut turned = String::with_capacity(text.len());
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' => match signs.next() {
                Some(next @ ('(' | ')' | '|' | '{' | '}')) => turned.push(next),
                next => turned.extend(std::iter::once(sign).chain(next)),
            },
            '(' | ')' | '|' | '{' | '}' => turned.extend(['\\', sign]),
            other => turned.push(other),
        }
    }
    turned
}

impl<'a> Term<'a> {
    /// Tells whether this holds of a path, if that is known, and does what it does; `kind` is the letter for what lies there.
    fn holds(&self, path: &str, kind: char, done: &mut Done<'a>) -> Option<bool> {
        match self {
            Self::Pattern { glob, is_whole: true } => Some(glob.is_match(path)),
            Self::Pattern { glob, .. } => Some(glob.is_match(path.rsplit('/').next().unwrap_or_default())),
            Self::Kind(kinds) => Some(kinds.contains(kind)),
            // It is known only where all read it the same way.
            Self::Expressions(read) => {
                let mut holds = read.iter().map(|expression| expression.is_match(path));
                let first = holds.next()?;
                holds.all(|holds| holds == first).then_some(first)
            }
            Self::Never => Some(false),
            Self::Unknown => None,
            Self::Prune => {
                done.prunes = true;
                Some(true)
            }
            Self::Delete => {
                done.deletes = true;
                Some(true)
            }
            Self::Run(words) => {
                done.runs.push(words);
                None
            }
            Self::Not(term) => term.holds(path, kind, done).map(|holds| !holds),
            Self::Any(lists) => {
                let mut is_known = true;
                for list in lists {
                    let mut holds = Some(true);
                    for term in list {
                        match term.holds(path, kind, done) {
                            Some(true) => {}
                            None => holds = None,
                            Some(false) => {
                                holds = Some(false);
                                break;
                            }
                        }
                    }
                    // What comes behind is asked only if this does not hold.
                    match holds {
                        Some(true) => return holds,
                        None => is_known = false,
                        Some(false) => {}
                    }
                }
                is_known.then_some(false)
            }
        }
    }
}

/// Tells whether a command changes the text of files, which is seldom about all that it could be.
fn changes_text(words: &[String]) -> bool {
    words.first().is_some_and(|word| EDITORS.contains(&name(word).as_str()))
}
