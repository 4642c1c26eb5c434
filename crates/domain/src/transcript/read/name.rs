//! Where a line says who speaks: `Ana: good morning`.

/// Small words inside names.
const PARTICLES: [&str; 16] =
    ["al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "la", "of", "the", "van", "von", "y"];
const LENGTH_MAX: usize = 80;
const WORDS_MAX: usize = 6;

/// The name and what follows it, if the line begins with something that looks like a name: at most six
/// words before a colon and a space, and, if more than two, written like a name.
pub(super) fn split(line: &str) -> Option<(&str, &str)> {
    let at = line.find([':', '：'])?;
    let (name, rest) = line.split_at(at);
    let is_wide = rest.starts_with('：');
    let rest = rest.trim_start_matches([':', '：']);
    let name = name.trim();
    let followed = is_wide || rest.is_empty() || rest.starts_with(char::is_whitespace);
    (followed && is_name(name)).then(|| (name, rest.trim()))
}

fn is_name(name: &str) -> bool {
    let words: Vec<&str> = name.split_whitespace().collect();
    name.chars().count() <= LENGTH_MAX
        && (1..=WORDS_MAX).contains(&words.len())
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['?', '!', ';', '"', '<', '>', '[', ']', '{', '}', '/'])
        && (words.len() <= 2 || words.iter().all(|w| looks_like_name(w)))
}

fn looks_like_name(word: &str) -> bool {
    !word.starts_with(char::is_lowercase) || PARTICLES.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_are_told_from_words_with_a_colon() {
        for (line, name) in [
            ("Ana: good morning", "Ana"),
            ("ana: good morning", "ana"),
            ("Project Manager: so", "Project Manager"),
            ("Hon. María de la Cruz (Lugo): yes", "Hon. María de la Cruz (Lugo)"),
            ("王小明：你好", "王小明"),
            ("Speaker 2:", "Speaker 2"),
        ] {
            assert_eq!(split(line).map(|(n, _)| n), Some(name), "{line}");
        }
        for line in [
            "at 10:30 we meet",
            "see https://example.com",
            "We have three options: a, b and c",
            "Really? yes: so",
            ": nothing",
            "12: twelve",
            "no colon at all",
        ] {
            assert_eq!(split(line), None, "{line}");
        }
    }
}
