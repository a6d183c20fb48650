//! Visits: planned, held, refused or cancelled. The first that takes place starts the inspection, and lets its facility know of it.
use diesel::prelude::*;

use super::store::{self, Head};
use super::{
    Announcement, AnnouncementInput, State, Visit, VisitInput, VisitOutcome, VisitRecordInput,
    VisitState, documents, events, require_room, urgent,
};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::inspection_visit as visit;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::facility;
use crate::problem::{Issue, Problem};
use crate::text::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = visit, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    site_id: Option<Id>,
    announced: bool,
    state: VisitState,
    planned_from: Moment,
    planned_to: Moment,
    began_at: Option<Moment>,
    ended_at: Option<Moment>,
    interlocutors: JsonText,
    note: Option<String>,
    recorded_by: Option<JsonText>,
    recorded_at: Option<Moment>,
}

impl Row {
    /// Did it come to the facility's door?
    fn took_place(&self) -> bool {
        matches!(self.state, VisitState::Held | VisitState::Refused)
    }

    fn shown(self, all: bool) -> Result<Visit, Problem> {
        let recorded_by = self.recorded_by.filter(|_| all);
        Ok(Visit {
            id: self.id,
            site_id: self.site_id,
            announced: self.announced,
            status: self.state,
            planned_from: self.planned_from,
            planned_to: self.planned_to,
            from: self.began_at,
            to: self.ended_at,
            interlocutors: self.interlocutors.to()?,
            note: self.note.filter(|_| all),
            recorded_by: recorded_by.as_ref().map(JsonText::to).transpose()?,
            recorded_at: self.recorded_at.filter(|_| all),
        })
    }
}

