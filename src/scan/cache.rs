//! Remembers, between scans of a history, in which objects nothing was found, so that only new ones are looked at.
//!
//! The file holds names of objects and nothing of what is in them; those in which something was found are not listed, and
//! are looked at again. It counts for the very program, rules and options that it was made with, and for nothing else.

use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::gather::Gathered;
use crate::finding::Notice;
use crate::folders;
use crate::input::followed;
use crate::input::history::{Key, Known, Ledger};
use crate::input::repository::Repository;
use crate::inspect::Options;
use crate::policy::fingerprint::hex;
use crate::replace::{self, Links, Permissions, Replace};
use crate::rules::Catalogue;

/// Why nothing can be remembered in a folder.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum CacheError {
    /// Git could take the file for one of the repository's.
    #[error("the cache would lie in a work tree, at `{}`, where it could be committed", path.display())]
    #[diagnostic(code(scan::cache_in_work_tree), help("name a folder outside of it with `--cache=DIR`"))]
    InWorkTree {
        /// The folder.
        path: PathBuf,
    },
    /// The system has no place for caches.
    #[error("there is no folder for caches: neither `XDG_CACHE_HOME` nor `HOME` is set")]
    #[diagnostic(code(scan::no_cache), help("name a folder with `--cache=DIR`"))]
    NoFolder,
}

/// What is remembered of one repository.
pub struct Cache {
    path: PathBuf,
    key: Key,
    hash: gix::hash::Kind,
    /// The objects, for the reader.
    pub known: Known,
    /// Why nothing can be remembered.
    trouble: Option<String>,
}

impl Cache {
    /// Reads what was remembered of `repository` in `folder`, which need not be there.
    ///
    /// What was made otherwise, or is damaged, counts for nothing and is made anew.
    ///
    /// # Errors
    /// The folder lies in a work tree.
    pub fn open(
        folder: &Path,
        repository: &Repository,
        catalogue: &Catalogue,
        options: Options,
    ) -> Result<Self, CacheError> {
        let folder = followed(folder);
        if is_in_work_tree(&folder) {
            return Err(CacheError::InWorkTree { path: folder });
        }
        let path = folder.join(name(repository));
        let (key, hash) = (key(catalogue, options), repository.hash());
        let read = replace::read(&path, Links::Refuse);
        let trouble = key.as_ref().err().or(read.as_ref().err()).map(ToString::to_string);
        let key = key.unwrap_or_default();
        let bytes = read.ok().flatten().filter(|_| trouble.is_none()).unwrap_or_default();
        let known = Known::new(Ledger::parse(&bytes, &key, hash).unwrap_or_default());
        Ok(Self { path, key, hash, known, trouble })
    }

    /// Adds what is known without having been looked at now, and remembers all in which nothing was found.
    ///
    /// That it cannot be written is told, and changes nothing about what was found.
    pub fn close(self, gathered: &mut Gathered) {
        gathered.configurations.extend(self.known.configurations());
        let trouble = self.trouble.map_or(Ok(()), Err);
        let ledger = self.known.into_ledger(&gathered.remarkable, &gathered.configurations);
        let bytes = ledger.to_bytes(&self.key, self.hash);
        let written = trouble.and_then(|()| write(&self.path, &bytes).map_err(|error| error.to_string()));
        if let Err(trouble) = written {
            let text = format!("could not be written, so the next scan looks at everything: {trouble}");
            let help = "check the folder and the free space, or name another one with `--cache=DIR`";
            gathered.notices.push(Notice::note(self.path.display().to_string(), text, help));
        }
    }
}

/// Writes a file for the user alone, in a folder for the user alone.
fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)?;
    }
    Replace { permissions: Permissions::Private, links: Links::Refuse }.write(path, bytes)
}

