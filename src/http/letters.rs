//! Bytes as letters, four bits each: what a cursor is written in. Digits could look like a national register number, and its link would be
//! refused.

/// A letter for each four bits.
const LETTERS: [char; 16] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p',
];

/// The bytes in letters, two each.
pub fn spell(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0xf])
        .filter_map(|half| LETTERS.get(usize::from(half)))
        .collect()
}

/// The bytes that these letters spell; nothing when they spell none.
pub fn read(text: &str) -> Option<Vec<u8>> {
    let halves: Vec<u8> = text
        .chars()
        .map(|letter| LETTERS.iter().position(|known| *known == letter))
        .map(|place| place.and_then(|place| u8::try_from(place).ok()))
        .collect::<Option<_>>()?;
    let (pairs, rest) = halves.as_chunks::<2>();
    let bytes = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    rest.is_empty().then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spelled_is_read_again() {
        let all: Vec<u8> = (0..=255).collect();
        let spelled = spell(&all);
        assert!(spelled.chars().all(|letter| letter.is_ascii_lowercase()));
        assert_eq!(read(&spelled), Some(all));
        assert_eq!(read(""), Some(Vec::new()));
        for wrong in ["a", "aq", "AB", "a1", "aé", "a b"] {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
