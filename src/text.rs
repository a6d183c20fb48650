//! Sentences in the three languages that the service speaks.

/// A sentence of the service itself (not of a framework) in every language it can answer in. The caller's
/// `Accept-Language` picks one; the command line and the log take the English one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Dutch, the default.
    pub nl: String,
    /// French.
    pub fr: String,
    /// English.
    pub en: String,
}

impl Text {
    /// The three renditions of one sentence.
    pub fn new(nl: impl Into<String>, fr: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            nl: nl.into(),
            fr: fr.into(),
            en: en.into(),
        }
    }

    /// The rendition in a language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Nl => &self.nl,
            Language::Fr => &self.fr,
            Language::En => &self.en,
        }
    }
}

/// A phrase of a page, in Dutch, French and English.
#[derive(Debug, Clone, Copy)]
pub struct Words(pub &'static str, pub &'static str, pub &'static str);

impl Words {
    /// The phrase in a language.
    pub fn in_language(&self, language: Language) -> &'static str {
        match language {
            Language::Nl => self.0,
            Language::Fr => self.1,
            Language::En => self.2,
        }
    }
}

/// A language that the service answers in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Dutch.
    #[default]
    Nl,
    /// French.
    Fr,
    /// English.
    En,
}

impl Language {
    /// The language as `lang` names it.
    pub fn code(self) -> &'static str {
        Words("nl", "fr", "en").in_language(self)
    }

    /// The best of ours for an `Accept-Language` header (RFC 9110, 12.5.4); Dutch when nothing fits.
    pub fn from_accept(header: &str) -> Self {
        let mut best = (0_u32, Self::Nl);
        for part in header.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let tag = pieces.next().unwrap_or_default().to_ascii_lowercase();
            let weight = pieces
                .find_map(|piece| piece.strip_prefix("q="))
                .map_or(1000, thousandths);
            let language = match tag.split('-').next().unwrap_or_default() {
                "nl" => Self::Nl,
                "fr" => Self::Fr,
                "en" => Self::En,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }
}

/// A quality value (`0`, `0.8`, `1.000`) in thousandths; what is malformed weighs nothing.
fn thousandths(quality: &str) -> u32 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction = format!("{fraction:0<3}");
    match (
        whole.parse::<u32>(),
        fraction.get(..3).map(str::parse::<u32>),
    ) {
        (Ok(whole @ 0..=1), Some(Ok(fraction))) => (whole * 1000 + fraction).min(1000),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_with_the_greatest_weight_is_spoken() {
        for (header, language) in [
            ("", Language::Nl),
            ("de", Language::Nl),
            ("fr", Language::Fr),
            ("fr-BE,nl;q=0.9", Language::Fr),
            ("en;q=0.2, fr;q=0.8, nl;q=0.5", Language::Fr),
            ("en;q=broken, nl;q=0.1", Language::Nl),
            ("de, en;q=0.5", Language::En),
        ] {
            assert_eq!(Language::from_accept(header), language, "{header}");
        }
    }
}
