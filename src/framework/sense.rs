//! Whether a document that has the right shape makes sense.
use std::collections::BTreeSet;

use super::document::{Code, Condition, Criterion, CriterionKind, Document, Origin, Source};
use super::fault::{Faults, field, item, joined, text};

/// Looks at the meaning of a document that has the right shape.
pub(super) struct Sense<'a> {
    pub document: &'a Document,
    pub faults: &'a mut Faults,
}

impl Sense<'_> {
    /// Looks at everything.
    pub fn all(mut self) {
        let document = self.document;
        self.version();
        self.source(&document.source, "source");
        self.distinct("facilityTypes", "", &document.facility_types);
        self.scales();
        self.judgements();
        let kinds = document.evidence_kinds.iter().map(|kind| &kind.code);
        self.distinct("evidenceKinds", ".code", kinds);
        self.plan();
        self.distinct(
            "themes",
            ".code",
            document.themes.iter().map(|theme| &theme.code),
        );
        self.criteria();
        self.splits();
        self.withdrawn();
    }

    fn version(&mut self) {
        let version = &self.document.version;
        if version.supersedes.as_ref() == Some(&version.code) {
            let code = &version.code;
            self.faults.wrong("version.supersedes", Some(code.as_str()), text!(
                "Versie {code} kan zichzelf niet vervangen; noem een eerdere versie, of laat het veld weg.",
                "La version {code} ne peut se remplacer elle-même ; nommez une version antérieure, ou omettez le champ.",
                "Version {code} cannot supersede itself; name an earlier version, or leave the field out.",
            ));
        }
        if let (Some(published), Some(binding)) = (version.published_on, version.binding_from)
            && published > binding
        {
            self.faults.wrong("version.bindingFrom", Some(&binding.to_string()), text!(
                "De versie zou binden vanaf {binding}, vóór ze op {published} gepubliceerd is; kies een latere dag.",
                "La version lierait dès le {binding}, avant sa publication le {published} ; choisissez un jour plus tardif.",
                "The version would bind from {binding}, before it is published on {published}; choose a later day.",
            ));
        }
    }

    fn source(&mut self, source: &Source, at: &str) {
        if source.origin == Origin::Official && source.reference.is_none() {
            self.faults.wrong(&field(at, "reference"), None, text!(
                "Een officiële tekst noemt zijn bron; voeg 'reference' toe, of kies 'ours' als de tekst van onszelf is.",
                "Un texte officiel cite sa source ; ajoutez 'reference', ou choisissez 'ours' si le texte est de nous.",
                "An official text names its source; add 'reference', or choose 'ours' if the wording is our own.",
            ));
        }
    }

    fn scales(&mut self) {
        let document = self.document;
        self.distinct(
            "scales",
            ".code",
            document.scales.iter().map(|scale| &scale.code),
        );
        let scales = Known::of("scales", document.scales.iter().map(|scale| &scale.code));
        self.known(&document.default_scale, &scales, "defaultScale");
        let judgements = Known::of(
            "judgements",
            document.judgements.iter().map(|judgement| &judgement.code),
        );
        for (index, scale) in document.scales.iter().enumerate() {
            let at = field(&item("scales", index), "levels");
            self.distinct(&at, ".code", scale.levels.iter().map(|level| &level.code));
            for (index, level) in scale.levels.iter().enumerate() {
                self.references(
                    &level.agrees,
                    &judgements,
                    &field(&item(&at, index), "agrees"),
                );
            }
        }
    }

    fn judgements(&mut self) {
        let document = self.document;
        let known = Known::of(
            "judgements",
            document.judgements.iter().map(|judgement| &judgement.code),
        );
        self.distinct(
            "judgements",
            ".code",
            document.judgements.iter().map(|judgement| &judgement.code),
        );
        let allowed = &document.allowed_judgements;
        self.references(
            &allowed.requirement,
            &known,
            "allowedJudgements.requirement",
        );
        self.references(
            &allowed.expectation,
            &known,
            "allowedJudgements.expectation",
        );
        for (kind, name) in [
            (CriterionKind::Requirement, "requirement"),
            (CriterionKind::Expectation, "expectation"),
        ] {
            let used = document
                .criteria()
                .any(|(_, criterion)| criterion.kind == kind);
            if used && allowed.for_kind(kind).is_empty() {
                self.faults.wrong(&field("allowedJudgements", name), None, text!(
                    "Het kader heeft criteria van soort '{name}', maar laat er geen enkel oordeel voor toe; noem er minstens één.",
                    "Le cadre a des critères de type '{name}', mais n'admet aucun jugement pour eux ; nommez-en au moins un.",
                    "The framework has criteria of kind '{name}', but allows no judgement for them; name at least one.",
                ));
            }
        }
        for (index, code) in allowed.expectation.iter().enumerate() {
            if document
                .judgement(code.as_str())
                .is_some_and(|judgement| judgement.breach)
            {
                let at = item("allowedJudgements.expectation", index);
                self.faults.wrong(&at, Some(code.as_str()), text!(
                    "'{code}' is een inbreuk, en een verwachting niet nakomen is nooit een inbreuk; schrap het hier.",
                    "'{code}' est une infraction, et ne pas répondre à une attente n'en est jamais une ; retirez-le d'ici.",
                    "'{code}' is a breach, and not meeting an expectation is never one; remove it here.",
                ));
            }
        }
    }

    /// Steps and roles.
    fn plan(&mut self) {
        let document = self.document;
        self.distinct(
            "steps",
            ".code",
            document.steps.iter().map(|step| &step.code),
        );
        self.distinct(
            "roles",
            ".code",
            document.roles.iter().map(|role| &role.code),
        );
        let mut numbers = BTreeSet::new();
        for (index, step) in document.steps.iter().enumerate() {
            let at = item("steps", index);
            if let Some(number) = step.number.filter(|number| !numbers.insert(*number)) {
                self.faults.wrong(&field(&at, "number"), Some(&number.to_string()), text!(
                    "Nummer {number} is al aan een andere stap gegeven; kies een ander.",
                    "Le numéro {number} est déjà donné à une autre étape ; choisissez-en un autre.",
                    "Number {number} is given to another step already; choose another one.",
                ));
            }
            if step.title.is_none() && !step.unconfirmed {
                self.faults.wrong(&field(&at, "title"), None, text!(
                    "Deze stap heeft geen titel; geef er een, of zet 'unconfirmed: true' zolang hij niet bekend is.",
                    "Cette étape n'a pas de titre ; donnez-en un, ou mettez 'unconfirmed: true' tant qu'il n'est pas connu.",
                    "This step has no title; give it one, or set 'unconfirmed: true' as long as it is not known.",
                ));
            }
        }
    }

    fn criteria(&mut self) {
        let document = self.document;
        let mut earlier: Vec<&Code> = Vec::new();
        for (place, criterion) in places(document) {
            if earlier.contains(&&criterion.code) {
                self.twice(&criterion.code, &field(&place, "code"));
            }
            self.source(&criterion.source, &field(&place, "source"));
            self.criterion_references(criterion, &place);
            self.weight(criterion, &place);
            self.evidence(criterion, &place);
            if let Some(when) = criterion
                .applies_to
                .as_ref()
                .and_then(|to| to.when.as_ref())
            {
                let at = field(&place, "appliesTo.when");
                self.condition(when, criterion, &earlier, &at);
            }
            self.change(criterion, &place);
            earlier.push(&criterion.code);
        }
    }

    fn criterion_references(&mut self, criterion: &Criterion, place: &str) {
        let document = self.document;
        if let Some(code) = &criterion.scale {
            let known = Known::of("scales", document.scales.iter().map(|scale| &scale.code));
            self.known(code, &known, &field(place, "scale"));
        }
        if let Some(code) = &criterion.step {
            let known = Known::of("steps", document.steps.iter().map(|step| &step.code));
            self.known(code, &known, &field(place, "step"));
        }
        if let Some(code) = &criterion.role {
            let known = Known::of("roles", document.roles.iter().map(|role| &role.code));
            self.known(code, &known, &field(place, "role"));
        }
        if let Some(applies_to) = &criterion.applies_to {
            let known = Known::of("facilityTypes", &document.facility_types);
            let at = field(place, "appliesTo.facilityTypes");
            self.references(&applies_to.facility_types, &known, &at);
        }
    }

    /// A requirement or an expectation, and how it can be judged.
    fn weight(&mut self, criterion: &Criterion, place: &str) {
        let document = self.document;
        let regulated = criterion.legal_basis.is_some();
        if criterion.kind == CriterionKind::Expectation && regulated {
            self.faults.wrong(&field(place, "legalBasis"), None, text!(
                "Een verwachting rust niet op regelgeving; maak er een 'requirement' van, of schrap 'legalBasis'.",
                "Une attente ne repose pas sur la réglementation ; faites-en une 'requirement', ou retirez 'legalBasis'.",
                "An expectation does not rest on regulation; make it a 'requirement', or remove 'legalBasis'.",
            ));
        }
        let allowed = document.allowed_judgements.for_kind(criterion.kind);
        let is_breach = |code: &Code| {
            document
                .judgement(code.as_str())
                .is_some_and(|judgement| judgement.breach)
        };
        if !regulated && !allowed.is_empty() && allowed.iter().all(is_breach) {
            self.faults.wrong(&field(place, "kind"), None, text!(
                "Voor dit criterium blijft geen enkel oordeel over (een inbreuk vraagt een eis met 'legalBasis'); vul 'allowedJudgements' aan.",
                "Aucun jugement ne reste pour ce critère (une infraction demande une exigence avec 'legalBasis') ; complétez 'allowedJudgements'.",
                "No judgement is left for this criterion (a breach needs a requirement with a 'legalBasis'); add to 'allowedJudgements'.",
            ));
        }
    }

    fn evidence(&mut self, criterion: &Criterion, place: &str) {
        let wanted = criterion.evidence_required || criterion.evidence_valid_months.is_some();
        if wanted && self.document.evidence_kinds.is_empty() {
            let name = if criterion.evidence_required {
                "evidenceRequired"
            } else {
                "evidenceValidMonths"
            };
            self.faults.wrong(&field(place, name), None, text!(
                "Dit criterium rekent op bewijs, maar 'evidenceKinds' is leeg; voeg daar een soort bewijs toe.",
                "Ce critère compte sur des preuves, mais 'evidenceKinds' est vide ; ajoutez-y un type de preuve.",
                "This criterion counts on evidence, but 'evidenceKinds' is empty; add a kind of evidence there.",
            ));
        }
    }

    fn condition(&mut self, when: &Condition, own: &Criterion, earlier: &[&Code], at: &str) {
        let (name, parts) = match when {
            Condition::Answer(answer) => {
                let at = field(at, "answer");
                return self.answer(&answer.criterion, &answer.levels, own, earlier, &at);
            }
            Condition::Not(part) => return self.condition(part, own, earlier, &field(at, "not")),
            Condition::All(parts) => ("all", parts),
            Condition::Any(parts) => ("any", parts),
        };
        let at = field(at, name);
        if parts.is_empty() {
            self.faults.wrong(
                &at,
                None,
                text!(
                    "'{name}' is leeg; noem minstens één voorwaarde.",
                    "'{name}' est vide ; nommez au moins une condition.",
                    "'{name}' is empty; name at least one condition.",
                ),
            );
        }
        for (index, part) in parts.iter().enumerate() {
            self.condition(part, own, earlier, &item(&at, index));
        }
    }

    /// The part of a condition that looks at an answer.
    fn answer(
        &mut self,
        code: &Code,
        levels: &[Code],
        own: &Criterion,
        earlier: &[&Code],
        at: &str,
    ) {
        let place = field(at, "criterion");
        if *code == own.code {
            self.faults.wrong(&place, Some(code.as_str()), text!(
                "Het criterium hangt hier van zijn eigen antwoord af; noem een eerder criterium.",
                "Le critère dépend ici de sa propre réponse ; nommez un critère antérieur.",
                "The criterion depends on its own answer here; name an earlier criterion.",
            ));
            return;
        }
        let Some(criterion) = self.document.criterion(code.as_str()) else {
            let known = Known::of("themes", earlier.iter().copied());
            self.known(code, &known, &place);
            return;
        };
        if !earlier.contains(&code) {
            self.faults.wrong(&place, Some(code.as_str()), text!(
                "'{code}' komt pas later in het document; een voorwaarde kijkt alleen naar eerdere criteria, dus verplaats een van beide.",
                "'{code}' ne vient que plus loin dans le document ; une condition ne regarde que les critères antérieurs, déplacez donc l'un des deux.",
                "'{code}' comes later in the document; a condition looks at earlier criteria only, so move one of the two.",
            ));
        }
        if let Some(scale) = self.document.scale_of(criterion) {
            let known = Known::of("scales", scale.levels.iter().map(|level| &level.code));
            self.references(levels, &known, &field(at, "levels"));
        }
    }

    /// Each code of a list is known, and stands there once.
    pub fn references(&mut self, listed: &[Code], known: &Known, at: &str) {
        self.distinct(at, "", listed);
        for (index, code) in listed.iter().enumerate() {
            self.known(code, known, &item(at, index));
        }
    }

    fn known(&mut self, code: &Code, known: &Known, at: &str) {
        if known.codes.contains(code.as_str()) || self.faults.lost_codes(known.list) {
            return;
        }
        let names = joined(known.codes.iter().copied());
        let what = if names.is_empty() {
            text!(
                "'{code}' bestaat niet: het document bevat er hier nog geen; voeg het toe of schrap de verwijzing.",
                "'{code}' n'existe pas : le document n'en contient encore aucun ; ajoutez-le ou retirez la référence.",
                "'{code}' does not exist: the document has none of these yet; add it or remove the reference.",
            )
        } else {
            text!(
                "'{code}' bestaat niet in dit document; mogelijk zijn {names}.",
                "'{code}' n'existe pas dans ce document ; possibles : {names}.",
                "'{code}' does not exist in this document; possible are {names}.",
            )
        };
        self.faults.wrong(at, Some(code.as_str()), what);
    }

    /// No code stands twice in a list (`[0]` and on, with `.code` behind it where the items are objects).
    pub fn distinct<'c>(
        &mut self,
        at: &str,
        end: &str,
        listed: impl IntoIterator<Item = &'c Code>,
    ) {
        let mut seen = BTreeSet::new();
        for (index, code) in listed.into_iter().enumerate() {
            if !seen.insert(code) {
                self.twice(code, &format!("{}{end}", item(at, index)));
            }
        }
    }

    fn twice(&mut self, code: &Code, at: &str) {
        self.faults.wrong(
            at,
            Some(code.as_str()),
            text!(
                "De code '{code}' is hier al gebruikt; elke code komt één keer voor.",
                "Le code '{code}' est déjà utilisé ici ; chaque code figure une seule fois.",
                "The code '{code}' is used here already; each code stands once.",
            ),
        );
    }
}

/// Every criterion with its place, in document order.
pub(super) fn places(document: &Document) -> impl Iterator<Item = (String, &Criterion)> {
    document
        .themes
        .iter()
        .enumerate()
        .flat_map(|(index, theme)| {
            let criteria = field(&item("themes", index), "criteria");
            let listed = theme.criteria.iter().enumerate();
            listed.map(move |(index, criterion)| (item(&criteria, index), criterion))
        })
}

/// The codes that a reference can name.
pub(super) struct Known<'c> {
    /// The list in which they are defined.
    list: &'static str,
    codes: BTreeSet<&'c str>,
}

impl<'c> Known<'c> {
    pub fn of(list: &'static str, codes: impl IntoIterator<Item = &'c Code>) -> Self {
        let codes = codes.into_iter().map(Code::as_str).collect();
        Self { list, codes }
    }
}
