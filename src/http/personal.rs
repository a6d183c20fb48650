//! No client-level data, ever: a text that holds a Belgian national register or BIS number is refused before it reaches
//! a handler, the log or the database.
//!
//! The number (Royal Decree of 3 April 1984): six digits of the date of birth (year, month, day), three of order, and a check
//! of two digits, 97 minus the first nine modulo 97; for births from 2000 on a 2 is put before the nine. A BIS number adds 20 or 40
//! to the month; an unknown month or day is 0.

/// Does the text hold such a number, plain or with separators?
pub fn holds_register_number(text: &str) -> bool {
    let mut digits: Vec<u64> = Vec::with_capacity(16);
    let mut gap = 0;
    for character in text.chars() {
        if let Some(digit) = character.to_digit(10) {
            digits.push(u64::from(digit));
            gap = 0;
            if digits.last_chunk::<11>().is_some_and(is_register_number) {
                return true;
            }
        } else {
            gap += 1;
            // At most two separators stand between two digits (". " or " - " without its second blank).
            if gap > 3 || !is_separator(character) {
                digits.clear();
            }
        }
    }
    false
}

fn is_separator(character: char) -> bool {
    matches!(
        character,
        '.' | '-' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}'
    ) || character.is_whitespace()
}

fn is_register_number(digits: &[u64; 11]) -> bool {
    let [y1, y2, m1, m2, d1, d2, a, b, c, k1, k2] = *digits;
    let number = |digits: &[u64]| digits.iter().fold(0, |sum, digit| sum * 10 + digit);
    let month = number(&[m1, m2]);
    let day = number(&[d1, d2]);
    let plausible_month = month <= 12 || (20..=32).contains(&month) || (40..=52).contains(&month);
    let order = number(&[a, b, c]);
    let base = number(&[y1, y2, m1, m2, d1, d2, a, b, c]);
    let check = number(&[k1, k2]);
    plausible_month
        && day <= 31
        && (1..=998).contains(&order)
        && [base, 2_000_000_000 + base]
            .into_iter()
            .any(|base| check == 97 - base % 97)
}

#[cfg(test)]
mod tests {
    use super::holds_register_number;

    #[test]
    fn a_register_number_is_found_however_it_is_written() {
        for text in [
            "85073003328",
            "85.07.30-033.28",
            "rijksnummer 85 07 30 033 28, moeder",
            "85/07/30-033/28",
            "nr:85.07.30 - 033.28",
            "17073003384",     // born in 2017
            "x85073003328x",   // glued to letters
            "1 85073003328",   // after another digit
            "85.27.30-033.71", // BIS
            "85.47.30-033.17",
            "123.85.07.30-033.28",
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
        ] {
            assert!(!holds_register_number(text), "{text}");
        }
    }
}
