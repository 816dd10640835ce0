//! What `find` does to what is guarded, by its words.

use globset::GlobMatcher;

use super::guard::{Guarded, glob};

/// Tests whose value is a pattern.
const PATTERNS: [&str; 6] = ["-name", "-iname", "-path", "-ipath", "-wholename", "-iwholename"];
/// The most words of a command that is run for what is found.
const LONGEST: usize = 64;
/// How many folders and commands are looked at.
const MOST: usize = 8;
/// The options before the first folder that have no value.
const OPTIONS: [&str; 3] = ["-H", "-L", "-P"];

/// One search, with what it does to what it finds.
#[derive(Default)]
pub struct Search<'a> {
    /// The folders that it begins in.
    pub folders: Vec<&'a str>,
    /// What must match, or what one of must, if there is a choice.
    wanted: Vec<Pattern>,
    /// What must not match.
    unwanted: Vec<Pattern>,
    is_choice: bool,
    /// Whether files alone are found, or folders alone.
    is_file: Option<bool>,
    is_empty: bool,
    /// Whether it deletes what it finds.
    deletes: bool,
    /// The commands that it runs for what it finds.
    runs: Vec<&'a [String]>,
}

struct Pattern {
    glob: GlobMatcher,
    is_whole: bool,
    /// Whether what lies below what matches is not looked at.
    prunes: bool,
}

impl Pattern {
    fn matches(&self, path: &str) -> bool {
        let is_match = |path: &str| match self.is_whole {
            true => self.glob.is_match(path),
            false => self.glob.is_match(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default()),
        };
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|folder| !folder.is_empty());
        is_match(path) || self.prunes && folders.any(is_match)
    }
}

impl<'a> Search<'a> {
    /// Reads the words behind `find`.
    pub fn new(words: &'a [String]) -> Self {
        let mut search = Self::default();
        let mut at = words.iter().take_while(|word| OPTIONS.contains(&word.as_str())).count();
        while let Some(folder) = words.get(at).filter(|word| !word.starts_with(['-', '(', '!'])) {
            search.folders.push(folder);
            at += 1;
        }
        if search.folders.is_empty() {
            search.folders.push(".");
        }
        let mut is_not = false;
        while let Some(word) = words.get(at) {
            at += 1;
            let value = words.get(at).map(String::as_str).unwrap_or_default();
            match word.as_str() {
                "!" | "-not" => {
                    is_not = !is_not;
                    continue;
                }
                "-o" | "-or" => search.is_choice |= !search.wanted.is_empty(),
                "-delete" => search.deletes = true,
                "-empty" => search.is_empty = true,
                "-type" if !is_not && (value == "f" || value == "d") => search.is_file = Some(value == "f"),
                "-prune" => search.prune(),
                "-exec" | "-execdir" | "-ok" | "-okdir" => {
                    let end =
                        words[at..].iter().position(|word| word == ";" || word == "+").unwrap_or(words.len() - at);
                    search.runs.push(&words[at..at + end]);
                    at += end;
                }
                word if PATTERNS.contains(&word) => {
                    at += 1;
                    let ignores_case = word.starts_with("-i");
                    let is_whole = !word.ends_with("-name") && !word.ends_with("-iname");
                    let pattern = glob(value, ignores_case).map(|glob| Pattern { glob, is_whole, prunes: false });
                    if is_not { search.unwanted.extend(pattern) } else { search.wanted.extend(pattern) }
                }
                _ => {}
            }
            is_not = false;
        }
        search
    }

    /// Takes what was last wanted for what is passed over.
    fn prune(&mut self) {
        // Those in parentheses before it belong together.
        self.unwanted.extend(self.wanted.drain(..).map(|pattern| Pattern { prunes: true, ..pattern }));
        self.is_choice = false;
    }

    /// Tells whether it finds a path, a file or a folder.
    fn finds(&self, path: &str, is_folder: bool) -> bool {
        let is_wanted = |pattern: &Pattern| pattern.matches(path);
        let mut wanted = self.wanted.iter();
        // Nothing that is guarded is empty.
        !self.is_empty
            && self.is_file != Some(is_folder)
            && !self.unwanted.iter().any(is_wanted)
            && if self.is_choice { wanted.any(is_wanted) } else { wanted.all(is_wanted) }
    }

    /// Returns the commands that it runs for what is guarded, `rm` for what it deletes.
    pub fn commands(&self, guarded: Guarded<'_>, joined: &dyn Fn(&str) -> String) -> Vec<Vec<String>> {
        let Guarded::Hooks(surroundings) = guarded else { return Vec::new() };
        if !self.deletes && self.runs.is_empty() {
            return Vec::new();
        }
        let mut commands = Vec::new();
        for folder in self.folders.iter().take(MOST) {
            let from = joined(folder);
            let is_hook = guarded.is_hook(&from);
            let below = surroundings.below(&from);
            let named = below.iter().map(|name| match name.as_str() {
                "" => (*folder).to_owned(),
                name => format!("{}/{name}", folder.trim_end_matches('/')),
            });
            let is_folder =
                |path: &String| below.iter().any(|other| format!("{folder}/{other}").starts_with(&format!("{path}/")));
            let mut found: Vec<String> = named.filter(|path| self.finds(path, is_folder(path))).collect();
            // Of what lies elsewhere only the name is known.
            found.extend(is_hook.then(|| (*folder).to_owned()));
            let is_near = is_hook || surroundings.is_git_folder(&from);
            for path in found {
                commands.extend(self.deletes.then(|| vec!["rm".to_owned(), path.clone()]));
                let runs = self.runs.iter().take(MOST).filter(|words| is_near || !changes_text(words));
                let runs = runs.filter(|words| words.len() <= LONGEST);
                commands.extend(runs.map(|words| words.iter().map(|word| word.replace("{}", &path)).collect()));
            }
        }
        commands
    }
}

/// Tells whether a command changes the text of files, which is seldom about all that it could be.
fn changes_text(words: &[String]) -> bool {
    words.first().is_some_and(|word| super::targets::EDITORS.contains(&super::call::name(word).as_str()))
}
