//! What PocketSphinx is asked to do here, on speech made by espeak-ng.

use super::*;

#[test]
fn fillers_and_numbers_of_pronunciations_are_no_words() {
    let kept: Vec<_> = ["<s>", "the(2)", "<sil>", "[NOISE]", "++UM++", "can't", "(2)"]
        .into_iter()
        .filter_map(plain)
        .collect();
    assert_eq!(kept, ["the", "can't", "(2)"]);
}
