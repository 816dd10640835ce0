//! Sets git's hooks up, takes them out, and tells which are there.

use std::path::{Path, PathBuf};

use miette::{Context as _, IntoDiagnostic as _, miette};

use super::manager::{self, Framework, Place};
use super::script::{self, Remainder};
use super::switched::{Runner, but_off};
use super::{Name, files, framework, lefthook};
use crate::replace::{Links, Permissions, Replace};

/// What is added to the name of a hook that is moved out of the way and runs afterwards.
const CHAINED: &str = ".before-keysweep";
/// How a hook is written: what a link names is the hook that git runs.
const EXECUTABLE: Replace = Replace { permissions: Permissions::Executable, links: Links::Follow };
/// How the lines of a hook are changed that was there before.
const KEPT: Replace = Replace { permissions: Permissions::Kept, links: Links::Follow };
/// What the pre-commit framework adds to the name of a hook that it finds and runs before its own.
const LEGACY: &str = ".legacy";

/// Sets a hook up in the repository around `directory`; says what was done.
///
/// A shell script that is there gets a few lines at its top. Whatever else is there, such as a program, a link or a hook
/// that is switched off, is moved aside and, if it can be executed, runs afterwards.
///
/// # Errors
/// If there is no repository, a file cannot be written, or lefthook's configuration has the hook already.
pub fn install(hook: Name, directory: &Path) -> miette::Result<String> {
    let program = std::env::current_exe().into_diagnostic()?;
    let program = program.to_string_lossy();
    let (path, husky) = match manager::place(directory)? {
        Place::Lefthook { file, hooks } => return lefthook::install(hook, &file, &hooks),
        Place::Husky(hooks) => (hooks.join(hook.word()), true),
        Place::Directory(hooks) => (hooks.join(hook.word()), false),
    };
    if let Some(legacy) = legacy(&path)? {
        return Ok(format!(
            "{}: already set up in {}, which {} runs",
            hook.word(),
            legacy.path.display(),
            legacy.by.word()
        ));
    }
    let existing = files::read(&path, Links::Follow)?;
    let is_link = path.is_symlink();
    refuse_lost_lines(&path, existing.as_deref())?;
    let done = match &existing {
        Some(bytes) if !is_link && is_script(bytes, husky) && (husky || is_executable(&path)) => {
            files::write(&path, &script::inserted(bytes, hook, &program), KEPT)?;
            "set up in front of the hook that was there"
        }
        // A link to nothing is kept as well.
        _ if (existing.is_some() || is_link) && !is_own(existing.as_deref()) => {
            let aside = chained(&path);
            if aside.symlink_metadata().is_ok() {
                return Err(miette!(
                    help = "move it away, or let it take the place of the hook that is there now",
                    "`{}`, the hook before that, is in the way",
                    aside.display()
                ));
            }
            moved(&path, &aside)?;
            if let Err(error) = files::write(&path, &whole(hook, &program, true, made(&path)), EXECUTABLE) {
                moved(&aside, &path)?;
                return Err(error);
            }
            "set up, with the hook that was there moved aside"
        }
        _ => {
            files::write(&path, &whole(hook, &program, is_chained(&path), made(&path)), EXECUTABLE)?;
            "set up"
        }
    };
    let shared = if manager::is_shared(directory) { "; it serves every repository of this user" } else { "" };
    Ok(format!("{}: {done} in {}{shared}", hook.word(), path.display()))
}

/// Takes a hook out and leaves what was there before; says what was done.
///
/// # Errors
/// If there is no repository or a file cannot be written.
pub fn uninstall(hook: Name, directory: &Path) -> miette::Result<String> {
    let path = match manager::place(directory)? {
        Place::Lefthook { file, .. } => return lefthook::uninstall(hook, &file),
        Place::Husky(hooks) | Place::Directory(hooks) => hooks.join(hook.word()),
    };
    let path = legacy(&path)?.map_or(path, |legacy| legacy.path);
    let Some(bytes) = files::read(&path, Links::Follow)? else { return Ok(String::new()) };
    refuse_lost_lines(&path, Some(&bytes))?;
    match script::removed(&bytes) {
        Remainder::Untouched => return Ok(String::new()),
        Remainder::Hook(rest) => files::write(&path, &rest, KEPT)?,
        Remainder::Nothing => {
            let chained = chained(&hook_of(&path));
            match chained.symlink_metadata() {
                Ok(_) => moved(&chained, &path)?,
                Err(_) => std::fs::remove_file(&path)
                    .into_diagnostic()
                    .wrap_err_with(|| format!("cannot remove `{}`", path.display()))?,
            }
            // Whoever put something else into a folder keeps it.
            let _ = path.ancestors().skip(1).take(script::folders(&bytes)).try_for_each(std::fs::remove_dir);
        }
    }
    Ok(format!("{}: taken out of {}", hook.word(), path.display()))
}

