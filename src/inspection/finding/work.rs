//! What happens when versions come in: weighed against what is known, kept, and added up.
use std::collections::{BTreeMap, BTreeSet};

use super::store::{self, FileRow, Row, VersionRow};
use super::sync::named_by;
use super::versions::{MOST_PARENTS, Outcome, Standing, Version, Weighed, weigh};
use super::{Finding, FindingContent, FindingVersionInput};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::types::{Id, JsonText, Moment};
use crate::inspection::rules::is_over;
use crate::inspection::store::Head;
use crate::problem::Problem;

/// A version that has been looked at, and is right by itself.
#[derive(Clone)]
pub struct Arriving {
    /// What decides about its place.
    pub version: Version,
    /// What it says, as JSON.
    pub content: JsonText,
    /// When it was made, by the device's clock.
    pub made_at: Moment,
    /// The files that it names, each with its hash.
    pub files: Vec<(Id, String)>,
}

impl Arriving {
    /// A version as it was sent.
    pub fn of(input: &FindingVersionInput) -> Result<Self, Problem> {
        Ok(Self {
            version: Version {
                id: input.id,
                finding: input.finding_id,
                parents: input.parents.clone(),
                hash: input.content.hash()?,
            },
            content: JsonText::of(&input.content)?,
            made_at: input.made_at,
            files: named_by(&input.content),
        })
    }

    /// Its row, as of one that waits and counts.
    fn row(
        &self,
        tx: &Tx,
        head: &Head,
        device: Option<Id>,
        made_by: &JsonText,
    ) -> Result<VersionRow, Problem> {
        let version = &self.version;
        Ok(VersionRow {
            inspection_id: head.row.id,
            id: version.id,
            finding_id: version.finding,
            arrival: Id::new(),
            parents: JsonText::of(&version.parents)?,
            hash: version.hash.clone(),
            content: self.content.clone(),
            pending: true,
            late: is_over(head.row.state),
            set_apart: false,
            device_id: device,
            made_by: made_by.clone(),
            made_at: self.made_at,
            received_at: tx.now,
        })
    }
}

/// Takes versions in, in one handful of statements however many they are; what becomes of each, in their order. The turn must have been taken.
pub fn take_in(
    tx: &mut Tx,
    head: &Head,
    device: Option<Id>,
    batch: &[Arriving],
) -> Result<Vec<Outcome>, Problem> {
    let versions: Vec<Version> = batch.iter().map(|one| one.version.clone()).collect();
    let findings: BTreeSet<Id> = versions.iter().map(|version| version.finding).collect();
    let findings: Vec<Id> = findings.into_iter().collect();
    let mut named: Vec<Id> = versions.iter().map(|version| version.id).collect();
    named.extend(versions.iter().flat_map(|version| version.parents.iter()));
    let mut known = store::known(tx, head.row.id, &findings, &named, false)?;
    let strange = strange_parents(&known);
    if !strange.is_empty() {
        known.extend(store::known(tx, head.row.id, &[], &strange, false)?);
    }
    let (known, said): (Vec<Version>, Vec<JsonText>) = known.into_iter().unzip();
    let weighed = weigh(&known, &versions);
    let new: Vec<&Arriving> = weighed
        .inserted
        .iter()
        .filter_map(|place| batch.get(*place))
        .collect();
    insert(tx, head, device, &new, &weighed)?;
    let mut contents: BTreeMap<Id, JsonText> =
        known.iter().map(|version| version.id).zip(said).collect();
    contents.extend(new.iter().map(|one| (one.version.id, one.content.clone())));
    add_up(tx, head, &weighed, &contents)?;
    Ok(weighed.outcomes)
}

/// What versions that came before go back to, and is not among them: not here yet, or of another finding, so that they wait in vain.
fn strange_parents(known: &[(Version, JsonText)]) -> Vec<Id> {
    let here: BTreeSet<Id> = known.iter().map(|(version, _)| version.id).collect();
    let parents = known.iter().flat_map(|(version, _)| &version.parents);
    let strange: BTreeSet<Id> = parents.filter(|id| !here.contains(id)).copied().collect();
    strange.into_iter().collect()
}

