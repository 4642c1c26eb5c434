//! Local agreement: of hypotheses about speech that goes on, what two in a row say alike is believed and
//! stays; the rest is shown as the last one has it.

/// What is believed so far.
#[derive(Debug, Default)]
pub(super) struct Agreement {
    agreed: Vec<String>,
    last: Vec<String>,
}

impl Agreement {
    /// Takes the next hypothesis, in words.
    pub(super) fn take(&mut self, words: Vec<String>) {
        let alike = self.last.iter().zip(&words).take_while(|(a, b)| plain(a) == plain(b)).count();
        if alike > self.agreed.len() {
            // What was believed keeps its form, whatever the next hypothesis makes of it.
            self.agreed.extend_from_slice(&words[self.agreed.len()..alike]);
        }
        self.last = words;
    }

    /// What is believed, and after it what is only guessed.
    pub(super) fn line(&self) -> String {
        let guessed = self.last.iter().skip(self.agreed.len());
        self.agreed.iter().chain(guessed).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// A word without capitals and punctuation, which change as the sentence goes on.
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(hypotheses: &[&str]) -> Vec<String> {
        let mut agreement = Agreement::default();
        let take = |hypothesis: &&str| {
            agreement.take(hypothesis.split_whitespace().map(str::to_owned).collect());
            agreement.line()
        };
        hypotheses.iter().map(take).collect()
    }

    #[test]
    fn what_two_hypotheses_say_alike_stays() {
        assert_eq!(
            lines(&["we shall", "We will meet", "we will meet on", "be all meat on Monday"]),
            ["we shall", "We will meet", "We will meet on", "We will meet on Monday"]
        );
    }

    #[test]
    fn a_guess_that_nobody_repeats_goes_away() {
        assert_eq!(lines(&["thank you", "", "so it is"]), ["thank you", "", "so it is"]);
    }
}
