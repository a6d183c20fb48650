//! The app: what the process holds for all requests, every route, and the answers for what no route takes.
use actix_web::body::MessageBody;
use actix_web::dev::{HttpServiceFactory, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::{App, Error, HttpRequest, HttpResponse, get, web};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::OpenApiFactory;
use utoipa_actix_web::service_config::ServiceConfig as DocumentConfig;
use utoipa_swagger_ui::{Config as PageConfig, SwaggerUi, Url as PageUrl};

use crate::access::token::{Settings as TokenSettings, Verifier};
use crate::access::{Database, Reach, identify, me};
use crate::audit::seal::SealKeys;
use crate::clock::Clock;
use crate::facility::integrations::routes as integrations;
use crate::facility::{mandates, routes as facilities, sector_routes as sectors};
use crate::framework::{routes as frameworks, store::PublishedVersions};
use crate::http::idempotency::Flights;
use crate::http::incoming::Patience;
use crate::http::query::{Nothing, Query};
use crate::http::wrap::wrap;
use crate::inspection::finding::sync_routes as syncs;
use crate::issuer::DevIssuer;
use crate::openapi::{self, Documents};
use crate::problem::{Kind, Problem};
use crate::self_assessment::migration::{routes as migrations, runner};
use crate::self_assessment::sheet::routes as sheets;
use crate::self_assessment::{cycle_routes as cycles, routes as self_assessments};
use crate::text::Text;
use crate::{
    attachment, audit, contribution, event, inspection, redaction, rollout, step_plan, survey,
    task, training,
};

/// What routes need of the settings.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address that links show, without a slash at its end.
    pub public_url: String,
    /// The claim that names a caller's organisation, for refusals that explain themselves.
    pub organisation_claim: String,
    /// The largest attachment, in bytes.
    pub attachment_limit: usize,
    /// How long an attachment may take to arrive.
    pub attachment_patience: Patience,
    /// How long a tablet may show what it packed for an inspection, in days.
    pub pack_days: u64,
    /// What is set about reports.
    pub reports: inspection::report::Settings,
    /// No figure is about fewer facilities than these.
    pub smallest_group: u32,
    /// The secret of the hashes of who took part in trainings.
    pub participants: training::attendance::participants::Keeper,
}

/// What the process holds for all requests.
#[derive(Clone)]
pub struct State {
    /// The way to the data: nothing but `access` can use it.
    pub database: Database,
    /// Checks tokens.
    pub verifier: Verifier,
    /// Tells the time.
    pub clock: Clock,
    /// The idempotency keys whose work is under way.
    pub flights: Flights,
    /// Published framework versions.
    pub frameworks: PublishedVersions,
    /// Settings.
    pub settings: Settings,
    /// The OpenAPI documents of this instance.
    pub documents: Documents,
    /// What cursors of the feed are sealed with.
    pub cursors: event::cursor::CursorKey,
    /// What the audit needs: its key, and who waits for events.
    pub audit: audit::Audit,
    /// Wakes who writes the database anew after a redaction.
    pub redactions: redaction::upkeep::Waker,
    /// Who waits for migrations to carry out.
    pub migrations: runner::Waiting,
    /// The issuer of the demo.
    pub demo_issuer: Option<std::sync::Arc<DevIssuer>>,
}

impl State {
    /// What the process holds, over a database that is migrated.
    pub fn open(
        database_url: &str,
        connections: u32,
        settings: Settings,
        tokens: TokenSettings,
        issuer: Option<DevIssuer>,
    ) -> Result<Self, diesel::ConnectionError> {
        let clock = Clock::default();
        Ok(Self {
            database: Database::open(database_url, connections)?,
            documents: Documents::new(&settings.public_url, &tokens.issuer),
            verifier: Verifier::new(tokens, clock.clone()),
            clock,
            flights: Flights::default(),
            frameworks: PublishedVersions::default(),
            settings,
            cursors: event::cursor::CursorKey::default(),
            audit: audit::Audit::default(),
            redactions: redaction::upkeep::Waker::default(),
            migrations: runner::Waiting::default(),
            demo_issuer: issuer.map(std::sync::Arc::new),
        })
    }

    /// The same, sealing its audit with these keys.
    #[must_use]
    pub fn sealing(self, keys: SealKeys) -> Self {
        Self {
            audit: audit::Audit::with(keys),
            ..self
        }
    }

    /// The absolute address of a path under `/v1`.
    pub fn link(&self, path: &str) -> String {
        format!("{}/v1{path}", self.settings.public_url)
    }
}

/// What takes operations: the app that serves them, or the document that tells of them. An app for a worker makes no document.
pub trait Operations {
    /// Takes one.
    fn operation(&mut self, one: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self;
}

impl Operations for web::ServiceConfig {
    fn operation(&mut self, one: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(one)
    }
}

impl Operations for DocumentConfig<'_> {
    fn operation(&mut self, one: impl HttpServiceFactory + OpenApiFactory + 'static) -> &mut Self {
        self.service(one)
    }
}

