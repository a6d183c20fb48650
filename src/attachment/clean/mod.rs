//! Bytes on their way in, a piece at a time: told what they are by their content, cleaned, counted and hashed.
use aws_lc_rs::digest::{Context, SHA256};

use crate::hash::hex;
use crate::http::body::{personal_data, too_large};
use crate::problem::{Issue, Kind, Problem};
use crate::text::Text;

mod exif;
mod jpeg;
mod plain;
mod png;

/// Passes on what may stay of the bytes of one format.
pub trait Cleaner: Send {
    /// Takes the next bytes, and adds what stays to `out`.
    fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault>;
    /// There are no more.
    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Fault>;
}

/// A format that is taken in.
pub struct Format {
    /// Its media type.
    pub media_type: &'static str,
    /// The end of a file name.
    pub extension: &'static str,
    /// How its bytes begin.
    magic: &'static [u8],
    cleaner: fn() -> Box<dyn Cleaner>,
}

/// What is taken in. The first whose magic fits; what is left must be text.
pub const FORMATS: &[Format] = &[
    Format {
        media_type: "application/pdf",
        extension: "pdf",
        magic: b"%PDF-",
        cleaner: || Box::new(plain::AsItIs),
    },
    Format {
        media_type: "image/png",
        extension: "png",
        magic: b"\x89PNG\r\n\x1a\n",
        cleaner: || Box::new(png::Png::new()),
    },
    Format {
        media_type: "image/jpeg",
        extension: "jpg",
        magic: b"\xff\xd8\xff",
        cleaner: || Box::new(jpeg::Jpeg::new()),
    },
    Format {
        media_type: "text/plain",
        extension: "txt",
        magic: b"",
        cleaner: || Box::new(plain::Plain::new()),
    },
];
/// How many bytes tell the format.
const HEAD: usize = 8;

/// Why bytes are not taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// There are none.
    Empty,
    /// More than this many.
    TooLarge(usize),
    /// Of no format that is taken in.
    Unknown,
    /// Not of the format that the `Content-Type` says.
    Otherwise(String),
    /// They begin as this format, and go on as something else.
    Malformed(&'static str),
    /// A text with a register number.
    Personal {
        /// The line that it ends on.
        line: usize,
    },
    /// Not the bytes that were announced.
    Digest,
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let known: Vec<&str> = FORMATS.iter().map(|format| format.media_type).collect();
        let known = known.join(", ");
        let unsupported = |text| Problem::new(Kind::UnsupportedMediaType, text);
        let wrong = |kind, text| Problem::fault(Issue::body(kind, "", text));
        match fault {
            Fault::TooLarge(limit) => too_large(limit),
            Fault::Unknown => unsupported(Text::new(
                format!(
                    "Volgens de inhoud is dit geen bestand van deze types: {known} (tekst in UTF-8)."
                ),
                format!(
                    "D'après son contenu, ce fichier n'est d'aucun de ces types : {known} (texte en UTF-8)."
                ),
                format!("By its content this is no file of these types: {known} (text in UTF-8)."),
            )),
            Fault::Otherwise(declared) => unsupported(Text::new(
                format!(
                    "De inhoud is geen {declared}; laat Content-Type weg of stuur een van: {known}."
                ),
                format!(
                    "Le contenu n'est pas du {declared} ; omettez Content-Type ou envoyez l'un de : {known}."
                ),
                format!(
                    "The content is no {declared}; leave Content-Type out or send one of: {known}."
                ),
            )),
            Fault::Empty => wrong(
                "missing",
                Text::new(
                    "Stuur de bytes van het bestand.",
                    "Envoyez les octets du fichier.",
                    "Send the bytes of the file.",
                ),
            ),
            Fault::Malformed(format) => wrong(
                "malformedContent",
                Text::new(
                    format!(
                        "Dit bestand begint als {format} en is dat verder niet; controleer het, of bewaar het opnieuw."
                    ),
                    format!(
                        "Ce fichier commence comme du {format} mais ne l'est pas ensuite ; vérifiez-le ou enregistrez-le à nouveau."
                    ),
                    format!(
                        "This file begins as {format} and is none further on; check it, or save it again."
                    ),
                ),
            ),
            Fault::Personal { line } => Problem::fault(Issue::body(
                "personalData",
                format!("line {line}"),
                personal_data(),
            )),
            Fault::Digest => wrong(
                "digestMismatch",
                Text::new(
                    "De bytes die aankwamen, hebben een andere SHA-256 dan Repr-Digest zegt; verstuur het bestand opnieuw.",
                    "Les octets reçus ont un autre SHA-256 que celui de Repr-Digest ; renvoyez le fichier.",
                    "The bytes that arrived have another SHA-256 than Repr-Digest says; send the file again.",
                ),
            ),
        }
    }
}

/// What came in, once it is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// What it is.
    pub media_type: &'static str,
    /// How many bytes were sent.
    pub sent_size: usize,
    /// Their SHA-256.
    pub sent_sha256: String,
    /// How many stayed.
    pub stored_size: usize,
    /// Their SHA-256.
    pub stored_sha256: String,
}

/// Takes the bytes of one file in.
pub struct Intake {
    limit: usize,
    declared: Option<String>,
    head: Vec<u8>,
    chosen: Option<(&'static Format, Box<dyn Cleaner>)>,
    sent: (usize, Context),
    stored: (usize, Context),
}

impl Intake {
    /// Of at most this many bytes, of the type that was declared, if one was.
    pub fn new(limit: usize, declared: Option<String>) -> Self {
        Self {
            limit,
            declared: declared.filter(|declared| declared != "application/octet-stream"),
            head: Vec::with_capacity(HEAD),
            chosen: None,
            sent: (0, Context::new(&SHA256)),
            stored: (0, Context::new(&SHA256)),
        }
    }

