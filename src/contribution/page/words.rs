//! The page's own words in the three languages.
use chrono_tz::Europe::Brussels;

use crate::db::types::Moment;
use crate::text::{Language, Words};

/// A moment on the clock of Flanders, as people read it.
pub fn local(moment: Moment, language: Language) -> String {
    let format = Words("%d/%m/%Y om %H:%M", "%d/%m/%Y à %H:%M", "%d/%m/%Y at %H:%M");
    let there = moment.0.with_timezone(&Brussels);
    there.format(format.in_language(language)).to_string()
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident $nl:literal $fr:literal $en:literal;)*) => {
        $($(#[$doc])* pub const $name: Words = Words($nl, $fr, $en);)*
    };
}
words! {
    /// The title.
    TITLE "Vragen over de Kindreflex" "Questions sur le Kindreflex" "Questions about the Kindreflex";
    /// Before the title, where something is wrong.
    FAULTY "Nog niet verzonden" "Pas encore envoyé" "Not sent yet";
    /// Who asks.
    ASKS "vraagt uw antwoord voor de zelfevaluatie." "demande votre réponse pour l'auto-évaluation." "asks for your answers for its self-assessment.";
    /// Which unit it is about.
    ABOUT "Antwoord voor:" "Répondez pour :" "Answer for:";
    /// Until when.
    UNTIL "U kunt antwoorden tot" "Vous pouvez répondre jusqu'au" "You can answer until";
    /// Before the coordinator's message.
    MESSAGE "Bericht van de coördinator" "Message du coordinateur" "Message from the coordinator";
    /// Before the reason of a return.
    RETURNED "Uw antwoorden zijn teruggestuurd" "Vos réponses vous sont renvoyées" "Your answers were sent back";
    /// Above the faults.
    MEND "Kijk dit nog na; er is nog niets verzonden:" "Vérifiez encore ceci ; rien n'est encore envoyé :" "Please look at this; nothing was sent yet:";
    /// Before the number of a question.
    QUESTION "Vraag" "Question" "Question";
    /// Before the facility's own words.
    OWN_STEPS "In ons stappenplan:" "Dans notre plan par étapes :" "In our step plan:";
    /// The label of a note.
    NOTE "Toelichting" "Explication" "Note";
    /// Beside a note.
    NO_CLIENTS "Geen namen of gegevens van cliënten." "Pas de noms ni de données de clients." "No names or data of clients.";
    /// Beside a level that has to be explained.
    NEEDS_NOTE "Licht toe hieronder." "Expliquez ci-dessous." "Please explain below.";
    /// Above the evidence.
    EVIDENCE "Waarop steunt dit? (bewijs)" "Sur quoi cela repose-t-il ? (preuve)" "What does this rest on? (evidence)";
    /// Beside evidence that the framework asks.
    EVIDENCE_ASKED "Het referentiekader vraagt hier een bewijs, waar het er is." "Le référentiel demande ici une preuve, s'il y en a une." "The framework asks for evidence here, where there is some.";
    /// The label of a kind.
    KIND "Soort bewijs" "Genre de preuve" "Kind of evidence";
    /// No kind chosen.
    NO_KIND "Geen" "Aucun" "None";
    /// The label of a description.
    DESCRIPTION "Omschrijving" "Description" "Description";
    /// The label of a day.
    OBSERVED "Van welke dag?" "De quel jour ?" "Of which day?";
    /// The label of a count.
    CHECKED "Aantal dossiers nagekeken" "Nombre de dossiers vérifiés" "Number of files checked";
    /// The label of a count.
    MET "Aantal dat voldeed" "Nombre qui satisfaisaient" "Number that met it";
    /// Beside kinds that count.
    COUNTS "(telt dossiers)" "(compte des dossiers)" "(counts files)";
    /// Where evidence has no kind, or an unknown one.
    CHOOSE_KIND "Kies een soort bewijs, of maak deze velden leeg." "Choisissez un genre de preuve, ou videz ces champs." "Choose a kind of evidence, or empty these fields.";
    /// Where a kind that counts files has not both counts, or another kind has some.
    BOTH_COUNTS "Vul beide aantallen in bij een bewijs dat dossiers telt, en geen bij een ander; er voldoen er niet meer dan er nagekeken zijn." "Remplissez les deux nombres pour une preuve qui compte des dossiers, et aucun pour une autre ; il n'en satisfait pas plus qu'il n'en est vérifié." "Fill in both numbers for evidence that counts files, and none for another; no more can meet it than were checked.";
    /// Where a level that has to be explained is not.
    EXPLAIN "Licht dit antwoord toe." "Expliquez cette réponse." "Please explain this answer.";
    /// The label of who answers.
    GIVEN_BY "Uw functie (niet verplicht)" "Votre fonction (facultatif)" "Your function (optional)";
    /// Beside it.
    NO_NAME "Bijvoorbeeld: hoofdverpleegkundige. Geen naam." "Par exemple : infirmier en chef. Pas de nom." "For example: head nurse. No name.";
    /// The button.
    SEND "Antwoorden verzenden" "Envoyer les réponses" "Send the answers";
    /// Beside the button.
    ONCE "U kunt één keer verzenden. Daarna ziet alleen de coördinator de antwoorden." "Vous pouvez envoyer une seule fois. Ensuite, seul le coordinateur voit les réponses." "You can send once. After that only the coordinator sees the answers.";
    /// At the foot.
    FOOT "Wie deze link heeft, kan antwoorden; stuur hem dus alleen door aan wie mee antwoordt. Deze pagina gebruikt geen cookies." "Quiconque a ce lien peut répondre ; ne le transmettez qu'aux personnes qui répondent avec vous. Cette page n'utilise pas de cookies." "Whoever has this link can answer, so pass it on only to those who answer with you. This page uses no cookies.";
    /// Where something went wrong that the page cannot mend.
    TROUBLE "Dit lukt nu niet" "Ceci n'a pas abouti" "This did not work";
    /// Where what was typed is not lost.
    BACK "Ga in uw browser terug naar het formulier: wat u typte, staat er meestal nog." "Revenez au formulaire dans votre navigateur : ce que vous avez saisi s'y trouve le plus souvent encore." "Go back to the form in your browser: what you typed is mostly still there.";
}