/// Tells whether a hook is set up, in one line.
///
/// # Errors
/// If there is no repository or a file cannot be read.
pub fn status(hook: Name, directory: &Path) -> miette::Result<String> {
    let name = hook.word();
    let (path, husky) = match manager::place(directory)? {
        Place::Lefthook { file, hooks } => return lefthook::status(hook, &file, &hooks),
        Place::Husky(hooks) => (hooks.join(name), true),
        Place::Directory(hooks) => (hooks.join(name), false),
    };
    if let Some(legacy) = legacy(&path)? {
        return Ok(format!("{name}: set up, run by {}: {}", legacy.by.word(), legacy.path.display()));
    }
    let script = files::read(&path, Links::Follow)?;
    let removed = script.as_deref().map_or(Remainder::Untouched, script::removed);
    if removed == Remainder::Untouched
        && let Some(said) = by_framework(hook, directory, &path, script.as_deref())?
    {
        return Ok(said);
    }
    let Some(bytes) = script else { return Ok(format!("{name}: not set up")) };
    let state = match removed {
        Remainder::Untouched if script::is_torn(&bytes) => "not known, because the line `# keysweep end` is gone from",
        Remainder::Untouched => "not set up; another hook is there:",
        _ if !husky && !is_executable(&path) => "not run by git, because it is not executable:",
        left => match (script::doubt(&bytes, hook), left) {
            (Some(doubt), _) => return Ok(format!("{name}: {doubt} {}", path.display())),
            (None, left) => {
                let is_alone = left == Remainder::Nothing && !is_chained(&path);
                let state = if is_alone { "set up:" } else { "set up in front of another hook:" };
                let off = if husky { but_off(Runner::Husky) } else { String::new() };
                return Ok(format!("{name}: {state} {}{off}", path.display()));
            }
        },
    };
    Ok(format!("{name}: {state} {}", path.display()))
}

/// Tells whether the pre-commit framework or its like does the hook's work, in one line; nothing if its configuration has no such hook.
fn by_framework(hook: Name, directory: &Path, path: &Path, script: Option<&[u8]>) -> miette::Result<Option<String>> {
    let name = hook.word();
    let id = |file: &Path| {
        let text = files::read(file, Links::Follow)?.unwrap_or_default();
        Ok::<_, miette::Report>(framework::id(&String::from_utf8_lossy(&text), file, hook))
    };
    let running = script.filter(|_| is_executable(path)).and_then(|script| Some((runner(script)?, script)));
    if let Some((by, script)) = running {
        // Whoever runs has a say in what is read.
        let Some(file) = manager::configuration(by, script, directory) else { return Ok(None) };
        let said = |id: String| {
            let off = but_off(Runner::Framework(&id));
            format!("{name}: set up in {}, run by {}{off}", file.display(), by.word())
        };
        return Ok(id(&file)?.map(said));
    }
    for (by, file) in manager::frameworks(directory) {
        if id(&file)?.is_some() {
            let (file, by) = (file.display(), by.word());
            let missing = format!("git does not run {by} for it yet: run `{by} install --hook-type {name}`");
            return Ok(Some(format!("{name}: in {file}, but not set up; {missing}")));
        }
    }
    Ok(None)
}

/// Returns which framework a hook of git's belongs to, if one made it.
fn runner(script: &[u8]) -> Option<Framework> {
    let names = |name: &str| memchr::memmem::find(script, name.as_bytes()).is_some();
    let by = if names("generated by prek") { Framework::Prek } else { Framework::PreCommit };
    names("hook-impl").then_some(by)
}

