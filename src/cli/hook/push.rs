//! Reads the lines that git gives to `pre-push` and `pre-receive`, and says which commits they bring.

use std::path::Path;

use bstr::{BString, ByteSlice as _};
use gix::ObjectId;
use miette::miette;

use super::manager::Push;
use super::scanner::{Scan, Ways, look_at};
use crate::finding::Finding;
use crate::input::repository::Repository;

/// Returns the range, in git's words, of what a push brings to `remote`; `None` if it only deletes.
///
/// Each line is `<local ref> <local id> <remote ref> <remote id>`. New is what neither the remote's side of a line nor a
/// remote-tracking ref of that remote reaches, as far as is known in the repository at `directory`. `remote` is the remote's name and
/// the address that is pushed to, as git gives them to the hook; where they are not handed on, the only remote is meant.
///
/// # Errors
/// If a line makes no sense or there is no repository.
pub fn pushed(input: &[u8], remote: &[String], directory: &Path) -> miette::Result<Option<String>> {
    let lines = lines(input, 4)?;
    if lines.iter().all(|line| line.id(1).is_null()) {
        return Ok(None);
    }
    let repository = Repository::discover(directory)?;
    let only = if remote.is_empty() { repository.only_remote() } else { None };
    let remote = only.as_ref().map_or(remote, |only| &only[..]);
    let old = lines.iter().map(|line| line.id(3));
    // The other side may be ahead: what was never fetched says nothing about what is new.
    let known = old.filter(|id| !id.is_null() && repository.objects().contains(id));
    let mut words = ids(lines.iter().map(|line| line.id(1)));
    words.push("--not".to_owned());
    words.extend(known.map(|id| id.to_string()));
    let tells = |line: &&Line<'_>| line.id(3).is_null() || repository.objects().contains(&line.id(3));
    let told: Vec<&str> = lines.iter().filter(tells).map(|line| line.0[2]).collect();
    words.extend(tracked(&told, remote, &repository).iter().map(ObjectId::to_string));
    Ok(Some(words.join(" ")))
}

/// Returns the range of what HEAD has and `remote` lacks, as far as that is known, for a push of which git's lines are not there.
///
/// Git writes none where all is up to date, and whoever ran before keysweep may have read them. Where it is not known which remote
/// is meant, what any of them has is not new.
///
/// # Errors
/// If there is no repository or HEAD cannot be read.
pub fn unsaid(remote: &[String], directory: &Path) -> miette::Result<Option<String>> {
    let repository = Repository::discover(directory)?;
    let Some(head) = repository.head()? else { return Ok(None) };
    let mut words = vec![head.to_string(), "--not".to_owned()];
    let all = || repository.refs().refs.into_iter().filter(|(name, _)| name.starts_with(b"refs/remotes/"));
    let known = match remote {
        [] => all().map(|(_, id)| id).collect(),
        remote => tracked(&[], remote, &repository),
    };
    words.extend(known.iter().map(ObjectId::to_string));
    Ok(Some(words.join(" ")))
}

/// Returns the range of a push as the pre-commit framework tells of it.
///
/// Where the branch stands on the remote is believed before what was fetched of it, as in [`pushed`]; whether the framework was
/// told that by git, or has derived it from what was fetched, it does not say.
///
/// # Errors
/// If there is no repository.
pub fn of_framework(push: &Push, directory: &Path) -> miette::Result<String> {
    let repository = Repository::discover(directory)?;
    let told: Vec<&str> = push.branch.as_deref().into_iter().collect();
    let known = tracked(&told, &push.remote, &repository).into_iter().map(|id| id.to_string());
    let known: Vec<String> = push.from.iter().cloned().chain(known).collect();
    let not = if known.is_empty() { String::new() } else { format!(" --not {}", known.join(" ")) };
    Ok(format!("{}{not}", push.to))
}

/// Returns what remote-tracking refs say that the remote has; `told` are the refs of which it is known where they stand there.
///
/// A line that tells where a branch stands on the remote is right, and what was fetched of it may be long gone from there. Nor does
/// what was fetched tell anything of another place that is pushed to.
fn tracked(told: &[&str], remote: &[String], repository: &Repository) -> Vec<ObjectId> {
    let [name, url @ ..] = remote else { return Vec::new() };
    let is_elsewhere = url.first().is_some_and(|url| !is_fetched_from(repository, name, url));
    // A remote without a name is given as its URL, and has no refs here.
    if is_elsewhere || name.contains([':', ' ']) {
        return Vec::new();
    }
    let told: Vec<&str> = told.iter().filter_map(|name| name.strip_prefix("refs/heads/")).chain(["HEAD"]).collect();
    let prefix = format!("refs/remotes/{name}/");
    let is_believed = |(reference, _): &(BString, ObjectId)| {
        let branch = reference.strip_prefix(prefix.as_bytes());
        branch.is_some_and(|branch| !told.iter().any(|told| told.as_bytes() == branch))
    };
    repository.refs().refs.into_iter().filter(is_believed).map(|(_, id)| id).collect()
}

/// Tells whether a remote is fetched from where it is pushed to, by whichever protocol.
fn is_fetched_from(repository: &Repository, name: &str, url: &str) -> bool {
    let place = |url: &gix::Url| {
        let path = url.path.trim_end_with(|letter| letter == '/');
        let path = path.strip_suffix(b".git").unwrap_or(path).to_vec();
        (url.host().map(str::to_ascii_lowercase), path.strip_prefix(b"/").map_or(path.clone(), <[u8]>::to_vec))
    };
    let Ok(pushed) = gix::url::parse(bstr::BStr::new(url)) else { return false };
    // What a user writes in place of addresses is the user's own setting.
    let settings = repository.with_all_settings();
    let Some(Ok(remote)) = settings.as_ref().unwrap_or(repository.git()).try_find_remote(name) else { return false };
    remote.url(gix::remote::Direction::Fetch).is_some_and(|fetched| {
        let is_same_port = fetched.scheme != pushed.scheme || fetched.port == pushed.port;
        is_same_port && place(fetched) == place(&pushed)
    })
}

