//! Whether what a document says of its changes makes sense in itself; [`super::succession`] compares it with the version
//! that it supersedes.
use super::document::{ChangeKind, Criterion};
use super::fault::{field, item, text};
use super::sense::{Known, Sense, places};

impl Sense<'_> {
    /// A criterion's change.
    pub fn change(&mut self, criterion: &Criterion, place: &str) {
        let Some(change) = &criterion.change else {
            return;
        };
        let at = field(place, "change");
        if self.document.version.supersedes.is_none() {
            self.faults.wrong(&at, None, text!(
                "Deze versie vervangt er geen, dus er kan niets gewijzigd zijn; vul 'version.supersedes' in of schrap 'change'.",
                "Cette version n'en remplace aucune, rien ne peut donc avoir changé ; remplissez 'version.supersedes' ou retirez 'change'.",
                "This version supersedes none, so nothing can have changed; fill in 'version.supersedes' or remove 'change'.",
            ));
        }
        let at = field(&at, "from");
        self.distinct(&at, "", &change.from);
        let from = change.from.len();
        let what = match change.kind {
            ChangeKind::New if from > 0 => text!(
                "Een nieuw criterium komt nergens vandaan; schrap 'from'.",
                "Un nouveau critère ne vient de nulle part ; retirez 'from'.",
                "A new criterion comes from nothing; remove 'from'.",
            ),
            ChangeKind::Editorial | ChangeKind::Tightened if from > 1 => text!(
                "Dit criterium komt van {from} criteria; noem er één, of markeer het als 'merged'.",
                "Ce critère vient de {from} critères ; nommez-en un, ou marquez-le 'merged'.",
                "This criterion comes from {from} criteria; name one, or mark it as 'merged'.",
            ),
            ChangeKind::Split if from != 1 => text!(
                "Een opgesplitst criterium komt van juist één criterium, niet van {from}; noem het in 'from'.",
                "Un critère scindé vient d'exactement un critère, pas de {from} ; nommez-le dans 'from'.",
                "A split criterion comes from exactly one criterion, not {from}; name it in 'from'.",
            ),
            ChangeKind::Merged if from < 2 => text!(
                "Een samengevoegd criterium komt van minstens twee criteria, niet van {from}; noem ze in 'from'.",
                "Un critère fusionné vient d'au moins deux critères, pas de {from} ; nommez-les dans 'from'.",
                "A merged criterion comes from at least two criteria, not {from}; name them in 'from'.",
            ),
            _ => return,
        };
        self.faults.wrong(&at, None, what);
    }

    /// What was split became at least two.
    pub fn splits(&mut self) {
        let document = self.document;
        for (place, criterion) in places(document) {
            let is_part = criterion
                .change
                .as_ref()
                .is_some_and(|change| change.kind == ChangeKind::Split);
            let [origin] = criterion.origins() else {
                continue;
            };
            let parts = document
                .criteria()
                .filter(|(_, other)| other.origins().contains(origin))
                .count();
            if is_part && parts < 2 {
                self.faults.wrong(&field(&place, "change.kind"), Some("split"), text!(
                    "Alleen dit criterium komt van '{origin}', dus er is niets gesplitst; markeer ook de andere delen, of kies een andere soort.",
                    "Seul ce critère vient de '{origin}', rien n'est donc scindé ; marquez aussi les autres parties, ou choisissez un autre type.",
                    "Only this criterion comes from '{origin}', so nothing was split; mark the other parts too, or choose another kind.",
                ));
            }
        }
    }

    /// The criteria that are gone.
    pub fn withdrawn(&mut self) {
        let document = self.document;
        let withdrawn = &document.withdrawn;
        if !withdrawn.is_empty() && document.version.supersedes.is_none() {
            self.faults.wrong("withdrawn", None, text!(
                "Deze versie vervangt er geen, dus er kan niets ingetrokken zijn; vul 'version.supersedes' in of schrap 'withdrawn'.",
                "Cette version n'en remplace aucune, rien ne peut donc être retiré ; remplissez 'version.supersedes' ou retirez 'withdrawn'.",
                "This version supersedes none, so nothing can be withdrawn; fill in 'version.supersedes' or remove 'withdrawn'.",
            ));
        }
        self.distinct(
            "withdrawn",
            ".code",
            withdrawn.iter().map(|withdrawn| &withdrawn.code),
        );
        let criteria = Known::of(
            "themes",
            document.criteria().map(|(_, criterion)| &criterion.code),
        );
        for (index, withdrawn) in withdrawn.iter().enumerate() {
            let (code, at) = (&withdrawn.code, item("withdrawn", index));
            let place = field(&at, "code");
            let heir = document
                .criteria()
                .find(|(_, criterion)| criterion.origins().contains(code));
            if document.criterion(code.as_str()).is_some() {
                self.faults.wrong(&place, Some(code.as_str()), text!(
                    "'{code}' is ingetrokken en staat toch nog in het kader; schrap het op een van beide plaatsen.",
                    "'{code}' est retiré mais figure encore dans le cadre ; supprimez-le à l'un des deux endroits.",
                    "'{code}' is withdrawn and still stands in the framework; remove it in one of the two places.",
                ));
            } else if let Some((_, heir)) = heir {
                let heir = &heir.code;
                self.faults.wrong(&place, Some(code.as_str()), text!(
                    "'{code}' leeft voort in '{heir}' (zie 'from' daar) en is dus niet ingetrokken; schrap het op een van beide plaatsen.",
                    "'{code}' subsiste dans '{heir}' (voir 'from' là-bas) et n'est donc pas retiré ; supprimez-le à l'un des deux endroits.",
                    "'{code}' lives on in '{heir}' (see 'from' there), so it is not withdrawn; remove it in one of the two places.",
                ));
            }
            self.references(&withdrawn.replaced_by, &criteria, &field(&at, "replacedBy"));
        }
    }
}
