//! Where ways into history begin: refs, HEADs, reflogs; and what is staged.

use std::collections::HashMap;
use std::fs;
use std::path::Path;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::Single;
use crate::finding::Reach;
use crate::input::history::metadata::files;
use crate::input::history::refs;
use crate::input::history::reftable::{self, Value};
use crate::input::history::stores::{Home, directories};

/// Something that names an object.
#[derive(Debug)]
pub(super) struct Tip {
    /// The short name, for what has one worth telling.
    pub(super) name: Option<BString>,
    /// The commit it leads to, through tags.
    pub(super) commit: Option<ObjectId>,
    /// Who can see what it leads to.
    pub(super) reach: Reach,
}

/// All tips of a repository and its submodules.
#[derive(Default)]
pub(super) struct Tips {
    /// Those worth telling first come first.
    tips: Vec<Tip>,
    /// For each object that a tip names, directly or through tags, which tips.
    by_object: FxHashMap<ObjectId, Vec<u32>>,
    head: Option<ObjectId>,
}

/// A tip as it is found.
struct Found {
    name: Option<BString>,
    id: ObjectId,
    reach: Reach,
    order: u8,
}

impl Tips {
    /// Reads all refs and logs of `homes`; `tags` says what each annotated tag points to.
    pub(super) fn read(repository: &gix::Repository, homes: &[Home], tags: &HashMap<ObjectId, ObjectId>) -> Self {
        let mut found = Vec::new();
        for home in homes {
            read_refs(&home.directory, &home.label, &mut found);
            read_own(&home.directory, &mut found, Reach::Local);
            read_tables(&home.directory, home, Reach::Local, &mut found);
            for (_, worktree) in directories(&home.directory.join("worktrees")) {
                read_own(&worktree, &mut found, Reach::Hidden);
                read_tables(&worktree, home, Reach::Hidden, &mut found);
                for (_, path) in files(&worktree.join("refs")) {
                    found.extend(read_name(&path).map(hidden));
                }
            }
        }
        found.sort_by(|a, b| (a.order, &a.name).cmp(&(b.order, &b.name)));
        let mut tips = Self { head: head(repository), ..Self::default() };
        for tip in found {
            tips.add(tip, tags);
        }
        tips
    }

    /// Returns every tip.
    pub(super) fn all(&self) -> &[Tip] {
        &self.tips
    }

    /// Returns every tip that has a name, those worth telling first.
    pub(super) fn named(&self) -> impl Iterator<Item = &Tip> {
        self.tips.iter().filter(|tip| tip.name.is_some())
    }

    /// Returns the commit of HEAD.
    pub(super) fn head(&self) -> Option<ObjectId> {
        self.head
    }

    /// Returns the tips that name the object `id`, directly or through tags.
    pub(super) fn pointing_to(&self, id: &ObjectId) -> impl Iterator<Item = &Tip> {
        self.by_object.get(id).into_iter().flatten().map(|&at| &self.tips[at as usize])
    }

    /// Returns everything that a tip names, directly or through tags.
    pub(super) fn objects(&self) -> impl Iterator<Item = (&ObjectId, &Tip)> {
        self.by_object.iter().flat_map(move |(id, tips)| tips.iter().map(move |&at| (id, &self.tips[at as usize])))
    }

    fn add(&mut self, found: Found, tags: &HashMap<ObjectId, ObjectId>) {
        let at = self.tips.len() as u32;
        let mut id = found.id;
        // A tag cannot name itself, so this ends; but damaged data could make it a circle.
        for _ in 0..64 {
            self.by_object.entry(id).or_default().push(at);
            match tags.get(&id) {
                Some(&target) => id = target,
                None => break,
            }
        }
        self.tips.push(Tip { name: found.name, commit: Some(id), reach: found.reach });
    }
}

/// Returns the commit of HEAD, which is in a table where refs are.
fn head(repository: &gix::Repository) -> Option<ObjectId> {
    if let Ok(id) = repository.head_id() {
        return Some(id.detach());
    }
    let hash = repository.object_hash();
    let mut refs = reftable::refs(reftable::read(repository.common_dir(), hash).0);
    if repository.git_dir() != repository.common_dir() {
        refs.extend(reftable::refs(reftable::read(repository.git_dir(), hash).0));
    }
    let mut name = BString::from("HEAD");
    for _ in 0..5 {
        match refs.get(&name)? {
            Value::Object(id) => return Some(*id),
            Value::Symbolic(target) => name = target.clone(),
            Value::Deleted => return None,
        }
    }
    None
}

/// Reads refs and logs that are kept in tables; `own` is how widely a HEAD there is seen.
fn read_tables(directory: &Path, home: &Home, own: Reach, found: &mut Vec<Found>) {
    let (tables, _) = reftable::read(directory, home.hash);
    for line in tables.iter().flat_map(|table| &table.logs) {
        let reach = if line.name.starts_with(b"refs/remotes/") { Reach::Published } else { Reach::Hidden };
        found.extend(line.ids.into_iter().filter(|id| !id.is_null()).map(|id| Found { reach, ..hidden(id) }));
    }
    for (name, value) in reftable::refs(tables) {
        let Value::Object(id) = value else { continue };
        if own == Reach::Hidden || (!name.starts_with(b"refs/") && name != "HEAD") {
            found.push(hidden(id));
        } else {
            let (reach, order) = if name == "HEAD" { (own, 0) } else { classify(name.as_bstr()) };
            let name = [home.label.as_bytes(), short(name.as_bstr())].concat();
            found.push(Found { name: Some(name.into()), id, reach, order });
        }
    }
}