fn rows(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Row>, Problem> {
    Ok(visit::table
        .filter(visit::inspection_id.eq(inspection_id))
        .order(visit::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The visits; to who does not see all, those that were announced or took place.
pub fn shown(tx: &mut Tx, inspection: &store::Row, all: bool) -> Result<Vec<Visit>, Problem> {
    let told = inspection.known_at.is_some();
    let known = |row: &Row| (told && row.announced) || row.took_place();
    rows(tx, inspection.id)?
        .into_iter()
        .filter(|row| all || known(row))
        .map(|row| row.shown(all))
        .collect()
}

/// Is a visit still to come, or to be recorded?
pub fn is_one_planned(tx: &mut Tx, inspection_id: Id) -> Result<bool, Problem> {
    let all = rows(tx, inspection_id)?;
    Ok(all.iter().any(|row| row.state == VisitState::Planned))
}

/// Plans a visit, or plans it otherwise.
pub fn plan(
    tx: &mut Tx,
    head: &Head,
    (id, arrival): (Id, Id),
    input: &VisitInput,
) -> Result<(), Problem> {
    let inspection = &head.row;
    if let Some(site) = input.site_id {
        facility::site(tx, inspection.facility_id, site)
            .map_err(|fault| fault.as_unknown("siteId", site))?;
    }
    let announced = input.announced.unwrap_or(inspection.announced);
    if announced && !inspection.announced && inspection.known_at.is_none() {
        return Err(Problem::fault(gives_it_away()));
    }
    let rows = rows(tx, inspection.id)?;
    let all = rows.len();
    match rows.into_iter().find(|row| row.id == id) {
        None => {
            require_room("visits", all)?;
            insert(tx, inspection.id, (id, arrival), input, announced)?;
        }
        Some(row) => {
            require_to_come(&row)?;
            if row.announced && !announced && inspection.known_at.is_some() {
                return Err(Problem::fault(Issue::body(
                    "fixed",
                    "announced",
                    told_already(),
                )));
            }
            update(tx, inspection.id, id, input, announced)?;
        }
    }
    let said = serde_json::json!({"visitId": id, "visit": input});
    if announced {
        events::of(tx, "visitPlanned", head, &said)
    } else {
        events::inside(tx, "visitPlanned", inspection.id, &said)
    }
}

fn told_already() -> Text {
    Text::new(
        "De voorziening kent dit bezoek al; het blijft aangekondigd.",
        "La structure connaît déjà cette visite ; elle reste annoncée.",
        "The facility knows of this visit already; it stays announced.",
    )
}

/// The inspection, of which the facility knows nothing, comes unannounced from now on: so do the visits that are to come.
pub fn untell(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    diesel::update(visit::table)
        .filter(visit::inspection_id.eq(inspection_id))
        .filter(visit::state.eq(VisitState::Planned))
        .set(visit::announced.eq(false))
        .execute(tx.conn)?;
    Ok(())
}

fn gives_it_away() -> Issue {
    Issue::body(
        "tooWide",
        "announced",
        Text::new(
            "Deze inspectie is onaangekondigd; een aangekondigd bezoek kan pas na het eerste.",
            "Cette inspection n'est pas annoncée ; une visite annoncée n'est possible qu'après la première.",
            "This inspection is unannounced; a visit can be announced only after the first one.",
        ),
    )
}

fn require_to_come(row: &Row) -> Result<(), Problem> {
    if row.state == VisitState::Planned {
        return Ok(());
    }
    let state = row.state;
    Err(Problem::conflict(Text::new(
        format!("Dit bezoek staat op {state}; plan een ander."),
        format!("Cette visite est dans l'état {state} ; planifiez-en une autre."),
        format!("This visit is {state}; plan another."),
    )))
}

fn insert(
    tx: &mut Tx,
    inspection_id: Id,
    (id, arrival): (Id, Id),
    input: &VisitInput,
    announced: bool,
) -> Result<(), Problem> {
    diesel::insert_into(visit::table)
        .values((
            visit::inspection_id.eq(inspection_id),
            visit::id.eq(id),
            visit::arrival.eq(arrival),
            visit::site_id.eq(input.site_id),
            visit::announced.eq(announced),
            visit::state.eq(VisitState::Planned),
            visit::planned_from.eq(input.from),
            visit::planned_to.eq(input.to),
            visit::interlocutors.eq(JsonText::of(&[(); 0])?),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn update(
    tx: &mut Tx,
    inspection_id: Id,
    id: Id,
    input: &VisitInput,
    announced: bool,
) -> Result<(), Problem> {
    let changed = diesel::update(visit::table)
        .filter(visit::inspection_id.eq(inspection_id))
        .filter(visit::id.eq(id))
        .set((
            visit::site_id.eq(input.site_id),
            visit::announced.eq(announced),
            visit::planned_from.eq(input.from),
            visit::planned_to.eq(input.to),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// Records what became of a visit, or corrects that.
pub fn record(tx: &mut Tx, head: &Head, id: Id, input: &VisitRecordInput) -> Result<(), Problem> {
    let (mut found, others): (Vec<Row>, Vec<Row>) = rows(tx, head.row.id)?
        .into_iter()
        .partition(|row| row.id == id);
    let current = found.pop().ok_or_else(Problem::not_found)?;
    let took_place = input.outcome != VisitOutcome::Cancelled;
    if current.took_place() && !took_place {
        return Err(took_place_already());
    }
    let held_elsewhere = earliest_held(&others);
    let is_held = input.outcome == VisitOutcome::Held;
    if !is_held && held_elsewhere.is_none() && head.row.state == State::InProgress {
        return Err(nothing_held());
    }
    refuse_future(tx.now, input)?;
    let state = match input.outcome {
        VisitOutcome::Held => VisitState::Held,
        VisitOutcome::Refused => VisitState::Refused,
        VisitOutcome::Cancelled => VisitState::Cancelled,
    };
    let recorded_by = JsonText::of(&ActorView::of(tx))?;
    let recorded = diesel::update(visit::table)
        .filter(visit::inspection_id.eq(head.row.id))
        .filter(visit::id.eq(id))
        .set((
            visit::state.eq(state),
            visit::began_at.eq(input.from),
            visit::ended_at.eq(input.to),
            visit::interlocutors.eq(JsonText::of(&input.interlocutors)?),
            visit::note.eq(input.note.as_deref()),
            visit::recorded_by.eq(Some(recorded_by)),
            visit::recorded_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?;
    one_changed(recorded)?;
    let mut now = head.clone();
    if took_place {
        let held = input.from.filter(|_| is_held).into_iter();
        now.row.began_at = held.chain(held_elsewhere).min();
        come_to_light(tx, &mut now, is_held)?;
    }
    let said = serde_json::json!({"visitId": id, "record": input});
    events::inside(tx, "visitRecorded", head.row.id, &said)?;
    if took_place || (current.announced && now.row.known_at.is_some()) {
        // The note is the team's alone.
        let said = serde_json::json!({"visitId": id, "outcome": input.outcome});
        events::of(tx, "inspectionVisited", &now, &said)?;
    }
    Ok(())
}

/// When the first visit that was held began.
fn earliest_held(rows: &[Row]) -> Option<Moment> {
    let held = rows.iter().filter(|row| row.state == VisitState::Held);
    held.filter_map(|row| row.began_at).min()
}

fn nothing_held() -> Problem {
    Problem::conflict(Text::new(
        "De inspectie is met dit bezoek begonnen; neem eerst een ander bezoek op dat plaatsvond.",
        "L'inspection a commencé par cette visite ; enregistrez d'abord une autre visite qui a eu lieu.",
        "The inspection began with this visit; record another that was held first.",
    ))
}

/// The facility knows of the inspection now, and the first visit that was held starts it, with the checklist as it is.
fn come_to_light(tx: &mut Tx, head: &mut Head, is_held: bool) -> Result<(), Problem> {
    let row = &mut head.row;
    let was_hidden = row.reveal(tx.now);
    if row.state == State::Planned && is_held {
        store::require_open_round(tx, row.round_id)?;
        row.checklist_revision = Some(store::latest_checklist(tx, row.round_id)?);
        row.state = State::InProgress;
    }
    store::save(tx, row)?;
    if was_hidden {
        urgent::work::come_to_light(tx, head)?;
    }
    Ok(())
}

fn took_place_already() -> Problem {
    Problem::conflict(Text::new(
        "Dit bezoek vond plaats; het kan niet meer geannuleerd worden.",
        "Cette visite a eu lieu ; elle ne peut plus être annulée.",
        "This visit took place; it can be cancelled no more.",
    ))
}

/// What is recorded has happened. Clocks differ: an hour is let pass. Ours.
fn refuse_future(now: Moment, input: &VisitRecordInput) -> Result<(), Problem> {
    let latest = Moment(now.0 + chrono::Duration::hours(1));
    let faults: Vec<Issue> = [("from", input.from), ("to", input.to)]
        .into_iter()
        .filter_map(|(field, moment)| Some((field, moment?)))
        .filter(|(_, moment)| *moment > latest)
        .map(|(field, moment)| {
            let detail = Text::new(
                "Dit moment moet nog komen.",
                "Ce moment est encore à venir.",
                "This moment is still to come.",
            );
            Issue::body("validity", field, detail).with_value(moment.to_string())
        })
        .collect();
    Problem::refuse(faults)
}

/// Tells the facility, and asks for documents: from now on it knows of the inspection.
pub fn announce(
    tx: &mut Tx,
    head: &Head,
    ids: &[Id],
    input: &AnnouncementInput,
) -> Result<(), Problem> {
    let mut now = head.clone();
    let row = &mut now.row;
    if row.known_at.is_none() {
        if !row.announced {
            return Err(unannounced());
        }
        let is_date = |visit: &Row| visit.announced && visit.state == VisitState::Planned;
        if !rows(tx, row.id)?.iter().any(is_date) {
            return Err(no_date());
        }
    }
    let was_hidden = row.reveal(tx.now);
    let mut announcements: Vec<Announcement> = row.announcements.to()?;
    require_room("announcements", announcements.len())?;
    announcements.push(Announcement {
        message: input.message.clone(),
        at: tx.now,
    });
    row.announcements = JsonText::of(&announcements)?;
    store::save(tx, row)?;
    documents::ask(tx, row.id, ids, &input.document_requests)?;
    events::of(tx, "inspectionAnnounced", &now, input)?;
    if was_hidden {
        urgent::work::come_to_light(tx, &now)?;
    }
    Ok(())
}

fn unannounced() -> Problem {
    Problem::conflict(Text::new(
        "Deze inspectie is onaangekondigd: de voorziening hoort ervan bij het eerste bezoek.",
        "Cette inspection n'est pas annoncée : la structure l'apprend à la première visite.",
        "This inspection is unannounced: the facility hears of it at the first visit.",
    ))
}

fn no_date() -> Problem {
    Problem::conflict(Text::new(
        "Plan eerst een aangekondigd bezoek: de voorziening moet een datum kennen.",
        "Planifiez d'abord une visite annoncée : la structure doit connaître une date.",
        "Plan an announced visit first: the facility has to know a date.",
    ))
}