fn insert(
    tx: &mut Tx,
    head: &Head,
    device: Option<Id>,
    new: &[&Arriving],
    weighed: &Weighed,
) -> Result<(), Problem> {
    let made_by = JsonText::of(&ActorView::of(tx))?;
    let rows = new.iter().map(|one| {
        let finding = weighed.findings.get(&one.version.finding);
        let stored = finding.is_some_and(|finding| is_stored(&finding.standing, one.version.id));
        Ok(VersionRow {
            pending: !stored,
            ..one.row(tx, head, device, &made_by)?
        })
    });
    let rows: Vec<VersionRow> = rows.collect::<Result<_, Problem>>()?;
    store::insert_versions(tx, &rows, &files(head, new.iter().copied()))?;
    let freed: Vec<Id> = weighed
        .findings
        .values()
        .flat_map(|finding| finding.freed.iter().copied())
        .collect();
    store::free(tx, head.row.id, &freed)
}

/// The files that these versions name.
fn files<'a>(head: &Head, versions: impl Iterator<Item = &'a Arriving>) -> BTreeSet<FileRow> {
    let named = versions.flat_map(|one| one.files.iter().map(|file| (one.version.id, file)));
    let row = |(version_id, (attachment_id, sha256)): (Id, &(Id, String))| FileRow {
        inspection_id: head.row.id,
        version_id,
        facility_id: head.row.facility_id,
        attachment_id: *attachment_id,
        sha256: sha256.clone(),
    };
    named.map(row).collect()
}

/// Keeps versions that count for nothing, weighed among such alone: unchanged or rejected, or else kept. The turn must have been taken.
pub fn keep_apart(
    tx: &mut Tx,
    head: &Head,
    device: Id,
    batch: &[Arriving],
) -> Result<Vec<Outcome>, Problem> {
    let ids: Vec<Id> = batch.iter().map(|one| one.version.id).collect();
    let mut known = |set_apart| {
        let known = store::known(tx, head.row.id, &[], &ids, set_apart)?;
        Ok::<Vec<Version>, Problem>(known.into_iter().map(|(version, _)| version).collect())
    };
    let (counting, apart) = (known(false)?, known(true)?);
    let counts = |version: &Version| counting.iter().any(|one| one.is_same(version));
    let mut others = batch.to_vec();
    others.retain(|one| !counts(&one.version));
    let versions: Vec<Version> = others.iter().map(|one| one.version.clone()).collect();
    let weighed = weigh(&apart, &versions);
    let new: Vec<&Arriving> = weighed
        .inserted
        .iter()
        .filter_map(|place| others.get(*place))
        .collect();
    let made_by = JsonText::of(&ActorView::of(tx))?;
    let rows = new.iter().map(|one| {
        Ok(VersionRow {
            set_apart: true,
            ..one.row(tx, head, Some(device), &made_by)?
        })
    });
    let rows: Vec<VersionRow> = rows.collect::<Result<_, Problem>>()?;
    store::insert_versions(tx, &rows, &files(head, new.iter().copied()))?;
    let mut outcomes = weighed.outcomes.into_iter();
    let outcome = |one: &Arriving| {
        let other = !counts(&one.version);
        let outcome = other.then(|| outcomes.next()).flatten();
        outcome.unwrap_or(Outcome::Unchanged)
    };
    Ok(batch.iter().map(outcome).collect())
}

fn is_stored(standing: &Standing, id: Id) -> bool {
    standing.stored.binary_search(&id).is_ok()
}

