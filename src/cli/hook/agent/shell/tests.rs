//! Lines, and how a shell reads them.

use super::*;

/// Returns the words of each command that has any.
fn words(line: &str) -> Vec<String> {
    let commands = commands(line, "");
    commands.iter().filter(|command| !command.words.is_empty()).map(|command| command.words.join("|")).collect()
}

#[test]
fn words_are_those_of_a_shell() {
    for (line, expected) in [
        ("a 'b c' \"d\\\"e\" f\\ g $'h\\'i' \"\"", &["a|b c|d\"e|f g|h'i|"][..]),
        ("a; b && c | d & e\nf", &["a", "b", "c", "d", "e", "f"]),
        ("a $(b c) d", &["a||d", "b|c"]),
        ("a \"x $(b 'c') y `d`\" e", &["a|x  y |e", "b|c", "d"]),
        ("(a; (b)) c", &["a", "b", "c"]),
        ("x=$( (a) ) b", &["x=|b", "a"]),
        ("a 2>&1 >b <c d # e\nf", &["a|d", "f"]),
        ("a \\\n b) c", &["a|b", "c"]),
        ("cat <<'E' - && b\nit's; c\nE\nd", &["cat|-", "b", "d"]),
        ("a -m \"$(cat <<E\nit's\nE\n)\" -n", &["a|-m|it's|-n", "cat"]),
        ("F='-n x'; a $F \"$F\" '$F' ${F}y z$F", &["F=-n x", "a|-n|x|-n x|$F|-n|xy|z-n|x"]),
        ("E=; a $E \"$E\" $U ${U:-x} \"${U:-a b}\" ${E-c} ${E:-d} ${U:?f}", &["E=", "a||$U|x|a b|d|${U:?f}"]),
        ("export F=-n; F+=m; a $F", &["export|F=-n", "F+=m", "a|-nm"]),
        ("a {-n,-m} x{1,{2,3}}y '{a,b}' {} { {a,b", &["a|-n|-m|x1y|x2y|x3y|{a,b}|{}|{|{a,b"]),
        (
            "a $(git rev-parse --git-dir)/x $(echo b c) $'\\x2dn\\u0041\\055'",
            &["a|$GIT_TOPLEVEL/.git/x|b|c|-nA-", "git|rev-parse|--git-dir", "echo|b|c"],
        ),
        ("A=a; b AB\"\"CD 'AB''CD' AB\\\nCD", &["A=a", "b|ABCD|ABCD|ABCD"]),
        ("a ${X:=b} $X; c \"${X=d}\"", &["a|b|b", "c|b"]),
        ("rm$IFS-rf${IFS}x", &["rm|-rf|x"]),
        ("diff <(a) <(b) c", &["diff|||c", "a", "b"]),
    ] {
        assert_eq!(words(line), expected, "{line}");
    }
}

#[test]
fn what_is_written_and_what_is_read_is_known() {
    let command = |line: &str| commands(line, "").swap_remove(0);
    assert_eq!(command("echo x >a 2>>b &>c").writes, ["a", "b", "c"]);
    assert_eq!(command("sh <<-E\n\ta\n\tE\nb").input, "a\n");
    assert_eq!(command("sh <<< 'a b'").input, "a b");
}

#[test]
fn each_command_runs_in_the_folder_that_the_line_leads_to() {
    let folders = |line: &str| -> Vec<String> {
        let commands = commands(line, "/p");
        commands.iter().filter(|command| !command.words.is_empty()).map(|command| command.folder.to_string()).collect()
    };
    assert_eq!(
        folders("a; cd b && c; (cd d; e); f; cd -; g"),
        ["/p", "/p", "/p/b", "/p/b", "/p/b/d", "/p/b", "/p/b", "/p"]
    );
    assert_eq!(folders("a $(cd b; c); d"), ["/p", "/p", "/p", "/p/b"]);
    assert_eq!(words("cd b; a $PWD `pwd` ~+"), ["cd|b", "a|b|b|~+", "pwd"]);
}

#[test]
fn a_line_that_is_made_of_words_is_read_as_them() {
    let expected = ["bash", "-lc", "it's \"$(a)\"; b", "", "#", "{a,b}", "\n"];
    let commands = commands(&line(expected), "");
    assert_eq!((commands.len(), &commands[0].words[..]), (1, &expected.map(str::to_owned)[..]));
}

#[test]
fn words_are_read_again_that_stand_in_parts() {
    for (line, expected) in [
        ("a abcd'efgh' b", &["a abcdefgh b"][..]),
        ("a \"abcd\"\"efgh\"; b 'abcd''efgh'", &["a abcdefgh", "b abcdefgh"]),
        ("a abcd\\\nefgh", &["a abcdefgh"]),
        ("a $'abcd\\x65fgh'", &["a abcdefgh"]),
        ("sh -c 'a abcd\"\"efgh'", &["a abcdefgh"]),
        (
            "sh -c \"sh -c 'a ab\\\"\\\"cdefgh'\"",
            &["sh -c sh -c 'a ab\"\"cdefgh'", "sh -c a ab\"\"cdefgh", "a abcdefgh"],
        ),
        ("a 'abcdefgh' \"abcdefgh\" abcdefgh", &[]),
        ("A=$(b c) abcdefgh \"$ABCDEFGH\" ab''cd", &[]),
        ("A=\"$(b)\"abcdefgh c", &[]),
    ] {
        assert_eq!(reread(line), expected, "{line}");
    }
}

#[test]
fn any_line_comes_to_an_end() {
    let parts = [
        "$(", "`", "\"", "'", "(", ")", "<<", "<<E\n", "\\", "$", ">", "&", "\n", "#", "a", "$'", "{", ",", "}",
        "A=$A$A",
    ];
    for first in parts {
        for second in parts {
            for third in parts {
                commands(&[first, second, third].concat(), "");
            }
        }
    }
    for part in ["$(", "{a,b}", "{{a,b},", "A=$A$A ;", "$(echo $A) ", "a|"] {
        commands(&["A=aaaaaaaaaaaaaaaa;", &part.repeat(20_000)].concat(), "/p");
    }
}
