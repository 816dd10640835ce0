//! The place of a node in its document, as a JSON Pointer that is written only when somebody asks for it.

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;

use super::Node;

/// The length up to which a pointer is written out; a longer one is shortened to its hash.
const LONGEST: usize = 1024;

/// A place in a document: the steps from its root, each of which the places below share.
///
/// So a document of many values under a long key costs no more memory than its own size.
#[derive(Clone, Debug, Default)]
pub struct Pointer<'a>(Option<Rc<Step<'a>>>);

#[derive(Debug)]
struct Step<'a> {
    above: Pointer<'a>,
    name: Name<'a>,
    /// How many bytes the whole pointer has, before what JSON Pointer escapes.
    len: usize,
    /// A hash of the whole pointer.
    hash: u64,
}

#[derive(Clone, Copy, Debug)]
enum Name<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Pointer<'a> {
    /// Returns the place of the document itself.
    pub const fn root() -> Self {
        Self(None)
    }

    /// Returns the place of a child: the member under its key, or the element with this number.
    #[must_use]
    pub fn child(&self, child: &'a Node, index: usize) -> Self {
        match &child.key {
            Some(key) => self.key(&key.name),
            None => self.below(Name::Index(index)),
        }
    }

    /// Returns the place of what stands under a key.
    #[must_use]
    pub fn key(&self, name: &'a str) -> Self {
        self.below(Name::Key(name))
    }

    fn below(&self, name: Name<'a>) -> Self {
        let (len, hash) = self.0.as_ref().map_or((0, 0xcbf2_9ce4_8422_2325), |step| (step.len, step.hash));
        let text = name.text();
        // The hash of Fowler, Noll and Vo: the same in every version, unlike that of the standard library.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = text.bytes().fold(mix(hash, b'/'), mix);
        Self(Some(Rc::new(Step { above: self.clone(), name, len: len + 1 + text.len(), hash })))
    }

    /// Returns the place above; the document itself is its own.
    pub fn above(&self) -> Self {
        self.0.as_ref().map_or_else(Self::root, |step| step.above.clone())
    }

    /// Returns the key right below the document itself, if this place lies deeper than it.
    pub fn section(&self) -> Option<&'a str> {
        let steps: Vec<&Step<'a>> = self.steps().collect();
        match steps.as_slice() {
            [_, .., first] => first.name.key(),
            _ => None,
        }
    }

    /// Tells whether the place lies below a key of that name, wherever that stands.
    pub fn is_below(&self, key: &str) -> bool {
        self.steps().skip(1).any(|step| step.name.key() == Some(key))
    }

    /// Returns the steps, the last one first.
    fn steps(&self) -> impl Iterator<Item = &Step<'a>> {
        std::iter::successors(self.0.as_deref(), |step| step.above.0.as_deref())
    }
}

impl<'a> Name<'a> {
    fn text(self) -> Cow<'a, str> {
        match self {
            Self::Key(name) => Cow::Borrowed(name),
            Self::Index(index) => Cow::Owned(index.to_string()),
        }
    }

    const fn key(self) -> Option<&'a str> {
        match self {
            Self::Key(name) => Some(name),
            Self::Index(_) => None,
        }
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(last) = &self.0 else { return Ok(()) };
        if last.len > LONGEST {
            return write!(f, "/…{:016x}", last.hash);
        }
        let names: Vec<Cow<'_, str>> = self.steps().map(|step| step.name.text()).collect();
        names.iter().rev().try_for_each(|name| write!(f, "/{}", name.replace('~', "~0").replace('/', "~1")))
    }
}

impl From<Pointer<'_>> for String {
    fn from(pointer: Pointer<'_>) -> Self {
        pointer.to_string()
    }
}

impl From<&Pointer<'_>> for String {
    fn from(pointer: &Pointer<'_>) -> Self {
        pointer.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_is_written_as_its_standard_says() {
        let root = Pointer::root();
        let deep = root.key("a/b").key("c~d").below(Name::Index(7));
        assert_eq!(root.to_string(), "");
        assert_eq!(deep.to_string(), "/a~1b/c~0d/7");
        assert_eq!(deep.above().to_string(), "/a~1b/c~0d");
        assert_eq!((deep.section(), root.key("a").section()), (Some("a/b"), None));
        assert!(deep.is_below("c~d") && !deep.above().is_below("c~d") && deep.is_below("a/b"));
    }

    #[test]
    fn a_long_pointer_is_short_and_tells_one_place_from_another() {
        let long = "k".repeat(100_000);
        let above = Pointer::root().key(&long);
        let texts: Vec<String> = (0..100).map(|index| above.below(Name::Index(index)).to_string()).collect();
        assert!(texts.iter().all(|text| text.len() < 32));
        assert_eq!(texts.iter().collect::<std::collections::HashSet<_>>().len(), 100);
    }
}
