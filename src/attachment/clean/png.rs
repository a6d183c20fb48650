//! PNG without its metadata: a walk over the chunks that keeps what the picture needs.
use super::{Cleaner, Fault, exif};

const MALFORMED: Fault = Fault::Malformed("PNG");
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// The chunks of the picture itself, its colours, its density and its movement. Texts, times, EXIF and what is not known go.
const KEPT: &[[u8; 4]] = &[
    *b"IHDR", *b"PLTE", *b"IDAT", *b"IEND", *b"tRNS", *b"cHRM", *b"gAMA", *b"iCCP", *b"sBIT",
    *b"sRGB", *b"cICP", *b"mDCV", *b"cLLI", *b"bKGD", *b"hIST", *b"pHYs", *b"acTL", *b"fcTL",
    *b"fdAT",
];
/// The longest EXIF that is looked into for the orientation.
const MAX_EXIF: usize = 65_536;

/// Where the walk is.
enum State {
    Signature,
    Header,
    Data(u32),
    Check,
    /// After the last chunk: what was glued to it is left behind.
    End,
}

/// Keeps the chunks that the picture needs; of EXIF only the orientation.
pub struct Png {
    state: State,
    /// The signature, a header or a check, until it is whole.
    part: Vec<u8>,
    kind: [u8; 4],
    crc: crc32fast::Hasher,
    exif: Vec<u8>,
    headed: bool,
    pictured: bool,
}

impl Png {
    /// At the start.
    pub fn new() -> Self {
        Self {
            state: State::Signature,
            part: Vec::with_capacity(8),
            kind: [0; 4],
            crc: crc32fast::Hasher::new(),
            exif: Vec::new(),
            headed: false,
            pictured: false,
        }
    }

    fn kept(&self) -> bool {
        KEPT.contains(&self.kind)
    }

    /// Fills `part` up to a size; gives back what remains, and the part once it is whole.
    fn fill<'b, const SIZE: usize>(&mut self, bytes: &'b [u8]) -> (&'b [u8], Option<[u8; SIZE]>) {
        let wanted = SIZE.saturating_sub(self.part.len()).min(bytes.len());
        let (now, later) = bytes.split_at(wanted);
        self.part.extend(now);
        let done = <[u8; SIZE]>::try_from(self.part.as_slice()).ok();
        if done.is_some() {
            self.part.clear();
        }
        (later, done)
    }

    fn header(&mut self, header: [u8; 8], out: &mut Vec<u8>) -> Result<(), Fault> {
        let [l1, l2, l3, l4, kind @ ..] = header;
        let length = u32::from_be_bytes([l1, l2, l3, l4]);
        let first = !self.headed;
        self.kind = kind;
        self.headed = true;
        self.pictured |= kind == *b"IDAT";
        let known = self.kept();
        let critical = kind.first().is_some_and(u8::is_ascii_uppercase);
        let wrong = !kind.iter().all(u8::is_ascii_alphabetic)
            || length > 0x7fff_ffff
            || first != (kind == *b"IHDR")
            || (first && length != 13)
            || (kind == *b"IEND" && (length != 0 || !self.pictured))
            || (critical && !known);
        if wrong {
            return Err(MALFORMED);
        }
        self.crc = crc32fast::Hasher::new();
        self.crc.update(&kind);
        if known {
            out.extend(header);
        }
        self.state = match length {
            0 => State::Check,
            length => State::Data(length),
        };
        Ok(())
    }

    fn data<'b>(&mut self, left: u32, bytes: &'b [u8], out: &mut Vec<u8>) -> &'b [u8] {
        let most = usize::try_from(left).unwrap_or(usize::MAX);
        let (now, later) = bytes.split_at(most.min(bytes.len()));
        self.crc.update(now);
        if self.kept() {
            out.extend(now);
        } else if self.kind == *b"eXIf" && self.exif.len() < MAX_EXIF {
            self.exif.extend(now);
        }
        let taken = u32::try_from(now.len()).unwrap_or(left);
        self.state = match left.saturating_sub(taken) {
            0 => State::Check,
            left => State::Data(left),
        };
        later
    }

    fn check(&mut self, check: [u8; 4], out: &mut Vec<u8>) -> Result<(), Fault> {
        if u32::from_be_bytes(check) != self.crc.clone().finalize() {
            return Err(MALFORMED);
        }
        if self.kept() {
            out.extend(check);
        } else if self.kind == *b"eXIf"
            && let Some(orientation) = exif::orientation(&std::mem::take(&mut self.exif))
        {
            write(*b"eXIf", &exif::only(orientation), out)?;
        }
        self.state = if self.kind == *b"IEND" {
            State::End
        } else {
            State::Header
        };
        Ok(())
    }
}

