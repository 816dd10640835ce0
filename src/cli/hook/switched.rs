//! Variables by which those who look after hooks are kept from running keysweep.

/// Who runs a hook of keysweep's, in whose place the environment may say something.
#[derive(Clone, Copy, Debug)]
pub enum Runner<'a> {
    /// Husky.
    Husky,
    /// Lefthook.
    Lefthook,
    /// The pre-commit framework or its like, with the hook's id.
    Framework(&'a str),
}

/// Says which variable of the environment keeps a hook from running, or nothing if none does.
pub fn but_off(runner: Runner<'_>) -> String {
    match variable(runner, &|name| std::env::var(name).unwrap_or_default()) {
        Some(name) => format!(", but the variable `{name}` keeps it from running: unset it"),
        None => String::new(),
    }
}

fn variable(runner: Runner<'_>, value: &dyn Fn(&str) -> String) -> Option<&'static str> {
    let lists = |name: &str, id: &str| value(name).split(',').any(|part| part.trim() == id);
    let is_off = |name: &str| match (runner, name) {
        (Runner::Husky, "HUSKY") => value(name) == "0",
        (Runner::Lefthook, "LEFTHOOK") => matches!(value(name).as_str(), "0" | "false"),
        (Runner::Lefthook, "LEFTHOOK_EXCLUDE") => lists(name, "keysweep"),
        (Runner::Framework(id), "SKIP" | "PREK_SKIP") => lists(name, id),
        _ => false,
    };
    ["HUSKY", "LEFTHOOK", "LEFTHOOK_EXCLUDE", "SKIP", "PREK_SKIP"].into_iter().find(|name| is_off(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_runner_has_variables_of_its_own() {
        let framework = Runner::Framework("keysweep-push");
        for (runner, (name, value), is_off) in [
            (Runner::Husky, ("HUSKY", "0"), true),
            (Runner::Husky, ("HUSKY", "1"), false),
            (Runner::Husky, ("LEFTHOOK", "0"), false),
            (Runner::Lefthook, ("LEFTHOOK", "false"), true),
            (Runner::Lefthook, ("LEFTHOOK", "true"), false),
            (Runner::Lefthook, ("LEFTHOOK_EXCLUDE", "lint, keysweep"), true),
            (framework, ("SKIP", "lint,keysweep-push"), true),
            (framework, ("SKIP", "keysweep"), false),
            (framework, ("PREK_SKIP", "keysweep-push"), true),
            (framework, ("HUSKY", "0"), false),
        ] {
            let set = |asked: &str| if asked == name { value.to_owned() } else { String::new() };
            assert_eq!(variable(runner, &set), is_off.then_some(name), "{runner:?} {name}={value}");
        }
    }
}
