//! JPEG without its metadata: a walk over the segments that keeps what the picture needs.
use super::{Cleaner, Fault, exif};

const MALFORMED: Fault = Fault::Malformed("JPEG");

/// Where the walk is.
enum State {
    /// Before the first marker; how many of its two bytes were seen.
    Start(u8),
    /// Between segments.
    Between,
    /// After the 0xFF of a marker.
    Code,
    /// In a segment's length; its first byte, once seen.
    Length(Option<u8>),
    /// In a segment; how many bytes are to come.
    Segment(usize),
    /// In the picture itself.
    Scan,
    /// After a 0xFF in the picture.
    ScanCode,
    /// After the end: what was glued to it (a film, a second picture) is left behind.
    End,
}

/// Keeps the tables, the frame, the scans, and of the application segments JFIF (without its thumbnail), ICC profiles and Adobe's
/// transform; of EXIF only the orientation.
pub struct Jpeg {
    state: State,
    code: u8,
    segment: Vec<u8>,
    framed: bool,
    scanned: bool,
    oriented: bool,
}

impl Jpeg {
    /// At the start.
    pub fn new() -> Self {
        Self {
            state: State::Start(0),
            code: 0,
            segment: Vec::new(),
            framed: false,
            scanned: false,
            oriented: false,
        }
    }

    fn byte(&mut self, byte: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
        self.state = match (&self.state, byte) {
            (State::Start(0), 0xff) => State::Start(1),
            (State::Start(1), 0xd8) => {
                out.extend([0xff, 0xd8]);
                State::Between
            }
            (State::Between | State::Code, 0xff) => State::Code,
            (State::ScanCode, 0xff) => State::ScanCode,
            // A 0xFF of the picture itself, and the points at which a damaged one can be picked up.
            (State::ScanCode, 0x00 | 0xd0..=0xd7) => {
                out.extend([0xff, byte]);
                State::Scan
            }
            (State::Code | State::ScanCode, code) => return self.marker(code, out),
            (State::Length(None), high) => State::Length(Some(high)),
            (State::Length(Some(high)), low) => {
                let length = usize::from(u16::from_be_bytes([*high, low]));
                State::Segment(length.checked_sub(2).ok_or(MALFORMED)?)
            }
            _ => return Err(MALFORMED),
        };
        if matches!(self.state, State::Segment(0)) {
            self.end_segment(out)?;
        }
        Ok(())
    }

    fn marker(&mut self, code: u8, out: &mut Vec<u8>) -> Result<(), Fault> {
        match code {
            0xd9 if self.framed && self.scanned => {
                out.extend([0xff, 0xd9]);
                self.state = State::End;
                Ok(())
            }
            0x00..=0x01 | 0xd0..=0xd9 => Err(MALFORMED),
            0xda if !self.framed => Err(MALFORMED),
            code => {
                self.code = code;
                self.segment.clear();
                self.state = State::Length(None);
                Ok(())
            }
        }
    }

    fn end_segment(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        self.state = State::Between;
        let segment = std::mem::take(&mut self.segment);
        match self.code {
            0xda => {
                self.scanned = true;
                self.state = State::Scan;
                write(0xda, &segment, out)
            }
            code @ (0xc0..=0xcf | 0xdb..=0xdf) => {
                self.framed |= !matches!(code, 0xc4 | 0xc8 | 0xcc | 0xdb..=0xdf);
                write(code, &segment, out)
            }
            0xe0 if segment.starts_with(b"JFIF\0") => {
                let mut plain = segment.get(..12).ok_or(MALFORMED)?.to_vec();
                plain.extend([0, 0]);
                write(0xe0, &plain, out)
            }
            0xe1 if !self.oriented => match segment.strip_prefix(b"Exif\0\0") {
                Some(tiff) => self.keep_orientation(tiff, out),
                None => Ok(()),
            },
            0xe2 if segment.starts_with(b"ICC_PROFILE\0") => write(0xe2, &segment, out),
            0xee if segment.starts_with(b"Adobe") => write(0xee, &segment, out),
            _ => Ok(()),
        }
    }

    fn keep_orientation(&mut self, tiff: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let Some(orientation) = exif::orientation(tiff) else {
            return Ok(());
        };
        self.oriented = true;
        let mut segment = b"Exif\0\0".to_vec();
        segment.extend(exif::only(orientation));
        write(0xe1, &segment, out)
    }
}

fn write(code: u8, segment: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let length = u16::try_from(segment.len() + 2).map_err(|_| MALFORMED)?;
    out.extend([0xff, code]);
    out.extend(length.to_be_bytes());
    out.extend(segment);
    Ok(())
}