fn hidden(id: ObjectId) -> Found {
    Found { name: None, id, reach: Reach::Hidden, order: u8::MAX }
}

/// Reads the refs that all worktrees share.
fn read_refs(directory: &Path, label: &str, found: &mut Vec<Found>) {
    let packed = refs::packed(directory).into_iter().filter_map(|(name, id)| Some((name, id?)));
    let mut refs: HashMap<BString, ObjectId> = packed.collect();
    for (name, path) in files(&directory.join("refs")) {
        if let Some(id) = read_name(&path) {
            refs.insert([b"refs/", name.as_slice()].concat().into(), id);
        }
    }
    found.extend(refs.into_iter().map(|(name, id)| {
        let (reach, order) = classify(name.as_bstr());
        let name = [label.as_bytes(), short(name.as_bstr())].concat();
        Found { name: Some(name.into()), id, reach, order }
    }));
}

/// Reads what each worktree has of its own: pseudo-refs such as HEAD, and logs.
fn read_own(directory: &Path, found: &mut Vec<Found>, head: Reach) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str().filter(|name| name.ends_with("HEAD")) else { continue };
        if name == "FETCH_HEAD" {
            let lines = fs::read(entry.path()).unwrap_or_default();
            found.extend(
                lines
                    .lines()
                    .filter_map(|line| ObjectId::from_hex(line.split(|&byte| byte == b'\t').next()?).ok())
                    .map(hidden),
            );
        } else if let Some(id) = read_name(&entry.path()) {
            let is_head = name == "HEAD" && head != Reach::Hidden;
            found.push(Found {
                name: is_head.then(|| "HEAD".into()),
                id,
                reach: if is_head { head } else { Reach::Hidden },
                order: if is_head { 0 } else { u8::MAX },
            });
        }
    }
    for (name, path) in files(&directory.join("logs")) {
        // What once was a remote-tracking ref was pushed or fetched.
        let reach = if name.starts_with(b"refs/remotes/") { Reach::Published } else { Reach::Hidden };
        let log = fs::read(path).unwrap_or_default();
        let mut last = None;
        for id in log.lines().flat_map(|line| line.splitn(3, |&byte| byte == b' ').take(2)) {
            if let Some(id) = ObjectId::from_hex(id).ok().filter(|id| !id.is_null() && Some(*id) != last) {
                last = Some(id);
                found.push(Found { reach, ..hidden(id) });
            }
        }
    }
}

/// Reads a file that holds the name of an object; a symbolic ref leads to another one and is left out.
fn read_name(path: &Path) -> Option<ObjectId> {
    match refs::value(&fs::read(path).ok()?)? {
        Value::Object(id) => Some(id),
        _ => None,
    }
}

/// Says who can see a ref, and how early it is told.
fn classify(name: &BStr) -> (Reach, u8) {
    if name == "refs/stash" {
        (Reach::Hidden, 4)
    } else if name.starts_with(b"refs/remotes/") {
        (Reach::Published, 2)
    } else if name.starts_with(b"refs/heads/") {
        (Reach::Local, 1)
    } else if name.starts_with(b"refs/tags/") {
        (Reach::Local, 3)
    } else {
        (Reach::Local, 5)
    }
}

fn short(name: &BStr) -> &[u8] {
    ["refs/heads/", "refs/tags/", "refs/remotes/", "refs/"]
        .iter()
        .find_map(|prefix| name.strip_prefix(prefix.as_bytes()))
        .unwrap_or(name)
}

/// Completes what nothing but an index leads to.
pub(super) fn add_staged(repository: &gix::Repository, homes: &[Home], ids: &[ObjectId], found: &mut [Single]) {
    let lost: HashMap<ObjectId, usize> = ids
        .iter()
        .enumerate()
        .filter(|(at, _)| found[*at].fact.reach == Reach::Unreachable)
        .map(|(at, id)| (*id, at))
        .collect();
    if lost.is_empty() {
        return;
    }
    let mut paths = vec![repository.index_path()];
    for home in homes {
        paths.push(home.directory.join("index"));
        paths.extend(directories(&home.directory.join("worktrees")).into_iter().map(|(_, path)| path.join("index")));
    }
    for path in paths.iter().filter(|path| path.is_file()) {
        let Ok(index) = gix::index::File::at(path, repository.object_hash(), true, Default::default()) else {
            continue;
        };
        for entry in index.entries() {
            if let Some(&at) = lost.get(&entry.id) {
                let name = entry.path(&index).to_owned();
                found[at].fact.reach = Reach::Hidden;
                if !found[at].paths.contains(&name) {
                    found[at].paths.push(name);
                    found[at].paths.sort();
                }
            }
        }
    }
}