/// Returns the folder in which keysweep keeps what it remembers, unless another one is named.
///
/// # Errors
/// The user has no folder for caches.
pub fn usual() -> Result<PathBuf, CacheError> {
    let named = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let in_home = |folder: &str| folders::home().filter(|home| home.is_absolute()).map(|home| home.join(folder));
    let folder = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        in_home("Library/Caches")
    } else {
        named("XDG_CACHE_HOME").or_else(|| in_home(".cache"))
    };
    Ok(folder.ok_or(CacheError::NoFolder)?.join("keysweep"))
}

/// Tells whether git could add files of a folder: it lies in a work tree, and not among git's own files.
fn is_in_work_tree(folder: &Path) -> bool {
    let is_git = |folder: &&Path| folder.join("HEAD").is_file() && folder.join("objects").is_dir();
    let own = folder.ancestors().find(is_git);
    let tree = folder.ancestors().find(|folder| folder.join(".git").symlink_metadata().is_ok());
    tree.is_some_and(|tree| own.is_none_or(|own| !own.starts_with(tree)))
}

/// Names the file of a repository.
fn name(repository: &Repository) -> String {
    let common = repository.git().common_dir();
    let real = common.canonicalize().unwrap_or_else(|_| common.to_owned());
    let digest = Sha256::digest(real.as_os_str().as_encoded_bytes());
    format!("history-{}", hex(&digest[..16]))
}

/// Digests all that decides what is found in an object: the program with its rules, the user's own rules, and options.
fn key(catalogue: &Catalogue, options: Options) -> io::Result<Key> {
    let mut digest = Sha256::new();
    let mut program = std::fs::File::open(std::env::current_exe()?)?;
    io::copy(&mut program, &mut Absorb(&mut digest))?;
    // Whether secrets are shown decides nothing about where they are.
    digest.update(format!("{:?}", Options { reveal: false, ..options }));
    for rule in catalogue.rules() {
        digest.update(format!("{}\n", rule.id));
        if rule.is_own() {
            digest.update(format!("{:?}", rule.file()));
        }
    }
    Ok(digest.finalize().into())
}

/// Digests what is written to it.
struct Absorb<'a>(&'a mut Sha256);

impl io::Write for Absorb<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rule;

    #[test]
    fn own_rules_and_options_are_in_the_key() {
        let builtin = Catalogue::builtin();
        let rule = |pattern: &str| {
            let text = format!(
                "[provider]\nid = 'acme'\nname = 'Acme'\n[[rule]]\nid = 'acme/key'\ntitle = 'Acme key'\nseverity = 'high'\n\
                 keywords = ['acme_']\npattern = '{pattern}'\nwhy = 'a test'\n"
            );
            let mut catalogue = Catalogue::builtin();
            catalogue.add(Rule::parse(&text).expect("the rule is sound"));
            catalogue
        };
        let (plain, detect) = (Options::default(), Options { detect: true, ..Options::default() });
        let keys = [
            key(&builtin, plain),
            key(&builtin, detect),
            key(&rule(r"\b(?<secret>acme_[0-9a-f]{40})\b"), plain),
            key(&rule(r"\b(?<secret>acme_[0-9a-f]{41})\b"), plain),
        ];
        let keys = keys.map(|key| key.expect("the program can be read"));
        let different: std::collections::HashSet<&Key> = keys.iter().collect();
        assert_eq!(different.len(), keys.len());
        assert_eq!(key(&builtin, plain).ok(), Some(keys[0]));
    }

    #[test]
    fn a_folder_in_a_work_tree_is_none_for_a_cache() {
        let home = tempfile::tempdir().expect("there is a temporary directory");
        let tree = followed(&home.path().join("tree"));
        gix::init(&tree).expect("the folder can be written to");
        assert!(is_in_work_tree(&tree) && is_in_work_tree(&tree.join("deep/down")));
        assert!(!is_in_work_tree(&tree.join(".git/keysweep")) && !is_in_work_tree(&followed(home.path())));
        let bare = followed(&home.path().join("bare"));
        gix::init_bare(&bare).expect("the folder can be written to");
        assert!(!is_in_work_tree(&bare.join("keysweep")));
    }
}