fn write(kind: [u8; 4], data: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
    let length = u32::try_from(data.len()).map_err(|_| MALFORMED)?;
    let mut crc = crc32fast::Hasher::new();
    crc.update(&kind);
    crc.update(data);
    out.extend(length.to_be_bytes());
    out.extend(kind);
    out.extend(data);
    out.extend(crc.finalize().to_be_bytes());
    Ok(())
}

impl Cleaner for Png {
    fn push(&mut self, mut bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        while !bytes.is_empty() {
            match self.state {
                State::End => return Ok(()),
                State::Data(left) => bytes = self.data(left, bytes, out),
                State::Signature => {
                    let (later, signature) = self.fill::<8>(bytes);
                    bytes = later;
                    if let Some(signature) = signature {
                        if signature != SIGNATURE {
                            return Err(MALFORMED);
                        }
                        out.extend(signature);
                        self.state = State::Header;
                    }
                }
                State::Header => {
                    let (later, header) = self.fill::<8>(bytes);
                    bytes = later;
                    if let Some(header) = header {
                        self.header(header, out)?;
                    }
                }
                State::Check => {
                    let (later, check) = self.fill::<4>(bytes);
                    bytes = later;
                    if let Some(check) = check {
                        self.check(check, out)?;
                    }
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

    fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(kind, data, &mut bytes).expect("short");
        bytes
    }

    fn picture(extra: &[Vec<u8>], tail: &[u8]) -> Vec<u8> {
        let head = chunk(*b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
        let data = chunk(*b"IDAT", b"not really deflated");
        let end = chunk(*b"IEND", b"");
        [&SIGNATURE[..], &head, &extra.concat(), &data, &end, tail].concat()
    }

    #[test]
    fn metadata_goes_and_what_the_picture_needs_stays() {
        let kept = [
            chunk(*b"gAMA", &[0, 0, 1, 1]),
            chunk(*b"iCCP", b"sRGB\0\0x"),
        ];
        let mut all = kept.to_vec();
        for kind in [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"tIME", b"prVt"] {
            all.push(chunk(*kind, b"GPS 50.85"));
        }
        let sent = picture(&all, b"GPS, after the end");
        let clean = picture(&kept, b"");
        assert_eq!(whole(Png::new(), &sent).expect("clean"), clean);
        assert_eq!(in_pieces(Png::new(), &sent).expect("clean"), clean);
    }

    #[test]
    fn the_orientation_stays() {
        let mut exif = exif::only(8).to_vec();
        exif.extend(b"GPS");
        let sent = picture(&[chunk(*b"eXIf", &exif)], b"");
        let clean = picture(&[chunk(*b"eXIf", &exif::only(8))], b"");
        assert_eq!(whole(Png::new(), &sent).expect("clean"), clean);
    }

    #[test]
    fn a_malformed_picture_is_refused() {
        let right = picture(&[], b"");
        let mut damaged = right.clone();
        damaged[45] ^= 1;
        let no_head = [
            &SIGNATURE[..],
            &chunk(*b"IDAT", b"x"),
            &chunk(*b"IEND", b""),
        ]
        .concat();
        let no_data = [&right[..33], &chunk(*b"IEND", b"")].concat();
        let unknown = picture(&[chunk(*b"ABCD", b"x")], b"");
        for wrong in [
            &right[..right.len() - 1],
            &right[..8],
            &damaged,
            &no_head,
            &no_data,
            &unknown,
        ] {
            assert!(whole(Png::new(), wrong).is_err(), "{wrong:?}");
        }
    }
}
