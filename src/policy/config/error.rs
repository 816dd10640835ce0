//! What can be wrong with a configuration.

use crate::rules::SyntaxError;

/// What a help ends with where the error leaves nothing else to do.
pub const NOTHING_SCANNED: &str = "; nothing was scanned";

/// Why a configuration cannot be used.
///
/// No error quotes the file but the rules in it, once they have the shape of rules: what is found in somebody else's
/// repository can be anything.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration `{path}`")]
    #[diagnostic(
        code(config::access),
        help("check the path and its permissions; a link is followed only if `--config` names it")
    )]
    Access {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is a directory in the file's place.
    #[error("the configuration `{path}` is a directory, not a file")]
    #[diagnostic(code(config::directory), help("move it away, or put a file in its place{NOTHING_SCANNED}"))]
    Directory {
        /// The file.
        path: String,
    },
    /// The file is no text.
    #[error("the configuration `{path}` is not UTF-8")]
    #[diagnostic(code(config::not_text), help("save it as UTF-8{NOTHING_SCANNED}"))]
    NotText {
        /// The file.
        path: String,
    },
    /// A file of rules cannot be read.
    #[error("cannot read the rules `{path}`")]
    #[diagnostic(
        code(config::rule_file),
        help(
            "`rule-files` of the configuration names it: mend the path there, or the file's permissions{NOTHING_SCANNED}"
        )
    )]
    RuleFile {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is to be left out for one run is no glob.
    #[error("`--exclude {}`: {problem}", glob.escape_debug())]
    #[diagnostic(code(config::glob), help("a glob as in `.gitignore`, such as `vendor/` or `*.min.js`"))]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// The file is not valid TOML, or has a key, a value or a rule's name that is not known.
    #[error("`{path}` is not valid: {problem}")]
    #[diagnostic(code(config::syntax), help("`keysweep init --stdout` explains every key{NOTHING_SCANNED}"))]
    Syntax {
        /// The file.
        path: String,
        /// What is wrong where.
        problem: SyntaxError,
    },
    /// A file of rules lies somewhere else.
    #[error("the rules `{path}` lie outside of the configuration's folder")]
    #[diagnostic(code(config::outside), help("keep the files of `rule-files` beside the configuration or below it"))]
    Outside {
        /// The file.
        path: String,
    },
    /// A rule of the user's is wrong.
    #[error("`{path}`: {message}")]
    #[diagnostic(code(config::rule), help("`keysweep rules check FILE` checks a file of rules{NOTHING_SCANNED}"))]
    Rule {
        /// The file.
        path: String,
        /// What is wrong.
        message: String,
    },
}
