//! Which commits a range means, in the words of `git log`.

use std::collections::{BTreeSet, HashSet};

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;

use crate::input::commit;
use crate::input::compare::Change;
use crate::input::history::HistoryError;
use crate::input::objects::ObjectError;
use crate::input::repository::{Repository, RepositoryError};
use crate::source::ObjectKind;

/// The ends of a range: what is reached from `include` and not from `exclude`.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Commits that are in the range with all that they reach.
    pub include: Vec<ObjectId>,
    /// Commits that are not, with all that they reach.
    pub exclude: Vec<ObjectId>,
    /// Annotated tags that were named among the included.
    pub tags: Vec<ObjectId>,
    /// Trees that a named tag points at directly, each with the tag.
    pub(super) trees: Vec<(ObjectId, ObjectId)>,
    /// Blobs that a named tag points at directly, each with the tag.
    pub(super) blobs: Vec<(ObjectId, Change)>,
}

/// Why a range means nothing.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum RangeError {
    /// No commit, branch or tag of that name is in the repository.
    #[error("`{name}` names no revision of this repository")]
    #[diagnostic(
        code(input::unknown_revision),
        help("`git log {name}` must work; in a fresh checkout, fetch the branch first, as in `git fetch origin main`")
    )]
    UnknownRevision {
        /// The part of the range that is not known.
        name: String,
    },
    /// The same, where the reason is at hand.
    #[error("`{name}` names no revision of this shallow clone")]
    #[diagnostic(
        code(input::unknown_revision_shallow),
        help("fetch all of history with `git fetch --unshallow`, or check out with `fetch-depth: 0`")
    )]
    BeyondShallow {
        /// The part of the range that is not known.
        name: String,
    },
    /// The name stands for a file or a directory.
    #[error("`{name}` is no commit")]
    #[diagnostic(code(input::not_a_commit), help("name commits, branches or tags, as in `--range main..HEAD`"))]
    NotACommit {
        /// The part of the range.
        name: String,
    },
    /// An object on the way from a name to its commit cannot be read.
    #[error("what `{name}` names cannot be read: {source}")]
    #[diagnostic(code(input::unreadable_revision), help("`git fsck` shows what is missing or damaged"))]
    Unreadable {
        /// The part of the range.
        name: String,
        /// What is wrong with the object.
        source: ObjectError,
    },
    /// The refs that the range means cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Refs(#[from] RepositoryError),
    /// The range includes nothing, because it has no or only excluded revisions.
    #[error("the range `{range}` includes no revision")]
    #[diagnostic(
        code(input::empty_range),
        help("a range is `A..B` (what B has and A has not), `A...B`, `^A B`, or one revision for all that it reaches")
    )]
    Empty {
        /// The whole range.
        range: String,
    },
    /// No branch is called so.
    #[error("there is no branch `{name}` in this repository")]
    #[diagnostic(
        code(input::unknown_branch),
        help("`git branch --all` lists them; name one as in `main` or `origin/main`, or any ref in full")
    )]
    UnknownBranch {
        /// What was given.
        name: String,
    },
    /// The object database cannot be listed.
    #[error(transparent)]
    #[diagnostic(code(input::objects), help("check that the repository is whole with `git fsck`"))]
    Objects(#[from] HistoryError),
}

impl Selection {
    /// Reads a range as `git log` would: revisions separated by blanks, each `A..B`, `A...B`, `^A`, `A`, `A^!`, `A^@`,
    /// `--not`, `--all`, `--branches`, `--tags` or `--remotes[=NAME]`. A side that is left out means HEAD.
    ///
    /// # Errors
    /// If a revision is not known or no commit, or none is included.
    pub fn parse(range: &str, repository: &Repository) -> Result<Self, RangeError> {
        let mut reader = Reader { repository, selection: Self::default(), not: false };
        for word in range.split_whitespace() {
            reader.word(word)?;
        }
        let selection = reader.selection;
        let nothing = selection.include.is_empty()
            && selection.tags.is_empty()
            && selection.trees.is_empty()
            && selection.blobs.is_empty();
        // `--all` in a repository without a commit is nothing, and that is right.
        if nothing && !range.split_whitespace().any(|word| word.starts_with("--") && word != "--not") {
            return Err(RangeError::Empty { range: range.to_owned() });
        }
        Ok(selection)
    }
}

/// Reads revisions one after the other.
struct Reader<'a> {
    repository: &'a Repository,
    selection: Selection,
    /// Whether `--not` turned the meaning around.
    not: bool,
}

