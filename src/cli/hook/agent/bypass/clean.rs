//! What `git clean` and `git stash` take away that git does not track.

use globset::Glob;

use super::options::{Valued, Word, Words};

/// Which files are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// What is neither tracked nor ignored.
    Untracked,
    /// What is ignored.
    Ignored,
    /// Both.
    All,
}

/// What is taken, from where.
#[derive(Debug, PartialEq, Eq)]
pub struct Cleaned<'a> {
    /// Which files.
    pub takes: Taken,
    /// Whether it goes into folders of which git tracks nothing.
    pub folders: bool,
    /// Whether it is about all of the repository, wherever it runs, if no path is named.
    pub whole: bool,
    /// The patterns of what is left.
    spared: Vec<&'a str>,
    /// The paths that it is about; none if it is about all that there is.
    pub paths: Vec<&'a str>,
}

impl<'a> Cleaned<'a> {
    /// Returns what a subcommand of git with these words takes.
    pub fn of(subcommand: &str, words: &'a [String]) -> Option<Self> {
        match subcommand {
            "clean" => Self::of_clean(words),
            "stash" => Self::of_stash(words),
            _ => None,
        }
    }

    fn of_clean(words: &'a [String]) -> Option<Self> {
        let mut cleaned = Self::new(Taken::Untracked, false, false);
        for word in Words::new(words, Valued { letters: "e", long: &["exclude"] }) {
            match word {
                // It only tells, or asks.
                Word::Letter('n' | 'i', _) | Word::Long("dry-run" | "interactive", _) => return None,
                Word::Letter('d', _) => cleaned.folders = true,
                Word::Letter('X', _) => cleaned.takes = Taken::Ignored,
                Word::Letter('x', _) if cleaned.takes == Taken::Untracked => cleaned.takes = Taken::All,
                Word::Letter('e', Some(pattern)) | Word::Long("exclude", Some(pattern)) => cleaned.spared.push(pattern),
                Word::Operand(path) => cleaned.name(path),
                _ => {}
            }
        }
        // What is named is taken with all that lies in it.
        cleaned.folders |= !cleaned.paths.is_empty();
        Some(cleaned)
    }

    fn of_stash(words: &'a [String]) -> Option<Self> {
        let mut cleaned = Self::new(Taken::Untracked, true, true);
        let (mut is_said, mut action) = (false, None);
        for word in Words::new(words, Valued { letters: "m", long: &["message"] }) {
            match word {
                Word::Letter('u', _) | Word::Long("include-untracked", _) => is_said = true,
                Word::Letter('a', _) | Word::Long("all", _) => (is_said, cleaned.takes) = (true, Taken::All),
                Word::Operand(word) if words[0] == word && action.is_none() => action = Some(word),
                // Behind `save` stands a message.
                Word::Operand(path) if action != Some("save") => cleaned.name(path),
                _ => {}
            }
        }
        (is_said && action.is_none_or(|action| ["push", "save"].contains(&action))).then_some(cleaned)
    }

    const fn new(takes: Taken, folders: bool, whole: bool) -> Self {
        Self { takes, folders, whole, spared: Vec::new(), paths: Vec::new() }
    }

    /// Takes a path that is named, which may also be one that is left.
    fn name(&mut self, path: &'a str) {
        match [":!", ":^", ":(exclude)"].iter().find_map(|start| path.strip_prefix(start)) {
            Some(pattern) => self.spared.push(pattern),
            None => self.paths.push(path),
        }
    }

    /// Tells whether a pattern leaves a file, which is named from the root on.
    pub fn spares(&self, inside: &str) -> bool {
        let outer = || inside.match_indices('/').map(|(at, _)| &inside[..at]).chain([inside]);
        self.spared.iter().any(|pattern| {
            let pattern = pattern.trim_matches('/');
            let glob = Glob::new(pattern).map(|glob| glob.compile_matcher());
            let is_match = |path: &str| glob.as_ref().is_ok_and(|glob| glob.is_match(path));
            outer().any(|path| is_match(path) || path.rsplit('/').next().is_some_and(is_match))
        })
    }
}
