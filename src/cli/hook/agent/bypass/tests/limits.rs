//! What is too deep or too long to be read.

use super::*;

/// Returns what Python is told, with so many lines that do nothing before a last one.
fn python(lines: usize, line: &str) -> String {
    format!("python3 - <<'E'\n{}{line}\nE", "print('a')\n".repeat(lines))
}

#[test]
fn what_is_too_deep_or_too_long_is_refused_if_it_is_worth_a_look() {
    let remove = "import os; os.remove('.git/hooks/pre-commit')";
    let fed = |text: &str| format!("{{ {text}; {}; }} | python3", ["echo 'x = 1'"; 8].join("; "));
    let stop = format!("{}{remove}", "x = 1\n".repeat(1 << 15));
    for (line, expected) in [
        ("eval eval eval eval eval git commit -n".to_owned(), true),
        ("eval eval eval eval eval eval rm -rf .git".to_owned(), true),
        ("eval eval eval eval eval eval HUSKY=0 git commit".to_owned(), true),
        ("eval eval eval eval eval eval git commit -m x".to_owned(), false),
        ("eval eval eval eval eval eval cargo build".to_owned(), false),
        (python(20, remove), true),
        (python(2000, remove), true),
        (python(2000, "print('x')"), false),
        (python(2000, "post('webhook', skip=True); session.commit()"), false),
        (python(20_000, remove), true),
        (python(20_000, "print('x')"), false),
        (format!("python3 - <<'E'\n{stop}\nE"), true),
        (fed("echo \"import os; os.remove('.git/hooks/pre-commit')\""), true),
        (fed("echo 'import os'"), false),
    ] {
        assert_eq!(goes_around_hooks(&line, "/p", &Known), expected, "{}", line.get(..80).unwrap_or(&line));
    }
}

#[test]
fn any_program_comes_to_an_end() {
    for part in [
        "a = 'git b'\nprint(a)\n",
        "a = 'git b'; print(a, f'{a} {b(')\n",
        "print((((((((((('git b'\n",
        "print(a)\n",
        "print(a) ",
        "f(a, ",
        "a = 'git b'\n",
        "a = 'a a a a a git a'\n",
        "print(f'{{{{{{{{{{ {a} }}}}}')\n",
    ] {
        let line = format!("python3 - <<'E'\nos.system('x')\n{}{}\nE", "a = 'git b'\n".repeat(400), part.repeat(9_000));
        let line = line.get(..(1 << 17) - 10).unwrap_or(&line);
        assert!(!goes_around_hooks(line, "/p", &Known), "{part}");
    }
}

#[test]
fn what_stands_around_a_text_is_read_whatever_its_signs_are() {
    let comment = "\u{6211}".repeat(150);
    for blanks in 0..3 {
        let blanks = " ".repeat(blanks);
        for line in [
            format!("python3 -c 'import os\n# {comment}{blanks}\nos.remove(\".git/hooks/pre-commit\")'"),
            format!("python3 -c 'import os\nos.remove(\".git/hooks/pre-commit\") # {comment}{blanks}{comment}'"),
        ] {
            assert!(goes_around_hooks(&line, "/p", &Known), "{line}");
        }
        let line = format!("python3 -c '# {comment}{blanks}\nprint(\".git/hooks/pre-commit\") # {comment}{comment}'");
        assert!(!goes_around_hooks(&line, "/p", &Known), "{line}");
    }
}

#[test]
fn a_call_that_begins_far_above_is_one() {
    let words = "    name='a',\n".repeat(100);
    let line = format!(
        "python3 - <<'E'\nimport subprocess\nsubprocess.run(\n{words}    args='git commit -n',\n    shell=True)\nE"
    );
    assert!(goes_around_hooks(&line, "/p", &Known));
}
