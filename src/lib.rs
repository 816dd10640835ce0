//! Finds leaked credentials in git working trees, in what is staged and in all of history, lints the
//! configuration of AI agents and MCP servers, and says how to rotate what leaked.
//!
//! Other programs start with a [`Scanner`], which returns [`Finding`]s, or a [`Report`] of them:
//!
//! ```no_run
//! let report = keysweep::Scanner::new().history(".")?;
//! for finding in report.blocking() {
//!     println!("{}: {}", finding.meta.title, finding.masked);
//! }
//! if report.incomplete() {
//!     report.notices.iter().for_each(|notice| println!("{}: {}", notice.subject, notice.message));
//! }
//! # Ok::<(), keysweep::scan::ScanError>(())
//! ```
//!
//! The folder `examples` has programs that do this. What is public besides these three serves the command and its tests, and
//! may change in any version.
//!
//! The modules stand on floors; each uses only those below its own:
//! `cli` > `report`, `scanner` > `scan`, `fix`, `rotate`, `inventory` > `policy` > `inspect` > `detect`, `lint` > `rules`,
//! `mcp`, `input` > `finding`, `document` > `source`, `secret`, `nearest`, `replace`, `folders`, `name_pattern`,
//! `wording`, `quantity`.

pub mod cli;
pub mod detect;
pub mod document;
pub mod finding;
pub mod fix;
pub mod folders;
pub mod input;
pub mod inspect;
pub mod inventory;
pub mod lint;
pub mod mcp;
pub mod name_pattern;
pub mod nearest;
pub mod policy;
pub mod quantity;
pub mod replace;
pub mod report;
pub mod rotate;
pub mod rules;
pub mod scan;
pub mod scanner;
pub mod secret;
pub mod source;
pub mod wording;

pub use finding::Finding;
pub use scan::Report;
pub use scanner::Scanner;
