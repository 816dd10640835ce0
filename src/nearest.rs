//! Finds the names that a mistyped one may have meant.

/// How many names are suggested.
const MOST: usize = 5;
/// A longer text is no slip of a name.
const LONGEST: usize = 100;

/// Returns the names nearest to `text`, best first: those that contain it, then those a few slips away.
pub fn nearest<'a>(text: &str, names: &[&'a str]) -> Vec<&'a str> {
    if text.len() > LONGEST {
        return Vec::new();
    }
    let text = text.to_lowercase();
    let mut scored: Vec<(usize, &str)> = names
        .iter()
        .filter_map(|name| {
            let tail = name.split_once('/').map_or(*name, |(_, tail)| tail);
            let slips = distance(&text, name).min(distance(&text, tail) + 1);
            let contained = text.len() >= 3 && name.contains(&text);
            (contained || slips <= text.len() / 3 + 1).then_some((if contained { 0 } else { slips }, *name))
        })
        .collect();
    scored.sort_by_key(|(score, name)| (*score, name.len()));
    scored.into_iter().take(MOST).map(|(_, name)| name).collect()
}

/// Returns how many letters must be put in, left out or changed to make `a` of `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_or_a_part_leads_to_the_name() {
        let names = ["github/oauth-token", "github/app-token", "gitlab/deploy-token", "jwt/token"];
        assert_eq!(nearest("githb/oauth-token", &names).first(), Some(&"github/oauth-token"));
        assert_eq!(nearest("deploy", &names), ["gitlab/deploy-token"]);
        assert_eq!(nearest("oauth-tokn", &names).first(), Some(&"github/oauth-token"));
        assert!(nearest("zzzzzz", &names).is_empty());
    }

    #[test]
    fn the_distance_counts_slips() {
        for (a, b, slips) in [("", "abc", 3), ("kitten", "sitting", 3), ("same", "same", 0)] {
            assert_eq!(distance(a, b), slips, "{a} {b}");
        }
    }
}
