//! Finds leaked credentials in git working trees, in what is staged and in all of history, lints the
//! configuration of AI agents and MCP servers, and says how to rotate what leaked.
//!
//! The modules stand on floors; each uses only those below its own:
//! `cli` > `report` > `scan`, `fix`, `rotate`, `inventory` > `policy` > `inspect` > `detect`, `lint` > `rules`, `mcp`,
//! `input` > `finding`, `document` > `source`, `secret`, `nearest`, `replace`.

pub mod cli;
pub mod detect;
pub mod document;
pub mod finding;
pub mod fix;
pub mod input;
pub mod inspect;
pub mod inventory;
pub mod lint;
pub mod mcp;
pub mod nearest;
pub mod policy;
pub mod replace;
pub mod report;
pub mod rotate;
pub mod rules;
pub mod scan;
pub mod secret;
pub mod source;
