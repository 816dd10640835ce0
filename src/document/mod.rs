//! One tree with byte spans for JSON, JSONC, TOML, YAML, dotenv and Markdown front matter.

mod align;
mod dotenv;
mod json;
mod node;
mod pointer;
mod toml;
mod yaml;

pub use node::{Comment, Key, Kind, Node, Quoting, Scalar, Value};
pub use pointer::Pointer;

use crate::source::Span;

/// The size from which a file is no longer read as a document, only as text.
pub const LARGEST: usize = 8 << 20;

/// The number of values from which a document is refused, counted as commas and as lines that are not empty: nobody writes so
/// many, and each costs a few hundred bytes of memory.
pub const MOST: usize = 250_000;

/// The number of nested levels from which a document is refused.
pub const DEEPEST: usize = 256;

/// The languages in which configuration is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JSON with everything that JSONC and JSON5 add to it.
    Json,
    /// TOML.
    Toml,
    /// YAML; a file may hold several documents.
    Yaml,
    /// Lines of `NAME=value`.
    Dotenv,
    /// The YAML between two lines of `---` at the start of a Markdown file.
    FrontMatter,
}

impl Format {
    /// Returns the language's name as people write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
            Self::Dotenv => "dotenv",
            Self::FrontMatter => "YAML front matter",
        }
    }
}

/// A parsed file. Every span counts from the start of the file.
#[derive(Debug)]
pub struct Document {
    /// The language it is written in.
    pub format: Format,
    /// The top-level values: one, or as many as a YAML file has documents; none if the file is empty.
    pub roots: Vec<Node>,
    /// All comments, in order.
    pub comments: Vec<Comment>,
}

/// Why a file could not be read as a document. Holds no byte of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The file is larger than [`LARGEST`].
    #[error("{}, so it was read as plain text only", self.problem())]
    TooLarge,
    /// The file has more than [`MOST`] values.
    #[error("{}, so it was read as plain text only", self.problem())]
    TooMany,
    /// The file has more than [`DEEPEST`] nested levels, or more than its parser takes: 80 in TOML.
    #[error("{}, so it was read as plain text only", self.problem())]
    TooDeep {
        /// Where the level is opened that is one too many, as far as known.
        offset: usize,
    },
    /// The file is not UTF-8.
    #[error("{}, so it was read as plain text only", self.problem())]
    NotUtf8 {
        /// The first byte that is wrong.
        offset: usize,
    },
    /// The file breaks the language's grammar.
    #[error("{}, so it was read as plain text only", self.problem())]
    Syntax {
        /// The language it was read as.
        format: Format,
        /// Where the parser gave up.
        offset: usize,
    },
}

impl DocumentError {
    /// Returns what is wrong with the file, as the end of a sentence.
    pub fn problem(self) -> String {
        match self {
            Self::TooLarge => format!("is larger than {} MiB", LARGEST >> 20),
            Self::TooMany => format!("has more than {} thousand values", MOST / 1000),
            Self::TooDeep { .. } => "is nested too deeply".to_owned(),
            Self::NotUtf8 { .. } => "is not valid UTF-8".to_owned(),
            Self::Syntax { format, .. } => format!("is not valid {}", format.name()),
        }
    }

    /// Returns the byte at which reading failed.
    pub const fn offset(self) -> usize {
        match self {
            Self::TooLarge | Self::TooMany => 0,
            Self::TooDeep { offset } | Self::NotUtf8 { offset } | Self::Syntax { offset, .. } => offset,
        }
    }
}

/// Reads `bytes` as a document.
///
/// Takes time and memory in proportion to [`LARGEST`] at most, and a bounded part of the stack.
///
/// # Errors
/// The file is too large, has too many values, is too deep, not UTF-8, or not of that format.
pub fn parse(bytes: &[u8], format: Format) -> Result<Document, DocumentError> {
    if bytes.len() > LARGEST {
        return Err(DocumentError::TooLarge);
    }
    let ends_value = |at: &usize| bytes[*at] == b',' || !matches!(bytes.get(at + 1), Some(b'\n' | b'\r') | None);
    if memchr::memchr2_iter(b',', b'\n', bytes).filter(ends_value).nth(MOST).is_some() {
        return Err(DocumentError::TooMany);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| DocumentError::NotUtf8 { offset: error.valid_up_to() })?;
    let skipped = if text.starts_with('\u{feff}') { 3 } else { 0 };
    match format {
        Format::Json => json::parse(text, skipped),
        Format::Toml => toml::parse(text, skipped),
        Format::Yaml => yaml::parse(text, Span::new(skipped, text.len()), format),
        Format::Dotenv => Ok(dotenv::parse(text, skipped)),
        Format::FrontMatter => match front_matter(text, skipped) {
            Some(span) => yaml::parse(text, span, format),
            None => Ok(Document { format, roots: Vec::new(), comments: Vec::new() }),
        },
    }
}

/// Returns the lines between two lines of `---`, the first of which opens the file.
fn front_matter(text: &str, skipped: usize) -> Option<Span> {
    let body = &text[skipped..];
    let first = body.find('\n')?;
    if body[..first].trim_end() != "---" {
        return None;
    }
    let start = first + 1;
    let mut at = start;
    while at < body.len() {
        let end = body[at..].find('\n').map_or(body.len(), |len| at + len + 1);
        if matches!(body[at..end].trim_end(), "---" | "...") {
            return Some(Span::new(skipped + start, skipped + at));
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests;
