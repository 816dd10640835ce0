//! Lines that search for files and do something to them.

/// Lines that go around hooks.
pub const AROUND: &[&str] = &[
    "find .git/hooks -type f -regex '.*' -delete",
    "find .git/hooks -regex '.*e-commit' -delete",
    "find . -regex '.*/[a-z]*-co[m]*it' -delete",
    "find . -regex '\\./\\.g.t/.*' -delete",
    "find . -iregex '.*/PRE-.*' -delete",
    "find . -regex '.*/\\(x\\|pre-commit\\)' -delete",
    "find . -regextype posix-extended -regex '.*/(x|pre-commit)' -delete",
    "find .git/hooks -regex '[' -delete",
    "find . ! -regex '.*\\.pyc' -delete",
    "find .git/hooks -size +0M -delete",
    "find .git/hooks -size +0G -exec rm {} +",
    "find .git/hooks -size +00M -delete",
    "find .git/hooks -size +1k -delete",
];

/// Lines that leave them alone.
pub const HARMLESS: &[&str] = &[
    "find . -regex '.*\\.pyc' -delete",
    "find . -regex '.*/build/.*' -delete",
    "find . -regex '.*\\.\\(o\\|a\\)' -delete",
    "find . -regextype posix-extended -regex '.*\\.(o|a)' -delete",
    "find . -iregex '.*\\.LOG' -delete",
    "find . -regex '.*/x-commit' -delete",
    "find .git/hooks -regex '.*\\.sample' -delete",
    "find . -type f -not -regex '.*/\\..*' -not -path './tools/*' -delete",
    "find . -size +1M -delete",
    "find . -size +100M -exec rm {} +",
    "find . -type f -size +2G -delete",
];
