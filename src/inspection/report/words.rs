//! The report's own words in the three languages.
use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use chrono_tz::Europe::Brussels;

use crate::db::types::Moment;
use crate::text::{Language, Words};

/// All phrases in a language, by the names that the template has for them.
pub fn all(language: Language) -> BTreeMap<&'static str, &'static str> {
    let said = |(name, words): &(&'static str, Words)| (*name, words.in_language(language));
    WORDS.iter().map(said).collect()
}

const MONTHS: [Words; 12] = [
    Words("januari", "janvier", "January"),
    Words("februari", "février", "February"),
    Words("maart", "mars", "March"),
    Words("april", "avril", "April"),
    Words("mei", "mai", "May"),
    Words("juni", "juin", "June"),
    Words("juli", "juillet", "July"),
    Words("augustus", "août", "August"),
    Words("september", "septembre", "September"),
    Words("oktober", "octobre", "October"),
    Words("november", "novembre", "November"),
    Words("december", "décembre", "December"),
];

/// A day as people read it.
pub fn day(day: NaiveDate, language: Language) -> String {
    let month = (1..).zip(&MONTHS).find(|(nth, _)| *nth == day.month());
    let month = month.map_or("", |(_, words)| words.in_language(language));
    let first = language == Language::Fr && day.day() == 1;
    let nth = if first { "er" } else { "" };
    format!("{}{nth} {month} {}", day.day(), day.year())
}

/// From when to when on the clock of Flanders; the day once where it is the same.
pub fn span(from: Moment, to: Option<Moment>, language: Language) -> String {
    let (from, to) = (local(from), to.map(local));
    let at = |there: &Local| format!("{}, {}", day(there.date_naive(), language), hour(there));
    match to {
        None => at(&from),
        Some(to) if to.date_naive() == from.date_naive() => format!("{}–{}", at(&from), hour(&to)),
        Some(to) => format!("{} – {}", at(&from), at(&to)),
    }
}

/// The day that a moment falls on in Flanders.
pub fn day_of(moment: Moment, language: Language) -> String {
    day(local(moment).date_naive(), language)
}

type Local = chrono::DateTime<chrono_tz::Tz>;

fn local(moment: Moment) -> Local {
    moment.0.with_timezone(&Brussels)
}

fn hour(there: &Local) -> String {
    there.format("%H:%M").to_string()
}

macro_rules! words {
    ($($name:literal $nl:literal $fr:literal $en:literal;)*) => {
        const WORDS: &[(&str, Words)] = &[$(($name, Words($nl, $fr, $en))),*];
    };
}
words! {
    "kind.termDraft" "Voorlopig verslag van termijnbepaling" "Rapport provisoire de fixation des délais" "Draft report of terms";
    "kind.termDefinitive" "Definitief verslag van termijnbepaling" "Rapport définitif de fixation des délais" "Definitive report of terms";
    "terms_not_public_why" "Dit document is niet af. De termijnen kunnen na de reactie van de voorziening nog veranderen." "Ce document n'est pas achevé. Les délais peuvent encore changer après la réaction de la structure." "This document is not finished. Terms may still change after the facility's reaction.";
    "frozen.termDraft" "Voorlopig verslag opgemaakt" "Rapport provisoire établi" "Draft drawn up";
    "frozen.termDefinitive" "Verslag vastgesteld" "Rapport arrêté" "Report finalised";
    "of_report" "Bij inspectieverslag" "Concerne le rapport d'inspection" "For inspection report";
    "terms" "Termijnen" "Délais" "Terms";
    "term" "Termijn" "Délai" "Term";
    "term_until" "tot en met" "jusqu'au" "until";
    "term_none" "Geen termijn" "Pas de délai" "No term";
    "term_reason" "Toelichting" "Explication" "Explanation";
    "about" "Gaat over" "Concerne" "About";
    "as_a_whole" "Het voorlopige verslag als geheel" "Le rapport provisoire dans son ensemble" "The draft as a whole";
    "terms_reactions" "Reacties van de voorziening" "Réactions de la structure" "Reactions of the facility";
    "colon" ":" "\u{a0}:" ":";
    "kind.draft" "Ontwerp van inspectieverslag" "Projet de rapport d'inspection" "Draft inspection report";
    "kind.final" "Inspectieverslag" "Rapport d'inspection" "Inspection report";
    "kind.correction" "Verbeterd inspectieverslag" "Rapport d'inspection rectifié" "Corrected inspection report";
    "skip" "Naar de inhoud" "Aller au contenu" "Skip to the content";
    "not_public" "Ontwerp – niet openbaar" "Projet – non public" "Draft – not public";
    "not_public_why" "Dit document is niet af. De vaststellingen en oordelen kunnen na de reactie van de voorziening nog veranderen." "Ce document n'est pas achevé. Les constatations et les jugements peuvent encore changer après la réaction de la structure." "This document is not finished. Findings and judgements may still change after the facility's reaction.";
    "corrects" "Dit verslag vervangt verslag" "Ce rapport remplace le rapport" "This report replaces report";
    "why" "Reden:" "Motif\u{a0}:" "Reason:";
    "contents" "Inhoud" "Table des matières" "Contents";
    "inspection" "De inspectie" "L'inspection" "The inspection";
    "round" "Inspectieronde" "Tournée d'inspection" "Inspection round";
    "reason" "Aanleiding" "Motif de la visite" "Reason of the visit";
    "reason.periodic" "Periodieke opvolging" "Suivi périodique" "Periodic follow-up";
    "reason.recognitionRenewal" "Verlenging van de erkenning" "Renouvellement de l'agrément" "Renewal of the recognition";
    "reason.complaint" "Klacht" "Plainte" "Complaint";
    "reason.followUp" "Opvolgingsinspectie" "Inspection de suivi" "Follow-up inspection";
    "reason.thematicRound" "Thematische inspectieronde" "Tournée d'inspection thématique" "Thematic inspection round";
    "last_finding" "Laatste vaststelling" "Dernière constatation" "Last finding";
    "frameworks" "Referentiekader" "Référentiel" "Reference framework";
    "version" "versie" "version" "version";
    "checklist" "Checklist" "Liste de contrôle" "Checklist";
    "revision" "herziening" "révision" "revision";
    "frozen.draft" "Ontwerp opgemaakt" "Projet établi" "Draft drawn up";
    "frozen.final" "Verslag vastgesteld" "Rapport arrêté" "Report finalised";
    "frozen.correction" "Verbeterd verslag vastgesteld" "Rapport rectifié arrêté" "Corrected report finalised";
    "inspected" "De voorziening" "La structure" "The facility";
    "level" "Niveau" "Niveau" "Level";
    "name" "Naam" "Nom" "Name";
    "details" "Nummers en adres" "Numéros et adresse" "Numbers and address";
    "none" "Geen" "Aucun" "None";
    "organisation" "Inrichtende macht" "Pouvoir organisateur" "Organising authority";
    "facility" "Inspectiepunt" "Point d'inspection" "Inspection point";
    "unit" "Afdeling" "Unité" "Unit";
    "site" "Uitbatingsplaats" "Lieu d'exploitation" "Site";
    "identifier.enterpriseNumber" "Ondernemingsnummer" "Numéro d'entreprise" "Enterprise number";
    "identifier.establishmentNumber" "Vestigingsnummer" "Numéro d'établissement" "Establishment number";
    "identifier.ovoCode" "OVO-code" "Code OVO" "OVO code";
    "identifier.institutionNumber" "Instellingsnummer" "Numéro d'institution" "Institution number";
    "identifier.hcoNumber" "HCO-nummer" "Numéro HCO" "HCO number";
    "identifier.recognitionNumber" "Erkenningsnummer" "Numéro d'agrément" "Recognition number";
    "identifier.fileNumber" "Dossiernummer" "Numéro de dossier" "File number";
    "visits" "Inspectiebezoeken" "Visites d'inspection" "Inspection visits";
    "when" "Wanneer" "Quand" "When";
    "kind_of_visit" "Soort bezoek" "Type de visite" "Kind of visit";
    "announced" "Aangekondigd" "Annoncée" "Announced";
    "unannounced" "Onaangekondigd" "Inopinée" "Unannounced";
    "refused" "geweigerd" "refusée" "refused";
    "interlocutors" "Gesprekspartners" "Interlocuteurs" "Spoken with";
    "summary" "Samenvatting" "Résumé" "Summary";
    "counts" "Vaststellingen per oordeel" "Constatations par jugement" "Findings by judgement";
    "judgement" "Oordeel" "Jugement" "Judgement";
    "requirements" "Eisen" "Exigences" "Requirements";
    "expectations" "Verwachtingen" "Attentes" "Expectations";
    "outside_short" "Buiten checklist" "Hors liste" "Outside checklist";
    "total" "Totaal" "Total" "Total";
    "no_judgement" "Geen oordeel" "Pas de jugement" "No judgement";
    "findings" "Vaststellingen" "Constatations" "Findings";
    "requirement" "Eis" "Exigence" "Requirement";
    "expectation" "Verwachting" "Attente" "Expectation";
    "breach" "regelgeving niet nageleefd" "réglementation non respectée" "regulation not complied with";
    "legal_basis" "Rechtsgrond" "Base légale" "Legal basis";
    "criterion" "Criterium" "Critère" "Criterion";
    "observation" "Vaststelling" "Constatation" "Finding";
    "evidence" "Steunt op" "Fondée sur" "Rests on";
    "files" "Dossiers" "Dossiers" "Files";
    "files_checked" "nagekeken:" "vérifiés\u{a0}:" "checked:";
    "files_met" "voldeden:" "conformes\u{a0}:" "met the criterion:";
    "point" "Verbeterpunt" "Point d'amélioration" "Improvement point";
    "priority_point" "Prioritair verbeterpunt" "Point d'amélioration prioritaire" "Priority improvement point";
    "points" "Verbeterpunten" "Points d'amélioration" "Improvement points";
    "points_list" "Verbeterpunten en hun vaststelling" "Points d'amélioration et leur constatation" "Improvement points and their findings";
    "no_points" "Er zijn geen verbeterpunten." "Il n'y a pas de points d'amélioration." "There are no improvement points.";
    "finding_number" "Bij vaststelling" "Constatation" "Of finding";
    "priority" "Prioritair" "Prioritaire" "Priority";
    "yes" "Ja" "Oui" "Yes";
    "no" "Nee" "Non" "No";
    "outside" "Vaststellingen buiten de checklist" "Constatations hors de la liste de contrôle" "Findings outside the checklist";
    "reactions" "Reacties en beslissingen" "Réactions et décisions" "Reactions and decisions";
    "reactions_whole" "Reacties op het hele verslag" "Réactions à l'ensemble du rapport" "Reactions to the whole report";
    "reaction.typo" "Reactie: schrijffout" "Réaction\u{a0}: erreur de plume" "Reaction: slip of the pen";
    "reaction.factual" "Reactie: feitelijke onjuistheid" "Réaction\u{a0}: inexactitude factuelle" "Reaction: factual error";
    "reaction.evidence" "Reactie: bijkomend bewijs" "Réaction\u{a0}: preuve complémentaire" "Reaction: further evidence";
    "reaction.other" "Reactie: andere" "Réaction\u{a0}: autre" "Reaction: other";
    "decision" "Beslissing" "Décision" "Decision";
    "decision.accepted" "Aanvaard" "Acceptée" "Accepted";
    "decision.partlyAccepted" "Gedeeltelijk aanvaard" "Acceptée en partie" "Partly accepted";
    "decision.rejected" "Niet aanvaard" "Rejetée" "Rejected";
    "decided_why" "Motivering" "Motivation" "Reasons";
    "text_change" "Aangepaste tekst" "Texte modifié" "Text changed";
    "signed" "Ondertekening" "Signature" "Signature";
    "signed_by" "Ondertekend door, naar functie:" "Signé par, selon la fonction\u{a0}:" "Signed by, by function:";
    "people" "Wie inspecteerde (intern)" "Qui a inspecté (interne)" "Who inspected (internal)";
    "people_why" "Deze namen staan niet in wat openbaar wordt." "Ces noms ne figurent pas dans ce qui est publié." "These names are not in what is published.";
    "people_list" "Namen en functies" "Noms et fonctions" "Names and functions";
    "withdrawn" "Deze publicatie is ingetrokken" "Cette publication est retirée" "This publication was withdrawn";
    "withdrawn_why" "Waarom" "Pourquoi" "Why";
    "function" "Functie" "Fonction" "Function";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str) -> Moment {
        Moment::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_span_names_a_day_once_and_keeps_to_the_clock_of_flanders() {
        let from = moment("2026-10-01T07:30:00Z");
        for (to, language, said) in [
            (None, Language::Fr, "1er octobre 2026, 09:30"),
            (
                Some("2026-10-01T14:45:00Z"),
                Language::Nl,
                "1 oktober 2026, 09:30–16:45",
            ),
            (
                Some("2026-10-01T22:15:00Z"),
                Language::En,
                "1 October 2026, 09:30 – 2 October 2026, 00:15",
            ),
        ] {
            assert_eq!(span(from, to.map(moment), language), said);
        }
    }

    #[test]
    fn every_word_is_said_in_each_language_and_has_one_name() {
        let names: std::collections::BTreeSet<_> = WORDS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), WORDS.len());
        for (name, words) in WORDS {
            for language in [Language::Nl, Language::Fr, Language::En] {
                assert!(!words.in_language(language).is_empty(), "{name}");
            }
        }
    }

    #[test]
    fn the_templates_use_every_word() {
        let template = concat!(
            include_str!("templates/macros.html"),
            include_str!("templates/report.html"),
            include_str!("templates/withdrawn.html"),
            include_str!("../terms/templates/terms.html")
        );
        for (name, _) in WORDS {
            let used = match name.split_once('.') {
                Some((group, _)) => template.contains(&format!("w[\"{group}.\" ~ ")),
                None => template.contains(&format!("w.{name} ")),
            };
            assert!(used, "{name}");
        }
    }
}
