//! What `parallel` runs, by its words.

use super::super::shell;
use super::call::PLACE;
use super::options::{Valued, Word, Words};
use super::script::Script;

/// How many arguments are put in, one after the other.
const MOST: usize = 16;

const OPTIONS: Valued = Valued {
    letters: "jNnLPISaCds",
    long: &["jobs", "max-args", "arg-file", "colsep", "delay", "joblog", "timeout", "tagstring"],
};

/// Returns the words of the command that is run for each argument, and the arguments that stand behind it.
pub fn parts(words: &[String]) -> (Vec<String>, Vec<String>) {
    let mut words = Words::new(words, OPTIONS);
    let mut place = PLACE;
    while let Some(option) = words.option() {
        if let Word::Letter('I', Some(sign)) = option {
            place = sign;
        }
    }
    let is_sign = |word: &String| word.starts_with(":::");
    let at = words.rest().iter().position(is_sign).unwrap_or(words.rest().len());
    let (command, arguments) = words.rest().split_at(at);
    let placed = |word: &String| if place.is_empty() { word.clone() } else { word.replace(place, PLACE) };
    (command.iter().map(placed).collect(), arguments.iter().filter(|word| !is_sign(word)).cloned().collect())
}

/// Returns the lines that are run; without a command each argument is one, or what is read.
pub fn script(words: &[String]) -> Script {
    let (command, arguments) = parts(words);
    match command.as_slice() {
        [] if arguments.is_empty() => Script::Input,
        [] => Script::Text(arguments.join("\n")),
        command => Script::Text(line(command, &arguments)),
    }
}

/// Returns the line for a command, which may be one in a word, with all arguments in their place or at its end.
fn line(command: &[String], arguments: &[String]) -> String {
    let text = |words: &[String]| shell::line(words.iter().map(String::as_str));
    let line = if let [line] = command { line.clone() } else { text(command).replace("'{}'", "{}") };
    match line.contains("{}") {
        true if arguments.is_empty() => line,
        true => arguments.iter().take(MOST).map(|word| line.replace("{}", word)).collect::<Vec<_>>().join("\n"),
        false => format!("{line} {}", text(arguments)),
    }
}
