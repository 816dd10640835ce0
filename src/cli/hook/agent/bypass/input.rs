//! Which texts of a line a shell reads that the line runs: what is piped to it, and what stands for a file.

use super::super::shell::Command;
use super::words::{is_before_program, is_script_option, name};
use super::{LONGEST_PIPE, SHELLS};

/// Returns what commands print that a shell reads: through pipes, or as a file.
pub fn printed_to_shells(commands: &[Command]) -> impl Iterator<Item = String> {
    let mut is_read = vec![false; commands.len()];
    // What a group prints cannot be told from what stands before it.
    let mut before = 0;
    let is_group = |command: &Command| command.words.is_empty() || command.words == ["}"];
    for (at, command) in commands.iter().enumerate() {
        match source(command) {
            Some(Source::Process) => before = commands.len(),
            Some(Source::Input) => {
                is_read[at] = true;
                let piped = commands[..at].iter().rev().take(LONGEST_PIPE).take_while(|command| command.pipes).count();
                is_read[at - piped..at].fill(true);
                if commands[at - piped..at].iter().any(is_group) {
                    before = before.max(at);
                }
            }
            None => {}
        }
    }
    is_read[..before].fill(true);
    let read = commands.iter().zip(is_read).filter(|(_, is_read)| *is_read).map(|(command, _)| command);
    read.flat_map(|command| without_wrappers(command).printed().into_iter().chain([command.input.clone()]))
}

/// Where a shell without a script in its words finds one.
enum Source {
    /// On its standard input.
    Input,
    /// In what stands for a file, but is commands.
    Process,
}

fn source(command: &Command) -> Option<Source> {
    let words = without_wrappers(command).words;
    let [program, words @ ..] = words.as_slice() else { return None };
    let is_source = matches!(program.as_str(), "source" | ".");
    if !is_source && !SHELLS.contains(&name(program).as_str()) || words.iter().any(|word| is_script_option(word)) {
        return None;
    }
    match script_file(name(program).as_str(), words) {
        Some("") => Some(Source::Process),
        Some(_) => None,
        None => Some(Source::Input).filter(|_| !is_source || !words.is_empty()),
    }
}

/// Tells whether a shell with these words reads its standard input as a script.
pub fn reads_input(program: &str, words: &[String]) -> bool {
    script_file(program, words).is_none()
}

/// Returns the file that a shell with these words reads, if that is not its standard input.
fn script_file<'a>(program: &str, words: &'a [String]) -> Option<&'a str> {
    // These take words that name no file.
    if matches!(program, "su" | "cmd") {
        return None;
    }
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let is_option = word.starts_with(['-', '+']);
        let is_short = is_option && !word.starts_with("--");
        match word {
            "--" => {}
            "/dev/stdin" => return None,
            "-o" | "+o" | "-O" | "+O" | "--rcfile" | "--init-file" => {
                words.next();
            }
            // What follows is for the script.
            _ if is_short && word.contains('s') => return None,
            _ if is_option => {}
            file => return Some(file),
        }
    }
    None
}

/// Returns a command from its program on.
fn without_wrappers(command: &Command) -> Command {
    let words = command.words.iter().skip_while(|word| is_before_program(word)).cloned().collect();
    Command { words, input: command.input.clone(), ..Command::default() }
}