/// Every operation of the contract.
pub fn operations(to: &mut impl Operations) {
    to.operation(health)
        .operation(me::read_me)
        // Routes are tried in this order: what is asked for most stands first.
        .operation(self_assessments::list_self_assessments)
        .operation(self_assessments::create_self_assessment)
        .operation(self_assessments::read_self_assessment)
        .operation(self_assessments::read_outcome)
        .operation(self_assessments::read_answer)
        .operation(self_assessments::put_answer)
        .operation(self_assessments::delete_answer)
        .operation(self_assessments::patch_answers)
        .operation(self_assessments::confirm_answers)
        .operation(self_assessments::submit_self_assessment)
        .operation(self_assessments::reopen_self_assessment)
        .operation(syncs::sync_findings)
        .operation(sheets::read_answer_sheet)
        .operation(sheets::send_answer_sheet)
        .operation(self_assessments::list_revisions)
        .operation(self_assessments::read_revision)
        .operation(facilities::list_organisations)
        .operation(facilities::create_organisation)
        .operation(facilities::read_organisation)
        .operation(facilities::replace_organisation)
        .operation(facilities::list_facilities)
        .operation(facilities::create_facility)
        .operation(facilities::read_facility)
        .operation(facilities::replace_facility)
        .operation(facilities::list_sites)
        .operation(facilities::create_site)
        .operation(facilities::read_site)
        .operation(facilities::replace_site)
        .operation(facilities::list_units)
        .operation(facilities::create_unit)
        .operation(facilities::read_unit)
        .operation(facilities::replace_unit)
        .operation(sectors::list_sectors)
        .operation(sectors::read_sector)
        .operation(sectors::put_sector)
        .operation(sectors::list_facility_types)
        .operation(sectors::read_facility_type)
        .operation(sectors::put_facility_type)
        .operation(integrations::list_integrations)
        .operation(integrations::read_integration)
        .operation(integrations::put_integration)
        .operation(integrations::delete_integration)
        .operation(frameworks::list_frameworks)
        .operation(frameworks::list_framework_versions)
        .operation(frameworks::read_framework_version)
        .operation(frameworks::put_framework_version)
        .operation(frameworks::publish_framework_version)
        .operation(frameworks::read_answer_schema)
        .operation(frameworks::read_framework_changes)
        .operation(cycles::list_cycles)
        .operation(cycles::create_cycle)
        .operation(cycles::read_cycle)
        .operation(cycles::replace_cycle);
    step_plan::operations(to);
    rollout::operations(to);
    training::operations(to);
    survey::operations(to);
    mandates::operations(to);
    migrations::operations(to);
    contribution::operations(to);
    attachment::operations(to);
    inspection::operations(to);
    redaction::operations(to);
    audit::operations(to);
    event::operations(to);
    task::operations(to);
}

/// The app of one worker.
pub fn app(
    state: web::Data<State>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let documents = [
        PageUrl::with_primary("OpenAPI 3.1", "/v1/doc/openapi.json", true),
        PageUrl::new("OpenAPI 3.0.3", "/v1/doc/openapi-3.0.json"),
    ];
    let page =
        SwaggerUi::new("/v1/doc/{_:.*}").config(PageConfig::new(documents).validator_url("none"));
    App::new()
        .app_data(state)
        // The scope takes whatever starts with /v1, so the documents stand before it.
        .service(openapi::routes::json_3_1)
        .service(openapi::routes::yaml_3_1)
        .service(openapi::routes::json_3_0)
        .service(openapi::routes::yaml_3_0)
        .service(openapi::routes::page)
        .service(page)
        .service(demo_discovery)
        .service(demo_keys)
        .service(
            web::scope("/v1")
                .wrap(from_fn(identify))
                .configure(operations),
        )
        .default_service(web::to(no_such_route))
        .wrap(from_fn(wrap))
}

/// What no route takes: 405 where the path is one of ours, else 404.
async fn no_such_route(request: HttpRequest, state: web::Data<State>) -> HttpResponse {
    let methods = state.documents.methods_of(request.match_info().as_str());
    let problem = if methods.is_empty() {
        Problem::no_such_path()
    } else {
        let allowed = methods.join(", ");
        Problem::new(
            Kind::MethodNotAllowed,
            Text::new(
                format!("Hier toegelaten: {allowed}."),
                format!("Permis ici : {allowed}."),
                format!("Allowed here: {allowed}."),
            ),
        )
        .allowing(allowed)
    };
    HttpResponse::from_error(problem)
}

crate::text_enum! {
    /// How the service is.
    pub enum HealthStatus {
        /// All is well.
        Up = "UP",
        /// It works, but something it needs cannot be had right now.
        Degraded = "DEGRADED",
        /// It cannot work.
        Down = "DOWN",
    }
}

/// The health of the service.
#[derive(Debug, Serialize, ToSchema)]
pub struct Health {
    /// How the service is.
    pub status: HealthStatus,
}

/// Ask how the service is
///
/// `DEGRADED` when the issuer's keys cannot be had, or every connection to the database is taken; `DOWN` when the database cannot be had.
#[utoipa::path(tag = "Service", operation_id = "readHealth", security(()),
    responses((status = 200, description = "It works.", body = Health), (status = 503, description = "It does not.", body = Health)))]
#[get("/health")]
async fn health(state: web::Data<State>, _: Query<Nothing>) -> HttpResponse {
    let status = match state.database.reach().await {
        Reach::Gone => HealthStatus::Down,
        Reach::Free if state.verifier.ready() => HealthStatus::Up,
        Reach::Free | Reach::Busy => HealthStatus::Degraded,
    };
    let mut response = if status == HealthStatus::Down {
        HttpResponse::ServiceUnavailable()
    } else {
        HttpResponse::Ok()
    };
    if status == HealthStatus::Down {
        response.insert_header(("retry-after", "5"));
    }
    response.json(Health { status })
}

/// The demo's issuer says who it is. Not there in production.
#[get("/issuer/.well-known/openid-configuration")]
async fn demo_discovery(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let issuer = state
        .demo_issuer
        .as_ref()
        .ok_or_else(Problem::no_such_path)?;
    Ok(HttpResponse::Ok().json(issuer.discovery()))
}

/// The demo's issuer gives its keys. Not there in production.
#[get("/issuer/.well-known/jwks.json")]
async fn demo_keys(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let issuer = state
        .demo_issuer
        .as_ref()
        .ok_or_else(Problem::no_such_path)?;
    Ok(HttpResponse::Ok().json(issuer.jwks()))
}
