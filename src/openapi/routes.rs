//! The documents on the web: open to all, and naming this instance.
use actix_web::{HttpResponse, get, web};
use serde_json::Value;

use super::rendition;
use crate::app::State;
use crate::problem::Problem;

fn yaml(document: &Value) -> Result<HttpResponse, Problem> {
    let text = yaml_serde::to_string(document).map_err(Problem::internal)?;
    Ok(HttpResponse::Ok()
        .content_type("application/yaml; charset=utf-8")
        .body(text))
}

/// OpenAPI 3.1 as JSON.
#[get("/v1/doc/openapi.json")]
pub async fn json_3_1(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(state.documents.version_3_1())
}

/// OpenAPI 3.1 as YAML.
#[get("/v1/doc/openapi.yaml")]
pub async fn yaml_3_1(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    yaml(&state.documents.version_3_1())
}

/// OpenAPI 3.0.3 as JSON.
#[get("/v1/doc/openapi-3.0.json")]
pub async fn json_3_0(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    let document = rendition::to_3_0(&state.documents.version_3_1())?;
    Ok(HttpResponse::Ok().json(document))
}

/// OpenAPI 3.0.3 as YAML.
#[get("/v1/doc/openapi-3.0.yaml")]
pub async fn yaml_3_0(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    yaml(&rendition::to_3_0(&state.documents.version_3_1())?)
}

/// The page, by the address without a slash that people type.
#[get("/v1/doc")]
pub async fn page() -> web::Redirect {
    web::Redirect::to("/v1/doc/")
}
