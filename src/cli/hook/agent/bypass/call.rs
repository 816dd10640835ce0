//! Which program a command runs, behind the variables and programs that stand before it.

use super::super::shell::{self, Command, joined};
use super::options::{Valued, Word, Words};

/// A program that runs another one, which stands behind its options.
struct Wrapper {
    names: &'static [&'static str],
    valued: Valued,
    /// How many words of its own stand before the other program.
    operands: usize,
    /// The words that make it run another program, if it does so only with one of them.
    verbs: &'static [&'static str],
}

/// Describes programs that run what stands behind their options, of which these have a value.
const fn wrapper(names: &'static [&'static str], letters: &'static str, long: &'static [&'static str]) -> Wrapper {
    Wrapper { names, valued: Valued { letters, long }, operands: 0, verbs: &[] }
}

/// The words by which programs that look after packages run one.
const RUN: &[&str] = &["run", "exec", "x", "dlx", "tool"];

const WRAPPERS: &[Wrapper] = &[
    wrapper(&["env"], "uCS", &["unset", "chdir", "split-string"]),
    wrapper(
        &["sudo"],
        "CDghpRrTtUu",
        &["user", "group", "chdir", "prompt", "host", "role", "type", "chroot", "close-from"],
    ),
    wrapper(&["doas"], "Cu", &[]),
    wrapper(&["nice"], "n", &["adjustment"]),
    wrapper(&["ionice"], "cn", &["class", "classdata"]),
    Wrapper { operands: 1, ..wrapper(&["chrt", "taskset", "faketime"], "", &[]) },
    Wrapper { operands: 1, ..wrapper(&["timeout"], "ks", &["kill-after", "signal"]) },
    wrapper(&["stdbuf"], "ioe", &["input", "output", "error"]),
    wrapper(&["time"], "fo", &["format", "output"]),
    wrapper(&["exec"], "a", &[]),
    wrapper(&["strace", "ltrace"], "eoEpuPsS", &[]),
    wrapper(&["xargs"], "adEIJLnPRSs", &["arg-file", "delimiter", "max-args", "max-lines", "max-procs", "max-chars"]),
    wrapper(
        &["command", "nohup", "setsid", "busybox", "toybox", "winpty", "unbuffer", "caffeinate", "chronic"],
        "",
        &[],
    ),
    wrapper(&["fakeroot", "proot", "xvfb-run", "dbus-run-session"], "lsibrwn", &[]),
    wrapper(&["unshare", "nsenter"], "tSGRw", &["target", "wd", "root", "setuid", "setgid"]),
    wrapper(
        &["systemd-run", "systemd-inhibit"],
        "pEMHtu",
        &["unit", "property", "setenv", "uid", "description", "slice"],
    ),
    wrapper(&["npx", "bunx", "pnpx"], "pc", &["package", "call"]),
    wrapper(&["cross-env", "dotenv"], "ef", &[]),
    Wrapper { verbs: RUN, ..wrapper(&["npm", "pnpm"], "nc", &["call"]) },
    wrapper(&["uvx"], "p", &["from", "with", "python"]),
    Wrapper { verbs: RUN, ..wrapper(&["uv"], "p", &["with", "python", "group", "extra"]) },
    Wrapper {
        verbs: RUN,
        ..wrapper(
            &[
                "yarn",
                "bun",
                "pipx",
                "poetry",
                "pdm",
                "hatch",
                "rye",
                "pipenv",
                "bundle",
                "mise",
                "rtx",
                "pixi",
                "conda",
                "micromamba",
                "nix",
                "devbox",
            ],
            "n",
            &[],
        )
    },
    Wrapper { operands: 1, verbs: RUN, ..wrapper(&["direnv"], "", &[]) },
];

/// What usually stands for what is read.
pub const PLACE: &str = "{}";

/// A command, as far as it says what it runs.
pub struct Call<'a> {
    /// The words that set variables for the program.
    pub settings: Vec<&'a str>,
    /// The programs before it that run others.
    pub wrappers: Vec<String>,
    /// The name of its program; empty if it has none.
    pub program: String,
    /// The words behind the program.
    pub words: &'a [String],
    /// Where the program runs.
    pub folder: String,
    /// The line that `env` splits out of one word, with the words behind it, or that a program for packages is given.
    pub split: Option<String>,
    /// What stands in the words for what `xargs` reads.
    pub place: String,
}

impl<'a> Call<'a> {
    /// Reads the words of a command.
    pub fn new(command: &'a Command) -> Self {
        Self::of(&command.words, &command.folder)
    }

