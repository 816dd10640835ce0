//! Programs that are made for something else than to write a file or take it away, but do so.

use super::super::shell::joined;
use super::options::{Valued, Word, Words, values};
use super::targets::Deed;

/// Programs that write the file behind an option, `-o` or a long one, with the letters of all their options that have a value.
const WITH_OUTPUT: &[(&[&str], &str)] = &[
    (&["sort"], "oktST"),
    (&["shuf"], "oin"),
    (&["iconv"], "oft"),
    (&["gpg", "gpg2"], "our"),
    (&["pandoc"], "oftrwVMHBAcTD"),
    (&["zstd", "xmllint", "protoc"], "oDM"),
];
/// The long options of these, and of those that have no other.
const OUTPUTS: &[&str] = &["output", "outfile", "out", "outFile"];
/// Programs that write the file behind the one word `-o`, or joined with it.
const COMPILERS: [&str; 23] = [
    "cc", "gcc", "g++", "c++", "clang", "clang++", "tcc", "ld", "as", "nasm", "gfortran", "go", "rustc", "ghc",
    "ocamlopt", "nim", "crystal", "dmd", "swiftc", "kotlinc", "dot", "bison", "flex",
];
/// Programs that put a smaller or larger file in the place of one.
const SHRINKERS: [&str; 14] = [
    "gzip",
    "gunzip",
    "pigz",
    "unpigz",
    "xz",
    "unxz",
    "lzma",
    "unlzma",
    "bzip2",
    "bunzip2",
    "pbzip2",
    "compress",
    "uncompress",
    "lzip",
];
/// The longest part of an exchange by `sed` that is read.
const LONGEST: usize = 4096;
/// Editors that take commands.
const VI: [&str; 6] = ["vim", "vi", "nvim", "gvim", "vimdiff", "mvim"];
/// How commands of theirs begin that write nothing.
const READING: [&str; 13] = ["q", "set", "se ", "p", "%p", "syn", "ec", "nu", "%nu", "ver", "r ", "/", "!"];

/// Returns what a program does to files, as its words name them.
pub fn targets(program: &str, words: &[String]) -> Vec<(Deed, String)> {
    let operands = |letters, before| {
        let words = Words::new(words, Valued { letters, long: &[] });
        let operand = |word| if let Word::Operand(path) = word { Some(path.to_owned()) } else { None };
        words.filter_map(operand).skip(before)
    };
    let all = |deed: Deed, paths: Vec<String>| paths.into_iter().map(|path| (deed, path)).collect();
    let has = |options: &[&str]| words.iter().any(|word| options.contains(&word.as_str()));
    match program {
        _ if VI.contains(&program) => all(Deed::Writes, edited(words)),
        "emacs" if words.iter().any(|word| word.trim_start_matches('-') == "batch") => {
            all(Deed::Writes, of_lisp(words))
        }
        _ if SHRINKERS.contains(&program) && !keeps(words) => all(Deed::Takes, operands("STFCM", 0).collect()),
        "zstd" | "lz4" | "brotli" if has(&["--rm", "-j"]) => all(Deed::Takes, operands("oDM", 0).collect()),
        "zip" if words.iter().any(|word| word == "--move" || is_letter(word, 'm')) => {
            all(Deed::Takes, operands("bnt", 1).collect())
        }
        "tar" | "gtar" | "bsdtar" if has(&["--remove-files"]) => all(Deed::Takes, packed(words)),
        "7z" | "7za" | "7zz" if has(&["-sdel"]) => all(Deed::Takes, operands("", 1).collect()),
        "rename" | "prename" | "perl-rename" if !has(&["-n", "--no-act", "--nono", "--dry-run"]) => {
            all(Deed::Takes, operands("", 1).collect())
        }
        "split" => all(Deed::Writes, operands("abClnt", 1).collect()),
        "uniq" => all(Deed::Writes, operands("fsw", 1).collect()),
        "xxd" => all(Deed::Writes, operands("clgso", 1).collect()),
        "objcopy" => all(Deed::Writes, operands("IOBjRF", 0).last().into_iter().collect()),
        "csplit" => options(words, "fbn", "f", &["prefix"]),
        "setfacl" => disabled(words),
        "openssl" => behind(words, &["-out", "-keyout"]),
        "esbuild" | "tsc" | "rollup" | "bun" => options(words, "", "", OUTPUTS),
        _ if COMPILERS.contains(&program) => behind(words, &["-o"]),
        _ => {
            let letters = WITH_OUTPUT.iter().find(|(names, _)| names.contains(&program)).map(|(_, letters)| *letters);
            letters.map_or_else(Vec::new, |letters| options(words, letters, "o", OUTPUTS))
        }
    }
}

