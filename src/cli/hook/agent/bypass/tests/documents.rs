//! Lines with here-documents.

/// Lines that go around hooks.
pub const AROUND: &[&str] = &[
    "cat <<X\n$(git commit -n)\nX",
    "cat <<X > notes\nsee `git commit -n -m x`\nX",
    "cat <<-X\n\t\"$(rm .git/hooks/pre-commit)\"\n\tX",
    "git commit -F - <<X\n$(cat <<Y\n$(git commit -n)\nY\n)\nX",
    "cat <<X\n\\\\$(git commit -n)\nX",
    "F=-n; bash <<X\ngit commit $F -m x\nX",
    "cat <<\"X Y\"\na\nX Y\ngit commit -n",
    "cat <<'X;Y'\na\nX;Y\ngit commit -n",
    "cat <<X\\ Y\na\nX Y\ngit commit -n",
    "cat <<$'X'\na\nX\ngit commit -n",
    "cat <<$'X\\ty'\na\nX\ty\ngit commit -n",
    "cat <<$\"X\"\na\nX\ngit commit -n",
    "cat <<X\\\nY\na\nXY\ngit commit -n",
    "bash <<\"X Y\"\ngit commit -n\nX Y",
];

/// Lines that leave them alone.
pub const HARMLESS: &[&str] = &[
    "cat <<'X'\n$(git commit -n)\nX",
    "cat <<\"X\"\n`git commit -n`\nX",
    "cat <<\\X\n$(git commit -n)\nX",
    "cat <<X\n\\$(git commit -n) and \\`git commit -n\\`\nX",
    "cat <<X\n$(git status) \"git commit -n\" it's\nX",
    "cat <<-X\n\t$(cat .git/hooks/pre-commit)\n\tX",
    "F=-n; bash <<'X'\ngit commit $F -m x\nX",
    "F=-n; cat <<X\ngit commit $F -m x\nX",
    "cat <<\"X Y\"\ngit commit -n\nX Y",
    "cat <<'X;Y'\n$(git commit -n)\nX;Y\ngit status",
    "cat <<X\\ Y\ngit commit -n\n$(git commit -n)\nX Y",
    "cat <<$'X'\n$(git commit -n)\nX",
    "cat <<$\"X\"\ngit commit -n\nX",
    "cat <<X\\\nY\ngit commit -n\nXY",
    "git commit -F - <<X\nTell of $(git describe) and git commit -n\nX",
];
