//! Which of several paths would be judged otherwise alone: looks for configurations and baselines at their roots.

use std::collections::BTreeSet;
use std::path::Path;

use super::{BASELINE, Request};
use crate::finding::Notice;
use crate::input::repository::quoted;
use crate::input::tree::{Other, Tree};
use crate::policy::config::FILE;

/// Says which of the paths that were named would be judged otherwise alone: one configuration and one baseline hold for a scan,
/// those of its root, unless options name them.
pub fn notices(tree: &Tree, request: &Request) -> Vec<Notice> {
    let is_there = |root: &Path, name: &str| root.join(name).symlink_metadata().is_ok();
    let is_judged = |root: &Path| {
        request.config.is_none() && is_there(root, FILE)
            || request.baseline.is_none() && !request.ignore_baseline && is_there(root, BASELINE)
    };
    let mut told = BTreeSet::new();
    let others = tree.others().into_iter().filter(|other| told.insert(other.root.clone()));
    let notice = |Other { path, root, is_work_tree }: Other| {
        let shown = |path: &Path| path.to_string_lossy().into_owned();
        let help = format!("scan it alone: `keysweep scan {}`", quoted(&path));
        let outer = shown(tree.root());
        // What lies below the root is asked for with it.
        if is_judged(&root) || !path.starts_with(tree.root()) && is_judged(tree.root()) {
            let message = format!(
                "is judged by `{FILE}` and baseline of `{outer}`, alone it would be by those of `{}`",
                shown(&root)
            );
            return Some(Notice::unread(shown(&path), message, help));
        }
        let message =
            "lies in another repository than the first path, and a repository as a whole is linted in that alone";
        let notice = Notice::note(shown(&path), message, help);
        (is_work_tree && path.is_dir()).then_some(Notice { incomplete: request.lints_only, ..notice })
    };
    others.filter_map(notice).collect()
}
