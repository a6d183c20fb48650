//! Identifiers of organisations, facilities and sites: their kinds, how they are written, and the check in the numbers of the KBO.
use crate::text::Text;

crate::text_enum! {
    /// The kinds of identifier. Only the first two have a checksum that is known.
    pub enum IdentifierKind {
        /// *Ondernemingsnummer* in the KBO: ten digits, the first 0 or 1.
        EnterpriseNumber = "enterpriseNumber",
        /// *Vestigingsnummer* in the KBO: ten digits, the first 2 to 8.
        EstablishmentNumber = "establishmentNumber",
        /// OVO code of a Flemish public body.
        OvoCode = "ovoCode",
        /// Institution number.
        InstitutionNumber = "institutionNumber",
        /// HCO number.
        HcoNumber = "hcoNumber",
        /// Recognition number.
        RecognitionNumber = "recognitionNumber",
        /// File number.
        FileNumber = "fileNumber",
    }
}

/// The kinds by which a token's organisation is recognised.
pub const MATCHED: [&str; 4] = [
    "enterpriseNumber",
    "ovoCode",
    "institutionNumber",
    "hcoNumber",
];

impl IdentifierKind {
    /// The kinds in which the same value would make a token ambiguous.
    pub fn rivals(self) -> Vec<Self> {
        let matched = |kind: &Self| MATCHED.contains(&kind.name());
        if matched(&self) {
            Self::ALL.iter().copied().filter(matched).collect()
        } else {
            Vec::new()
        }
    }
}

/// The value as it is stored: KBO numbers as ten digits, others as they are, without blanks around them.
pub fn canonical(value: &str) -> String {
    let value = value.trim();
    let bare = value
        .strip_prefix("BE")
        .or_else(|| value.strip_prefix("be"))
        .unwrap_or(value);
    let digits: String = bare
        .chars()
        .filter(|character| !matches!(character, '.' | ' '))
        .collect();
    let is_kbo = digits.len() == 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    if is_kbo { digits } else { value.to_owned() }
}

/// What is wrong with a canonical value of this kind; nothing when it is right.
pub fn fault(kind: IdentifierKind, value: &str) -> Option<Text> {
    match kind {
        IdentifierKind::EnterpriseNumber => (!is_kbo_number(value, b'0', b'1')).then(|| {
            Text::new(
                "Een ondernemingsnummer heeft tien cijfers, begint met 0 of 1 en eindigt op een controlegetal, zoals 0566.988.259.",
                "Un numéro d'entreprise compte dix chiffres, commence par 0 ou 1 et se termine par un nombre de contrôle, comme 0566.988.259.",
                "An enterprise number has ten digits, starts with 0 or 1 and ends in a check number, such as 0566.988.259.",
            )
        }),
        IdentifierKind::EstablishmentNumber => (!is_kbo_number(value, b'2', b'8')).then(|| {
            Text::new(
                "Een vestigingsnummer heeft tien cijfers, begint met 2 tot 8 en eindigt op een controlegetal, zoals 2147812701.",
                "Un numéro d'établissement compte dix chiffres, commence par 2 à 8 et se termine par un nombre de contrôle, comme 2147812701.",
                "An establishment number has ten digits, starts with 2 to 8 and ends in a check number, such as 2147812701.",
            )
        }),
        _ => (value.is_empty() || value.chars().count() > 50).then(|| {
            Text::new(
                "Gebruik 1 tot 50 tekens.",
                "Utilisez de 1 à 50 caractères.",
                "Use 1 to 50 characters.",
            )
        }),
    }
}

/// Ten digits within the range of the first one, the last two 97 minus the first eight modulo 97.
fn is_kbo_number(value: &str, from: u8, to: u8) -> bool {
    let bytes = value.as_bytes();
    let (Some(first), Some(base), Some(check)) = (bytes.first(), value.get(..8), value.get(8..))
    else {
        return false;
    };
    let (Ok(base), Ok(check)) = (base.parse::<u64>(), check.parse::<u64>()) else {
        return false;
    };
    bytes.len() == 10
        && bytes.iter().all(u8::is_ascii_digit)
        && (from..=to).contains(first)
        && check == 97 - base % 97
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_kbo_are_checked() {
        for (kind, value, right) in [
            (IdentifierKind::EnterpriseNumber, "0566988259", true),
            (IdentifierKind::EnterpriseNumber, "0809699184", true),
            (IdentifierKind::EnterpriseNumber, "0207509031", true),
            (IdentifierKind::EnterpriseNumber, "0426994097", true),
            (IdentifierKind::EnterpriseNumber, "0426994000", false),
            (IdentifierKind::EnterpriseNumber, "2147812701", false),
            (IdentifierKind::EnterpriseNumber, "056698825", false),
            (IdentifierKind::EnterpriseNumber, "05669é8259", false),
            (IdentifierKind::EstablishmentNumber, "2147812701", true),
            (IdentifierKind::EstablishmentNumber, "2147812897", true),
            (IdentifierKind::EstablishmentNumber, "0566988259", false),
            (IdentifierKind::HcoNumber, "123456", true),
            (IdentifierKind::HcoNumber, "", false),
        ] {
            assert_eq!(fault(kind, value).is_none(), right, "{kind} {value}");
        }
    }

    #[test]
    fn numbers_are_read_with_dots_and_prefix() {
        for (written, stored) in [
            ("BE 0566.988.259", "0566988259"),
            ("be0566988259", "0566988259"),
            ("0566 988 259", "0566988259"),
            (" OVO000001 ", "OVO000001"),
            ("BE12", "BE12"),
        ] {
            assert_eq!(canonical(written), stored);
        }
    }
}
