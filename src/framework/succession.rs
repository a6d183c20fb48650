//! Whether a version follows correctly on the one that it supersedes.
use std::collections::BTreeSet;

use super::document::{ChangeKind, Code, Criterion, Document, Texts};
use super::fault::{Fault, Faults, field, item, text};
use super::sense::places;
use crate::text::{Language, Text};

/// The faults of a document against the version that it supersedes: changes that come from nowhere, criteria that
/// vanish without a word, and changes that are marked as something lighter than they are.
pub fn against(previous: &Document, next: &Document) -> Vec<Fault> {
    let mut faults = Faults::default();
    supersedes(previous, next, &mut faults);
    for (place, criterion) in places(next) {
        origins(previous, criterion, &place, &mut faults);
        weight(previous, next, criterion, &place, &mut faults);
    }
    for (index, withdrawn) in next.withdrawn.iter().enumerate() {
        let (code, at) = (&withdrawn.code, field(&item("withdrawn", index), "code"));
        if previous.criterion(code.as_str()).is_none() {
            faults.wrong(&at, Some(code.as_str()), absent(previous, code));
        }
    }
    vanished(previous, next, &mut faults);
    faults.into_sorted()
}

fn supersedes(previous: &Document, next: &Document, faults: &mut Faults) {
    let (code, version) = (&previous.code, &previous.version.code);
    if next.code != *code {
        let other = &next.code;
        faults.wrong("code", Some(other.as_str()), text!(
            "Dit is een versie van '{other}', niet van '{code}'; een versie vervangt er een van hetzelfde kader.",
            "Ceci est une version de '{other}', pas de '{code}' ; une version en remplace une du même cadre.",
            "This is a version of '{other}', not of '{code}'; a version supersedes one of the same framework.",
        ));
    }
    if next.version.supersedes.as_ref() != Some(version) {
        let named = next.version.supersedes.as_ref().map(Code::as_str);
        faults.wrong("version.supersedes", named, text!(
            "Deze versie zegt niet dat ze {version} vervangt; schrijf 'supersedes: \"{version}\"'.",
            "Cette version ne dit pas qu'elle remplace {version} ; écrivez 'supersedes: \"{version}\"'.",
            "This version does not say that it supersedes {version}; write 'supersedes: \"{version}\"'.",
        ));
    }
}

/// What a criterion says of its origin is true.
fn origins(previous: &Document, criterion: &Criterion, place: &str, faults: &mut Faults) {
    let code = &criterion.code;
    let existed = previous.criterion(code.as_str()).is_some();
    let version = &previous.version.code;
    match &criterion.change {
        None if !existed => {
            faults.wrong(&field(place, "code"), Some(code.as_str()), text!(
                "'{code}' staat niet in versie {version}; markeer het als 'new', of zeg met 'change' waar het vandaan komt.",
                "'{code}' ne figure pas dans la version {version} ; marquez-le 'new', ou dites avec 'change' d'où il vient.",
                "'{code}' is not in version {version}; mark it as 'new', or say with 'change' where it comes from.",
            ));
        }
        Some(change) if change.kind == ChangeKind::New && existed => {
            faults.wrong(&field(place, "change.kind"), Some("new"), text!(
                "'{code}' bestond al in versie {version} en is dus niet nieuw; kies een andere soort wijziging, of een andere code.",
                "'{code}' existait déjà dans la version {version}, il n'est donc pas nouveau ; choisissez un autre type de changement, ou un autre code.",
                "'{code}' was there in version {version}, so it is not new; choose another kind of change, or another code.",
            ));
        }
        Some(change) if change.from.is_empty() && change.kind != ChangeKind::New && !existed => {
            faults.wrong(&field(place, "change.from"), None, absent(previous, code));
        }
        Some(change) => {
            for (index, origin) in change.from.iter().enumerate() {
                if previous.criterion(origin.as_str()).is_none() {
                    let at = item(&field(place, "change.from"), index);
                    faults.wrong(&at, Some(origin.as_str()), absent(previous, origin));
                }
            }
        }
        None => {}
    }
}

