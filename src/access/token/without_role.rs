//! Why a token that is good gives no role here, told to whoever sent it and to the log.
use super::claims::RoleClaim;
use crate::access::role::Role;
use crate::personal::holds_register_number;
use crate::text::Text;

/// The longest number that is repeated: those of organisations are shorter.
const MAX_SHOWN: usize = 40;

/// A token gives no role that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithoutRole {
    /// The claim that roles are read from.
    pub claim: String,
    /// Why there are none.
    pub reason: Reason,
}

/// Why none of a token's roles counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// There is no such claim.
    Missing,
    /// It holds nothing that is a role here.
    Unknown,
    /// A client's own token, with roles of people.
    OfPeople,
    /// A person's token, with the role of machines.
    OfMachines,
    /// Roles of government, for an organisation that is none of its offices; none: for no organisation.
    Elsewhere(Option<String>),
}

impl Reason {
    /// Why none of what was said counts, when none does.
    pub(super) fn of(
        silent: bool,
        is_machine: bool,
        said: &[RoleClaim],
        organisation: Option<&str>,
    ) -> Self {
        if silent {
            return Self::Missing;
        }
        if said.is_empty() {
            return Self::Unknown;
        }
        if is_machine {
            return Self::OfPeople;
        }
        let of_people = said.iter().find(|claim| claim.role != Role::Integration);
        of_people.map_or(Self::OfMachines, |claim| {
            let number = claim.organisation.as_deref().or(organisation);
            Self::Elsewhere(number.map(str::to_owned))
        })
    }
}

impl WithoutRole {
    /// The sentence for the caller. A number that is long, or could be a person's, is left out.
    pub fn text(&self) -> Text {
        let claim = &self.claim;
        match &self.reason {
            Reason::Missing => Text::new(
                format!("De claim {claim} ontbreekt in het token (KINDREFLEX_ROLE_CLAIM)."),
                format!("Le claim {claim} manque dans le jeton (KINDREFLEX_ROLE_CLAIM)."),
                format!("The claim {claim} is missing from the token (KINDREFLEX_ROLE_CLAIM)."),
            ),
            Reason::Unknown => Text::new(
                format!("De claim {claim} bevat geen rol die hier bekend is."),
                format!("Le claim {claim} ne contient aucun rôle connu ici."),
                format!("The claim {claim} holds no role that is known here."),
            ),
            Reason::OfPeople => Text::new(
                format!(
                    "De claim {claim} bevat alleen rollen van personen, en dit is het token van een client zelf; geef het integration."
                ),
                format!(
                    "Le claim {claim} ne contient que des rôles de personnes, et ceci est le jeton d'un client lui-même ; donnez-lui integration."
                ),
                format!(
                    "The claim {claim} holds only roles of people, and this is a client's own token; give it integration."
                ),
            ),
            Reason::OfMachines => Text::new(
                format!(
                    "De claim {claim} bevat alleen integration, en die rol is voor het token van een client zelf (sub gelijk aan client_id)."
                ),
                format!(
                    "Le claim {claim} ne contient qu'integration, et ce rôle est pour le jeton d'un client lui-même (sub égal à client_id)."
                ),
                format!(
                    "The claim {claim} holds only integration, and that role is for a client's own token (sub equal to client_id)."
                ),
            ),
            Reason::Elsewhere(number) => elsewhere(claim, number.as_deref()),
        }
    }
}

fn elsewhere(claim: &str, number: Option<&str>) -> Text {
    let (nl, fr, en) = match number {
        Some(number) if number.len() <= MAX_SHOWN && !holds_register_number(number) => (
            format!("voor organisatie {number}"),
            format!("pour l'organisation {number}"),
            format!("for organisation {number}"),
        ),
        Some(_) => (
            "voor deze organisatie".to_owned(),
            "pour cette organisation".to_owned(),
            "for this organisation".to_owned(),
        ),
        None => (
            "zonder organisatie".to_owned(),
            "sans organisation".to_owned(),
            "without an organisation".to_owned(),
        ),
    };
    Text::new(
        format!(
            "De claim {claim} bevat alleen rollen die hier niet tellen {nl} (KINDREFLEX_OFFICES)."
        ),
        format!(
            "Le claim {claim} ne contient que des rôles qui ne comptent pas ici {fr} (KINDREFLEX_OFFICES)."
        ),
        format!(
            "The claim {claim} holds only roles that do not count {en} here (KINDREFLEX_OFFICES)."
        ),
    )
}
