//! The ways in which clients write references.

use serde::Deserialize;

/// The beginning of a value that LiteLLM takes from its environment.
pub(super) const OS_ENVIRON: &str = "os.environ/";

/// The ways in which clients write a reference; the data file explains them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Syntax {
    /// `${A}`
    Braced,
    /// `${A:-b}` and the other operators of a shell
    BracedDefault,
    /// `$A`
    Bare,
    /// `${env:A}`
    Env,
    /// `${env:A:-b}`
    EnvDefault,
    /// `${input:a}`
    Input,
    /// `${workspaceFolder}` and the like
    Editor,
    /// `${file:a}`
    File,
    /// `{env:A}`
    CurlyEnv,
    /// `{file:a}`
    CurlyFile,
    /// `${{ secrets.A }}`
    Actions,
    /// `${TOKEN:namespace:name}`
    Token,
    /// `{{a}}`
    Mustache,
    /// `{a}`
    Single,
    /// `${user_config.a}`
    UserConfig,
    /// `${CLAUDE_PLUGIN_ROOT}`, `${__dirname}` and the like
    Plugin,
    /// `$(a)` and `${cmd: a}`
    Shell,
    /// `%A%`
    Percent,
    /// A YAML tag such as `!user_secret`
    Tag,
    /// `op://…` and the addresses of other vaults
    Vault,
    /// `process.env.A` and the like
    Code,
    /// `os.environ/A`, which is all of a value
    OsEnviron,
    /// `${…}` of no known form
    Other,
}

impl Syntax {
    /// Returns the syntax as people know it.
    pub const fn example(self) -> &'static str {
        match self {
            Self::Braced => "${NAME}",
            Self::BracedDefault => "${NAME:-default}",
            Self::Bare => "$NAME",
            Self::Env => "${env:NAME}",
            Self::EnvDefault => "${env:NAME:-default}",
            Self::Input => "${input:id}",
            Self::Editor => "${workspaceFolder}",
            Self::File => "${file:path}",
            Self::CurlyEnv => "{env:NAME}",
            Self::CurlyFile => "{file:path}",
            Self::Actions => "${{ secrets.NAME }}",
            Self::Token => "${TOKEN:namespace:name}",
            Self::Mustache => "{{name}}",
            Self::Single => "{name}",
            Self::UserConfig => "${user_config.name}",
            Self::Plugin => "${CLAUDE_PLUGIN_ROOT}",
            Self::Shell => "$(command)",
            Self::Percent => "%NAME%",
            Self::Tag => "!tag",
            Self::Vault => "op://vault/item",
            Self::Code => "process.env.NAME",
            Self::OsEnviron => "os.environ/NAME",
            Self::Other => "${...}",
        }
    }
}
