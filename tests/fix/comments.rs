//! The comments beside what `keysweep fix` takes out.

use super::command::{fix, read, repository};
use super::fill;

#[test]
fn comments_above_and_behind_a_variable_survive() {
    let value = fill("{alnum:32}").0;
    let path = ".config/goose/config.yaml";
    for (envs, comments) in [
        (format!("    envs:\n      # rotate quarterly, ask Bob\n      K_TOKEN: {value} # prod\n"), 2),
        (format!("    envs: # of Bob\n\n      # a\n      # b\n      K_TOKEN: \"{value}\"\n"), 3),
        (format!("    envs:\n      # a\n      K_TOKEN: # b\n        {value}\n"), 2),
        (format!("    envs: {{ # a\n      K_TOKEN: {value} # b\n    }}\n"), 0),
    ] {
        let git = repository();
        let document = format!("extensions:\n  a:\n    cmd: a\n{envs}    timeout: 3\n");
        git.write(path, &document);
        let (code, out) = fix(&git, &[]);
        let text = read(&git, path);
        // A fix that can keep no comment is none.
        if comments == 0 {
            assert!(text.matches('#').count() == 2, "{}", text.replace(&value, "@"));
            continue;
        }
        assert_eq!(code, 0, "{out}");
        assert!(!text.contains(&value) && text.contains("- K_TOKEN") && !text.contains("envs"));
        let kept = text.lines().filter(|line| line.starts_with("    #")).count();
        assert_eq!(kept, comments, "{text}");
    }
}