/// Returns the range of what a push has brought into the receiving repository; `None` if it only deletes.
///
/// Each line is `<old id> <new id> <ref>`. New is what no ref reaches yet.
///
/// # Errors
/// If a line makes no sense.
pub fn received(input: &[u8]) -> miette::Result<Option<String>> {
    let lines = lines(input, 3)?;
    if lines.is_empty() {
        return Err(miette!("git's description of the push is empty, so that a hook manager must have kept it"));
    }
    let mut words = ids(lines.iter().map(|line| line.id(1)));
    if words.is_empty() {
        return Ok(None);
    }
    words.extend(["--not".to_owned(), "--all".to_owned()]);
    Ok(Some(words.join(" ")))
}

/// Returns the names, one a line, under which a push of git's `input` wants to have refs on the other side.
///
/// # Errors
/// If a line of `columns` makes no sense.
pub fn names(input: &[u8], columns: usize) -> miette::Result<String> {
    let kept = lines(input, columns)?.into_iter().filter(|line| !line.id(1).is_null());
    Ok(kept.map(|line| format!("{}\n", line.0[2])).collect())
}

/// Looks at names of refs that are pushed; returns the exit code. `allow` tells how a false alarm is allowed.
///
/// # Errors
/// If the scan cannot be done.
pub fn look_at_names(names: &str, allow: &'static str, scan: &dyn Scan) -> miette::Result<u8> {
    if names.is_empty() {
        return Ok(0);
    }
    let place = |_: &Finding| "the name of a branch or tag that is pushed".to_owned();
    let ways = Ways { mend: "push it under another name and rotate the credential", allow, skip: "" };
    look_at(names.as_bytes(), scan, &place, &ways)
}

/// One line of git's, whose ids have been checked.
struct Line<'a>(Vec<&'a str>);

impl Line<'_> {
    fn id(&self, column: usize) -> ObjectId {
        ObjectId::from_hex(self.0[column].as_bytes()).expect("ids are checked when the line is read")
    }
}

fn lines(input: &[u8], columns: usize) -> miette::Result<Vec<Line<'_>>> {
    let nonsense = || miette!("git's description of the push cannot be understood");
    let text = std::str::from_utf8(input).map_err(|_| nonsense())?;
    let lines = text.lines().filter(|line| !line.is_empty()).map(|line| {
        // The source stands as it was typed, and may have blanks, as in `HEAD^{/some words}`.
        let mut words: Vec<&str> = line.rsplitn(columns, ' ').collect();
        words.reverse();
        // The ids: `<ref> <id> <ref> <id>`, or `<id> <id> <ref>`.
        let ids = if columns == 4 { [1, 3] } else { [0, 1] };
        let sound = words.len() == columns && ids.iter().all(|&at| ObjectId::from_hex(words[at].as_bytes()).is_ok());
        if sound { Ok(Line(words)) } else { Err(nonsense()) }
    });
    lines.collect()
}

fn ids(ids: impl Iterator<Item = ObjectId>) -> Vec<String> {
    ids.filter(|id| !id.is_null()).map(|id| id.to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_received_push_is_what_no_ref_reaches() {
        let (a, b, zero) = ("a".repeat(40), "b".repeat(40), "0".repeat(40));
        let input = format!("{zero} {a} refs/heads/x\n{a} {b} refs/heads/y\n{b} {zero} refs/heads/gone\n");
        assert_eq!(received(input.as_bytes()).expect("the lines are sound"), Some(format!("{a} {b} --not --all")));
        let deletion = format!("{b} {zero} refs/heads/gone\n");
        assert_eq!(received(deletion.as_bytes()).expect("the line is sound"), None);
        assert!(received(b"").is_err(), "git always says something");
    }

    #[test]
    fn the_names_are_those_of_the_other_side_that_stay() {
        let (a, zero) = ("a".repeat(40), "0".repeat(40));
        let sent = format!("refs/heads/x {a} refs/heads/y {zero}\n(delete) {zero} refs/heads/gone {a}\n");
        assert_eq!(names(sent.as_bytes(), 4).expect("the lines are sound"), "refs/heads/y\n");
        let received = format!("{zero} {a} refs/tags/z\n{a} {zero} refs/heads/gone\n");
        assert_eq!(names(received.as_bytes(), 3).expect("the lines are sound"), "refs/tags/z\n");
    }

    #[test]
    fn a_line_that_makes_no_sense_is_an_error() {
        let (id, zero) = ("a".repeat(40), "0".repeat(40));
        let typed = format!("HEAD^{{/some words}} {id} refs/heads/x {zero}\n");
        assert_eq!(names(typed.as_bytes(), 4).expect("the source is anything"), "refs/heads/x\n");
        for input in ["x", "a b c", "refs/x notahex refs/x notahex"] {
            assert!(received(input.as_bytes()).is_err(), "{input}");
            assert!(names(input.as_bytes(), 4).is_err(), "{input}");
            assert!(pushed(input.as_bytes(), &[], Path::new(".")).is_err(), "{input}");
        }
    }
}
