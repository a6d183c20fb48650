//! What content is written in: codes for machines, texts for people.
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::Language;

/// A name for machines: letters, digits, points and dashes, at most 64, a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String")]
#[schema(
    pattern = "^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$",
    example = "gesprekKinderen"
)]
pub struct Code(String);

impl Code {
    /// The most characters that a code has.
    pub const LONGEST: usize = 64;

    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Code {
    type Error = BadCode;

    fn try_from(code: String) -> Result<Self, BadCode> {
        let fits = code.len() <= Self::LONGEST
            && code.starts_with(|c: char| c.is_ascii_alphanumeric())
            && code
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
        if fits {
            Ok(Self(code))
        } else {
            Err(BadCode(code))
        }
    }
}

impl std::str::FromStr for Code {
    type Err = BadCode;

    fn from_str(code: &str) -> Result<Self, BadCode> {
        Self::try_from(code.to_owned())
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

impl AsRef<str> for Code {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::borrow::Borrow<str> for Code {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Code {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text that cannot be a code.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "{0:?} is no code; use letters, digits, points and dashes, at most 64, a letter or digit first"
)]
pub struct BadCode(pub String);

/// A text of content in the languages that it has. The framework's default language is always among them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Dutch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 4000)]
    pub nl: Option<String>,
    /// French.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 4000)]
    pub fr: Option<String>,
    /// English.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 4000)]
    pub en: Option<String>,
}

impl Texts {
    /// The text in exactly this language.
    pub fn get(&self, language: Language) -> Option<&str> {
        match language {
            Language::Nl => self.nl.as_deref(),
            Language::Fr => self.fr.as_deref(),
            Language::En => self.en.as_deref(),
        }
    }

    /// The text in the language wanted, else in the default one, else in any.
    pub fn in_language_or(&self, wanted: Language, default: Language) -> &str {
        [wanted, default, Language::Nl, Language::Fr, Language::En]
            .into_iter()
            .find_map(|language| self.get(language))
            .unwrap_or_default()
    }
}

/// A language that texts are written in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(remote = "Language", rename_all = "camelCase")]
#[schema(as = LanguageCode)]
pub enum LanguageCode {
    /// Dutch.
    Nl,
    /// French.
    Fr,
    /// English.
    En,
}