/// Says in each finding's row what its versions add up to.
fn add_up(
    tx: &mut Tx,
    head: &Head,
    weighed: &Weighed,
    contents: &BTreeMap<Id, JsonText>,
) -> Result<(), Problem> {
    let ids: Vec<Id> = weighed.findings.keys().copied().collect();
    let there = store::rows(tx, head.row.id, &ids)?;
    let mut changed = Vec::new();
    for (id, touched) in &weighed.findings {
        let standing = &touched.standing;
        let heads = JsonText::of(&standing.heads)?;
        let pending = i64::try_from(standing.pending.len()).map_err(Problem::internal)?;
        let before = there.get(id);
        if before.is_some_and(|row| same_heads(row, &standing.heads) && row.pending == pending) {
            continue;
        }
        let only = match standing.heads.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let content = store::said(contents, only);
        let about = match &content {
            Some(content) => Some(store::content_of(content)?),
            None => store::said(contents, standing.heads.first())
                .map(|text| store::content_of(&text))
                .transpose()?,
        };
        let judged = only
            .and(about.as_ref())
            .and_then(|about| about.judgement.as_ref());
        let criterion = about.as_ref().and_then(|about| about.criterion.as_ref());
        // What was adopted was said of this criterion, and of no other.
        let stands = |row: &&Row| {
            row.criterion_code.as_deref() == criterion.map(|named| named.criterion_code.as_str())
        };
        let adopted = before.filter(stands).and_then(|row| row.adopted.clone());
        changed.push(Row {
            inspection_id: head.row.id,
            id: *id,
            arrival: before.map_or_else(Id::new, |row| row.arrival),
            round_id: head.row.round_id,
            facility_id: head.row.facility_id,
            framework_code: criterion.map(|named| named.framework_code.to_string()),
            criterion_code: criterion.map(|named| named.criterion_code.to_string()),
            judgement: adopted.clone().or(judged.map(ToString::to_string)),
            conflict: standing.is_conflict(),
            heads,
            base: JsonText::of(&standing.base)?,
            pending,
            content,
            updated_at: tx.now,
            adopted,
        });
    }
    store::save(tx, &changed)
}

fn same_heads(row: &Row, heads: &[Id]) -> bool {
    let known: Result<Vec<Id>, Problem> = row.heads.to();
    known.is_ok_and(|known| known == heads)
}

/// A finding with its heads, and in a conflict what they go back to.
pub fn read(tx: &mut Tx, head: &Head, id: Id) -> Result<Finding, Problem> {
    let row = store::rows(tx, head.row.id, &[id])?.remove(&id);
    let row = row.ok_or_else(Problem::not_found)?;
    let found = whole(tx, head.row.id, &[row])?.pop();
    found.ok_or_else(Problem::not_found)
}

/// Findings of one inspection, each with its heads and what those go back to.
pub fn whole(tx: &mut Tx, inspection_id: Id, rows: &[Row]) -> Result<Vec<Finding>, Problem> {
    let mut ids: Vec<Id> = Vec::new();
    for row in rows {
        ids.extend(row.heads.to::<Vec<Id>>()?);
        ids.extend(row.base.to::<Vec<Id>>()?);
    }
    let versions = store::versions(tx, inspection_id, &ids)?;
    let these = |ids: Vec<Id>| {
        let named = versions.iter().filter(|version| ids.contains(&version.id));
        named.cloned().collect()
    };
    rows.iter()
        .map(|row| {
            Ok(Finding {
                head_versions: these(row.heads.to()?),
                base_versions: these(row.base.to()?),
                summary: row.summary()?,
            })
        })
        .collect()
}

/// A version made here: on top of every head, so that it also resolves a conflict. More heads than it can name are resolved in steps.
pub fn write(
    tx: &mut Tx,
    head: &Head,
    (finding, version): (Id, Id),
    content: &FindingContent,
) -> Result<bool, Problem> {
    let there = store::rows(tx, head.row.id, &[finding])?.remove(&finding);
    let mut parents: Vec<Id> = match &there {
        Some(row) => row.heads.to()?,
        None => Vec::new(),
    };
    parents.truncate(MOST_PARENTS);
    let arriving = Arriving {
        version: Version {
            id: version,
            finding,
            parents,
            hash: content.hash()?,
        },
        content: JsonText::of(content)?,
        made_at: tx.now,
        files: named_by(content),
    };
    take_in(tx, head, None, &[arriving])?;
    Ok(there.is_none())
}
