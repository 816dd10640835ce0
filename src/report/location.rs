//! Says where a place is: for people, for editors, and for machines that want a URI.

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;

use super::columns::clipped;
use super::date;
use super::escape::{plain, printable, relative_uri};
use crate::finding::{Attribution, CommitMark, Place, Reach};
use crate::quantity;
use crate::source::{ObjectKind, Origin};

/// A region as editors count it: lines and columns start at 1, columns are characters, the end is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// Line of the first character.
    pub line: usize,
    /// Column of the first character.
    pub column: usize,
    /// Line of the last character.
    pub end_line: usize,
    /// Column just past the last character.
    pub end_column: usize,
}

/// Returns the region of a place.
///
/// Columns are counted in characters as far as the excerpt shows the line, and in bytes before that.
pub fn region(place: &Place) -> Region {
    let column = place.start.column.saturating_sub(hidden_bytes(place)) + 1;
    let end_column = if place.end.line == place.start.line {
        column + place.end.column.saturating_sub(place.start.column)
    } else {
        place.end.column + 1
    };
    Region { line: place.start.line + 1, column, end_line: place.end.line.max(place.start.line) + 1, end_column }
}

/// Returns how many bytes before the secret, on its line, are not the first of a character.
fn hidden_bytes(place: &Place) -> usize {
    let before = place.excerpt.text.get(..place.excerpt.secret.start).unwrap_or_default();
    let shown = before.rsplit('\n').next().unwrap_or_default();
    if !place.via.is_empty() || shown.len() != place.start.column {
        return 0;
    }
    shown.len() - shown.chars().count()
}

/// Returns the path of the file that holds or held the place.
pub fn path(place: &Place) -> Option<&BStr> {
    place.origin.path().or_else(|| {
        let blob = matches!(place.origin, Origin::Object { kind: ObjectKind::Blob, .. });
        place
            .attribution
            .as_ref()
            .filter(|_| blob)
            .and_then(|attribution| attribution.paths.first())
            .map(|path| path.as_bstr())
    })
}

/// Tells whether the line numbers of the place hold for a file as it is checked out or committed now.
pub fn is_current(place: &Place) -> bool {
    match &place.origin {
        Origin::File { .. } | Origin::Index { .. } => true,
        Origin::Object { .. } => {
            path(place).is_some() && place.attribution.as_ref().is_some_and(|attribution| attribution.in_head)
        }
        Origin::Metadata { .. } | Origin::Stdin => false,
    }
}

/// Returns the place for people, such as `deploy/.env:3:14` or `commit 1f2e3d4c5b:4:1`.
pub fn label(place: &Place) -> String {
    let Region { line, column, .. } = region(place);
    format!("{}:{line}:{column}", container(place))
}

/// Returns what holds the place, without the line.
pub fn container(place: &Place) -> String {
    if let Some(path) = path(place) {
        return printable(path);
    }
    match &place.origin {
        Origin::Object { id, kind, .. } => format!("{} {}", kind.name(), short(*id)),
        Origin::Metadata { what, name } => format!("{} {}", what.name(), printable(name.as_bstr())),
        _ => "standard input".to_owned(),
    }
}

/// Returns how the text was wrapped, such as `gzip, base64`; empty for plain text.
pub fn wrapping(place: &Place) -> String {
    place.via.iter().map(|layer| plain(layer)).collect::<Vec<_>>().join(", ")
}

/// Returns a relative URI reference for the place: the file's path, or where in `.git` the bytes belong.
pub fn uri(place: &Place) -> String {
    if let Some(path) = path(place) {
        return relative_uri(path);
    }
    match &place.origin {
        Origin::Object { id, kind, .. } => format!(".git/{}/{id}", kind.name()),
        Origin::Metadata { name, .. } => format!(".git/{}", relative_uri(name.as_bstr())),
        _ => "stdin".to_owned(),
    }
}

/// Returns the commit to name for the place: the first that had it, or the one it was reached by.
pub fn commit(place: &Place) -> Option<ObjectId> {
    let first = place.attribution.as_ref().and_then(|attribution| attribution.first.as_ref()).map(|mark| mark.id);
    first.or(match &place.origin {
        Origin::Object { id, kind: ObjectKind::Commit, .. } => Some(*id),
        Origin::Object { commit, .. } => *commit,
        _ => None,
    })
}

/// Returns the first ten digits of an object's name.
pub fn short(id: ObjectId) -> String {
    id.to_hex_with_len(10).to_string()
}

