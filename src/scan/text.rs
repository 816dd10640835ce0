//! Finds credentials in texts that are no files yet.

use bstr::BString;

use crate::detect::{Engine, Scratch};
use crate::finding::{Finding, Threshold};
use crate::inspect::{Inspector, Options};
use crate::policy::Policy;
use crate::policy::config::{Config, ConfigError};
use crate::source::Origin;

/// Looks through texts by one configuration.
#[derive(Debug)]
pub struct Texts {
    policy: Policy,
    inspector: Inspector,
}

impl Texts {
    /// Gets ready to look for what `config` says.
    ///
    /// # Errors
    /// A file of rules that the configuration names is not valid.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Self::made(config, false)
    }

    /// The same, with the lints of the configuration of agents.
    ///
    /// # Errors
    /// A file of rules that the configuration names is not valid.
    pub fn with_lints(config: Config) -> Result<Self, ConfigError> {
        Self::made(config, true)
    }

    fn made(config: Config, lint: bool) -> Result<Self, ConfigError> {
        let options = Options { detect: true, lint, ..Options::default() };
        let inspector = Inspector::new(Engine::new(&config.catalogue()?), options);
        Ok(Self { policy: Policy { config, ..Policy::default() }, inspector })
    }

    /// Returns the levels from which a finding blocks.
    pub fn threshold(&self) -> Threshold {
        self.policy.threshold()
    }

    /// Returns what is in a text, judged; `path` is what the text is going to be called, from the root on.
    pub fn find(&self, path: Option<BString>, bytes: &[u8]) -> Vec<Finding> {
        if path.as_ref().is_some_and(|path| self.policy.config.excludes(path)) {
            return Vec::new();
        }
        let origin = path.map_or(Origin::Stdin, |path| Origin::File { path });
        let mut findings = self.inspector.inspect(&origin, bytes, &mut Scratch::default()).findings;
        findings.retain(|finding| !self.policy.config.is_off(&finding.meta.id));
        self.policy.judge(&mut findings);
        findings
    }
}
