use std::collections::BTreeMap;

use super::super::check::{against, from_json, locate};
use super::super::document::{ChangeKind, CriterionKind, Document, Origin};
use super::super::library;
use super::{listed, read};

fn shipped() -> BTreeMap<&'static str, Document> {
    library()
        .into_iter()
        .map(|(name, text)| (name, read(text)))
        .collect()
}

#[test]
fn every_shipped_framework_is_right_and_stays_so_on_the_wire() {
    for (name, document) in shipped() {
        let json = serde_json::to_value(&document).unwrap();
        assert_eq!(from_json(&json).as_ref(), Ok(&document), "{name}");
    }
}

#[test]
fn each_shipped_version_follows_on_the_one_that_it_supersedes() {
    let shipped = shipped();
    let mut followed = 0;
    for (name, next) in &shipped {
        let Some(superseded) = &next.version.supersedes else {
            continue;
        };
        let previous = shipped
            .values()
            .find(|other| other.code == next.code && other.version.code == *superseded)
            .unwrap();
        let mut faults = against(previous, next);
        let text = library()
            .into_iter()
            .find(|(other, _)| other == name)
            .unwrap()
            .1;
        locate(text, &mut faults);
        assert_eq!(listed(&faults), "", "{name}");
        followed += 1;
    }
    assert_eq!(followed, 1);
}

#[test]
fn the_second_ggz_version_shows_every_kind_of_change() {
    let second = &shipped()["ggz-2.yaml"];
    for kind in [
        ChangeKind::New,
        ChangeKind::Editorial,
        ChangeKind::Tightened,
        ChangeKind::Split,
        ChangeKind::Merged,
    ] {
        let marked = |kind| {
            second
                .criteria()
                .filter(|(_, criterion)| {
                    criterion
                        .change
                        .as_ref()
                        .is_some_and(|change| change.kind == kind)
                })
                .count()
        };
        assert!(marked(kind) > 0, "{kind:?}");
    }
    assert!(
        second
            .criteria()
            .any(|(_, criterion)| criterion.change.is_none())
    );
    assert!(!second.withdrawn.is_empty());
}

#[test]
fn what_is_not_known_is_not_made_up() {
    let shipped = shipped();
    for (name, document) in &shipped {
        assert!(
            document.version.note.is_some(),
            "{name} says what is not official"
        );
        for (_, criterion) in document.criteria() {
            let code = &criterion.code;
            assert_eq!(criterion.kind, CriterionKind::Expectation, "{name}: {code}");
            let official = criterion.source.origin == Origin::Official;
            assert_eq!(official, *code == "actiefWerken", "{name}: {code}");
        }
        for step in &document.steps {
            let unknown = step.code == "stap6";
            assert_eq!(step.unconfirmed, unknown, "{name}: {}", step.code);
            assert_eq!(step.title.is_none(), unknown, "{name}: {}", step.code);
        }
    }
    for draft in ["caw-draft.yaml", "spoed-draft.yaml"] {
        assert_eq!(shipped[draft].version.published_on, None, "{draft}");
    }
}

#[test]
fn ggz_asks_about_each_step_and_about_the_organisation() {
    let first = &shipped()["ggz-1.yaml"];
    let total = first.criteria().count();
    assert!((24..=30).contains(&total), "{total}");
    for step in &first.steps {
        let asked = first
            .criteria()
            .any(|(_, criterion)| criterion.step.as_ref() == Some(&step.code));
        assert!(asked, "{}", step.code);
    }
    for theme in [
        "organisatie",
        "registratie",
        "overlegVorming",
        "eigenStappenplan",
        "samenwerking",
    ] {
        assert!(
            first.themes.iter().any(|known| known.code == theme),
            "{theme}"
        );
    }
}

#[test]
fn emergency_departments_go_by_role() {
    let spoed = &shipped()["spoed-draft.yaml"];
    assert!(spoed.steps.is_empty());
    for role in &spoed.roles {
        let asked = spoed
            .criteria()
            .any(|(_, criterion)| criterion.role.as_ref() == Some(&role.code));
        assert!(asked, "{}", role.code);
    }
}

#[test]
fn a_french_framework_of_another_sector_needs_no_line_of_rust() {
    let document = read(include_str!("../../../tests/data/framework-fr.yaml"));
    let text = &document.criterion("enfantsNotes").unwrap().text;
    assert_eq!(text.nl, None);
    let shown = text.in_language_or(crate::text::Language::Nl, document.default_language);
    assert_eq!(shown, "La présence d'enfants est notée dans le dossier.");
}
