//! What refs and HEADs point to, for finding those that point to nothing.

use std::collections::BTreeMap;
use std::path::Path;

use bstr::{BString, ByteSlice};
use gix::ObjectId;

use super::metadata::files;
use super::missing::Named;
use super::reftable::{self, Value};
use super::stores::{Home, directories};
use crate::finding::Notice;
use crate::input::{Visitor, printable};

/// Tells `visitor` of refs that make no sense or name objects that no store holds.
pub(super) fn check(homes: &[Home], named: &Named, visitor: &dyn Visitor) {
    for home in homes {
        let mut places = vec![(home.label.clone(), home.directory.clone())];
        for (name, path) in directories(&home.directory.join("worktrees")) {
            places.push((format!("{}worktrees/{name}/", home.label), path));
        }
        for (label, directory) in places {
            for (name, value) in read(&directory, home) {
                let subject = format!("{label}{}", printable(&name));
                let help = "`git for-each-ref` and `git fsck` tell more; fetch the ref again, or delete it";
                match value {
                    Some(Value::Object(id)) if !named.holds(&id) => {
                        let text = format!("names the object {id}, which is missing, so it was not looked at");
                        visitor.notice(Notice::unread(subject, text, help));
                    }
                    None => {
                        visitor.notice(Notice::unread(subject, "is no ref: it names neither an object nor a ref", help))
                    }
                    Some(_) => {}
                }
            }
        }
    }
}

/// Reads the refs and the HEAD of a git directory; `None` for one that makes no sense.
fn read(directory: &Path, home: &Home) -> BTreeMap<BString, Option<Value>> {
    let mut refs: BTreeMap<BString, Option<Value>> = BTreeMap::new();
    let tables = reftable::refs(reftable::read(directory, home.hash).0);
    let are_tables = !tables.is_empty();
    refs.extend(tables.into_iter().map(|(name, value)| (name, Some(value))));
    refs.extend(packed(directory).into_iter().map(|(name, id)| (name, id.map(Value::Object))));
    let loose =
        files(&directory.join("refs")).into_iter().map(|(name, path)| ([b"refs/", name.as_slice()].concat(), path));
    for (name, path) in loose.chain([(b"HEAD".to_vec(), directory.join("HEAD"))]) {
        let is_lock = name.ends_with(b".lock");
        // In a repository of tables, the file of HEAD is there for the sake of older programs.
        if let Some(bytes) = std::fs::read(path).ok().filter(|_| !is_lock && !are_tables) {
            refs.insert(name.into(), value(&bytes));
        }
    }
    refs
}

/// Reads the refs of `packed-refs`; `None` for a line that makes no sense.
pub(super) fn packed(directory: &Path) -> Vec<(BString, Option<ObjectId>)> {
    // What cannot be read is told where names are shown.
    let packed = std::fs::read(directory.join("packed-refs")).unwrap_or_default();
    let lines = packed.lines().filter(|line| !matches!(line.first(), None | Some(b'#' | b'^')));
    let parts = lines.map(|line| line.split_once_str(" ").unwrap_or((line, b"packed-refs")));
    parts.map(|(id, name)| (name.into(), ObjectId::from_hex(id).ok())).collect()
}

/// Reads the file of a ref; `None` for one that makes no sense.
pub(super) fn value(bytes: &[u8]) -> Option<Value> {
    let text = bytes.trim();
    match text.strip_prefix(b"ref:") {
        Some(target) if !target.trim().is_empty() => Some(Value::Symbolic(target.trim().into())),
        Some(_) => None,
        None => ObjectId::from_hex(text).ok().map(Value::Object),
    }
}