/// Returns what an archive is made of, from the folders that are named for it.
fn packed(words: &[String]) -> Vec<String> {
    let (mut folder, mut found) = ("", Vec::new());
    for word in Words::new(words, Valued { letters: "fTCb", long: &["directory", "cd"] }) {
        match word {
            Word::Letter('C', Some(into)) | Word::Long("directory" | "cd", Some(into)) => folder = into,
            Word::Operand(path) => found.push(joined(folder, path)),
            _ => {}
        }
    }
    found
}

/// Returns the values of options, of which `said` are the letters and `long` the long ones.
fn options(words: &[String], letters: &'static str, said: &str, long: &'static [&'static str]) -> Vec<(Deed, String)> {
    let value = |word| match word {
        Word::Letter(letter, Some(value)) if said.contains(letter) => Some(value),
        Word::Long(name, Some(value)) if long.contains(&name) => Some(value),
        _ => None,
    };
    let values = Words::new(words, Valued { letters, long }).filter_map(value);
    values.map(|value| (Deed::Writes, value.to_owned())).collect()
}

/// Returns the files behind options.
fn behind(words: &[String], options: &[&str]) -> Vec<(Deed, String)> {
    values(words, options).map(|path| (Deed::Writes, path.to_owned())).collect()
}

/// Tells whether a word holds an option of one letter.
fn is_letter(word: &str, letter: char) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains(letter)
}

/// Tells whether a program that shrinks files leaves them.
fn keeps(words: &[String]) -> bool {
    let long = ["--stdout", "--to-stdout", "--keep", "--test", "--list"];
    words.iter().any(|word| long.contains(&word.as_str()) || "cktl".chars().any(|letter| is_letter(word, letter)))
}

/// Returns what `setfacl` with these words takes the right to run from.
fn disabled(words: &[String]) -> Vec<(Deed, String)> {
    let is_owners = |entry: &str| {
        let rights = entry.strip_prefix("u::").or_else(|| entry.strip_prefix("user::"));
        rights.is_some_and(|rights| !rights.contains(['x', '7', '5', '1', '3']))
    };
    match words.iter().flat_map(|word| word.split(',')).any(is_owners) {
        true => words.iter().map(|word| (Deed::Disables, word.clone())).collect(),
        false => Vec::new(),
    }
}

/// Returns the commands that an editor is given; what it has a shell run begins with `!`.
pub fn commands(program: &str, words: &[String]) -> Option<Vec<String>> {
    if ["sed", "gsed"].contains(&program) {
        return Some(words.iter().flat_map(|word| word.lines()).flat_map(executed).collect());
    }
    VI.contains(&program).then(|| {
        let option = |word| match word {
            Word::Letter('c', Some(command)) | Word::Long("cmd", Some(command)) => Some(command.to_owned()),
            Word::Operand(word) => word.strip_prefix('+').map(str::to_owned),
            _ => None,
        };
        let words = without_silence(words);
        let commands = Words::new(&words, OF_VI).filter_map(option);
        let parts = |command: String| command.split(['|', '\n']).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        commands.flat_map(parts).collect()
    })
}

/// Returns what a line of a script for `sed` has a shell run: behind `e`, or put in by an exchange with that flag.
fn executed(line: &str) -> Vec<String> {
    let line = ["--expression=", "-e"].iter().find_map(|start| line.strip_prefix(start)).unwrap_or(line);
    let (mut rest, mut found) = (line, Vec::new());
    while !rest.is_empty() {
        rest = rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || "$,!~+ {};".contains(sign));
        let address = rest.strip_prefix('\\').or_else(|| rest.starts_with('/').then_some(rest));
        if let Some((_, behind)) = address.and_then(pattern) {
            rest = behind.trim_start_matches(behind.chars().next().unwrap_or('/')).trim_start_matches(['I', 'M']);
            continue;
        }
        if let Some(command) = rest.strip_prefix('e').filter(|command| command.starts_with([' ', '\t'])) {
            found.push(format!("!{command}"));
            break;
        }
        match rest.strip_prefix(['s', 'y']).and_then(exchange) {
            Some((new, behind)) => {
                let flags = behind.find(|sign: char| !sign.is_ascii_alphanumeric()).unwrap_or(behind.len());
                let (flags, behind) = behind.split_at(flags);
                // Behind `w` stands a file.
                let own = flags.split('w').next().unwrap_or_default();
                found.extend((rest.starts_with('s') && own.contains('e')).then(|| format!("!{new}")));
                rest = if own == flags { behind } else { "" };
            }
            None => rest = rest.split_once(';').map_or("", |(_, behind)| behind),
        }
        rest = rest.trim_start_matches(|sign: char| !(sign.is_ascii_alphanumeric() || "/\\;{}$!".contains(sign)));
    }
    found
}