/// Returns what history says about a place, a sentence each; nothing for what is not an object.
pub fn history(place: &Place) -> Vec<String> {
    let Origin::Object { kind, .. } = &place.origin else { return Vec::new() };
    let Some(attribution) = &place.attribution else {
        let other = commit(place).filter(|commit| place.origin.object() != Some(*commit));
        return other.map(|id| vec![format!("in commit {}", short(id))]).unwrap_or_default();
    };
    let mut sentences = Vec::new();
    // What a push brings to a server lies beside the repository until it is taken in.
    let brought = commit(place).filter(|id| attribution.first.is_none() && place.origin.object() != Some(*id));
    if let (Some(id), Reach::Unreachable) = (brought, attribution.reach) {
        return vec![format!("in commit {}, to which no ref of the repository leads yet", short(id))];
    }
    if let Some(first) = &attribution.first {
        sentences.push(format!("{} {}", if *kind == ObjectKind::Commit { "in" } else { "since" }, marked(first)));
    }
    if let Some(last) =
        attribution.last.as_ref().filter(|last| attribution.first.as_ref().is_none_or(|first| first.id != last.id))
    {
        sentences.push(format!("last in {}", marked(last)));
    }
    if matches!(kind, ObjectKind::Blob | ObjectKind::Tree) {
        sentences.push(if attribution.in_head {
            "HEAD still has it".to_owned()
        } else {
            "HEAD no longer has it".to_owned()
        });
    }
    if place.versions > 1 {
        sentences.push(format!("{} versions of the file have it", quantity::number(place.versions as u64)));
    }
    sentences.push(circle(attribution));
    let shown = path(place);
    let others: Vec<&BString> = attribution.paths.iter().filter(|path| Some(path.as_bstr()) != shown).collect();
    if !others.is_empty() {
        sentences.push(format!(
            "also under the {} {}",
            if others.len() == 1 { "path" } else { "paths" },
            listed(&others, 0)
        ));
    }
    sentences
}

/// Says which commit was the first to hold a secret of these places, if it is not the first place's.
pub fn older(places: &[Place]) -> Option<String> {
    let first = |place: &'_ Place| place.attribution.as_ref().and_then(|history| history.first.as_ref()).cloned();
    let own = first(places.first()?)?;
    let older = places[1..].iter().filter_map(|place| Some((first(place)?, place)));
    let (mark, place) = older.min_by_key(|(mark, _)| mark.seconds).filter(|(mark, _)| mark.seconds < own.seconds)?;
    Some(format!("first of all at {} in {}", label(place), marked(&mark)))
}

fn marked(mark: &CommitMark) -> String {
    format!(
        "commit {} of {} by {}: {}",
        short(mark.id),
        date::day(mark.seconds),
        clipped(&printable(mark.author.as_bstr()), 80),
        clipped(&printable(mark.subject.as_bstr()), 100)
    )
}

fn circle(attribution: &Attribution) -> String {
    let refs: Vec<&BString> = attribution.refs.iter().collect();
    let by =
        if refs.is_empty() { String::new() } else { format!(", reached by {}", listed(&refs, attribution.more_refs)) };
    match attribution.reach {
        Reach::Published => format!("published: a remote has it{by}"),
        Reach::Local => format!("local: no remote-tracking branch has it{by}"),
        Reach::Hidden => format!("hidden: only a reflog, a stash or another worktree leads to it{by}"),
        Reach::Unreachable => "unreachable: nothing leads to it, it stays until git collects garbage".to_owned(),
    }
}

/// Lists at most four names and says how many more there are, with those of which only the number is known.
fn listed(names: &[&BString], unnamed: usize) -> String {
    const SHOWN: usize = 4;
    let mut words: Vec<String> =
        names.iter().take(SHOWN).map(|name| clipped(&printable(name.as_bstr()), 200)).collect();
    let more = names.len().saturating_sub(SHOWN) + unnamed;
    if more > 0 {
        words.push(format!("{} more", quantity::number(more as u64)));
    }
    quantity::list(&words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Excerpt;
    use crate::source::{Metadata, Position, Span};

    fn place(text: &str, secret: Span, column: usize) -> Place {
        Place {
            start: Position { line: 2, column },
            end: Position { line: 2, column: column + secret.len() },
            excerpt: Excerpt { text: text.to_owned(), secret, line: 2 },
            ..Place::new(Origin::File { path: "a b%.env".into() }, secret)
        }
    }

    #[test]
    fn columns_are_characters_where_the_line_is_shown_whole() {
        let whole = place("clé=****", Span::new(5, 9), 5);
        assert_eq!(region(&whole), Region { line: 3, column: 5, end_line: 3, end_column: 9 });
        let second_line = place("é\nclé=****", Span::new(8, 12), 5);
        assert_eq!(region(&second_line).column, 5);
        let cut = place("é=****", Span::new(3, 7), 9000);
        assert_eq!(region(&cut), Region { line: 3, column: 9001, end_line: 3, end_column: 9005 });
    }

    #[test]
    fn a_path_is_a_label_and_a_uri() {
        let place = place("x=****", Span::new(2, 6), 2);
        assert_eq!(label(&place), "a b%.env:3:3");
        assert_eq!(uri(&place), "a%20b%25.env");
    }

    #[test]
    fn what_lies_outside_of_files_has_a_name_too() {
        let mut place = place("", Span::default(), 0);
        for (what, name, container_name, address) in [
            (Metadata::Reflog, "logs/HEAD", "reflog logs/HEAD", ".git/logs/HEAD"),
            (
                Metadata::Reflog,
                "modules/a/logs/refs/heads/a b",
                "reflog modules/a/logs/refs/heads/a b",
                ".git/modules/a/logs/refs/heads/a%20b",
            ),
            (Metadata::Config, "modules/a/config", "configuration modules/a/config", ".git/modules/a/config"),
            (Metadata::Config, "config.worktree", "configuration config.worktree", ".git/config.worktree"),
            (Metadata::RefName, "packed-refs", "ref name packed-refs", ".git/packed-refs"),
        ] {
            place.origin = Origin::Metadata { what, name: name.into() };
            assert_eq!((container(&place), uri(&place)), (container_name.into(), address.into()));
        }
        place.origin = Origin::Stdin;
        assert_eq!((container(&place), uri(&place)), ("standard input".into(), "stdin".into()));
    }
}
