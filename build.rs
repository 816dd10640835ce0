//! Collects every file of `rules/` into one table, so that adding a provider means adding a file and
//! nothing is parsed when the program starts: ids, keywords and patterns stand in the table, all else is
//! read from the embedded text when a rule has its first candidate. What is known of clients becomes JSON, which
//! is read in a fraction of the time.
//!
//! The table holds numbers and one text, and no pointers, each of which would have to be adjusted at every start.

#[path = "src/rules/escape.rs"]
#[expect(dead_code, reason = "the build reads patterns and searches no text")]
mod escape;
#[path = "src/rules/filter.rs"]
mod filter;

#[path = "src/rules/lexicon.rs"]
#[expect(dead_code, reason = "the build lays the keywords out and finds none")]
mod lexicon;

#[path = "src/rules/bounds.rs"]
mod bounds;

#[path = "src/rules/needs.rs"]
#[expect(dead_code, reason = "the build reads patterns and searches no text")]
mod needs;

#[path = "src/rules/packed.rs"]
#[allow(dead_code, reason = "the build writes parts, and the program reads them; `expect` does not see into recursion")]
mod packed;

#[path = "src/rules/part.rs"]
mod part;

#[path = "src/rules/reach.rs"]
mod reach;

#[path = "src/rules/shorthand.rs"]
mod shorthand;

#[path = "src/rules/token_run.rs"]
#[expect(dead_code, reason = "the build reads patterns and searches no text")]
mod token_run;

