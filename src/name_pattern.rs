//! Compares names of files and folders with patterns.

/// A pattern for one name, in which a `*` stands for anything.
#[derive(Clone, Copy, Debug)]
pub struct NamePattern<'a> {
    start: &'a [u8],
    /// What stands behind the `*`, if there is one.
    end: Option<&'a [u8]>,
}

impl<'a> NamePattern<'a> {
    /// Reads a pattern; a second `*` stands for itself.
    pub fn new(pattern: &'a str) -> Self {
        let pattern = pattern.as_bytes();
        match memchr::memchr(b'*', pattern) {
            None => Self { start: pattern, end: None },
            Some(star) => Self { start: &pattern[..star], end: Some(&pattern[star + 1..]) },
        }
    }

    /// Tells whether a whole name is as the pattern says.
    pub fn matches(&self, name: &[u8]) -> bool {
        match self.end {
            None => name == self.start,
            Some(end) => {
                name.len() >= self.start.len() + end.len() && name.starts_with(self.start) && name.ends_with(end)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_part_of_a_name() {
        for (pattern, name, expected) in [
            ("a.json", "a.json", true),
            ("a.json", "a.jsonc", false),
            ("a*z", "az", true),
            ("a*z", "a-to-z", true),
            ("ab*bc", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(NamePattern::new(pattern).matches(name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
