//! What hook managers' files say of keysweep.

use std::path::Path;

use serde_json::json;

use super::super::place;
use crate::cli::hook::manager::{self, Kind};
use crate::cli::hook::values::read;
use crate::cli::hook::{framework, jobs, lefthook, script};

/// Tells whether a change of the text of a hook manager's file takes keysweep out of it, or keeps it from running.
pub fn loses_manager(path: &Path, before: &str, after: &str) -> bool {
    let Some(kind) = manager::kind(&path.to_string_lossy()) else { return false };
    let count = |text: &str| {
        text.lines().filter(|line| !line.trim_start().starts_with('#') && line.contains("keysweep")).count()
    };
    count(after) < count(before)
        || match kind {
            Kind::Scripts => loses_lines(before, after),
            Kind::Lefthook => loses_jobs(path, before, after),
            Kind::LefthookLocal => loses_jobs(path, before, after) || is_left_out(path, before, after),
            Kind::Framework => {
                let of = |text: &str| framework::hooks(text, path);
                !is_all_there(&of(before), &of(after))
            }
        }
}

/// Tells whether lines of keysweep's in a script are changed, or may be ended by what comes in front of them.
fn loses_lines(before: &str, after: &str) -> bool {
    let (Some(was), Some(is)) = (script::parts(before), script::parts(after)) else { return false };
    let new = is.front.iter().filter(|line| !was.front.contains(line));
    was.own != is.own || new.into_iter().any(|line| script::may_end(line))
}

fn loses_jobs(path: &Path, before: &str, after: &str) -> bool {
    let of = |text: &str| jobs::jobs(&read(text, lefthook::format(path)));
    !is_all_there(&of(before), &of(after))
}

/// Tells whether local settings say something new of a job that runs keysweep by the settings beside them.
fn is_left_out(path: &Path, before: &str, after: &str) -> bool {
    let shared = |name: &str| {
        let file = path.with_file_name(name);
        let text = place::read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        text.map_or_else(Vec::new, |text| jobs::jobs(&read(&text, lefthook::format(&file))))
    };
    let entries = path.parent().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let names = names.filter(|name| name.trim_start_matches('.').starts_with("lefthook."));
    let (was, is) = (read(before, lefthook::format(path)), read(after, lefthook::format(path)));
    let is_new = |job: &jobs::Job| {
        let said = jobs::said_locally(&is, job);
        said != json!({}) && said != jobs::said_locally(&was, job)
    };
    names.flat_map(|name| shared(&name)).any(|job| is_new(&job))
}

fn is_all_there<T: PartialEq>(was: &[T], is: &[T]) -> bool {
    was.iter().all(|each| is.contains(each))
}
