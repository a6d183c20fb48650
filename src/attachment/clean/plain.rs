//! Plain text in UTF-8, guarded for register numbers like every other text; and bytes that go in as they are.
use super::{Cleaner, Fault};
use crate::personal::holds_register_number;

/// A register number with its separators takes less: this many bytes of what went before are looked at again.
const OVERLAP: usize = 256;

/// Passes text on, unless it is none or holds a register number.
pub struct Plain {
    /// A character that is not whole yet.
    broken: Vec<u8>,
    /// The end of what went before.
    tail: String,
    line: usize,
}

impl Plain {
    /// At the start.
    pub fn new() -> Self {
        Self {
            broken: Vec::new(),
            tail: String::new(),
            line: 1,
        }
    }

    fn guard(&mut self, text: &str) -> Result<(), Fault> {
        if text.chars().any(is_control) {
            return Err(Fault::Unknown);
        }
        let mut looked_at = format!("{}{text}", self.tail);
        let before = self.tail.matches('\n').count();
        if holds_register_number(&looked_at) {
            let ends: Vec<usize> = looked_at
                .match_indices('\n')
                .map(|(index, _)| index)
                .collect();
            let clean = |end: &usize| !looked_at.get(..*end).is_some_and(holds_register_number);
            let line = self.line.saturating_sub(before) + ends.partition_point(clean);
            return Err(Fault::Personal { line });
        }
        self.line += text.matches('\n').count();
        let mut from = looked_at.len().saturating_sub(OVERLAP);
        while !looked_at.is_char_boundary(from) {
            from += 1;
        }
        self.tail = looked_at.split_off(from);
        Ok(())
    }
}

/// A character that no text has.
fn is_control(character: char) -> bool {
    character.is_control() && !matches!(character, '\t' | '\n' | '\r' | '\u{c}' | '\u{85}')
}

impl Cleaner for Plain {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let mut joined = std::mem::take(&mut self.broken);
        joined.extend(bytes);
        let text = match std::str::from_utf8(&joined) {
            Ok(text) => text,
            Err(fault) if fault.error_len().is_none() => {
                let (whole, broken) = joined.split_at(fault.valid_up_to());
                self.broken = broken.to_vec();
                std::str::from_utf8(whole).map_err(|_| Fault::Unknown)?
            }
            Err(_) => return Err(Fault::Unknown),
        };
        self.guard(text)?;
        out.extend(text.as_bytes());
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) -> Result<(), Fault> {
        if self.broken.is_empty() {
            Ok(())
        } else {
            Err(Fault::Unknown)
        }
    }
}

/// Passes bytes on as they are.
pub struct AsItIs;

impl Cleaner for AsItIs {
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        out.extend(bytes);
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) -> Result<(), Fault> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_pieces, whole};
    use super::*;

    #[test]
    fn a_text_goes_in_as_it_is() {
        for text in ["a", "één regel\r\nen nog een\t€ 12", "\u{feff}met een BOM"] {
            let sent = text.as_bytes();
            assert_eq!(whole(Plain::new(), sent).expect("text"), sent);
            assert_eq!(in_pieces(Plain::new(), sent).expect("text"), sent);
        }
    }

    #[test]
    fn a_register_number_is_found_with_its_line_however_the_bytes_come_in() {
        let long = "een regel zonder nummer\n".repeat(40);
        for (text, expected) in [
            ("85073003328".to_owned(), 1),
            ("naam\n85.07.30-033.28\nslot".to_owned(), 2),
            (format!("{long}nummer 85 07 30 033 28;\n{long}"), 41),
        ] {
            for found in [
                whole(Plain::new(), text.as_bytes()),
                in_pieces(Plain::new(), text.as_bytes()),
            ] {
                assert_eq!(
                    found.expect_err("refused"),
                    Fault::Personal { line: expected }
                );
            }
        }
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for bytes in [&b"a\0b"[..], b"\xff\xfea\0", b"half \xe2\x82", b"bell \x07"] {
            assert_eq!(whole(Plain::new(), bytes), Err(Fault::Unknown), "{bytes:?}");
        }
    }
}
