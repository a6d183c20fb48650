//! What a client says of the bytes that it sends: their hash, their type and the name of the file.
use actix_web::http::header::{ContentDisposition, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::hex;
use crate::http::body::personal_data;
use crate::personal::holds_register_number;
use crate::problem::{In, Issue};
use crate::text::Text;

/// The longest file name, in characters.
const MAX_NAME: usize = 200;

/// The header that says a hash (RFC 9530), of one that is kept in hexadecimal.
pub fn digest_header(hex: &str) -> String {
    let bytes: Vec<u8> = hex
        .as_bytes()
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    format!("sha-256=:{}:", STANDARD.encode(bytes))
}

/// The SHA-256, in hexadecimal, that `Repr-Digest` or `Content-Digest` (RFC 9530) announces. The bytes come uncoded and whole, so both
/// speak of the same; given both, they must agree.
pub fn announced<'h>(
    repr: impl Iterator<Item = &'h HeaderValue>,
    content: impl Iterator<Item = &'h HeaderValue>,
) -> Result<String, Box<Issue>> {
    let repr = sha256_in(repr).map_err(|()| wrong_digest("Repr-Digest"))?;
    let content = sha256_in(content).map_err(|()| wrong_digest("Content-Digest"))?;
    match (repr, content) {
        (Some(repr), Some(content)) if repr != content => Err(wrong_digest("Content-Digest")),
        (Some(hash), _) | (None, Some(hash)) => Ok(hash),
        (None, None) => {
            let mut issue = wrong_digest("Repr-Digest");
            issue.kind = "missing";
            Err(issue)
        }
    }
}

/// The member `sha-256` of a dictionary of byte sequences (RFC 8941); other algorithms are passed over.
fn sha256_in<'h>(values: impl Iterator<Item = &'h HeaderValue>) -> Result<Option<String>, ()> {
    let mut found = None;
    for value in values {
        for member in value.to_str().map_err(drop)?.split(',') {
            let Some((key, value)) = member.trim().split_once('=') else {
                return Err(());
            };
            if key != "sha-256" {
                continue;
            }
            let sequence = value.split(';').next().unwrap_or_default().trim();
            let base64 = sequence
                .strip_prefix(':')
                .and_then(|rest| rest.strip_suffix(':'))
                .ok_or(())?;
            let bytes = STANDARD.decode(base64).map_err(drop)?;
            if bytes.len() != 32 {
                return Err(());
            }
            found = Some(hex(&bytes));
        }
    }
    Ok(found)
}

fn wrong_digest(header: &str) -> Box<Issue> {
    Box::new(Issue::new(
        "malformedHeader",
        In::Header,
        header,
        Text::new(
            "Stuur Repr-Digest met de SHA-256 van de bytes die u verstuurt: sha-256=:BASE64: (RFC 9530).",
            "Envoyez Repr-Digest avec le SHA-256 des octets que vous envoyez : sha-256=:BASE64: (RFC 9530).",
            "Send Repr-Digest with the SHA-256 of the bytes that you send: sha-256=:BASE64: (RFC 9530).",
        ),
    ))
}

/// The file name that a `Content-Disposition` gives, when it gives one.
pub fn file_name(header: &HeaderValue) -> Result<Option<String>, Box<Issue>> {
    let disposition = ContentDisposition::from_raw(header).map_err(|_| wrong_name())?;
    let extended = disposition
        .get_filename_ext()
        .map(|name| String::from_utf8(name.value.clone()).map_err(|_| wrong_name()))
        .transpose()?;
    let plain = disposition.get_filename().map(str::to_owned);
    extended.or(plain).map(checked_name).transpose()
}

