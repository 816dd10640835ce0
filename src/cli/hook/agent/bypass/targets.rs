//! Which paths a program removes or writes, by its words.

use super::super::shell::joined;
use super::call::Call;
use super::options::{Valued, Word, Words};
use super::{windows, writers};

/// What a program does to a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It takes it away, or fills it with what nobody knows.
    Takes,
    /// It writes the file.
    Writes,
    /// It writes the file, or puts others into the folder.
    Copies,
    /// It fills the folder with what nobody knows.
    Fills,
    /// It puts a file there, under the name that it had elsewhere.
    Puts,
    /// It leaves nothing in the folder but what it puts there.
    Empties,
    /// It takes the right to run it.
    Disables,
}

/// Which words of a program are what it is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operands {
    None,
    All,
    First,
    /// Those behind the first ones, so many: the parts of an archive that are unpacked.
    Parts(usize),
    /// Addresses, each of which is saved under the last of its names.
    Saved,
    /// The last one, into which the others are copied.
    Copied,
    /// The same, and the others are gone afterwards, or can be written under the other name.
    Moved,
}

/// A program that takes or writes what its words name.
struct Tool {
    names: &'static [&'static str],
    deed: Deed,
    operands: Operands,
    /// The options whose value is what it is about.
    target: Valued,
    /// All of its options of one letter that have a value.
    letters: &'static str,
    /// Whether it is about the folder that it runs in, if no option says another.
    works_here: bool,
}

const fn tool(names: &'static [&'static str], deed: Deed, operands: Operands) -> Tool {
    Tool { names, deed, operands, target: Valued { letters: "", long: &[] }, letters: "", works_here: false }
}

