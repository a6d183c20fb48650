//! What happens to judgements, each in one transaction.
use super::store::{self, New};
use super::{AdoptionInput, FindingJudgement, JudgementInput};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::http::IfMatch;
use crate::http::etag::Precondition;
use crate::inspection::events;
use crate::inspection::finding::checks::Frameworks;
use crate::inspection::finding::{
    Finding, FindingContent, store as findings, work as finding_work,
};
use crate::inspection::rules::{ADOPT, JUDGE, Step};
use crate::inspection::store::Head;
use crate::inspection::work as inspections;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// So many inspectors judge a finding.
const JUDGES: usize = 2;

/// All versions of all judgements of a finding, oldest first.
pub struct Judgements(pub Vec<FindingJudgement>);

impl Judgements {
    /// The judgements that stand: one for each who judged.
    fn standing(&self) -> impl Iterator<Item = &FindingJudgement> {
        self.0.iter().filter(|one| !one.replaced)
    }

    /// Do both exist?
    fn are_both_there(&self) -> bool {
        self.standing().count() >= JUDGES
    }

    /// What this person may see of them: its own, and all once both exist.
    pub fn seen_by(self, person: &str) -> Vec<FindingJudgement> {
        let open = self.are_both_there();
        let mut seen = self.0;
        seen.retain(|one| open || one.person == person);
        seen
    }

    /// This person's own, as it stands.
    pub fn own(&self, person: &str) -> Option<&FindingJudgement> {
        self.standing().find(|one| one.person == person)
    }
}

/// The inspection, in which findings change one at a time, for a step of the caller's.
fn taken(tx: &mut Tx, id: Id, step: &Step) -> Result<Head, Problem> {
    inspections::may(tx, id, step)?;
    findings::take_turn(tx, id)?;
    inspections::find_for(tx, id, step)
}

/// The judgements of a finding that the caller may see.
pub fn seen(tx: &mut Tx, id: Id, finding: Id) -> Result<Vec<FindingJudgement>, Problem> {
    inspections::find_inside(tx, id)?;
    there(tx, id, finding)?;
    let person = tx.actor.claims.subject.clone();
    Ok(store::all(tx, (id, finding))?.seen_by(&person))
}

/// The caller's own judgement, as it stands.
pub fn own(tx: &mut Tx, id: Id, finding: Id) -> Result<FindingJudgement, Problem> {
    inspections::find_inside(tx, id)?;
    let person = tx.actor.claims.subject.clone();
    let all = store::all(tx, (id, finding))?;
    all.own(&person).cloned().ok_or_else(Problem::not_found)
}

fn there(tx: &mut Tx, id: Id, finding: Id) -> Result<findings::Row, Problem> {
    let row = findings::rows(tx, id, &[finding])?.remove(&finding);
    row.ok_or_else(Problem::not_found)
}

/// Gives the caller's judgement, or replaces it; with whether it is the first.
pub fn put(
    tx: &mut Tx,
    (id, finding, new): (Id, Id, Id),
    condition: &Precondition,
    input: &JudgementInput,
) -> Result<(FindingJudgement, bool), Problem> {
    let head = taken(tx, id, &JUDGE)?;
    there(tx, id, finding)?;
    let person = tx.actor.claims.subject.clone();
    let all = store::all(tx, (id, finding))?;
    let current = all.own(&person).map(FindingJudgement::tag);
    condition.check(current.as_ref())?;
    JUDGE.require_state(head.row.state)?;
    give(tx, &head, &person, (finding, new), input)?;
    Ok((own(tx, id, finding)?, current.is_none()))
}

/// Gives this person's judgement, or replaces it, while the other is not there.
pub fn give(
    tx: &mut Tx,
    head: &Head,
    person: &str,
    (finding, new): (Id, Id),
    input: &JudgementInput,
) -> Result<(), Problem> {
    let (id, row) = (head.row.id, there(tx, head.row.id, finding)?);
    let all = store::all(tx, (id, finding))?;
    if all.are_both_there() {
        return Err(both_there());
    }
    check(tx, head, counting(&row)?.as_ref(), input.judgement.as_str())?;
    let number = all.own(person).map_or(0, |own| own.version) + 1;
    let version = New {
        id: new,
        finding,
        person,
        number,
        heads: row.heads.clone(),
    };
    store::insert(tx, head, version, input)?;
    // For nobody's eyes until both are there.
    let said = serde_json::json!({"findingId": finding, "judgementId": new, "input": input});
    let given = Event::new("judgementGiven", "inspection", id).only_own(true);
    audit::record(tx, given.with(&said)?)?;
    let all = store::all(tx, (id, finding))?;
    if all.are_both_there() {
        let ids: Vec<Id> = all.standing().map(|one| one.id).collect();
        let said = serde_json::json!({"findingId": finding, "judgementIds": ids});
        events::inside(tx, "judgementsDisclosed", id, &said)?;
    }
    Ok(())
}