/// A code that the superseded version lacks.
fn absent(previous: &Document, code: &Code) -> Text {
    let version = &previous.version.code;
    text!(
        "'{code}' staat niet in versie {version}; noem een criterium van die versie.",
        "'{code}' ne figure pas dans la version {version} ; nommez un critère de cette version.",
        "'{code}' is not in version {version}; name a criterion of that version.",
    )
}

/// A criterion whose answers stand asks the same as before: it is not marked lighter than it is.
fn weight(
    previous: &Document,
    next: &Document,
    criterion: &Criterion,
    place: &str,
    faults: &mut Faults,
) {
    let change = criterion.change.as_ref().map(|change| change.kind);
    if !matches!(change, None | Some(ChangeKind::Editorial)) {
        return;
    }
    let [origin] = criterion.origins() else {
        return;
    };
    let Some(before) = previous.criterion(origin.as_str()) else {
        return;
    };
    let mut differs = Vec::new();
    if change.is_none() && reworded(&before.text, &criterion.text) {
        differs.push("text");
    }
    if before.kind != criterion.kind {
        differs.push("kind");
    }
    if levels(previous, before) != levels(next, criterion) {
        differs.push("scale");
    }
    if criterion.evidence_required && !before.evidence_required {
        differs.push("evidenceRequired");
    }
    let version = &previous.version.code;
    for name in differs {
        let what = if change.is_none() {
            text!(
                "'{name}' verschilt van versie {version}, maar het criterium is niet als gewijzigd gemarkeerd; voeg 'change' toe.",
                "'{name}' diffère de la version {version}, mais le critère n'est pas marqué comme modifié ; ajoutez 'change'.",
                "'{name}' differs from version {version}, but the criterion is not marked as changed; add 'change'.",
            )
        } else {
            text!(
                "'{name}' verschilt van versie {version}, en dat is meer dan redactioneel; kies 'tightened' of een andere soort.",
                "'{name}' diffère de la version {version}, ce qui est plus que rédactionnel ; choisissez 'tightened' ou un autre type.",
                "'{name}' differs from version {version}, which is more than editorial; choose 'tightened' or another kind.",
            )
        };
        faults.wrong(&field(place, name), None, what);
    }
}

/// Whether a text changed in a language that it had. A translation more or less is no change.
fn reworded(before: &Texts, after: &Texts) -> bool {
    [Language::Nl, Language::Fr, Language::En]
        .into_iter()
        .any(|language| {
            let (before, after) = (before.get(language), after.get(language));
            before.is_some() && after.is_some() && before != after
        })
}

/// The answers that a criterion takes.
fn levels<'a>(document: &'a Document, criterion: &Criterion) -> BTreeSet<&'a str> {
    let levels = document
        .scale_of(criterion)
        .into_iter()
        .flat_map(|scale| &scale.levels);
    levels.map(|level| level.code.as_str()).collect()
}

/// Every criterion of the superseded version lives on or is withdrawn.
fn vanished(previous: &Document, next: &Document, faults: &mut Faults) {
    let version = &previous.version.code;
    let lives_on: BTreeSet<&Code> = next
        .criteria()
        .flat_map(|(_, criterion)| criterion.origins())
        .collect();
    for (_, criterion) in previous.criteria() {
        let code = &criterion.code;
        let withdrawn = next
            .withdrawn
            .iter()
            .any(|withdrawn| withdrawn.code == *code);
        // One that is wrongly marked as new is reported there.
        let returns = next
            .criterion(code.as_str())
            .is_some_and(|criterion| criterion.origins().is_empty());
        if !withdrawn && !returns && !lives_on.contains(code) {
            faults.wrong("withdrawn", Some(code.as_str()), text!(
                "'{code}' van versie {version} is hier behouden, ingetrokken noch in een 'from' genoemd; doe een van de drie.",
                "'{code}' de la version {version} n'est ici ni gardé, ni retiré, ni nommé dans un 'from' ; faites l'un des trois.",
                "'{code}' of version {version} is neither kept, nor withdrawn, nor named in a 'from' here; do one of the three.",
            ));
        }
    }
}
