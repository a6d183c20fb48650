//! `/inspectionRounds/{roundId}/policyReport` and `/sectors/{sectorCode}/agreement`.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, CONTENT_DISPOSITION, VARY};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get};
use utoipa::IntoParams;

use super::sector::{self, SectorAgreement};
use super::{PolicyReport, page, sheet, work};
use crate::access::Allowed;
use crate::access::policy::{ReadPolicyReports, ReadSectorAgreement};
use crate::db::types::{Id, JsonText};
use crate::http::etag::{ETag, IfNoneMatch};
use crate::http::query::{FromQuery, Nothing, Query, Reader};
use crate::http::wrap::{language_of, weight_of};
use crate::http::{Path, answer};
use crate::inspection::report::shown;
use crate::problem::{Kind, Problem};
use crate::text::Text;
use crate::words::Code;

/// What of the three is wanted, by `Accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Csv,
    Html,
}

/// The form that the caller likes best.
pub struct Accepted(Form);

impl FromRequest for Accepted {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers().get_all(ACCEPT);
        let headers: Vec<&str> = headers.filter_map(|value| value.to_str().ok()).collect();
        ready(
            best(&headers.join(","))
                .map(Self)
                .ok_or_else(not_acceptable),
        )
    }
}

/// JSON, unless another is liked better; nothing when none is taken.
fn best(accept: &str) -> Option<Form> {
    if accept.trim().is_empty() {
        return Some(Form::Json);
    }
    let problem = weight_of(accept, "application/problem+json");
    let forms = [
        (
            Form::Json,
            weight_of(accept, "application/json").max(problem),
        ),
        (Form::Html, weight_of(accept, "text/html")),
        (Form::Csv, weight_of(accept, "text/csv")),
    ];
    let wanted = forms.into_iter().filter(|(_, weight)| *weight > 0.0);
    let best = wanted.reduce(|best, one| if one.1 > best.1 { one } else { best });
    best.map(|(form, _)| form)
}

fn not_acceptable() -> Problem {
    let forms = "application/json, text/html, text/csv";
    Problem::new(
        Kind::NotAcceptable,
        Text::new(
            format!("Hier is er alleen: {forms}."),
            format!("Il n'y a ici que : {forms}."),
            format!("There is only this here: {forms}."),
        ),
    )
}

/// Read the policy report of a round
///
/// Its figures (beleidsrapport), frozen when the round closed; 404 before that. A report of an inspection that is corrected afterwards changes nothing in it.
/// Every figure counts facilities, each once in a row; none is about fewer than the set minimum, nor can one be found by subtraction: what is absent is hidden.
///
/// As JSON; as a page with charts that also read as tables where `Accept` asks for `text/html`; or as `text/csv`, in which no cell runs as a formula. The page
/// and the CSV are in the language of `Accept-Language`.
#[utoipa::path(tag = "Inspection", operation_id = "readPolicyReport", params(("roundId" = Id, Path, description = "The round.")),
    extensions(("x-action" = json!("ReadPolicyReports"))),
    responses((status = 200, description = "The policy report.", content((PolicyReport = "application/json"), (String = "text/html"), (String = "text/csv")))))]
#[get("/inspectionRounds/{roundId}/policyReport")]
pub async fn read_policy_report(
    allowed: Allowed<ReadPolicyReports>,
    path: Path<Id>,
    _: Query<Nothing>,
    accepted: Accepted,
    known: IfNoneMatch,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let found = allowed.read(move |tx| work::read(tx, id)).await?;
    let said = JsonText::of(&found)?;
    let tag = ETag::of_content("p", said.0.as_bytes());
    match accepted.0 {
        Form::Json => answer::one_of_several(&found, &tag, &known),
        Form::Html => shown(&request, &tag, &known, |language| {
            page::render(&found, language)
        }),
        Form::Csv => spread(&request, &tag, &known, &found),
    }
}

fn spread(
    request: &HttpRequest,
    tag: &ETag,
    known: &IfNoneMatch,
    report: &PolicyReport,
) -> Result<HttpResponse, Problem> {
    let language = language_of(request);
    let tag = tag.form(format!("csv.{language:?}").to_lowercase());
    if known.has(&tag) {
        return Ok(answer::not_modified(&tag));
    }
    let name = format!(
        "attachment; filename=\"beleidsrapport-{}.csv\"",
        report.round_id
    );
    Ok(HttpResponse::Ok()
        .insert_header(("etag", tag.to_string()))
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((VARY, "accept, accept-language"))
        .content_type("text/csv; charset=utf-8")
        .body(sheet::write(report, language)?))
}

/// Of which framework.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct AgreementParameters {
    /// The framework.
    #[param(rename = "frameworkCode", example = "ggz")]
    framework_code: Code,
}

/// The framework; absent only where the request is refused.
struct AgreementQuery(Option<Code>);

impl FromQuery for AgreementQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let expected = Text::new(
            "Zeg van welk referentiekader: frameworkCode.",
            "Dites de quel référentiel : frameworkCode.",
            "Say of which framework: frameworkCode.",
        );
        Self(reader.required("frameworkCode", &expected))
    }
}

/// Read how often self-reports and findings agree in a sector
///
/// Per criterion of a framework, the most misread first: the facilities compared, those in which both say the same, and those in which they do not. Counted from the
/// rounds that are closed, each facility once on a criterion, by the last of them: a report that comes by itself changes nothing. The framework tells which
/// levels and judgements say the same, and not which is the more favourable, so that is not told here either.
///
/// No figure is about fewer facilities than the set minimum, and figures move in steps of at least as many: what one facility's findings changed cannot be found by
/// subtracting one day's figures from another's. A criterion without figures has too few yet.
#[utoipa::path(tag = "Inspection", operation_id = "readSectorAgreement",
    params(("sectorCode" = Code, Path, description = "The sector."), AgreementParameters),
    extensions(("x-action" = json!("ReadSectorAgreement"))),
    responses((status = 200, description = "The figures as they are now.", body = SectorAgreement)))]
#[get("/sectors/{sectorCode}/agreement")]
pub async fn read_sector_agreement(
    allowed: Allowed<ReadSectorAgreement>,
    path: Path<Code>,
    query: Query<AgreementQuery>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let framework = query.0.0.ok_or_else(Reader::unchecked)?;
    let found = allowed
        .read(move |tx| sector::of_sector(tx, path.0.as_str(), framework.as_str()))
        .await?;
    answer::found(&found, &found.tag()?, &known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_page_a_spreadsheet_its_cells_and_a_program_json() {
        for (accept, form) in [
            ("", Some(Form::Json)),
            ("*/*", Some(Form::Json)),
            (
                "text/html,application/xml;q=0.9,*/*;q=0.8",
                Some(Form::Html),
            ),
            ("text/csv", Some(Form::Csv)),
            ("text/csv, */*;q=0.1", Some(Form::Csv)),
            ("application/problem+json", Some(Form::Json)),
            ("image/png", None),
        ] {
            assert_eq!(best(accept), form, "{accept}");
        }
    }
}
