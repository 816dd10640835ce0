//! Finds literal credentials among the arguments of a program.

use std::ops::Range;

use super::name::{Says, says};
use super::shell::{
    begins_with_flag, is_assignment, is_name, is_variable_of_powershell, name_of_powershell, shell_words, unquoted,
};
use super::value::{is_long_hex, is_public, is_uuid, looks_made};
use super::{Judge, Literal, Place, is_json, is_placeholder};
use crate::finding::Confidence;
use crate::mcp::references;

/// A literal credential in one of the arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The argument's number.
    pub index: usize,
    /// Where in it, and what.
    pub literal: Literal,
}

/// Flags whose value is a header.
const HEADERS: &[&str] = &["--header", "-H", "--headers", "--request-header", "--http-header", "--remote-header"];

/// Flags whose value is an assignment to a variable.
const VARIABLES: &[&str] = &["-e", "--env", "--environment", "--build-arg", "--env-var"];

/// Flags whose value is a line for a shell.
const SHELL: &[&str] = &["-c", "-lc", "-ic", "-lic", "/c", "/C", "/k", "-Command", "-command"];

/// Flags that take no value.
const SWITCHES: &[&str] = &[
    "-y",
    "--yes",
    "-i",
    "-t",
    "-it",
    "--rm",
    "--stdio",
    "--silent",
    "-q",
    "--quiet",
    "--init",
    "--debug",
    "--verbose",
    "-d",
    // A switch of curl, and what others call their key.
    "-k",
];

/// Flags of curl and others whose value is `user:password`.
const LOGINS: &[&str] = &["-u", "--user", "-U", "--proxy-user"];

/// Programs that take a password behind `-p`, which says nothing elsewhere.
const WITH_PASSWORD: &[&str] = &["sshpass", "mysql", "mysqldump", "mariadb"];

