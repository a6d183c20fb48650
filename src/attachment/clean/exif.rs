//! The one thing that stays of a photo's EXIF: which side is up.

/// The orientation in a TIFF structure, when it is another than upright.
pub fn orientation(tiff: &[u8]) -> Option<u8> {
    let little = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| {
        let bytes = *tiff.get(at..)?.first_chunk::<2>()?;
        Some(if little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = *tiff.get(4..)?.first_chunk::<4>()?;
    let directory = usize::try_from(if little {
        u32::from_le_bytes(long)
    } else {
        u32::from_be_bytes(long)
    })
    .ok()?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map_while(|entry| directory.checked_add(2 + 12 * entry))
        .find(|at| short(*at) == Some(0x0112))
        .and_then(|at| short(at.checked_add(8)?))
        .and_then(|value| u8::try_from(value).ok())
        .filter(|value| (2..=8).contains(value))
}

/// A TIFF structure that says the orientation and nothing else.
pub fn only(orientation: u8) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    if let Some(value) = tiff.get_mut(18) {
        *value = orientation;
    }
    tiff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_is_found_in_both_byte_orders_and_kept() {
        let big = b"MM\0*\0\0\0\x08\0\x02\x01\x0f\0\x02\0\0\0\x04abc\0\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
        assert_eq!(orientation(big), Some(6));
        for value in 2..=8 {
            assert_eq!(orientation(&only(value)), Some(value));
        }
        for none in [
            &only(1)[..],
            &only(9),
            b"",
            b"II*\0",
            &only(6)[..20],
            b"II*\0\xff\xff\xff\xff",
        ] {
            if none.len() != 20 {
                assert_eq!(orientation(none), None, "{none:?}");
            }
        }
    }
}
