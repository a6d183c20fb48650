//! `/facilities/{facilityId}/comparison`.
use actix_web::{HttpResponse, get};
use utoipa::IntoParams;

use super::FacilityComparison;
use super::work::{self, Filter};
use crate::access::Allowed;
use crate::access::policy::ReadComparisons;
use crate::db::types::Id;
use crate::http::Path;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::query::{FromQuery, Query, Reader, expected_code};
use crate::problem::Problem;
use crate::words::Code;

/// Which criteria.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct ComparisonFilter {
    /// Of one of these frameworks.
    #[param(required = false, nullable = false, rename = "frameworkCode")]
    framework_code: Vec<Code>,
    /// One of these criteria.
    #[param(required = false, nullable = false, rename = "criterionCode")]
    criterion_code: Vec<Code>,
}

impl FromQuery for Filter {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            frameworks: reader.many("frameworkCode", &expected_code()),
            criteria: reader.many("criterionCode", &expected_code()),
        }
    }
}

/// Compare what a facility reports with what was found
///
/// Per criterion, over time: the levels that it handed in, the files that were counted, and the judgements in the last numbered report of each
/// inspection. Each sees of it what it may read elsewhere: a facility all that is its own, an inspector what was handed in to prepare an inspection and
/// the inspections it is assigned to, a planner and the recognising body the reports that they may read and no self-report. Drafts are in none of it.
///
/// In `pairs` each finding stands beside the last self-report of the same place that was handed in before its visit, against the same version of the
/// framework or an earlier one in which the criterion meant the same; `agrees` is what the framework says of the level, and absent where it
/// does not tell.
#[utoipa::path(tag = "Inspection", operation_id = "readComparison",
    params(("facilityId" = Id, Path, description = "The facility."), ComparisonFilter),
    extensions(("x-action" = json!("ReadComparisons"))),
    responses((status = 200, description = "What is known from both sides.", body = FacilityComparison)))]
#[get("/facilities/{facilityId}/comparison")]
pub async fn read_comparison(
    allowed: Allowed<ReadComparisons>,
    path: Path<Id>,
    query: Query<Filter>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let filter = query.0;
    let found = allowed
        .read(move |tx| work::of_facility(tx, path.0, &filter))
        .await?;
    answer::found(&found, &found.tag()?, &known)
}
