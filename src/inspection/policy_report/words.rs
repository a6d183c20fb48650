//! The policy report's own words in the three languages.
use std::collections::BTreeMap;

use crate::text::Language;
use crate::words::Texts;

/// A phrase in Dutch, French and English.
type Phrase = [&'static str; 3];

/// All phrases in a language, by the names that the template has for them.
pub fn all(language: Language) -> BTreeMap<&'static str, &'static str> {
    let said = |(name, phrase): &(&'static str, Phrase)| (*name, in_language(phrase, language));
    WORDS.iter().map(said).collect()
}

/// A phrase in a language; the name where there is none.
pub fn say(name: &str, language: Language) -> &str {
    let mut words = WORDS.iter();
    let found = words.find(|(known, _)| *known == name);
    found.map_or(name, |(_, phrase)| in_language(phrase, language))
}

/// A phrase in all languages; the name where there is none.
pub fn texts(name: &str) -> Texts {
    let in_language = |language| Some(say(name, language).to_owned());
    Texts {
        nl: in_language(Language::Nl),
        fr: in_language(Language::Fr),
        en: in_language(Language::En),
    }
}

fn in_language([nl, fr, en]: &Phrase, language: Language) -> &'static str {
    match language {
        Language::Nl => nl,
        Language::Fr => fr,
        Language::En => en,
    }
}

macro_rules! words {
    ($($name:literal $nl:literal $fr:literal $en:literal;)*) => {
        const WORDS: &[(&str, Phrase)] = &[$(($name, [$nl, $fr, $en])),*];
    };
}
words! {
    "skip" "Naar de inhoud" "Aller au contenu" "Skip to the content";
    "policy_report" "Beleidsrapport" "Rapport stratégique" "Policy report";
    "contents" "Inhoud" "Table des matières" "Contents";
    "about" "Over deze cijfers" "À propos de ces chiffres" "About these figures";
    "round" "Inspectieronde" "Ronde d'inspection" "Inspection round";
    "period" "Periode" "Période" "Period";
    "closed" "Ronde afgesloten op" "Ronde clôturée le" "Round closed on";
    "inspected" "Geïnspecteerde voorzieningen" "Structures inspectées" "Facilities inspected";
    "frameworks" "Referentiekaders" "Référentiels" "Reference frameworks";
    "version" "versie" "version" "version";
    "frozen" "De cijfers tellen wat er in de genummerde verslagen stond toen de ronde werd afgesloten. Een verslag dat later verbeterd wordt, verandert er niets aan." "Les chiffres comptent ce que disaient les rapports numérotés à la clôture de la ronde. Un rapport rectifié par la suite n'y change rien." "The figures count what stood in the numbered reports when the round was closed. A report that is corrected afterwards changes nothing in them.";
    "counts" "Elk cijfer telt voorzieningen, elke voorziening één keer per rij." "Chaque chiffre compte des structures, chacune une fois par ligne." "Each figure counts facilities, each facility once in a row.";
    "smallest" "Geen cijfer gaat over minder voorzieningen dan het minimum, en geen laat zich door aftrekken vinden. Minimum:" "Aucun chiffre ne porte sur moins de structures que le minimum, et aucun ne se trouve par soustraction. Minimum\u{a0}:" "No figure is about fewer facilities than the minimum, and none can be found by subtraction. Minimum:";
    "too_few" "Er zijn te weinig voorzieningen geïnspecteerd om cijfers over hen te tonen zonder iets over één ervan te verraden." "Trop peu de structures ont été inspectées pour montrer des chiffres à leur sujet sans rien trahir de l'une d'elles." "Too few facilities were inspected to show figures about them without giving something away about one.";
    "dash" "– betekent: niet getoond." "– signifie\u{a0}: non montré." "– means: not shown.";
    "row_total" "samen" "total" "together";
    "hidden" "niet getoond" "non montré" "not shown";
    "total_of_rows" "Alle rijen samen:" "Toutes les lignes ensemble\u{a0}:" "All rows together:";
    "table" "Tabel:" "Tableau\u{a0}:" "Table:";
    "figure" "Figuur" "Figure" "Figure";
    "framework" "Referentiekader" "Référentiel" "Framework";
    "row" "Rij" "Ligne" "Row";
    "row_title" "Wat de rij is" "Intitulé de la ligne" "What the row is";
    "column" "Kolom" "Colonne" "Column";
    "column_title" "Wat de kolom is" "Intitulé de la colonne" "What the column is";
    "value" "Waarde" "Valeur" "Value";
    "is_hidden" "Verborgen" "Caché" "Hidden";
    "sector" "Sector" "Secteur" "Sector";
    "criterion" "Criterium" "Critère" "Criterion";
    "yes" "ja" "oui" "yes";
    "no" "nee" "non" "no";
    "visits" "Geïnspecteerde voorzieningen per sector, naar soort bezoek" "Structures inspectées par secteur, selon le type de visite" "Inspected facilities per sector, by kind of visit";
    "states" "Geïnspecteerde voorzieningen per sector, naar waar hun inspectie stond" "Structures inspectées par secteur, selon l'état de leur inspection" "Inspected facilities per sector, by where their inspection stood";
    "cancellations" "Voorzieningen per sector waarvan elke inspectie geannuleerd werd, naar grond" "Structures par secteur dont toute inspection fut annulée, selon le motif" "Facilities per sector of which every inspection was cancelled, by ground";
    "judgements" "Oordelen per criterium" "Jugements par critère" "Judgements per criterion";
    "improvementPoints" "Verbeterpunten per criterium" "Points d'amélioration par critère" "Improvement points per criterion";
    "agreement" "Zelfevaluatie en vaststelling per criterium" "Auto-évaluation et constatation par critère" "Self-report and finding per criterion";
    "agreement_note" "De laatste zelfevaluatie die voor het bezoek werd ingediend, naast het oordeel. Wat hetzelfde zegt, staat in het referentiekader." "La dernière auto-évaluation remise avant la visite, à côté du jugement. Le référentiel dit ce qui est équivalent." "The last self-report that was handed in before the visit, beside the judgement. The framework tells what says the same.";
    "announced" "Aangekondigd" "Annoncée" "Announced";
    "unannounced" "Onaangekondigd" "Inopinée" "Unannounced";
    "both" "Aangekondigd en onaangekondigd" "Annoncée et inopinée" "Announced and unannounced";
    "final" "Definitief verslag" "Rapport définitif" "Final report";
    "termDraft" "Termijnen in voorbereiding" "Délais en préparation" "Terms being drafted";
    "termReaction" "Reactie op de termijnen" "Réaction aux délais" "Reaction to the terms";
    "followUp" "Opvolging van verbeterpunten" "Suivi des points d'amélioration" "Improvement points followed up";
    "obstruction" "Verhindering van de inspectie" "Entrave à l'inspection" "Obstruction";
    "facilityClosed" "Voorziening gestopt" "Structure fermée" "Facility closed";
    "planning" "Anders gepland" "Autre planification" "Planned otherwise";
    "other_ground" "Andere grond" "Autre motif" "Other ground";
    "stateClosed" "Afgesloten" "Clôturée" "Closed";
    "severalJudgements" "Verschillende oordelen" "Jugements différents" "Several judgements";
    "noJudgement" "Geen oordeel" "Pas de jugement" "No judgement";
    "priority" "Prioritair verbeterpunt" "Point prioritaire" "Priority improvement point";
    "other" "Alleen ander verbeterpunt" "Seulement un autre point" "Other improvement point only";
    "without" "Geen verbeterpunt" "Pas de point" "No improvement point";
    "any" "Het hele verslag" "L'ensemble du rapport" "The whole report";
    "agrees" "Zeggen hetzelfde" "Disent la même chose" "Say the same";
    "disagrees" "Zeggen iets anders" "Disent autre chose" "Say something else";
    "notCompared" "Niet te vergelijken" "Non comparables" "Cannot be compared";
    "calibration" "Hoe inspecteurs overeenstemmen" "Concordance des inspecteurs" "How far inspectors agree";
    "calibration_note" "Waar twee inspecteurs apart oordelen. 1: altijd gelijk; 0: zo vaak gelijk als bij toeval." "Là où deux inspecteurs jugent séparément. 1\u{a0}: toujours d'accord\u{a0}; 0\u{a0}: aussi souvent que par hasard." "Where two inspectors judge apart. 1: always alike; 0: alike as often as by chance.";
    "no_calibration" "Er is niets te tonen: er oordeelden geen twee inspecteurs apart, of over te weinig voorzieningen." "Rien à montrer\u{a0}: aucun double jugement, ou sur trop peu de structures." "There is nothing to show: no two inspectors judged apart, or about too few facilities.";
    "measure" "Maat" "Mesure" "Measure";
    "cohensKappa" "Cohens kappa" "Kappa de Cohen" "Cohen's kappa";
    "krippendorffsAlpha" "Krippendorffs alfa" "Alpha de Krippendorff" "Krippendorff's alpha";
    "undefined" "niet bepaald" "non défini" "undefined";
    "overall" "De hele ronde" "Toute la ronde" "The whole round";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_said_in_each_language_and_has_one_name() {
        let names: std::collections::BTreeSet<_> = WORDS.iter().map(|(name, _)| name).collect();
        assert_eq!(names.len(), WORDS.len());
        for (name, phrase) in WORDS {
            assert!(phrase.iter().all(|text| !text.is_empty()), "{name}");
        }
    }
}