fn checked_name(name: String) -> Result<String, Box<Issue>> {
    let forbidden = |character: char| {
        character.is_control()
            || matches!(character, '/' | '\\' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let right = !name.trim().is_empty()
        && name.trim() == name
        && name.chars().count() <= MAX_NAME
        && !name.chars().all(|character| character == '.')
        && !name.chars().any(forbidden);
    if !right {
        return Err(wrong_name());
    }
    if holds_register_number(&name) {
        let header = "Content-Disposition";
        return Err(Box::new(Issue::new(
            "personalData",
            In::Header,
            header,
            personal_data(),
        )));
    }
    Ok(name)
}

fn wrong_name() -> Box<Issue> {
    Box::new(Issue::new(
        "fileName",
        In::Header,
        "Content-Disposition",
        Text::new(
            format!(
                "Gebruik attachment; filename=\"…\" met een naam van 1 tot {MAX_NAME} tekens, zonder map en zonder stuurtekens."
            ),
            format!(
                "Utilisez attachment; filename=\"…\" avec un nom de 1 à {MAX_NAME} caractères, sans dossier ni caractères de contrôle."
            ),
            format!(
                "Use attachment; filename=\"…\" with a name of 1 to {MAX_NAME} characters, without a folder and without control characters."
            ),
        ),
    ))
}

/// The `Content-Disposition` under which stored bytes go out: always to be saved, never shown by a browser.
pub fn disposition(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|character| match character {
            '"' | '\\' => '_',
            other if other.is_ascii() => other,
            _ => '_',
        })
        .collect();
    if plain == name {
        return format!("attachment; filename=\"{plain}\"");
    }
    let coded: String = name
        .bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_') {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect();
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF_ABC: &str = "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=";
    const HEX: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn read(repr: &[&str], content: &[&str]) -> Result<String, Box<Issue>> {
        let values = |texts: &[&str]| -> Vec<HeaderValue> {
            texts
                .iter()
                .map(|text| HeaderValue::from_str(text).expect("a header"))
                .collect()
        };
        announced(values(repr).iter(), values(content).iter())
    }

    #[test]
    fn the_announced_hash_is_read_however_it_is_written() {
        let one = format!("sha-256=:{OF_ABC}:");
        let among = format!("sha-512=:AAAA:, sha-256=:{OF_ABC}:;a=1");
        for (repr, content) in [
            (vec![one.as_str()], vec![]),
            (vec![], vec![one.as_str()]),
            (vec![one.as_str()], vec![one.as_str()]),
            (vec![among.as_str()], vec![]),
            (vec!["md5=:AAAA:", one.as_str()], vec![]),
        ] {
            assert_eq!(read(&repr, &content).expect("a hash"), HEX, "{repr:?}");
        }
        assert_eq!(digest_header(HEX), one);
    }

    #[test]
    fn a_hash_that_is_missing_or_malformed_is_refused() {
        let one = format!("sha-256=:{OF_ABC}:");
        let zero = format!("sha-256=:{}=:", "A".repeat(43));
        for (repr, content, kind) in [
            (vec![], vec![], "missing"),
            (vec!["sha-512=:AAAA:"], vec![], "missing"),
            (vec![HEX], vec![], "malformedHeader"),
            (vec!["sha-256=:AAAA:"], vec![], "malformedHeader"),
            (vec!["sha-256=AAAA"], vec![], "malformedHeader"),
            (vec![one.as_str()], vec![zero.as_str()], "malformedHeader"),
        ] {
            let issue = read(&repr, &content).expect_err("refused");
            assert_eq!(issue.kind, kind, "{repr:?}");
        }
    }

    fn name(header: &[u8]) -> Result<Option<String>, Box<Issue>> {
        file_name(&HeaderValue::from_bytes(header).expect("a header"))
    }

    #[test]
    fn a_file_name_is_taken_as_it_is() {
        for (header, expected) in [
            (
                r#"attachment; filename="verslag 2026.pdf""#,
                "verslag 2026.pdf",
            ),
            (
                "attachment; filename=a.txt; filename*=UTF-8''re%CC%81sume%CC%81.txt",
                "re\u{301}sume\u{301}.txt",
            ),
            (r#"attachment; filename="évaluation.pdf""#, "évaluation.pdf"),
        ] {
            let found = name(header.as_bytes()).expect("taken");
            assert_eq!(found.as_deref(), Some(expected));
        }
        assert_eq!(name(b"attachment").expect("taken"), None);
    }

    #[test]
    fn a_file_name_with_a_folder_or_a_register_number_is_refused() {
        for header in [
            r#"attachment; filename="../x.pdf""#,
            r#"attachment; filename="C:\\x.pdf""#,
            r#"attachment; filename="..""#,
            r#"attachment; filename=" x""#,
            "attachment; filename*=UTF-8''a%00b.txt",
            "attachment; filename*=UTF-8''%E2%80%AEfdp.exe",
            "attachment; filename*=UTF-8''%FF.txt",
        ] {
            assert_eq!(
                name(header.as_bytes()).expect_err("refused").kind,
                "fileName",
                "{header}"
            );
        }
        let issue = name(b"attachment; filename=\"85073003328.pdf\"").expect_err("refused");
        assert_eq!((issue.kind, issue.value), ("personalData", None));
    }

    #[test]
    fn stored_bytes_go_out_under_a_safe_header() {
        assert_eq!(disposition("a b.pdf"), r#"attachment; filename="a b.pdf""#);
        assert_eq!(
            disposition("é\".pdf"),
            "attachment; filename=\"__.pdf\"; filename*=UTF-8''%C3%A9%22.pdf"
        );
    }
}