const fn target(letters: &'static str, long: &'static [&'static str]) -> Valued {
    Valued { letters, long }
}

const TOOLS: &[Tool] = &[
    tool(
        &[
            "rm",
            "grm",
            "rmdir",
            "unlink",
            "truncate",
            "trash",
            "trash-put",
            "shred",
            "srm",
            "wipe",
            "del",
            "erase",
            "rd",
            "ri",
            "remove-item",
            "clear-content",
            "clc",
            "rimraf",
            "del-cli",
            "premove",
        ],
        Deed::Takes,
        Operands::All,
    ),
    Tool {
        target: target("t", &["target-directory", "destination"]),
        ..tool(&["cp", "gcp", "install", "cpi", "copy-item"], Deed::Copies, Operands::Copied)
    },
    // What a link leads to can be written through it.
    Tool {
        target: target("t", &["target-directory", "destination"]),
        ..tool(
            &["mv", "gmv", "mi", "move-item", "move", "ren", "rni", "rename-item", "ln", "link", "mklink", "mount"],
            Deed::Copies,
            Operands::Moved,
        )
    },
    tool(&["rsync", "scp", "copy", "xcopy", "robocopy", "ditto"], Deed::Copies, Operands::Copied),
    tool(&["tee", "sponge", "ed", "ex"], Deed::Writes, Operands::All),
    tool(&windows::WRITERS, Deed::Writes, Operands::All),
    Tool {
        target: target("C", &["directory", "cd"]),
        letters: "CfbTXIHV",
        works_here: true,
        ..tool(&["tar", "gtar", "bsdtar"], Deed::Fills, Operands::Parts(0))
    },
    Tool {
        target: target("d", &[]),
        letters: "dxP",
        works_here: true,
        ..tool(&["unzip"], Deed::Fills, Operands::Parts(1))
    },
    Tool {
        target: target("", &["destinationpath"]),
        works_here: true,
        ..tool(&["expand-archive"], Deed::Fills, Operands::Parts(1))
    },
    Tool {
        target: target("D", &["directory"]),
        letters: "DFEHIO",
        works_here: true,
        ..tool(&["cpio"], Deed::Fills, Operands::None)
    },
    Tool { target: target("o", &[]), works_here: true, ..tool(&["7z", "7za", "7zz"], Deed::Fills, Operands::None) },
    Tool {
        target: target("do", &["directory", "output"]),
        letters: "dopiFBDVYzrg",
        works_here: true,
        ..tool(&["patch"], Deed::Copies, Operands::First)
    },
    Tool {
        target: target("o", &["output", "output-dir"]),
        letters: "oACDEFHKPQTUXYbcdehmrtuwxyz",
        works_here: true,
        ..tool(&["curl"], Deed::Copies, Operands::Saved)
    },
    Tool {
        target: target("OP", &["output-document", "directory-prefix"]),
        letters: "OPABDIQRTUXaeiltw",
        works_here: true,
        ..tool(&["wget", "wget2"], Deed::Copies, Operands::Saved)
    },
    Tool {
        target: target("do", &["dir", "out"]),
        letters: "doTijkmsx",
        works_here: true,
        ..tool(&["aria2c"], Deed::Copies, Operands::Saved)
    },
    Tool {
        target: target("", &["outfile", "output"]),
        ..tool(&["iwr", "irm", "invoke-webrequest", "invoke-restmethod", "http", "https"], Deed::Writes, Operands::None)
    },
];

/// Programs that change a file in place if an option says so.
pub const EDITORS: [&str; 6] = ["sed", "gsed", "perl", "ruby", "gawk", "awk"];

/// Returns the paths that a program takes or writes, as they are from where it runs.
pub fn targets(call: &Call<'_>) -> Vec<(Deed, String)> {
    let program = call.program.as_str();
    let words = call.words.iter().map(String::as_str);
    let found = match program {
        _ if EDITORS.contains(&program) && call.words.iter().any(|word| is_in_place(word)) => {
            // An expression may look like a path.
            let begins = |word: &str| ["s/", "s|", "s#", "s,"].iter().any(|start| word.starts_with(start));
            let is_expression = |word: &&str| begins(word) || word.contains("\\/");
            words.filter(|word| !is_expression(word)).map(|word| (Deed::Writes, word.to_owned())).collect()
        }
        "yq" | "jaq" if call.words.iter().any(|word| is_in_place_of_query(word)) => {
            words.map(|word| (Deed::Writes, word.to_owned())).collect()
        }
        "dd" => words.filter_map(|word| Some((Deed::Writes, word.strip_prefix("of=")?.to_owned()))).collect(),
        "chmod" => disabled(call.words),
        // It would do nothing of the sort without these.
        "tar" | "gtar" | "bsdtar" if !extracts(call.words) => Vec::new(),
        "curl" if !saves(call.words) => Vec::new(),
        _ => TOOLS.iter().find(|tool| tool.names.contains(&program)).map(|tool| tool.targets(call)).unwrap_or_default(),
    };
    let found = found.into_iter().chain(writers::targets(program, call.words));
    found.map(|(deed, path)| (deed, joined(&call.folder, &path))).collect()
}

impl Tool {
    fn targets(&self, call: &Call<'_>) -> Vec<(Deed, String)> {
        // The words of `tar` may begin with letters that are options.
        let words = match call.words {
            [first, rest @ ..] if self.names.contains(&"tar") && !first.starts_with('-') => {
                [&[format!("-{first}")], rest].concat()
            }
            words => words.to_vec(),
        };
        let mut words = without_patterns(words);
        words.retain(|word| !windows::is_option(&call.program, word));
        let (mut said, mut operands) = (Vec::new(), Vec::new());
        for word in Words::new(&words, self.valued()) {
            match word {
                Word::Operand(operand) => operands.push(operand),
                Word::Letter(letter, Some(value)) if self.target.letters.contains(letter) => said.push(value),
                Word::Long(long, Some(value)) if self.is_target(long) => said.push(value),
                _ => {}
            }
        }
        let own = |path: &&str| (self.deed, (*path).to_owned());
        let mut found: Vec<(Deed, String)> = said.iter().map(own).collect();
        match self.operands {
            Operands::None => {}
            Operands::All => found.extend(operands.iter().map(own)),
            Operands::First => found.extend(operands.first().map(own)),
            Operands::Parts(before) => {
                let into = said.last().unwrap_or(&".");
                found.extend(operands.iter().skip(before).map(|part| (self.deed, format!("{into}/{part}"))));
            }
            Operands::Saved => {
                let into = said.last().unwrap_or(&".");
                found.extend(operands.iter().map(|address| (Deed::Puts, format!("{into}/{}", saved_as(address)))));
            }
            Operands::Copied | Operands::Moved => {
                let into = said.last().copied().or_else(|| operands.pop()).filter(|into| !is_elsewhere(into));
                found.extend(into.iter().map(own));
                found.extend(into.into_iter().flat_map(|into| copied(into, &operands, call.words)));
                if self.operands == Operands::Moved {
                    found.extend(operands.iter().map(|path| (Deed::Takes, (*path).to_owned())));
                }
            }
        }
        if self.works_here && said.is_empty() {
            found.push((self.deed, ".".to_owned()));
        }
        found
    }

    fn is_target(&self, long: &str) -> bool {
        self.target.long.iter().any(|name| name.eq_ignore_ascii_case(long))
    }

    /// Returns all options that have a value.
    const fn valued(&self) -> Valued {
        let letters = if self.letters.is_empty() { self.target.letters } else { self.letters };
        Valued { letters, long: self.target.long }
    }
}

/// Returns words without the patterns that `--exclude` has in the next word.
fn without_patterns(words: Vec<String>) -> Vec<String> {
    let mut is_pattern = false;
    let is_kept = |word: &String| !std::mem::replace(&mut is_pattern, word == "--exclude");
    words.into_iter().filter(is_kept).collect()
}

/// Returns the name under which what an address leads to is saved.
fn saved_as(address: &str) -> &str {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

/// Tells whether a path to copy to is one of another machine: a colon stands in its first part, and not behind a drive.
fn is_elsewhere(path: &str) -> bool {
    path.split('/').next().and_then(|first| first.find(':')).is_some_and(|at| at > 1)
}

/// Returns what becomes of a folder if these are copied into it.
fn copied(into: &str, sources: &[&str], words: &[String]) -> Vec<(Deed, String)> {
    let puts = sources.iter().filter_map(|source| {
        let name = source.trim_end_matches('/').rsplit(['/', '\\']).next()?;
        (!name.is_empty() && name != ".").then(|| (Deed::Puts, format!("{into}/{name}")))
    });
    // What is in a folder is put there as well, or nothing else is left.
    let is_content = |source: &&str| source.ends_with(['/', '*']) || source.ends_with("/.");
    let deletes = words.iter().any(|word| word.starts_with("--del") || word.eq_ignore_ascii_case("/mir"));
    let is_filled = deletes || sources.iter().any(is_content);
    let is_spared = words.windows(2).any(|pair| pair[0] == "--exclude" && pair[1].contains(".git"))
        || words
            .iter()
            .any(|word| word.contains(".git") && (word.starts_with("--exclude=") || word.starts_with("--filter=")));
    let emptied = (deletes && !is_spared).then(|| (Deed::Empties, into.to_owned()));
    puts.chain(is_filled.then(|| (Deed::Takes, into.to_owned()))).chain(emptied).collect()
}

/// Returns what `chmod` with these words takes the right to run from.
fn disabled(words: &[String]) -> Vec<(Deed, String)> {
    let is_option = |word: &&String| {
        let letters = word.strip_prefix('-').unwrap_or_default();
        word.starts_with("--") || !letters.is_empty() && letters.chars().all(|letter| "cfvRhHLP".contains(letter))
    };
    let is_copied = words.iter().any(|word| word.starts_with("--reference"));
    let mut rest = words.iter().filter(|word| !is_option(word));
    if !is_copied && !rest.next().is_some_and(|mode| revokes(mode)) {
        return Vec::new();
    }
    rest.map(|word| (Deed::Disables, word.clone())).collect()
}

/// Tells whether a mode for `chmod` takes the right to execute from the owner, whom git asks for.
fn revokes(mode: &str) -> bool {
    let is_owners = |digits: &str| u32::from_str_radix(digits, 8).is_ok_and(|mode| mode & 0o100 != 0);
    if mode.bytes().all(|byte| byte.is_ascii_digit()) {
        return !is_owners(mode);
    }
    // Clauses such as `a-x` or `u=rw+x`, one after the other.
    let mut runs = None;
    for clause in mode.split(',') {
        let (who, mut rest) = clause.split_at(clause.find(['+', '-', '=']).unwrap_or(clause.len()));
        while let Some(sign) = rest.chars().next().filter(|_| who.is_empty() || who.contains(['u', 'a'])) {
            let rights = &rest[1..];
            let (rights, behind) = rights.split_at(rights.find(['+', '-', '=']).unwrap_or(rights.len()));
            let has_right = rights.contains(['x', 'X']) || is_owners(rights);
            match sign {
                '=' => runs = Some(has_right),
                _ if has_right => runs = Some(sign == '+'),
                _ => {}
            }
            rest = behind;
        }
    }
    runs == Some(false)
}

/// Tells whether an option of an editor of streams means that the file itself is changed.
pub fn is_in_place(word: &str) -> bool {
    word.starts_with("--in-place") || (word.starts_with('-') && !word.starts_with("--") && word.contains('i'))
}

/// Tells whether an option of a program that queries data means the same.
fn is_in_place_of_query(word: &str) -> bool {
    let letters = word.strip_prefix('-').unwrap_or_default();
    let is_plain = letters.chars().all(|letter| "iPCMNrve".contains(letter));
    word == "--inplace" || word == "--in-place" || is_plain && letters.contains('i')
}

fn extracts(words: &[String]) -> bool {
    let first = words.first().filter(|word| !word.starts_with('-'));
    let mut options = first.into_iter().chain(words.iter().filter(|word| word.starts_with('-')));
    options.any(|word| if word.starts_with("--") { word == "--extract" || word == "--get" } else { word.contains('x') })
}

fn saves(words: &[String]) -> bool {
    words.iter().any(|word| match word.strip_prefix("--") {
        Some(long) => long.starts_with("output") || long.starts_with("remote-name"),
        None => word.starts_with('-') && word.contains(['o', 'O']),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mode_takes_the_right_to_run_from_the_owner_or_not() {
        for (mode, expected) in [
            ("644", true),
            ("655", true),
            ("0655", true),
            ("455", true),
            ("55", true),
            ("4655", true),
            ("a-x", true),
            ("-x", true),
            ("-111", true),
            ("u=rw,go=rx", true),
            ("go=rx,u=rw", true),
            ("a+r,u-x", true),
            ("u+x-x", true),
            ("a-X", true),
            ("755", false),
            ("700", false),
            ("100", false),
            ("4755", false),
            ("go-x", false),
            ("g-w,o-x", false),
            ("u=rwx,go=r", false),
            ("u=rw,u+x", false),
            ("u=rwX,go=rX", false),
            ("+x", false),
            ("u-w", false),
            ("=755", false),
        ] {
            assert_eq!(revokes(mode), expected, "{mode}");
        }
    }
}