use std::borrow::Cow;
use std::fmt::{Debug, Write as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

use bounds::Bounds;
use lexicon::Lexicon;
use part::Part;

/// What is known of other things than providers; read when first asked for.
const NO_PROVIDERS: [&str; 2] = ["clients", "folders"];

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let rules = root.join("rules");
    // Of this program's own modules cargo knows: it runs again whatever it has compiled again.
    println!("cargo::rerun-if-changed=rules");
    let mut files: Vec<PathBuf> = fs::read_dir(&rules)
        .expect("`rules/` is part of the package")
        .map(|entry| entry.expect("`rules/` is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.file_stem().is_some_and(|stem| !NO_PROVIDERS.iter().any(|name| stem == *name)))
        .collect();
    files.sort();
    let mut table = Table::default();
    for (provider, path) in files.iter().enumerate() {
        table.add(provider, path);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let write = |name: &str, text: &str| fs::write(out.join(name), text).expect("cargo's output folder is writable");
    let json = |value: toml::Value| serde_json::to_string(&value).expect("what TOML says, JSON can say");
    let mut clients = read(&rules.join("clients.toml"));
    // Many a repository has no configuration at all, and no client need be known for it.
    let credentials = clients.remove("credentials").expect("the files that hold credentials are listed");
    write("credentials.json", &json(credentials));
    write("clients.json", &json(clients.into()));
    write("builtin.txt", &table.text);
    fs::write(out.join("builtin.parts"), &table.parts).expect("cargo's output folder is writable");
    write("builtin.rs", &table.source());
}

/// The table of all rules, as it is put together.
#[derive(Default)]
struct Table {
    /// The files with their texts, as Rust source.
    providers: String,
    /// The rules, as Rust source.
    entries: String,
    /// How many rules there are.
    count: u16,
    /// The ids, keywords and patterns of all rules.
    text: String,
    /// The patterns of all rules in the form in which they are tried, as bytes.
    parts: Vec<u8>,
    /// Each keyword with the place of a rule that it names, and whether it counts at words alone for that.
    keywords: Vec<(String, u16, bool)>,
}

impl Table {
    /// Adds the rules of one file.
    fn add(&mut self, provider: usize, path: &Path) {
        let file = read(path);
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("rule files have plain names");
        writeln!(self.providers, "    ({stem:?}, include_str!({:?})),", absolute(path)).expect("a string takes all");
        let entries = file.get("rule").and_then(toml::Value::as_array);
        for (position, rule) in entries.into_iter().flatten().enumerate() {
            let word = |key: &str| rule.get(key).and_then(toml::Value::as_str).unwrap_or_default();
            let keywords = words(rule.get("keywords"));
            let check = rule.get("check");
            let digits = check.and_then(|check| check.get("min-digits")).and_then(toml::Value::as_integer);
            let bounds = bounds(word("pattern"), &keywords, digits.unwrap_or_default());
            self.keywords.extend(keywords.iter().map(|&keyword| (keyword.to_owned(), self.count, bounds.at_word)));
            let proof = check.and_then(|check| check.get("proof")).and_then(toml::Value::as_str);
            let near = words(check.and_then(|check| check.get("near")));
            let (proof, near) = (self.text(proof.unwrap_or_default()), self.text(&near.join("\0")));
            let (id, keywords) = (self.text(word("id")), self.text(&keywords.join("\0")));
            let parts = self.parts.len();
            // For a pattern that is wrong there are none, and a test says what is wrong.
            if let Ok(part) = Part::read(word("pattern")) {
                packed::write(&part, &mut self.parts);
            }
            let (pattern, everywhere) = (self.text(word("pattern")), words(rule.get("paths")).is_empty());
            writeln!(
                self.entries,
                "    Entry {{ provider: {provider}, position: {position}, id: {id}, keywords: {keywords}, pattern: {pattern}, parts: Parts({parts}), \
                 everywhere: {everywhere}, \
                 bounds: {bounds:?}, proof: {proof}, near: {near} }},",
            )
            .expect("a string takes all");
            self.count += 1;
        }
    }

    /// Adds a part to the text; returns the place as Rust source.
    fn text(&mut self, part: &str) -> String {
        let start = self.text.len();
        self.text.push_str(part);
        format!("Text {{ start: {start}, end: {} }}", self.text.len())
    }

    /// Returns all of it as Rust source.
    fn source(self) -> String {
        let Self { providers, entries, count, keywords, .. } = self;
        let Lexicon { filter, buckets, heads, at_word, ends, text, named_ends, named } = Lexicon::new(keywords);
        let list = |name: &str, items: &dyn Debug| format!("    {name}: Cow::Borrowed(&{items:?}),\n");
        let lexicon = [
            format!("    filter: Filter {{ words: Cow::Borrowed(&{:?}), spread: {} }},\n", filter.words, filter.spread),
            list("buckets", &buckets),
            list("heads", &heads),
            list("at_word", &at_word),
            list("ends", &ends),
            list("text", &text),
            list("named_ends", &named_ends),
            list("named", &named),
        ];
        format!(
            "static PROVIDERS: &[(&str, &str)] = &[\n{providers}];\n\n\
             static TEXT: &str = include_str!(concat!(env!(\"OUT_DIR\"), \"/builtin.txt\"));\n\n\
             static PARTS: &[u8] = include_bytes!(concat!(env!(\"OUT_DIR\"), \"/builtin.parts\"));\n\n\
             static ENTRIES: [Entry; {count}] = [\n{entries}];\n\n\
             static LEXICON: Lexicon = Lexicon {{\n{}}};\n",
            lexicon.concat()
        )
    }
}

/// Reads a file of `rules/`.
fn read(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Reads a pattern; for one that is wrong nothing holds, and a test says what is wrong.
fn bounds(pattern: &str, keywords: &[&str], digits: i64) -> Bounds {
    let digits = usize::try_from(digits).expect("a rule wants no negative number of digits");
    let keywords: Vec<Cow<'static, str>> = keywords.iter().map(|&word| Cow::Owned(word.to_owned())).collect();
    shorthand::parse(pattern).ok().and_then(|pattern| Bounds::of(&pattern, &keywords, digits)).unwrap_or_default()
}

/// Returns the texts of a list.
fn words(value: Option<&toml::Value>) -> Vec<&str> {
    value.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect()
}

/// Returns the path as `include_str!` wants it.
fn absolute(path: &Path) -> String {
    path.to_str().expect("the package lies at a path of valid Unicode").to_owned()
}
