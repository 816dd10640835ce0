//! Tells, as notices, what of the history was not there or could not be read.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use gix::ObjectId;

use super::Losses;
use super::damage::FailedPlace;
use super::pack::Pack;
use super::rescue::{Loss, Outcome};
use super::set::Set;
use super::stores::{Home, Stores};
use crate::finding::Notice;
use crate::input::{Coverage, Visitor};

/// How many damaged objects are named one by one.
const NAMED: usize = 100;

const REPAIR: &str = "run `git fsck --full`, restore the object from a clone or a backup, and scan again";

/// Tells what is known before any object is read: what is not here, and which files are damaged.
pub(super) fn completeness(homes: &[Home], stores: &mut Stores, visitor: &dyn Visitor, coverage: &Coverage) {
    for notice in stores.notices.drain(..) {
        visitor.notice(notice);
    }
    for home in homes {
        if std::fs::metadata(home.directory.join("shallow")).is_ok_and(|file| file.len() > 0) {
            coverage.partial.store(true, Ordering::Relaxed);
            visitor.notice(Notice::unread(
                format!("{}shallow", home.label),
                "this is a shallow clone: commits before its boundary are not here and were not looked at",
                "run `git fetch --unshallow` and scan again",
            ));
        }
    }
    if stores.promisor {
        coverage.partial.store(true, Ordering::Relaxed);
        visitor.notice(Notice::unread(
            "objects",
            "this is a partial clone: objects that its remote promised and that were never fetched are unknown",
            "scan a full clone",
        ));
    }
}

/// Tells which packs are not what they should be.
pub(super) fn packs(packs: &[Arc<Pack>], visitor: &dyn Visitor) {
    for pack in packs {
        if !pack.is_indexed_by_its_index() {
            visitor.notice(Notice::unread(
                pack.name(),
                "the pack is not the one its index was made for; what the index lists was read as far as it is there",
                REPAIR,
            ));
        }
        if !pack.has_sound_index() {
            visitor.notice(Notice::unread(
                pack.name(),
                "the index of the pack is damaged: names may be wrong and objects may be missing from it",
                "rebuild it with `git index-pack` and scan again",
            ));
        }
    }
}

/// Tells which objects could not be read.
pub(super) fn losses(losses: &Losses, visitor: &dyn Visitor) {
    let told = losses.losses.iter().filter(|loss| is_wanted(losses, loss));
    let mut objects: Vec<_> = told.map(|loss| (name(losses, loss), loss)).collect();
    objects.sort_by(|(a, x), (b, y)| (x.outcome, a).cmp(&(y.outcome, b)));
    objects.dedup_by(|(a, _), (b, _)| a.0 == b.0);
    for ((id, place), loss) in objects.iter().take(NAMED) {
        let text = format!("object in {place} {}", loss.damage);
        visitor.notice(match loss.outcome {
            Outcome::Lost => Notice::unread(id, format!("{text}, so it was not looked at"), REPAIR),
            Outcome::Altered => Notice::unread(id, format!("{text}; it was looked at as it is now"), REPAIR),
            Outcome::Rescued => Notice::note(id, format!("{text}; a sound copy was looked at"), REPAIR),
        });
    }
    if let Some((_, first)) = objects.get(NAMED) {
        let text = format!("{} more objects are damaged", objects.len() - NAMED);
        let is_whole = first.outcome == Outcome::Rescued;
        visitor.notice(if is_whole {
            Notice::note("objects", text, REPAIR)
        } else {
            Notice::unread("objects", text, REPAIR)
        });
    }
}

fn is_wanted(losses: &Losses, loss: &Loss) -> bool {
    match loss.place {
        FailedPlace::Packed { set, node } => losses.sets[set].forest.is_wanted(node),
        FailedPlace::Loose { .. } => true,
    }
}

/// Returns the names of all objects that are damaged in some place, wherever else they may be sound.
pub(super) fn damaged(losses: &Losses) -> HashSet<ObjectId> {
    losses.losses.iter().map(|loss| id(losses, loss)).collect()
}

fn id(losses: &Losses, loss: &Loss) -> ObjectId {
    match loss.place {
        FailedPlace::Packed { set, node } => {
            let Set { pack, forest } = &losses.sets[set];
            pack.index.id(forest.slot(node)).to_owned()
        }
        FailedPlace::Loose { at } => losses.loose[at].id,
    }
}

/// Returns the name of a lost object and that of the place where it was.
fn name(losses: &Losses, loss: &Loss) -> (String, String) {
    let place = match loss.place {
        FailedPlace::Packed { set, .. } => losses.sets[set].pack.name(),
        FailedPlace::Loose { .. } => "its own file".to_owned(),
    };
    (id(losses, loss).to_string(), place)
}