/// Splits a pattern of `sed`, with the sign before it, from what begins with the next such sign. The sign between brackets, or behind
/// `\`, is part of the pattern.
fn pattern(text: &str) -> Option<(&str, &str)> {
    let delimiter = text.chars().next()?;
    let from = delimiter.len_utf8();
    let last = text.as_bytes()[..text.len().min(LONGEST)].iter().rposition(|sign| *sign == b']').unwrap_or_default();
    let (mut signs, mut open) = (text.char_indices().take(LONGEST).skip(1), None);
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' if open.is_none() => drop(signs.next()),
            // A bracket right behind the one that opens closes nothing.
            ']' if open.is_some_and(|open| !text[open..at].trim_end_matches('^').is_empty()) => open = None,
            '[' if open.is_none() && delimiter != '[' && at < last => open = Some(at + 1),
            sign if sign == delimiter && open.is_none() => return Some((&text[from..at], &text[at..])),
            _ => {}
        }
    }
    None
}

/// Returns what an exchange of `sed` puts in, and what stands behind it.
fn exchange(text: &str) -> Option<(String, &str)> {
    let (_, behind) = pattern(text)?;
    let delimiter = behind.chars().next()?;
    let (mut new, mut signs) = (String::new(), behind.char_indices().take(LONGEST).skip(1));
    while let Some((at, sign)) = signs.next() {
        match sign {
            '\\' => new.extend(signs.next().map(|(_, sign)| if sign == 'n' { '\n' } else { sign })),
            sign if sign == delimiter => return Some((new, &behind[at + delimiter.len_utf8()..])),
            sign => new.push(sign),
        }
    }
    None
}

/// Returns words without the `s` that has no value because `e` stands before it.
fn without_silence(words: &[String]) -> Vec<String> {
    let is_silent = |word: &String| is_letter(word, 'e') || is_letter(word, 'E');
    words.iter().map(|word| if is_silent(word) { word.replace('s', "") } else { word.clone() }).collect()
}

const OF_VI: Valued = Valued { letters: "csSuUTWw", long: &["cmd"] };

/// Returns what an editor may write by the commands that it is given: the files that it opens, and what they name.
fn edited(words: &[String]) -> Vec<String> {
    let commands = commands("vim", words).unwrap_or_default();
    let words = &without_silence(words);
    let is_scripted = Words::new(words, OF_VI).any(|word| matches!(word, Word::Letter('s' | 'S', Some(_))));
    let is_writing = |command: &&String| {
        let command = command.trim_start_matches([':', ' ']);
        !command.is_empty() && !READING.iter().any(|start| command.starts_with(start))
    };
    let writing: Vec<&String> = commands.iter().filter(is_writing).collect();
    if writing.is_empty() && !is_scripted {
        return Vec::new();
    }
    let operand = |word| if let Word::Operand(path) = word { Some(path.to_owned()) } else { None };
    let opened = Words::new(words, OF_VI).filter_map(operand).filter(|path| !path.starts_with('+'));
    let is_sign = |sign: char| sign.is_whitespace() || "'\"()".contains(sign);
    let named = writing.iter().flat_map(|command| command.split(is_sign)).map(str::to_owned);
    opened.chain(named).filter(|path| !path.is_empty()).collect()
}

/// Returns what an editor may write by expressions of its own language: what it opens, and the texts in them.
fn of_lisp(words: &[String]) -> Vec<String> {
    let is_writing = |word: &String| {
        ["save-", "write-", "delete-file", "delete-directory", "rename-file", "copy-file"]
            .iter()
            .any(|name| word.contains(name))
    };
    match words.iter().any(is_writing) {
        true => words.iter().flat_map(|word| word.split('"')).map(str::to_owned).collect(),
        false => Vec::new(),
    }
}
