//! The surveys that come with the service.
use serde::Deserialize;

use super::document::SurveyDocument;
use crate::problem::AnyError;
use crate::words::Code;

/// The files, by name.
const FILES: [(&str, &str); 3] = [
    (
        "monitor-kindreflex.yaml",
        include_str!("library/monitor-kindreflex.yaml"),
    ),
    (
        "bevraging-caw.yaml",
        include_str!("library/bevraging-caw.yaml"),
    ),
    (
        "opvolging-vorming.yaml",
        include_str!("library/opvolging-vorming.yaml"),
    ),
];

/// A version of a survey as authors write it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shipped {
    /// The survey.
    pub code: Code,
    /// The version.
    pub version: Code,
    /// What it asks.
    pub document: SurveyDocument,
}

/// Every survey that comes with the service.
pub fn shipped() -> Result<Vec<Shipped>, AnyError> {
    let read = |(name, text): (&str, &str)| {
        yaml_serde::from_str(text).map_err(|fault| format!("{name}: {fault}").into())
    };
    FILES.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::body::Check;
    use crate::text::Language;

    #[test]
    fn what_is_shipped_makes_sense_and_speaks_three_languages() {
        for survey in shipped().expect("readable") {
            let mut faults = Vec::new();
            survey.document.check(&mut faults);
            assert_eq!(faults, [], "{}", survey.code);
            for item in survey.document.items() {
                for language in [Language::Nl, Language::Fr, Language::En] {
                    assert!(item.text.get(language).is_some(), "{}", item.code);
                }
            }
        }
    }
}
