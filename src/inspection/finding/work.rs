//! What happens when versions come in: weighed against what is known, kept, and added up.
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::store::{self, FileRow, Row, VersionRow};
use super::sync::named_by;
use super::versions::{MOST_PARENTS, Outcome, Standing, Version, Weighed, weigh};
use super::{Finding, FindingContent, FindingVersionInput};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::types::{Id, JsonText, Moment};
use crate::hash::{hex, sha256};
use crate::inspection::rules::is_over;
use crate::inspection::store::Head;
use crate::problem::Problem;

/// A version that has been looked at, and is right by itself.
#[derive(Clone)]
pub struct Arriving<'a> {
    /// What decides about its place.
    pub version: Version,
    /// What it says.
    pub said: &'a FindingContent,
    /// The same, as JSON.
    pub content: JsonText,
    /// When it was made, by the device's clock.
    pub made_at: Moment,
    /// The files that it names, each with its hash.
    pub files: Vec<(Id, String)>,
}

impl<'a> Arriving<'a> {
    /// A version as it was sent.
    pub fn of(input: &'a FindingVersionInput) -> Result<Self, Problem> {
        let place = (input.finding_id, input.id, input.parents.clone());
        Self::saying(&input.content, place, input.made_at)
    }

    /// A version of this finding with this id and these parents, made at that moment.
    fn saying(
        said: &'a FindingContent,
        (finding, id, parents): (Id, Id, Vec<Id>),
        made_at: Moment,
    ) -> Result<Self, Problem> {
        let content = said.canonical()?;
        Ok(Self {
            version: Version {
                id,
                finding,
                parents,
                hash: hex(&sha256(content.0.as_bytes())),
            },
            said,
            content,
            made_at,
            files: named_by(said),
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
    batch: &[Arriving<'_>],
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
    let weighed = weigh(&known, &versions);
    let new: Vec<&Arriving> = weighed
        .inserted
        .iter()
        .filter_map(|place| batch.get(*place))
        .collect();
    insert(tx, head, device, &new, &weighed)?;
    let known: BTreeSet<Id> = known.iter().map(|version| version.finding).collect();
    add_up(tx, head, &weighed, (&known, &new))?;
    Ok(weighed.outcomes)
}

/// What versions that came before go back to, and is not among them: not here yet, or of another finding, so that they wait in vain.
fn strange_parents(known: &[Version]) -> Vec<Id> {
    let here: BTreeSet<Id> = known.iter().map(|version| version.id).collect();
    let parents = known.iter().flat_map(|version| &version.parents);
    let strange: BTreeSet<Id> = parents.filter(|id| !here.contains(id)).copied().collect();
    strange.into_iter().collect()
}

fn insert(
    tx: &mut Tx,
    head: &Head,
    device: Option<Id>,
    new: &[&Arriving<'_>],
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
fn files<'a>(head: &Head, versions: impl Iterator<Item = &'a Arriving<'a>>) -> BTreeSet<FileRow> {
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
    batch: &[Arriving<'_>],
) -> Result<Vec<Outcome>, Problem> {
    let ids: Vec<Id> = batch.iter().map(|one| one.version.id).collect();
    let mut known = |set_apart| store::known(tx, head.row.id, &[], &ids, set_apart);
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
    // The files that it names are not awaited, and bind nobody.
    store::insert_versions(tx, &rows, &BTreeSet::new())?;
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

/// Says in each finding's row what its versions add up to. Only a finding of which there were versions before has a row.
fn add_up(
    tx: &mut Tx,
    head: &Head,
    weighed: &Weighed,
    (known, new): (&BTreeSet<Id>, &[&Arriving<'_>]),
) -> Result<(), Problem> {
    let ids = weighed.findings.keys().filter(|id| known.contains(id));
    let ids: Vec<Id> = ids.copied().collect();
    let there = store::rows(tx, head.row.id, &ids)?;
    let moved = weighed.findings.iter().filter(|(id, touched)| {
        let standing = &touched.standing;
        let same = |row: &Row| row.heads_are(&standing.heads, standing.pending.len());
        !there.get(id).is_some_and(same)
    });
    let moved: Vec<(Id, &Standing)> = moved.map(|(id, one)| (*id, &one.standing)).collect();
    let first = moved
        .iter()
        .filter_map(|(_, standing)| standing.heads.first());
    let said = said_by(tx, head, first, new)?;
    let mut changed = Vec::new();
    for (id, standing) in moved {
        let before = there.get(&id);
        let only = match standing.heads.as_slice() {
            [only] => said.get(only),
            _ => None,
        };
        let about = standing.heads.first().and_then(|head| said.get(head));
        let judged = only.and_then(|said| said.content.judgement.as_ref());
        let criterion = about.and_then(|about| about.content.criterion.as_ref());
        // What was adopted was said of this criterion, and of no other.
        let stands = |row: &&Row| {
            row.criterion_code.as_deref() == criterion.map(|named| named.criterion_code.as_str())
        };
        let adopted = before.filter(stands).and_then(|row| row.adopted.clone());
        changed.push(Row {
            inspection_id: head.row.id,
            id,
            arrival: before.map_or_else(Id::new, |row| row.arrival),
            round_id: head.row.round_id,
            facility_id: head.row.facility_id,
            framework_code: criterion.map(|named| named.framework_code.to_string()),
            criterion_code: criterion.map(|named| named.criterion_code.to_string()),
            judgement: adopted.clone().or(judged.map(ToString::to_string)),
            conflict: standing.is_conflict(),
            heads: JsonText::of(&standing.heads)?,
            base: JsonText::of(&standing.base)?,
            pending: i64::try_from(standing.pending.len()).map_err(Problem::internal)?,
            content: only.map(|said| said.text.clone()),
            updated_at: tx.now,
            adopted,
        });
    }
    store::save(tx, &changed)
}

/// What a version says, and the same as JSON.
struct Said<'a> {
    content: Cow<'a, FindingContent>,
    text: JsonText,
}

/// What these heads say: most came just now, and the others are read.
fn said_by<'a>(
    tx: &mut Tx,
    head: &Head,
    heads: impl Iterator<Item = &'a Id>,
    new: &[&Arriving<'a>],
) -> Result<BTreeMap<Id, Said<'a>>, Problem> {
    let came = new.iter().map(|one| {
        let (content, text) = (Cow::Borrowed(one.said), one.content.clone());
        (one.version.id, Said { content, text })
    });
    let mut said: BTreeMap<Id, Said> = came.collect();
    let earlier: Vec<Id> = heads.filter(|id| !said.contains_key(id)).copied().collect();
    for (id, text) in store::contents(tx, head.row.id, &earlier)? {
        let content = Cow::Owned(store::content_of(&text)?);
        said.insert(id, Said { content, text });
    }
    Ok(said)
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
    let arriving = Arriving::saying(content, (finding, version, parents), tx.now)?;
    take_in(tx, head, None, &[arriving])?;
    Ok(there.is_none())
}