    /// Reads words that are run in a folder.
    pub fn of(words: &'a [String], folder: &str) -> Self {
        let mut call = Self {
            settings: Vec::new(),
            wrappers: Vec::new(),
            program: String::new(),
            words,
            folder: folder.to_owned(),
            split: None,
            place: PLACE.to_owned(),
        };
        while let [word, rest @ ..] = call.words {
            let wrapper = WRAPPERS.iter().find(|wrapper| wrapper.names.contains(&name(word).as_str()));
            if shell::setting(word).is_some() {
                call.settings.push(word);
                call.words = rest;
            } else if shell::KEYWORDS.contains(&word.as_str()) {
                call.words = rest;
            } else if let Some(behind) = wrapper.and_then(|wrapper| call.behind(wrapper, rest)) {
                call.wrappers.push(name(word));
                call.words = behind;
            } else {
                call.program = name(word);
                // What runs packages may be told which version.
                if let Some(at) = call.program.find('@').filter(|_| !call.wrappers.is_empty()) {
                    call.program.truncate(at);
                }
                call.words = rest;
                break;
            }
        }
        call
    }

    /// Returns the words behind a program that runs them, and its own; `None` if it does not.
    fn behind(&mut self, wrapper: &Wrapper, words: &'a [String]) -> Option<&'a [String]> {
        let mut words = self.without_options(wrapper, words);
        let mut runs = wrapper.verbs.is_empty();
        while let Some((_, rest)) = words.split_first().filter(|(word, _)| wrapper.verbs.contains(&word.as_str())) {
            words = self.without_options(wrapper, rest);
            runs = true;
        }
        if !runs {
            return None;
        }
        for _ in 0..wrapper.operands {
            words = words.split_first()?.1;
        }
        let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
        Some(words.split_first().filter(|(word, _)| is_number(word)).map_or(words, |(_, rest)| rest))
    }

    fn without_options(&mut self, wrapper: &Wrapper, words: &'a [String]) -> &'a [String] {
        if wrapper.names[0] == "xargs" {
            return self.behind_xargs(wrapper.valued, words);
        }
        let mut words = Words::new(words, wrapper.valued);
        while let Some(option) = words.option() {
            match (wrapper.names[0], option) {
                ("env", Word::Letter('C', Some(folder)))
                | ("sudo", Word::Letter('D', Some(folder)))
                | (_, Word::Long("chdir", Some(folder))) => self.folder = joined(&self.folder, folder),
                ("env", Word::Letter('S', Some(text)) | Word::Long("split-string", Some(text))) => {
                    self.split = Some(format!("{text} {}", shell::line(words.rest().iter().map(String::as_str))));
                    return &[];
                }
                ("npx" | "npm", Word::Letter('c', Some(text)) | Word::Long("call", Some(text))) => {
                    self.split = Some(text.to_owned());
                    return &[];
                }
                _ => {}
            }
        }
        words.rest()
    }

    /// Returns the words behind the options of `xargs`, and learns what stands for what it reads. Values of some of its options
    /// stand in the same word or nowhere.
    fn behind_xargs(&mut self, valued: Valued, mut words: &'a [String]) -> &'a [String] {
        let mut place = None;
        while let Some((option, rest)) = words.split_first().filter(|(word, _)| word.len() > 1 && word.starts_with('-'))
        {
            words = rest;
            if option == "--" {
                break;
            }
            if let Some(long) = option.strip_prefix("--") {
                place = long.strip_prefix("replace=").or(place);
                words = &words[usize::from(valued.long.contains(&long)).min(words.len())..];
                continue;
            }
            let Some(at) = option[1..].find(|letter| valued.letters.contains(letter) || "eil".contains(letter)) else {
                continue;
            };
            let (letter, joined) = option[1 + at..].split_at(1);
            let value = match rest.split_first() {
                Some((next, behind)) if joined.is_empty() && !"eil".contains(letter) => {
                    words = behind;
                    next
                }
                _ => joined,
            };
            place = Some(value).filter(|_| "iIJ".contains(letter)).or(place);
        }
        if let Some(place) = place.filter(|place| !place.is_empty()) {
            place.clone_into(&mut self.place);
        }
        words
    }
}

/// Tells whether a call hands all of its words to another machine, or to a container that has no folder of this one.
pub fn is_elsewhere(call: &Call<'_>) -> bool {
    match (call.program.as_str(), call.words) {
        ("ssh" | "kubectl", _) => true,
        ("docker" | "podman" | "nerdctl", [subcommand, rest @ ..]) if subcommand == "run" => {
            let binds = ["-v", "--volume", "--mount", "--device"];
            !rest.iter().any(|word| binds.iter().any(|option| word.starts_with(option)))
        }
        _ => false,
    }
}

/// Returns the name of a program, without its folder, in small letters.
pub fn name(word: &str) -> String {
    let name = word.rsplit(['/', '\\']).next().unwrap_or_default().to_ascii_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}
