//! What is known about the clients that start MCP servers, and what stands in their configuration.

mod advice;
mod client;
mod credential_file;
mod path;
mod reference;
mod server;
mod syntax;

pub use client::{
    Client, Dialect, Expansion, File, Fix, How, Reading, Scope, Status, all, credential_files, credential_files_at,
    holds_mark, is_telling_name, marks, reading,
};
pub use credential_file::{Audience, CredentialFile, HomeFile, Where};
pub use path::{Spelling, spelling};
pub use reference::{Reference, references};
pub use server::{Field, Leaf, Server, entry, leaves, member_name, servers};
pub use syntax::Syntax;

/// Tells of a file whose name has no ending of configuration in it, nor anything of dotenv's, that it is neither.
pub fn is_plain(path: &bstr::BStr) -> bool {
    let is_env = |three: &[u8]| three[2] | 0x20 == b'v' && three.eq_ignore_ascii_case(b"env");
    let has_env = || path::file_name(path).windows(3).any(is_env);
    !path::is_formatted(path) && !has_env()
}

/// Tells whether a file of this path may hold the configuration of an agent; the content decides the rest.
///
/// Costs a look at the name; only one with the ending of configuration is read with care.
pub fn may_hold(path: &bstr::BStr) -> bool {
    path::may_hold(path)
}
