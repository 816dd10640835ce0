//! Which texts of a line the programs in it read on their standard input.

use std::ops::Range;

use super::super::shell::{self, Command};
use super::call::Call;
use super::script::{Script, given_with_input, script};

/// How many commands before another are taken to feed it.
const LONGEST_PIPE: usize = 32;
/// How many shells of a line are looked at that are given words beside what they read.
const MOST_GIVEN: usize = 4;
/// The words that begin several commands which share input and output.
const BEGINS: [&str; 6] = ["{", "while", "until", "for", "if", "case"];
/// The words that end them.
const ENDS: [&str; 4] = ["}", "done", "fi", "esac"];

/// Returns what commands print that a shell reads for its script: through pipes, or as a file; `outer` is what the line is fed.
pub fn printed_to_shells(commands: &[Command], outer: &[String]) -> Vec<String> {
    let mut is_read = vec![false; commands.len()];
    // What a group prints cannot be told from what stands before it.
    let mut before = 0;
    let (mut texts, mut are_scheduled, mut given_words) = (Vec::new(), false, Vec::new());
    for (at, command) in commands.iter().enumerate() {
        let call = Call::new(command);
        are_scheduled |= call.program == "crontab";
        match script(&call.program, call.words) {
            Some(Script::Process) => before = commands.len(),
            Some(Script::Input) => {
                is_read[at] = true;
                given_words.extend(given_with_input(&call.program, call.words));
                let pipe = pipe(commands, at);
                is_read[pipe.clone()].fill(true);
                if commands[pipe.clone()].iter().any(ends_group) {
                    before = before.max(pipe.end);
                }
                texts.extend(shared(commands, at));
                // What begins the pipe reads what all of the line does.
                if commands[pipe.start].input.is_empty() {
                    texts.extend_from_slice(outer);
                }
            }
            _ => {}
        }
    }
    is_read[..before].fill(true);
    let read = commands.iter().zip(is_read).filter(|(_, is_read)| *is_read).map(|(command, _)| command);
    texts.extend(read.flat_map(given));
    if are_scheduled {
        texts = texts.iter().map(|text| unscheduled(text)).collect();
    }
    // Which text is whose is not told apart.
    let with = |words: &Vec<String>| {
        let first = shell::giving(words);
        texts.iter().map(|text| format!("{first}\n{text}")).collect::<Vec<_>>()
    };
    let with_words: Vec<String> = given_words.iter().take(MOST_GIVEN).flat_map(with).collect();
    texts.extend(with_words);
    texts
}

/// Returns the lines of a text without the times at which they are to run, one word such as `@daily` or five.
fn unscheduled(text: &str) -> String {
    let is_time = |word: &str| word.starts_with(|sign: char| sign.is_ascii_digit() || sign == '*');
    let line = |line: &str| {
        let mut words = line.split_whitespace().peekable();
        match words.next_if(|word| word.starts_with('@')) {
            Some(_) => {}
            None => (0..5).for_each(|_| {
                words.next_if(|word| is_time(word));
            }),
        }
        words.collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Returns what the command at `at` reads, as far as the line tells; `outer` is what the line is fed.
pub fn input(commands: &[Command], at: usize, outer: &[String]) -> Vec<String> {
    if !commands[at].input.is_empty() {
        return vec![commands[at].input.clone()];
    }
    let mut pipe = pipe(commands, at);
    if commands[pipe.clone()].iter().any(ends_group) {
        pipe.start = pipe.end.saturating_sub(LONGEST_PIPE);
    }
    if !pipe.is_empty() {
        return commands[pipe].iter().flat_map(given).collect();
    }
    shared(commands, at).map_or_else(|| outer.to_vec(), |text| vec![text])
}

/// Returns the commands whose output a command reads: those before it in a pipe, or before the group that it is in.
pub fn pipe(commands: &[Command], at: usize) -> Range<usize> {
    let to = |end: usize| {
        let length = commands[..end].iter().rev().take(LONGEST_PIPE).take_while(|command| command.pipes).count();
        end - length..end
    };
    // A parenthesis stands between nothing and the first command in it.
    let begins = |command: &Command| command.words.first().is_none_or(|word| BEGINS.contains(&word.as_str()));
    let is_open = |end: &usize| commands[*end - 1].pipes && begins(&commands[*end]);
    match to(at) {
        pipe if pipe.is_empty() => {
            let mut ends = (at.saturating_sub(LONGEST_PIPE).max(1)..at).rev();
            ends.find(is_open).map_or(pipe, to)
        }
        pipe => pipe,
    }
}

/// Returns what the group of commands is fed in which one stands.
fn shared(commands: &[Command], at: usize) -> Option<String> {
    let behind = commands[at + 1..].iter().take(LONGEST_PIPE);
    behind.filter(|command| ends_group(command)).map(|command| command.input.clone()).find(|input| !input.is_empty())
}

fn ends_group(command: &Command) -> bool {
    command.words.iter().all(|word| ENDS.contains(&word.as_str()))
}

/// Returns what a command prints, and what it is fed, which it may print.
fn given(command: &Command) -> impl Iterator<Item = String> {
    printed(command).into_iter().chain([command.input.clone()]).filter(|text| !text.is_empty())
}

/// Returns what a command prints, whatever stands before its program.
pub fn printed(command: &Command) -> Option<String> {
    let call = Call::new(command);
    let words = std::iter::once(call.program.clone()).chain(call.words.iter().cloned()).collect();
    Command { words, ..command.clone() }.printed()
}

/// Returns the words of a command with those that are added where they belong, or at the end.
pub fn with_arguments(mut words: Vec<String>, arguments: Vec<String>) -> Vec<String> {
    let all = arguments.join(" ");
    let placed = words.iter().position(|word| word.contains("{}"));
    match placed {
        Some(_) => words.iter_mut().for_each(|word| *word = word.replace("{}", &all)),
        None => words.extend(arguments),
    }
    words
}

/// Returns the words that `xargs` adds, as far as the line tells: what it is fed, or what is printed to it.
pub fn arguments(commands: &[Command], at: usize) -> Vec<String> {
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    if !commands[at].input.is_empty() {
        return words(&commands[at].input);
    }
    let Some(before) = commands[pipe(commands, at)].last() else { return Vec::new() };
    let listed = || before.words.iter().skip(1).filter(|word| !word.starts_with('-')).cloned().collect();
    match before.words.first().map(|word| word.to_ascii_lowercase()).as_deref() {
        Some("ls" | "dir" | "gci" | "get-childitem" | "gi" | "get-item") => listed(),
        _ => printed(before).map(|text| words(&text)).unwrap_or_default(),
    }
}

/// Returns the words by which `find` would do what a command does to each file that is printed to it.
pub fn as_action(found: &Command, words: &[String]) -> Vec<String> {
    let is_placed = words.iter().any(|word| word.contains("{}"));
    let placed = (!is_placed).then(|| "{}".to_owned());
    let exec = std::iter::once("-exec".to_owned()).chain(words.iter().cloned()).chain(placed).chain([";".to_owned()]);
    found.words.iter().filter(|word| !word.starts_with("-print")).cloned().chain(exec).collect()
}
