//! Which variables the configurations of a working tree refer to, so that no credential gets a name that means something else.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use bstr::{BString, ByteSlice as _};

use crate::input::tree::LARGEST;
use crate::lint::is_agents;
use crate::mcp::references;
use crate::replace::{self, Links};

/// The names that configurations refer to, with the files that do.
#[derive(Debug, Default)]
pub(super) struct Referred(HashMap<String, HashSet<BString>>);

impl Referred {
    /// Looks through the agents' own files among `files`; one that cannot be read is told when it is to be edited.
    pub fn new(root: &Path, files: &[BString]) -> Self {
        let mut names: HashMap<String, HashSet<BString>> = HashMap::new();
        for path in files.iter().filter(|path| is_agents(path.as_bstr())) {
            let place = root.join(path.to_path_lossy());
            let is_small = place.symlink_metadata().is_ok_and(|metadata| metadata.len() <= LARGEST);
            let Ok(Some(bytes)) = (if is_small { replace::read(&place, Links::Refuse) } else { Ok(None) }) else {
                continue;
            };
            for line in bytes.lines().filter_map(|line| line.to_str().ok()) {
                for name in references(line).iter().filter_map(|found| found.variable(line)) {
                    names.entry(name.to_owned()).or_default().insert(path.clone());
                }
            }
        }
        Self(names)
    }

    /// Returns the names that other files than `path` refer to.
    pub fn elsewhere(&self, path: &BString) -> HashSet<String> {
        let others = self.0.iter().filter(|(_, files)| files.iter().any(|file| file != path));
        others.map(|(name, _)| name.clone()).collect()
    }
}