/// What a finding says, when it has one head and was not withdrawn.
fn counting(row: &findings::Row) -> Result<Option<FindingContent>, Problem> {
    let content = row.content.as_ref().map(findings::content_of).transpose()?;
    Ok(content.filter(|content| !content.withdrawn))
}

/// The framework allows the judgement, of a finding that can be judged, in a round where two judge.
fn check(
    tx: &mut Tx,
    head: &Head,
    content: Option<&FindingContent>,
    judgement: &str,
) -> Result<(), Problem> {
    let frameworks = Frameworks::of(tx, head.row.round_id)?;
    if !frameworks.are_judged_twice() {
        return Err(judged_once());
    }
    let content = content.ok_or_else(nothing_to_judge)?;
    let mut faults = Vec::new();
    frameworks.check_apart(content, judgement, &mut faults);
    Problem::refuse(faults)
}

fn both_there() -> Problem {
    Problem::conflict(Text::new(
        "Twee inspecteurs hebben deze vaststelling beoordeeld; hun oordelen liggen vast.",
        "Deux inspecteurs ont jugé cette constatation ; leurs jugements sont fixés.",
        "Two inspectors have judged this finding; their judgements are fixed.",
    ))
}

fn judged_once() -> Problem {
    Problem::conflict(Text::new(
        "In deze ronde staat het oordeel in de vaststelling zelf; geef het met PUT …/findings/{findingId}.",
        "Dans cette ronde, le jugement figure dans la constatation même ; donnez-le par PUT …/findings/{findingId}.",
        "In this round the judgement stands in the finding itself; give it with PUT …/findings/{findingId}.",
    ))
}

fn nothing_to_judge() -> Problem {
    Problem::conflict(Text::new(
        "Deze vaststelling is ingetrokken, of er bestaan meerdere versies naast elkaar; los dat eerst op.",
        "Cette constatation est retirée, ou plusieurs versions existent côte à côte ; résolvez cela d'abord.",
        "This finding is withdrawn, or has versions beside each other; resolve that first.",
    ))
}

/// Adopts one of the two; the finding as it is then.
pub fn adopt(
    tx: &mut Tx,
    (id, finding): (Id, Id),
    seen: &IfMatch,
    input: &AdoptionInput,
) -> Result<Finding, Problem> {
    let head = taken(tx, id, &ADOPT)?;
    seen.check(&there(tx, id, finding)?.summary()?.tag())?;
    ADOPT.require_state(head.row.state)?;
    let all = store::all(tx, (id, finding))?;
    if !all.are_both_there() {
        return Err(not_both_there());
    }
    let row = there(tx, id, finding)?;
    if row.adopted.is_some() {
        return Err(adopted_already());
    }
    let chosen = all.standing().find(|one| one.id == input.judgement_id);
    let chosen = chosen.ok_or_else(|| Problem::fault(none_of_both(input.judgement_id)))?;
    check(tx, &head, counting(&row)?.as_ref(), &chosen.judgement)?;
    store::adopt(tx, id, chosen, input)?;
    let said = serde_json::json!({"findingId": finding, "adoption": input});
    events::inside(tx, "judgementAdopted", id, &said)?;
    finding_work::read(tx, &head, finding)
}

fn not_both_there() -> Problem {
    Problem::conflict(Text::new(
        "Een oordeel kan overgenomen worden zodra twee inspecteurs geoordeeld hebben.",
        "Un jugement peut être repris dès que deux inspecteurs ont jugé.",
        "A judgement can be adopted once two inspectors have judged.",
    ))
}

fn adopted_already() -> Problem {
    Problem::conflict(Text::new(
        "Er is al een oordeel overgenomen.",
        "Un jugement est déjà repris.",
        "A judgement was adopted already.",
    ))
}

fn none_of_both(id: Id) -> Issue {
    let detail = Text::new(
        "Dit is geen van de twee oordelen over deze vaststelling.",
        "Ce n'est aucun des deux jugements de cette constatation.",
        "This is neither of the two judgements of this finding.",
    );
    Issue::body("unknownReference", "judgementId", detail).with_value(id.to_string())
}