impl Reader<'_> {
    fn word(&mut self, word: &str) -> Result<(), RangeError> {
        match word {
            "--not" => self.not = !self.not,
            "--all" => {
                self.refs("refs/", self.not)?;
                // HEAD may be detached; before the first commit it names nothing.
                if let Ok(Some(head)) = self.repository.head() {
                    self.add(head, "HEAD", self.not)?;
                }
            }
            "--branches" => self.refs("refs/heads/", self.not)?,
            "--tags" => self.refs("refs/tags/", self.not)?,
            "--remotes" => self.refs("refs/remotes/", self.not)?,
            _ => match word.strip_prefix("--remotes=") {
                Some(remote) => self.refs(&format!("refs/remotes/{remote}/"), self.not)?,
                None => self.revisions(word)?,
            },
        }
        Ok(())
    }

    fn revisions(&mut self, word: &str) -> Result<(), RangeError> {
        if let Some((left, right)) = word.split_once("...") {
            let (left, right) = (self.commit(left)?, self.commit(right)?);
            self.add(left, word, self.not)?;
            self.add(right, word, self.not)?;
            let bases = self.repository.git().merge_bases_many(left, &[right]);
            for base in bases.unwrap_or_default() {
                self.add(base.detach(), word, !self.not)?;
            }
        } else if let Some((left, right)) = word.split_once("..") {
            let (left, right) = (or_head(left), or_head(right));
            self.add(self.resolve(left)?, left, !self.not)?;
            self.add(self.resolve(right)?, right, self.not)?;
        } else if let Some(name) = word.strip_prefix('^') {
            self.add(self.resolve(name)?, name, !self.not)?;
        } else if let Some(name) = word.strip_suffix("^!") {
            let id = self.commit(name)?;
            self.add(id, name, self.not)?;
            self.parents(id, name, !self.not)?;
        } else if let Some(name) = word.strip_suffix("^@") {
            self.parents(self.commit(name)?, name, self.not)?;
        } else {
            self.add(self.resolve(word)?, word, self.not)?;
        }
        Ok(())
    }

    fn parents(&mut self, id: ObjectId, name: &str, exclude: bool) -> Result<(), RangeError> {
        let read = commit::Commit::read(&id, self.repository.objects(), &mut Vec::new());
        let commit = read.map_err(|source| RangeError::Unreadable { name: name.to_owned(), source })?;
        commit.parents.into_iter().try_for_each(|parent| self.add(parent, name, exclude))
    }

    /// Adds all refs whose name begins with `prefix`.
    fn refs(&mut self, prefix: &str, exclude: bool) -> Result<(), RangeError> {
        let named = self.repository.refs();
        // A ref that cannot be read excludes nothing, but whoever wants all of them must get all of them.
        if named.incomplete && !exclude {
            return Err(RepositoryError::BrokenRefs.into());
        }
        let targets: BTreeSet<ObjectId> =
            named.refs.into_iter().filter(|(name, _)| name.starts_with(prefix.as_bytes())).map(|(_, id)| id).collect();
        targets.into_iter().try_for_each(|id| match self.add(id, &id.to_string(), exclude) {
            // A ref to something that is not there excludes nothing.
            Err(RangeError::Unreadable { .. }) if exclude => Ok(()),
            added => added,
        })
    }

    fn add(&mut self, id: ObjectId, name: &str, exclude: bool) -> Result<(), RangeError> {
        if exclude { self.exclude(id, name) } else { self.include(id, name) }
    }

    fn exclude(&mut self, id: ObjectId, name: &str) -> Result<(), RangeError> {
        let (target, kind) = self.peel(id, name, |_| {})?;
        if kind == ObjectKind::Commit {
            self.selection.exclude.push(target);
        }
        Ok(())
    }

    fn include(&mut self, id: ObjectId, name: &str) -> Result<(), RangeError> {
        let mut tags = Vec::new();
        let (target, kind) = self.peel(id, name, |tag| tags.push(tag))?;
        match (kind, tags.last()) {
            (ObjectKind::Commit, _) => self.selection.include.push(target),
            (ObjectKind::Tree, Some(tag)) => self.selection.trees.push((*tag, target)),
            (ObjectKind::Blob, Some(tag)) => self.selection.blobs.push((*tag, super::bare_blob(target))),
            // A ref may name a blob or a tree without any tag.
            (ObjectKind::Tree, None) => self.selection.trees.push((target, target)),
            (ObjectKind::Blob, None) => self.selection.blobs.push((target, super::bare_blob(target))),
            (ObjectKind::Tag, _) => {}
        }
        self.selection.tags.extend(tags);
        Ok(())
    }

    /// Follows annotated tags to what they are about, calling `tag` for each.
    fn peel(
        &self,
        mut id: ObjectId,
        name: &str,
        mut tag: impl FnMut(ObjectId),
    ) -> Result<(ObjectId, ObjectKind), RangeError> {
        let unreadable = |source| RangeError::Unreadable { name: name.to_owned(), source };
        let (mut buffer, mut seen) = (Vec::new(), HashSet::new());
        loop {
            // No hash can be its own, but damaged objects may name each other in a circle.
            if !seen.insert(id) {
                return Err(unreadable(ObjectError::Damaged));
            }
            let kind = self.repository.objects().read(&id, &mut buffer).map_err(unreadable)?;
            if kind != ObjectKind::Tag {
                return Ok((id, kind));
            }
            tag(id);
            id = commit::Tag::parse(&buffer).ok_or_else(|| unreadable(ObjectError::Damaged))?.target;
        }
    }

    fn commit(&self, name: &str) -> Result<ObjectId, RangeError> {
        let name = or_head(name);
        match self.peel(self.resolve(name)?, name, |_| {})? {
            (id, ObjectKind::Commit) => Ok(id),
            _ => Err(RangeError::NotACommit { name: name.to_owned() }),
        }
    }

    fn resolve(&self, name: &str) -> Result<ObjectId, RangeError> {
        if let Some(id) = self.repository.resolve(BStr::new(name)) {
            return Ok(id);
        }
        let name = BString::from(name).to_str_lossy().into_owned();
        if self.repository.shallow().is_empty() {
            Err(RangeError::UnknownRevision { name })
        } else {
            Err(RangeError::BeyondShallow { name })
        }
    }
}

fn or_head(name: &str) -> &str {
    if name.is_empty() { "HEAD" } else { name }
}
