//! For whom a machine acts: what only a person can stand for, a machine does in that person's name.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Role, Tx};
use crate::http::checks::check_name;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// The field of a body that names the person.
const FIELD: &str = "onBehalfOf";

/// The person for whom a machine acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OnBehalfOf {
    /// Whatever identifies the person at the machine's vendor. No national register number.
    #[schema(min_length = 1, max_length = 200, example = "medewerker-2041")]
    pub id: String,
    /// What the person is at the facility.
    #[schema(min_length = 1, max_length = 200, example = "kwaliteitscoördinator")]
    pub function: String,
}

impl OnBehalfOf {
    /// Adds what is wrong with what a body says.
    pub fn check(&self, faults: &mut Vec<Issue>) {
        check_name(&format!("{FIELD}.id"), &self.id, faults);
        check_name(&format!("{FIELD}.function"), &self.function, faults);
    }
}

impl Tx<'_> {
    /// From here on what is done is shown as done for this person. A machine has to name one; a person acts for nobody else.
    pub fn act_for(&mut self, person: Option<&OnBehalfOf>) -> Result<(), Problem> {
        let by_machine = self.actor.roles.contains(&Role::Integration);
        match (by_machine, person) {
            (true, None) => Err(Problem::fault(unnamed())),
            (false, Some(_)) => Err(Problem::fault(not_by_a_machine())),
            (_, person) => {
                self.on_behalf_of = person.cloned();
                Ok(())
            }
        }
    }
}

fn unnamed() -> Issue {
    Issue::body(
        "missing",
        FIELD,
        Text::new(
            "Een machine doet dit voor een persoon; noem die met id en function.",
            "Une machine le fait pour une personne ; nommez-la avec id et function.",
            "A machine does this for a person; name that person with id and function.",
        ),
    )
}

fn not_by_a_machine() -> Issue {
    Issue::body(
        "onlyForMachines",
        FIELD,
        Text::new(
            "U handelt in eigen naam; laat onBehalfOf weg. Alleen een machine noemt voor wie ze handelt.",
            "Vous agissez en votre nom ; omettez onBehalfOf. Seule une machine nomme pour qui elle agit.",
            "You act in your own name; leave onBehalfOf out. Only a machine names for whom it acts.",
        ),
    )
}