    /// What they are, once that is known.
    pub fn media_type(&self) -> Option<&'static str> {
        self.chosen.as_ref().map(|(format, _)| format.media_type)
    }

    /// Takes the next bytes, and adds what stays to `out`.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> Result<(), Fault> {
        self.sent.0 += bytes.len();
        self.sent.1.update(bytes);
        if self.sent.0 > self.limit {
            return Err(Fault::TooLarge(self.limit));
        }
        let before = out.len();
        if let Some((_, cleaner)) = &mut self.chosen {
            cleaner.push(bytes, out)?;
        } else {
            self.head.extend(bytes);
            if self.head.len() >= HEAD {
                self.choose(out)?;
            }
        }
        self.count(before, out);
        Ok(())
    }

    /// There are no more: are they the bytes that were announced?
    pub fn finish(mut self, announced: &str, out: &mut Vec<u8>) -> Result<Received, Fault> {
        let before = out.len();
        let sent_sha256 = hex(self.sent.1.clone().finish().as_ref());
        if sent_sha256 != announced {
            return Err(Fault::Digest);
        }
        if self.sent.0 == 0 {
            return Err(Fault::Empty);
        }
        if self.chosen.is_none() {
            self.choose(out)?;
        }
        let (format, cleaner) = self.chosen.as_mut().ok_or(Fault::Unknown)?;
        let media_type = format.media_type;
        cleaner.finish(out)?;
        self.count(before, out);
        Ok(Received {
            media_type,
            sent_size: self.sent.0,
            sent_sha256,
            stored_size: self.stored.0,
            stored_sha256: hex(self.stored.1.finish().as_ref()),
        })
    }

    fn choose(&mut self, out: &mut Vec<u8>) -> Result<(), Fault> {
        let head = std::mem::take(&mut self.head);
        let format = FORMATS
            .iter()
            .find(|format| head.starts_with(format.magic))
            .ok_or(Fault::Unknown)?;
        if let Some(declared) = &self.declared
            && declared != format.media_type
        {
            return Err(Fault::Otherwise(declared.clone()));
        }
        let mut cleaner = (format.cleaner)();
        cleaner.push(&head, out)?;
        self.chosen = Some((format, cleaner));
        Ok(())
    }

    fn count(&mut self, before: usize, out: &[u8]) {
        let added = out.get(before..).unwrap_or_default();
        self.stored.0 += added.len();
        self.stored.1.update(added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What stays of bytes that come at once.
    pub fn whole(mut cleaner: impl Cleaner, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        cleaner.push(bytes, &mut out)?;
        cleaner.finish(&mut out)?;
        Ok(out)
    }

    /// What stays of bytes that come one by one.
    pub fn in_pieces(mut cleaner: impl Cleaner, bytes: &[u8]) -> Result<Vec<u8>, Fault> {
        let mut out = Vec::new();
        for byte in bytes {
            cleaner.push(&[*byte], &mut out)?;
        }
        cleaner.finish(&mut out)?;
        Ok(out)
    }

    fn take(bytes: &[u8], declared: Option<&str>) -> Result<Received, Fault> {
        let announced = hex(&crate::hash::sha256(bytes));
        let mut intake = Intake::new(100, declared.map(str::to_owned));
        let mut out = Vec::new();
        for piece in bytes.chunks(3) {
            intake.push(piece, &mut out)?;
        }
        intake.finish(&announced, &mut out)
    }

    #[test]
    fn bytes_are_told_by_their_content_and_counted() {
        for (bytes, expected) in [
            (&b"%PDF-1.7\n1 0 obj"[..], "application/pdf"),
            (b"Verslag", "text/plain"),
            (b"Verslag van het overleg", "text/plain"),
        ] {
            for declared in [None, Some("application/octet-stream"), Some(expected)] {
                let received = take(bytes, declared).expect("taken");
                assert_eq!(received.media_type, expected);
                assert_eq!(received.sent_size, bytes.len());
                assert_eq!(received.stored_size, bytes.len());
                assert_eq!(received.stored_sha256, received.sent_sha256);
            }
        }
    }

    #[test]
    fn what_is_not_what_it_says_is_refused() {
        let zip = b"PK\x03\x04\x14\0\0\0 and so on";
        for (bytes, declared, fault) in [
            (&b""[..], None, Fault::Empty),
            (&[b'a'; 101][..], None, Fault::TooLarge(100)),
            (zip, None, Fault::Unknown),
            (zip, Some("image/png"), Fault::Otherwise("image/png".into())),
            (
                b"Verslag",
                Some("application/pdf"),
                Fault::Otherwise("application/pdf".into()),
            ),
            (b"\x89PNG\r\n\x1a\nand so on", None, Fault::Malformed("PNG")),
            (
                b"\xff\xd8\xff\xd9 and so on",
                None,
                Fault::Malformed("JPEG"),
            ),
            (b"85.07.30-033.28", None, Fault::Personal { line: 1 }),
        ] {
            assert_eq!(
                take(bytes, declared).expect_err("refused"),
                fault,
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn bytes_that_were_not_announced_are_refused() {
        let mut intake = Intake::new(100, None);
        let mut out = Vec::new();
        intake.push(b"Verslag", &mut out).expect("text");
        assert_eq!(intake.finish(&"0".repeat(64), &mut out), Err(Fault::Digest));
    }
}