impl Judge<'_> {
    /// Returns the literal credentials among the arguments of a program.
    pub fn arguments(&self, words: &[&str]) -> Vec<Argument> {
        self.nested_arguments(words, 0)
    }

    /// Judges the words of a line that stands in `depth` others.
    fn nested_arguments(&self, words: &[&str], depth: usize) -> Vec<Argument> {
        let mut found = Vec::new();
        for index in 0..words.len() {
            let literals = self.nested_argument(words, index, depth);
            found.extend(literals.into_iter().map(|literal| Argument { index, literal }));
        }
        found
    }

    /// Returns the literal credentials in one of the arguments, which the two before it explain.
    pub fn argument(&self, words: &[&str], index: usize) -> Vec<Literal> {
        self.nested_argument(words, index, 0)
    }

    /// Judges a word of a line that stands in `depth` others.
    fn nested_argument(&self, words: &[&str], index: usize, depth: usize) -> Vec<Literal> {
        let word = words[index];
        if word.len() > super::LONGEST {
            return Vec::new();
        }
        let before = index.checked_sub(1).map_or("", |at| words[at]);
        let earlier = index.checked_sub(2).map_or("", |at| words[at]);
        if (SHELL.contains(&before) && word.contains(' ') || begins_with_flag(word))
            && let Some(found) = self.nested_line(word, depth)
        {
            return found;
        }
        if HEADERS.contains(&earlier) && !before.contains(':') {
            return self.literals(before, word, Place::Header);
        }
        if HEADERS.contains(&before) {
            return if is_json(word) { self.pairs(word) } else { self.split(word, 0, ':', Place::Header) };
        }
        if VARIABLES.contains(&before) {
            return self.split(word, 0, '=', Place::Server);
        }
        if let Some(rest) = word.strip_prefix("-e").filter(|rest| rest.contains('=') && !rest.starts_with('-')) {
            return self.split(word, word.len() - rest.len(), '=', Place::Server);
        }
        if let Some((flag, _)) = word.split_once('=').filter(|(flag, _)| flag.starts_with('-')) {
            return self.flag(word, flag);
        }
        if LOGINS.contains(&before) && !word.contains("://") {
            return self.login(word, depth);
        }
        if before == "=" && is_variable_of_powershell(earlier) {
            return self.literals(name_of_powershell(earlier), word, Place::Server);
        }
        // A switch of curl, behind which an address stands.
        if before == "-k" && (is_uuid(word) || is_long_hex(word)) {
            return self.literals("--key", word, Place::Server);
        }
        if before == "-p" && WITH_PASSWORD.contains(&earlier) {
            return self.literals("password", word, Place::Server);
        }
        if let Some(password) = word.strip_prefix("-p").filter(|_| WITH_PASSWORD.contains(&before)) {
            return shifted(self.literals("password", password, Place::Server), 2);
        }
        if before.starts_with('-') && says(before) != Says::Nothing && !before.contains('=') && !word.starts_with("--")
        {
            return self.quoted(before, word, 0, Place::Server);
        }
        self.assigned(word).unwrap_or_else(|| self.positional(word, before, depth))
    }

    /// Judges a flag with its value in one word: `--api-key=value`, `--header=Name: value`, `--env=NAME=value`.
    fn flag(&self, word: &str, flag: &str) -> Vec<Literal> {
        let value = unquoted(word.as_bytes(), flag.len() + 1..word.len());
        let (word, at) = (&word[..value.end], value.start);
        match () {
            () if HEADERS.contains(&flag) => self.split(word, at, ':', Place::Header),
            () if VARIABLES.contains(&flag) => self.split(word, at, '=', Place::Server),
            () => shifted(self.literals(flag, &word[at..], Place::Server), at),
        }
    }

    /// Judges a word that names its value itself: `NAME=value`, `$env:NAME='value'`, `token:value`; `None` for any other.
    fn assigned(&self, word: &str) -> Option<Vec<Literal>> {
        if is_assignment(word) {
            return Some(self.split(word, 0, '=', Place::Server));
        }
        if let Some((variable, value)) = word.split_once('=').filter(|(name, _)| is_variable_of_powershell(name)) {
            let quoted = value.strip_prefix("\\\"").or_else(|| value.strip_prefix(['"', '\''])).unwrap_or(value);
            let inner = quoted.trim_end_matches(['"', '\'', '\\']);
            let at = word.len() - quoted.len();
            return Some(shifted(self.literals(name_of_powershell(variable), inner, Place::Server), at));
        }
        let (name, rest) = word.split_once(':')?;
        let is_named = is_name(name) && !rest.starts_with('/') && says(name) >= Says::Key;
        is_named.then(|| self.split(word, 0, ':', Place::Server))
    }

    /// Judges `user:password` behind a flag; others have a number or a name of a user of a container there.
    fn login(&self, word: &str, depth: usize) -> Vec<Literal> {
        let Some((user, password)) = word.split_once(':') else { return self.positional(word, "-u", depth) };
        let weak = password.len() < 8
            || !password.bytes().any(|byte| byte.is_ascii_digit())
            || password.bytes().all(|byte| byte.is_ascii_digit());
        if user == password || weak || user.contains(['/', '$']) || is_placeholder(user) && user.len() > 8 {
            return Vec::new();
        }
        shifted(self.literals("password", password, Place::Server), user.len() + 1)
    }

    /// Judges an argument that no flag explains.
    fn positional(&self, word: &str, before: &str, depth: usize) -> Vec<Literal> {
        if word.starts_with('-') && !word.contains("://") {
            return Vec::new();
        }
        if word.contains("://") || is_json(word) || !references(word).is_empty() {
            return self.literals("", word, Place::Server);
        }
        if word.split_whitespace().skip(1).any(is_assignment)
            && let Some(found) = self.nested_line(word, depth)
        {
            return found;
        }
        let explained = before.starts_with('-') && !SWITCHES.contains(&before) && !before.contains('=');
        let known = word.len() >= 8 && (self.opinion)(word.as_bytes());
        let made = !explained && looks_made(word) && !word.contains(':');
        if !known && !made || is_placeholder(word) || is_public(word) {
            return self.literals("", word, Place::Server).into_iter().filter(|_| word.contains(';')).collect();
        }
        let confidence = if known { Confidence::High } else { Confidence::Medium };
        vec![Literal { range: 0..word.len(), form: super::Form::Value, name: String::new(), confidence }]
    }

    /// Judges `name<sign>value`, which starts at `from`; quotes around the value are a shell's.
    fn split(&self, word: &str, from: usize, sign: char, place: Place) -> Vec<Literal> {
        let rest = &word[from..];
        let Some(at) = rest.find(sign) else { return Vec::new() };
        let name = rest[..at].trim().trim_matches(['"', '\'']);
        self.quoted(name, word, from + at + 1, place)
    }

    /// Judges the value that starts at `from`, without blanks and a shell's quotes around it.
    fn quoted(&self, name: &str, word: &str, from: usize, place: Place) -> Vec<Literal> {
        let value = &word[from..];
        let start = from + value.len() - value.trim_start().len();
        let value = unquoted(word.as_bytes(), start..start + value.trim().len());
        shifted(self.literals(name, &word[value.clone()], place), value.start)
    }

    /// Judges a line for a shell that prints a credential: what `echo` says is one if it can be.
    pub fn printed(&self, line: &str) -> Vec<Literal> {
        if line.len() > super::LONGEST {
            return Vec::new();
        }
        let mut found = self.line(line);
        let mut known: Vec<Range<usize>> = found.iter().map(|literal| literal.range.clone()).collect();
        known.sort_unstable_by_key(|range| range.start);
        let mut known = known.into_iter().peekable();
        let words = shell_words(line);
        let printing = |range: &&Range<usize>| matches!(&line[(*range).clone()], "echo" | "printf" | "Write-Output");
        let from = words.iter().position(|range| printing(&range)).map_or(words.len(), |at| at + 1);
        for range in &words[from..] {
            while known.next_if(|known| known.end <= range.start).is_some() {}
            let is_new = known.peek().is_none_or(|known| range.end <= known.start);
            let word = &line[range.clone()];
            if is_new && !word.starts_with('-') && !word.contains('%') {
                found.extend(shifted(self.literals("key", word, Place::Server), range.start));
            }
        }
        found
    }

    /// Judges a line for a shell.
    pub fn line(&self, line: &str) -> Vec<Literal> {
        self.cut_line(line, &shell_words(line), 0)
    }

    /// Judges a word that is a line itself and stands in `depth` others; `None` if it can't be cut: a quote that stays open
    /// keeps all of it together.
    fn nested_line(&self, word: &str, depth: usize) -> Option<Vec<Literal>> {
        let ranges = shell_words(word);
        let is_cut = ranges.iter().all(|range| range.len() < word.len());
        (is_cut && depth < super::DEEPEST).then(|| self.cut_line(word, &ranges, depth + 1))
    }

    fn cut_line(&self, line: &str, ranges: &[Range<usize>], depth: usize) -> Vec<Literal> {
        let words: Vec<&str> = ranges.iter().map(|range| &line[range.clone()]).collect();
        let arguments = self.nested_arguments(&words, depth);
        arguments
            .into_iter()
            .flat_map(|argument| shifted(vec![argument.literal], ranges[argument.index].start))
            .collect()
    }
}

