//! Collects every file of `rules/` into one table, so that adding a provider means adding a file and
//! nothing is parsed when the program starts: ids, keywords, patterns and what is quickly checked stand in the table, all else is
//! read from the embedded text when a rule has its first candidate.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let rules = root.join("rules");
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=build.rs");
    let mut files: Vec<PathBuf> = fs::read_dir(&rules)
        .expect("`rules/` is part of the package")
        .map(|entry| entry.expect("`rules/` is readable").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| path.file_stem().is_some_and(|stem| stem != "clients"))
        .collect();
    files.sort();
    let table = table(&files);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("builtin.rs"), table).expect("cargo's output folder is writable");
}

/// Writes the table of all rules as Rust source.
fn table(files: &[PathBuf]) -> String {
    let mut providers = String::new();
    let mut rules = String::new();
    for (provider, path) in files.iter().enumerate() {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file: toml::Table = text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("rule files have plain names");
        writeln!(providers, "    ({stem:?}, include_str!({:?})),", absolute(path)).expect("a string takes all");
        let entries = file.get("rule").and_then(toml::Value::as_array);
        for (position, rule) in entries.into_iter().flatten().enumerate() {
            let word = |key: &str| rule.get(key).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
            let check = rule.get("check");
            let keywords = words(rule.get("keywords"));
            let near = words(check.and_then(|check| check.get("near")));
            let proof = check.and_then(|check| check.get("proof")).and_then(toml::Value::as_str);
            writeln!(
                rules,
                "    Entry {{ provider: {provider}, position: {position}, id: {:?}, keywords: &{keywords:?}, pattern: {:?}, proof: {:?}, near: &{near:?} }},",
                word("id"),
                word("pattern"),
                proof.unwrap_or_default(),
            )
            .expect("a string takes all");
        }
    }
    format!("static PROVIDERS: &[(&str, &str)] = &[\n{providers}];\n\nstatic ENTRIES: &[Entry] = &[\n{rules}];\n")
}

/// Returns the texts of a list.
fn words(value: Option<&toml::Value>) -> Vec<&str> {
    value.and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_str).collect()
}

/// Returns the path as `include_str!` wants it.
fn absolute(path: &Path) -> String {
    path.to_str().expect("the package lies at a path of valid Unicode").to_owned()
}
