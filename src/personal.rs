//! No client-level data, ever: a text that holds a Belgian national register or BIS number is refused before it reaches
//! a handler, the log or the database.
//!
//! The number (Royal Decree of 3 April 1984): six digits of the date of birth (year, month, day), three of order, and a check
//! of two digits, 97 minus the first nine modulo 97; for births from 2000 on a 2 is put before the nine. A BIS number adds 20 or 40
//! to the month; an unknown month or day is 0.
//!
//! It is found in any script's digits, glued or with a few separators where people write them. Someone who wants to hide a
//! number from this will; it is here for the one who does not think of it.

/// Characters between two digits at most.
const GAP: usize = 4;

/// A digit, and whether something stands between it and the one before.
#[derive(Clone, Copy)]
struct Digit {
    value: u64,
    apart: bool,
}

/// Does the text hold such a number, plain or with separators?
pub fn holds_register_number(text: &str) -> bool {
    let mut digits: Vec<Digit> = Vec::new();
    let mut gap = 0;
    for character in text.chars().filter(|character| !is_invisible(*character)) {
        if let Some(value) = digit(character) {
            digits.push(Digit {
                value,
                apart: gap > 0,
            });
            gap = 0;
            if digits.last_chunk::<11>().is_some_and(is_register_number) {
                return true;
            }
        } else {
            gap += 1;
            if gap > GAP || character.is_alphabetic() {
                digits.clear();
            }
        }
    }
    false
}

/// The zeros of the decimal digits of Unicode 15 beyond ASCII; nine more follow each.
const ZEROS: [u32; 65] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
    0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50,
    0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0xff10,
    0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
    0x116c0, 0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50,
    0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6, 0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0,
];

fn digit(character: char) -> Option<u64> {
    if character.is_ascii() {
        return character.to_digit(10).map(u64::from);
    }
    let code = u32::from(character);
    ZEROS
        .iter()
        .find(|zero| (**zero..**zero + 10).contains(&code))
        .map(|zero| u64::from(code - zero))
}

/// What nobody sees between two letters or digits: soft hyphens, zero-width characters, marks of direction, variation and keycaps.
pub(crate) fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

fn is_register_number(digits: &[Digit; 11]) -> bool {
    let [y1, y2, m1, m2, d1, d2, a, b, c, k1, k2] = digits.map(|digit| digit.value);
    let number = |digits: &[u64]| digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    let month = number(&[m1, m2]);
    let day = number(&[d1, d2]);
    let plausible_month = month <= 12 || (20..=32).contains(&month) || (40..=52).contains(&month);
    let order = number(&[a, b, c]);
    let base = number(&[y1, y2, m1, m2, d1, d2, a, b, c]);
    let check = number(&[k1, k2]);
    is_grouped(digits)
        && plausible_month
        && day <= 31
        && (1..=998).contains(&order)
        && [base, 2_000_000_000 + base]
            .into_iter()
            .any(|base| check == 97 - base % 97)
}

/// Do separators stand only where people write them (85.07.30-033.28), or between all digits? Otherwise it is a list of counts or dates.
fn is_grouped(digits: &[Digit; 11]) -> bool {
    let mut inner = digits.iter().enumerate().skip(1);
    inner.clone().all(|(_, digit)| digit.apart)
        || inner.all(|(place, digit)| !digit.apart || matches!(place, 2 | 4 | 6 | 9))
}

/// Does the text hold what leads to one person: an e-mail address, or a telephone number (nine digits or more, with nothing but blanks, points, dashes, slashes,
/// brackets and a plus between)? Looked at where somebody answers without a name.
pub fn leads_to_somebody(text: &str) -> bool {
    let is_address = |word: &str| {
        let parts = word.split_once('@');
        parts.is_some_and(|(name, host)| {
            !name.is_empty() && host.trim_end_matches('.').contains('.')
        })
    };
    let mut digits = 0;
    let is_number = text.chars().any(|character| {
        if digit(character).is_some() {
            digits += 1;
        } else if !matches!(character, ' ' | '.' | '-' | '/' | '(' | ')' | '+')
            && !is_invisible(character)
        {
            digits = 0;
        }
        digits >= 9
    });
    is_number || text.split_whitespace().any(is_address)
}

#[cfg(test)]
mod tests {
    use super::{holds_register_number, leads_to_somebody};

    #[test]
    fn an_address_or_a_telephone_number_leads_to_somebody() {
        for text in [
            "mail an.peeters@voorbeeld.be",
            "(an@cgg.be)",
            "bel 0470 12 34 56",
            "+32 2 553 34 34",
            "02/553.34.34",
        ] {
            assert!(leads_to_somebody(text), "{text}");
        }
        for text in [
            "",
            "meer @ home",
            "in 2021, 2022 en 2023",
            "van 10 tot 20 dossiers, 12 voldeden",
            "stap 1/2/3",
            "ja @collega",
        ] {
            assert!(!leads_to_somebody(text), "{text}");
        }
    }

    #[test]
    fn a_register_number_is_found_however_it_is_written() {
        for text in [
            "85073003328",
            "85.07.30-033.28",
            "rijksnummer 85 07 30 033 28, moeder",
            "85/07/30-033/28",
            "85,07,30,033,28",
            "85:07:30:033:28",
            "85·07·30·033·28",
            "850730+03328",
            "(850730)(033)28",
            "8 5 0 7 3 0 0 3 3 2 8",
            "nr:85.07.30 - 033.28",
            "17073003384",   // born in 2017
            "x85073003328x", // glued to letters
            "1 85073003328", // after another digit
            "123.85.07.30-033.28",
            "85.27.30-033.71", // BIS
            "85.47.30-033.17",
            "８５０７３００３３２８",
            "٨٥٠٧٣٠٠٣٣٢٨",
            "850730\u{200b}033\u{ad}28",
            "8\u{fe0f}\u{20e3}5073003328",
        ] {
            assert!(holds_register_number(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_pass() {
        for text in [
            "",
            "0566988259",
            "BE 0566.988.259",
            "85073003329", // wrong check
            "85133003328", // month 13
            "8507300332",  // ten digits
            "tel. 02 553 34 34",
            "30 dossiers, 12 voldeden",
            "85.07.30 (en dan) 033.28",
            "8507, 3003, 328", // counts
        ] {
            assert!(!holds_register_number(text), "{text}");
        }
    }
}
