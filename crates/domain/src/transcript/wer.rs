//! How far two lines of words differ: the word error rate, by which recognisers are compared.

/// Words that had to be changed to make `heard` of `said`, and the words of `said`. Letter case and
/// punctuation do not count; apostrophes within a word do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Errors {
    /// Words replaced, left out or added.
    pub wrong: usize,
    /// Words that were said.
    pub said: usize,
}

impl Errors {
    /// The word error rate: 0 is perfect, and it may be more than 1.
    pub fn rate(self) -> f64 {
        match (self.wrong, self.said) {
            (0, _) => 0.0,
            (wrong, said) => wrong as f64 / said.max(1) as f64,
        }
    }
}

impl std::ops::AddAssign for Errors {
    fn add_assign(&mut self, more: Self) {
        self.wrong += more.wrong;
        self.said += more.said;
    }
}

/// Compares what was heard with what was said.
pub fn compare(said: &str, heard: &str) -> Errors {
    let (said, heard) = (words(said), words(heard));
    // Levenshtein's distance, a row at a time.
    let mut row: Vec<usize> = (0..=heard.len()).collect();
    for (i, word) in said.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, other) in heard.iter().enumerate() {
            let replaced = diagonal + usize::from(word != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    Errors { wrong: row[heard.len()], said: said.len() }
}

/// The words of a line as they are compared.
fn words(line: &str) -> Vec<String> {
    line.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’'))
        .map(|word| word.trim_matches(['\'', '’']).replace('’', "'").to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_replaced_left_out_or_added_counts() {
        for (said, heard, wrong) in [
            ("ask not what", "ask not what", 0),
            ("Ask not — what?", "ask, NOT what", 0),
            ("don’t go", "don't go", 0),
            ("ask not what", "ask what", 1),
            ("ask not what", "and ask not what", 1),
            ("ask not what", "ask note what", 1),
            ("a b c d", "b c d e", 2),
            ("", "made up", 2),
            ("left out", "", 2),
            ("", "", 0),
        ] {
            assert_eq!(compare(said, heard).wrong, wrong, "{said:?} {heard:?}");
        }
    }

    #[test]
    fn the_rate_is_per_word_said() {
        let mut all = compare("one two three four", "one two");
        assert_eq!(all.rate(), 0.5);
        all += compare("a b c d", "a b c d");
        assert_eq!(all.rate(), 0.25);
        assert_eq!(compare("", "made up").rate(), 2.0);
        assert_eq!(compare("", "").rate(), 0.0);
    }

    proptest! {
        #[test]
        fn the_distance_is_one(a in "[ab ]{0,12}", b in "[ab ]{0,12}") {
            let (there, back) = (compare(&a, &b), compare(&b, &a));
            prop_assert_eq!(there.wrong, back.wrong);
            prop_assert!(there.wrong <= there.said.max(back.said));
            prop_assert!(there.wrong >= there.said.abs_diff(back.said));
            prop_assert_eq!(compare(&a, &a).wrong, 0);
        }
    }
}