/// Tells whether a hook is keysweep's alone.
fn is_own(script: Option<&[u8]>) -> bool {
    script.is_some_and(|script| script::removed(script) == Remainder::Nothing)
}

/// Moves a hook in one step; what is at `to` goes.
fn moved(from: &Path, to: &Path) -> miette::Result<()> {
    let moved = std::fs::rename(from, to).into_diagnostic();
    moved.wrap_err_with(|| format!("cannot move `{}` to `{}`", from.display(), to.display()))
}

/// Tells whether there is a hook that was moved aside; a link that leads nowhere may lead somewhere again.
fn is_chained(path: &Path) -> bool {
    chained(path).symlink_metadata().is_ok()
}

fn whole(hook: Name, program: &str, chained: bool, folders: usize) -> Vec<u8> {
    let name = format!("{}{CHAINED}", hook.word());
    script::whole(hook, program, chained.then_some(name.as_str()), folders)
}

/// Returns how many folders installing a hook makes for it; where others are there already that were made for keysweep's, how many
/// those were.
fn made(path: &Path) -> usize {
    let folders = path.ancestors().skip(1);
    let is_missing = |folder: &&Path| !folder.as_os_str().is_empty() && folder.symlink_metadata().is_err();
    let missing = folders.take_while(is_missing).count();
    let others = Name::GIT.iter().flat_map(|hook| {
        let other = path.with_file_name(hook.word());
        [beside(&other, LEGACY), other]
    });
    let told =
        others.filter_map(|other| files::read(&other, Links::Follow).ok()?).map(|script| script::folders(&script));
    missing.max(told.max().unwrap_or_default())
}

/// Refuses to touch a hook of keysweep's to which lines were added that never run, because the hook that was there before runs
/// instead of them: it is not known which of the two is wanted.
fn refuse_lost_lines(path: &Path, script: Option<&[u8]>) -> miette::Result<()> {
    if script.is_some_and(script::is_torn) {
        return Err(miette!(
            help = "put it back behind the lines of keysweep, or take these out by hand",
            "the line `# keysweep end` is gone from `{}`",
            path.display()
        ));
    }
    let next = chained(&hook_of(path));
    let is_added = |script| script::is_whole(script) && matches!(script::removed(script), Remainder::Hook(_));
    if !script.is_some_and(is_added) || next.symlink_metadata().is_err() {
        return Ok(());
    }
    Err(miette!(
        help = format!("move them to `{}`, which runs afterwards", next.display()),
        "`{}` has lines behind those of keysweep, which never run",
        path.display()
    ))
}

fn chained(path: &Path) -> PathBuf {
    beside(path, CHAINED)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(end);
    path.with_file_name(name)
}

/// A hook of keysweep's that a framework found and moved aside.
struct Legacy {
    path: PathBuf,
    /// The framework.
    by: Framework,
}

/// Returns where the hook lies that the pre-commit framework or its like found and moved aside, if that is keysweep's: it runs
/// before the framework's own hooks.
fn legacy(path: &Path) -> miette::Result<Option<Legacy>> {
    let moved = beside(path, LEGACY);
    let Some(by) = files::read(path, Links::Follow)?.as_deref().and_then(runner) else { return Ok(None) };
    let script = files::read(&moved, Links::Follow)?.filter(|_| is_executable(&moved));
    let is_ours = script.is_some_and(|script| script::removed(&script) != Remainder::Untouched);
    Ok(is_ours.then_some(Legacy { path: moved, by }))
}

/// Returns the path that a hook had before the framework moved it aside.
fn hook_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    path.with_file_name(name.strip_suffix(LEGACY).unwrap_or(&name))
}

/// Tells whether lines of shell may be put into a hook that is not keysweep's own.
fn is_script(bytes: &[u8], husky: bool) -> bool {
    let own = script::removed(bytes) == Remainder::Nothing;
    !own && (script::is_shell(bytes) || (husky && !bytes.starts_with(b"#!") && !bytes.contains(&0)))
}

#[cfg(unix)]
fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(_: &Path) -> bool {
    true
}