/// Moves literals of a part of a text to their place in the text.
pub fn shifted(literals: Vec<Literal>, by: usize) -> Vec<Literal> {
    let shift = |range: Range<usize>| range.start + by..range.end + by;
    literals.into_iter().map(|literal| Literal { range: shift(literal.range.clone()), ..literal }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "kJ8sLq2vNx7Rt4WzP0bQ";
    const UUID: &str = "8c5e1d2a-9b47-4f3e-a6d1-0e7c2b5f9a83";

    fn found(words: &[&str]) -> Vec<String> {
        let judge = Judge { opinion: &|_| false };
        judge.arguments(words).into_iter().map(|found| words[found.index][found.literal.range].to_owned()).collect()
    }

    #[test]
    fn every_form_of_an_argument_is_understood() {
        let cases: Vec<(Vec<String>, &str)> = vec![
            (vec!["--api-key".into(), KEY.into()], KEY),
            (vec!["--key".into(), UUID.into()], UUID),
            (vec![format!("--figma-api-key={KEY}")], KEY),
            (vec!["--header".into(), format!("Authorization: Bearer {KEY}")], KEY),
            (vec!["--header".into(), format!("Authorization:Bearer {KEY}")], KEY),
            (vec!["--headers".into(), "Authorization".into(), format!("Bearer {KEY}")], KEY),
            (vec!["-H".into(), format!("x-api-key: {KEY}")], KEY),
            (vec!["run".into(), "-e".into(), format!("GITHUB_TOKEN={KEY}"), "image".into()], KEY),
            (vec![format!("-eGITHUB_TOKEN={KEY}")], KEY),
            (vec![format!("--env=GITHUB_TOKEN={KEY}")], KEY),
            (vec!["-y".into(), "server".into(), KEY.into()], KEY),
            (vec![format!("postgresql://app:{KEY}@db.internal/x")], KEY),
            (vec!["mcp-remote".into(), format!("https://a.io/sse?token={KEY}")], KEY),
            (vec!["-c".into(), format!("API_TOKEN={KEY} npx server")], KEY),
            (vec!["/c".into(), format!("set API_TOKEN={KEY}&& npx server")], KEY),
            (vec!["-c".into(), format!("npx server --token '{KEY}' --x")], KEY),
            (vec!["--config".into(), format!("{{\"apiKey\":\"{KEY}\"}}")], KEY),
            (vec!["--password".into(), "Summer!Rain7".into()], "Summer!Rain7"),
            (vec!["-k".into(), KEY.into()], KEY),
            (vec!["-k".into(), UUID.into()], UUID),
            (vec!["--headers".into(), format!("{{\"Authorization\":\"Bearer {KEY}\"}}")], KEY),
            (vec!["server".into(), format!("token:{KEY}")], KEY),
            (vec!["sshpass".into(), "-p".into(), "Summer!Rain7".into(), "ssh".into()], "Summer!Rain7"),
            (vec!["-c".into(), "sshpass -p 'Summer!Rain7' ssh me@a.io".into()], "Summer!Rain7"),
            (vec!["-c".into(), "mysql -pSummer!Rain7 -h db".into()], "Summer!Rain7"),
            (vec!["-u".into(), "deploy:Summer!Rain7".into(), "https://a.io".into()], "Summer!Rain7"),
            (vec!["-u".into(), format!("https://a.io/mcp?token={KEY}")], KEY),
            (vec!["-c".into(), format!("curl -s --user me:{KEY} https://a.io | jq .")], KEY),
            (vec!["-Command".into(), format!("$env:ACME_KEY='{UUID}'; npx -y server")], UUID),
            (vec![format!("--token {UUID}")], UUID),
            (vec!["-y".into(), format!("--header \"Authorization: Bearer {KEY}\"")], KEY),
            (vec![format!("server ACME_API_KEY={UUID}")], UUID),
            (vec!["--api-key".into(), format!("'{KEY}'")], KEY),
            (vec!["--password".into(), "\"Summer!Rain7\"".into()], "Summer!Rain7"),
            (vec!["--header".into(), format!("X-Api-Key: '{UUID}'")], UUID),
            (vec!["--header".into(), format!("Authorization: \"Bearer {KEY}\" ")], KEY),
            (vec![format!("token: '{KEY}'")], KEY),
            (vec!["-c".into(), format!("ACME_API_KEY=\"{UUID}\" npx server")], UUID),
            (vec!["-c".into(), format!("npx server --api-key='{UUID}'")], UUID),
            (vec![format!("--header='X-Api-Key: {UUID}'")], UUID),
            (vec!["-c".into(), format!("$Env:ACME_KEY=\"{UUID}\"; npx -y server")], UUID),
            (vec!["-Command".into(), format!("$env:ACME_KEY = \"{UUID}\"; npx -y server")], UUID),
        ];
        for (words, secret) in cases {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            assert_eq!(found(&words), [secret], "{words:?}");
        }
    }

    #[test]
    fn what_a_helper_prints_is_a_credential() {
        let judge = Judge { opinion: &|_| false };
        let printed = |line: &str| judge.printed(line).into_iter().map(|found| line[found.range].to_owned()).collect();
        for line in
            [format!("echo {UUID}"), format!("printf '%s' '{UUID}'"), format!("/bin/sh -c 'x' && echo -n {UUID}")]
        {
            let found: Vec<String> = printed(&line);
            assert_eq!(found, [UUID], "{line}");
        }
        for line in
            ["~/bin/key.sh", "echo $KEY", "echo \"your-key\"", "op read op://a/b", "aws sso login --profile dev-1"]
        {
            let found: Vec<String> = printed(line);
            assert_eq!(found, Vec::<String>::new(), "{line}");
        }
    }

    #[test]
    fn ordinary_arguments_are_silent() {
        for words in [
            vec!["-y", "@modelcontextprotocol/server-github@2025.4.8"],
            vec!["--project-ref", "abcdefghijklmnop1234"],
            vec!["--api-key", "${KEY}"],
            vec!["--token", "YOUR_TOKEN"],
            vec!["run", "-e", "GITHUB_TOKEN", "ghcr.io/github/github-mcp-server"],
            vec!["--key", "--other"],
            vec!["docker", "-p", "8080:8080x"],
            vec!["mysql", "-p", "${PASSWORD}"],
            vec!["docker", "run", "-u", "1000:1000", "--user", "node:node", "image"],
            vec!["curl", "-u", "user:password", "-u", "me:$TOKEN", "--user", "${USER}:${PASSWORD}"],
            vec!["-Command", "$env:ACME_KEY=$env:OTHER_KEY; $env:B = 'your-key'; npx -y server"],
            vec!["--base-id", KEY],
            vec!["--token-file", "/x/y"],
            vec!["-c", "TOKEN=$TOKEN npx server --key \"$KEY\""],
            vec!["--from", "git+https://github.com/a/b@9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b3c5d7e9f"],
            vec!["--auth", "oauth"],
            vec!["image@sha256:9f8e2c71b04d4e6f8a1c9d3b5e7f9a1b3c5d7e9f9f8e2c71b04d4e6f8a1c9d3b"],
            vec![UUID],
        ] {
            assert_eq!(found(&words), Vec::<String>::new(), "{words:?}");
        }
    }

    #[test]
    fn a_word_that_no_shell_cuts_is_judged_as_it_is() {
        for word in
            ["don't set FOO=bar", "a\"b c=d\"", "--token\u{a0}abc", "--token\u{b}abc", "--a 'b", "''", " ", "-a "]
        {
            assert_eq!(found(&[word]), Vec::<String>::new(), "{word:?}");
            assert_eq!(found(&["-c", word]), Vec::<String>::new(), "{word:?}");
        }
        for blank in [" ", "\t", "\n", "\u{a0}", "\u{b}", "\u{2003}"] {
            assert_eq!(found(&[&format!("--token{blank}{KEY}")]), [KEY], "{blank:?}");
        }
    }

    proptest! {
        #[test]
        fn literals_lie_in_their_argument(words in proptest::collection::vec("[-a-z='\"\\\\ \u{a0}\u{b}]{0,40}", 1..4), key in 0..4_usize) {
            let judge = Judge { opinion: &|value| value.len() > 8 };
            let mut words: Vec<&str> = words.iter().map(String::as_str).collect();
            words.insert(key.min(words.len()), KEY);
            for argument in judge.arguments(&words) {
                prop_assert!(words[argument.index].get(argument.literal.range).is_some());
            }
            for line in [words.join(" "), words.concat()] {
                for literal in judge.line(&line).into_iter().chain(judge.printed(&line)) {
                    prop_assert!(line.get(literal.range).is_some());
                }
            }
        }
    }
}
