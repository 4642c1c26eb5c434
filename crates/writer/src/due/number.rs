//! Numbers up to ninety-nine as they are said or written.

use crate::token::Token;

/// A number at `at`: its value, its length in words, and whether it is an ordinal.
pub(crate) fn at(words: &[Token], at: usize) -> Option<(u32, usize, bool)> {
    let low = words.get(at)?.low.as_str();
    if let Some(value) = digits(low) {
        return Some(value);
    }
    if let Some(tens) = TENS.iter().position(|t| *t == low).map(|i| 20 + 10 * i as u32) {
        // twenty first, treinta y uno
        let (next, length) = match words.get(at + 1).map(|w| w.low.as_str()) {
            Some("y") => (words.get(at + 2), 3),
            _ => (words.get(at + 1), 2),
        };
        let unit = next.and_then(|w| small(&w.low)).filter(|(v, _)| *v < 10 && *v > 0);
        return Some(match unit {
            Some((value, ordinal)) if tens < 100 => (tens_value(tens) + value, length, ordinal),
            _ => (tens_value(tens), 1, false),
        });
    }
    if let Some((tens, unit)) = low.split_once('-')
        && let Some(tens) = TENS.iter().position(|t| *t == tens)
        && let Some((value, ordinal)) = small(unit)
    {
        return Some((tens_value(20 + 10 * tens as u32) + value, 1, ordinal));
    }
    small(low).map(|(value, ordinal)| (value, 1, ordinal))
}

/// Both languages' tens follow each other in [`TENS`].
fn tens_value(place: u32) -> u32 {
    if place >= 60 { place - 40 } else { place }
}

const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "veinte", "treinta", "cuarenta", "cincuenta"];

fn digits(low: &str) -> Option<(u32, usize, bool)> {
    let end = low.find(|c: char| !c.is_ascii_digit()).unwrap_or(low.len());
    let ordinal = match &low[end..] {
        "" => false,
        "st" | "nd" | "rd" | "th" | "º" => true,
        _ => return None,
    };
    let value = low[..end].parse().ok().filter(|v| *v < 10_000)?;
    Some((value, 1, ordinal))
}

fn small(low: &str) -> Option<(u32, bool)> {
    let place = |list: &[&str]| list.iter().position(|w| w.split('/').any(|w| w == low)).map(|i| i as u32);
    place(CARDINALS).map(|v| (v, false)).or_else(|| place(ORDINALS).map(|v| (v, true)))
}

const CARDINALS: &[&str] = &[
    "zero/cero",
    "one/un/una/uno",
    "two/dos",
    "three/tres",
    "four/cuatro",
    "five/cinco",
    "six/seis",
    "seven/siete",
    "eight/ocho",
    "nine/nueve",
    "ten/diez",
    "eleven/once",
    "twelve/doce",
    "thirteen/trece",
    "fourteen/catorce",
    "fifteen/quince",
    "sixteen/dieciséis",
    "seventeen/diecisiete",
    "eighteen/dieciocho",
    "nineteen/diecinueve",
    "",
    "veintiuno/veintiún",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
];

const ORDINALS: &[&str] = &[
    "zeroth",
    "first/primero",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "thirtieth",
];

#[cfg(test)]
mod tests {
    use crate::token::tokens;

    fn number(text: &str) -> Option<(u32, usize, bool)> {
        super::at(&tokens(text), 0)
    }

    #[test]
    fn numbers_are_read_as_said_and_as_written() {
        assert_eq!(number("12"), Some((12, 1, false)));
        assert_eq!(number("3rd"), Some((3, 1, true)));
        assert_eq!(number("twenty first"), Some((21, 2, true)));
        assert_eq!(number("twenty-two"), Some((22, 1, false)));
        assert_eq!(number("thirty"), Some((30, 1, false)));
        assert_eq!(number("treinta y uno"), Some((31, 3, false)));
        assert_eq!(number("veinte"), Some((20, 1, false)));
        assert_eq!(number("quince días"), Some((15, 1, false)));
        assert_eq!(number("12pm"), None);
        assert_eq!(number("soon"), None);
    }
}