impl Cleaner for Jpeg {
    fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.state {
                State::End => return Ok(()),
                State::Segment(left) => {
                    let (now, later) = bytes.split_at(left.min(bytes.len()));
                    self.segment.extend(now);
                    self.state = State::Segment(left - now.len());
                    if left == now.len() {
                        self.end_segment(out)?;
                    }
                    bytes = later;
                }
                State::Scan => {
                    let upto = bytes.iter().position(|byte| *byte == 0xff);
                    let (now, later) = bytes.split_at(upto.unwrap_or(bytes.len()));
                    out.extend(now);
                    if let Some((_, later)) = later.split_first() {
                        self.state = State::ScanCode;
                        bytes = later;
                    } else {
                        bytes = later;
                    }
                }
                _ => {
                    self.byte(*first, out)?;
                    bytes = rest;
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, _: &mut Vec<u8>) -> Result<(), Fault> {
        match self.state {
            State::End => Ok(()),
            _ => Err(MALFORMED),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{in_pieces, whole};
    use super::*;

    fn segment(code: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(code, payload, &mut bytes).expect("short");
        bytes
    }

    /// A picture of no size with these segments before its frame.
    fn picture(extra: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xff, 0xd8];
        bytes.extend(extra.concat());
        bytes.extend(segment(0xdb, &[0; 65]));
        bytes.extend(segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]));
        bytes.extend(segment(0xda, &[1, 1, 0, 0, 63, 0]));
        bytes.extend([1, 2, 0xff, 0x00, 3, 0xff, 0xd0, 4]);
        bytes.extend([0xff, 0xd9]);
        bytes.extend(tail);
        bytes
    }

    #[test]
    fn metadata_goes_and_what_the_picture_needs_stays() {
        let jfif = segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
        let icc = segment(0xe2, b"ICC_PROFILE\0\x01\x01profile");
        let adobe = segment(0xee, b"Adobe\0\x64\0\0\0\0\x01");
        let gone = [
            segment(0xe0, b"JFXX\0\x10thumbnail"),
            segment(0xe1, b"Exif\0\0II*\0\x08\0\0\0\0\0GPS 50.85"),
            segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0GPS"),
            segment(0xe2, b"MPF\0GPS"),
            segment(0xed, b"Photoshop 3.0\0GPS"),
            segment(0xef, b"GPS"),
            segment(0xfe, b"a comment with GPS"),
        ];
        let mut all = vec![jfif.clone(), icc.clone(), adobe.clone()];
        all.extend(gone);
        let sent = picture(&all, b"a film with GPS");
        let clean = picture(&[jfif, icc, adobe], b"");
        assert_eq!(whole(Jpeg::new(), &sent).expect("clean"), clean);
        assert_eq!(in_pieces(Jpeg::new(), &sent).expect("clean"), clean);
    }

    #[test]
    fn a_comment_between_scans_goes_too() {
        let clean = picture(&[], b"");
        let end = clean.len() - 2;
        let scan = segment(0xda, &[1, 1, 0, 0, 63, 0]);
        let with = |between: &[u8]| [&clean[..end], between, &scan, &[7], &clean[end..]].concat();
        let sent = with(&segment(0xfe, b"GPS"));
        assert_eq!(whole(Jpeg::new(), &sent).expect("clean"), with(&[]));
    }

    #[test]
    fn the_orientation_stays_and_nothing_else_of_its_exif() {
        let mut exif = b"Exif\0\0".to_vec();
        exif.extend(exif::only(6));
        exif.extend(b"GPS 50.85");
        let sent = picture(&[segment(0xe1, &exif), segment(0xe1, &exif)], b"");
        let kept = segment(0xe1, &exif[..32]);
        assert_eq!(
            whole(Jpeg::new(), &sent).expect("clean"),
            picture(&[kept], b"")
        );
    }

    #[test]
    fn a_thumbnail_in_the_jfif_segment_goes() {
        let sent = picture(
            &[segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01rgb")],
            b"",
        );
        let plain = segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0");
        assert_eq!(
            whole(Jpeg::new(), &sent).expect("clean"),
            picture(&[plain], b"")
        );
    }

    #[test]
    fn a_malformed_picture_is_refused() {
        let right = picture(&[], b"");
        let short = [&right[..2], &[0xff, 0xfe, 0, 1][..]].concat();
        let scan_first = [&[0xff, 0xd8][..], &segment(0xda, &[0])].concat();
        for wrong in [
            &right[..right.len() - 1],
            &right[..2],
            &right[..40],
            &[0xff, 0xd8, 0xff, 0xd9],
            &[0xff, 0xd8, 0x00],
            &short,
            &scan_first,
        ] {
            assert!(whole(Jpeg::new(), wrong).is_err(), "{wrong:?}");
        }
    }
}
