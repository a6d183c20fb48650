//! What every answer gets: a trace, the caller's language, a problem where the framework would say it in plain text, and
//! a line in the log.
use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest};

use crate::problem::{Kind, Problem};
use crate::text::{Language, Text};

/// The trace of one request: the same in the answer, the log and the audit.
#[derive(Debug, Clone, Copy)]
pub struct Trace(pub uuid::Uuid);

impl Trace {
    /// The trace that the wrapping gave to this request.
    pub fn of(request: &HttpRequest) -> Self {
        request
            .extensions()
            .get::<Self>()
            .copied()
            .unwrap_or(Self(uuid::Uuid::nil()))
    }
}

/// The middleware around the whole app.
pub async fn wrap(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let trace = uuid::Uuid::new_v4();
    request.extensions_mut().insert(Trace(trace));
    let language = language_of(request.request());
    let method = request.method().clone();
    if method == Method::HEAD {
        // Answered as GET; the connection leaves the body out.
        request.head_mut().method = Method::GET;
    }
    let response = if acceptable(request.request()) {
        // The routes below make every fault of theirs a response; nothing comes up as an error.
        next.call(request).await?.map_into_boxed_body()
    } else {
        request.error_response(not_acceptable())
    };
    let mut response = speak(response, language, trace);
    finish(&mut response, trace);
    log_line(&response, &method, trace, started);
    Ok(response)
}

/// The language that the caller asks for.
pub fn language_of(request: &HttpRequest) -> Language {
    let asked = request.headers().get(header::ACCEPT_LANGUAGE);
    asked
        .and_then(|value| value.to_str().ok())
        .map_or_else(Language::default, Language::from_accept)
}

/// Is it a path that holds a secret, which opens without a token?
pub fn is_by_link(path: &str) -> bool {
    path.starts_with("/v1/contributionLinks/") || path.starts_with("/v1/surveyLinks/")
}

/// Does the caller take JSON? Pages and files are asked for by other names and judged by their handlers.
fn acceptable(request: &HttpRequest) -> bool {
    let path = request.match_info().as_str();
    if path.starts_with("/v1/doc")
        || path.ends_with("/content")
        || path.ends_with("/answerSheet")
        || path.contains("/reports/")
        || path.ends_with("/policyReport")
        || path.contains("/termReports/")
        || path.starts_with("/v1/publishedReports/")
        || is_by_link(path)
    {
        return true;
    }
    let mut ranges = request.headers().get_all(header::ACCEPT).peekable();
    if ranges.peek().is_none() {
        return true;
    }
    ranges
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| {
            let range = range.to_ascii_lowercase();
            let mut parts = range.split(';').map(str::trim);
            let name = parts.next().unwrap_or_default();
            !parts.any(weighs_nothing)
                && matches!(
                    name,
                    "" | "*/*" | "application/*" | "application/json" | "application/problem+json"
                )
        })
}

/// How much an `Accept` wants this media type, by its most specific range (RFC 9110, 12.5.1); 0 when not at all.
pub fn weight_of(accept: &str, media_type: &str) -> f32 {
    let group = media_type.split('/').next().unwrap_or_default();
    let mut best = (0, 0.0);
    for range in accept.split(',') {
        let range = range.to_ascii_lowercase();
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let specific = match name {
            "*/*" => 1,
            name if name.strip_suffix("/*") == Some(group) => 2,
            name if name == media_type => 3,
            _ => continue,
        };
        let weight = parts.find_map(|part| part.strip_prefix("q="));
        let weight = weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
        if specific > best.0 {
            best = (specific, weight);
        }
    }
    best.1
}

/// Does this parameter of a media range say that it is not wanted?
fn weighs_nothing(parameter: &str) -> bool {
    let weight = parameter.strip_prefix("q=").map(str::parse::<f32>);
    weight.is_some_and(|weight| weight.is_ok_and(|weight| weight <= 0.0))
}

fn not_acceptable() -> Problem {
    Problem::new(
        Kind::NotAcceptable,
        Text::new(
            "Hier is er alleen application/json.",
            "Il n'y a ici que application/json.",
            "There is only application/json here.",
        ),
    )
}

/// Says a problem in the caller's language, and turns what the framework said into one.
fn speak(
    response: ServiceResponse<BoxBody>,
    language: Language,
    trace: uuid::Uuid,
) -> ServiceResponse<BoxBody> {
    let status = response.status();
    let error = response.response().error();
    let problem = error.and_then(|error| error.as_error::<Problem>());
    if let Some(problem) = problem {
        if let Some(causes) = problem.causes() {
            log::error!("{trace} {problem}: {causes}");
        }
        let spoken = problem.response(language, &trace.to_string());
        return response.into_response(spoken);
    }
    let size = response.response().body().size();
    let silent = error.is_some() || matches!(size, BodySize::None | BodySize::Sized(0));
    if silent && (status.is_client_error() || status.is_server_error()) {
        let cause = error.map(ToString::to_string).unwrap_or_default();
        let spoken = foreign(status, cause).response(language, &trace.to_string());
        return response.into_response(spoken);
    }
    response
}

/// The problem for an error that is not ours.
fn foreign(status: StatusCode, cause: String) -> Problem {
    match status.as_u16() {
        404 => Problem::no_such_path(),
        413 => super::body::too_large(super::body::LIMIT),
        400..=499 => {
            log::info!("the framework refused a request: {cause}");
            Problem::faults(Vec::new())
        }
        _ => {
            log::error!("the framework failed: {cause}");
            Problem::internal(cause)
        }
    }
}

fn finish(response: &mut ServiceResponse<BoxBody>, trace: uuid::Uuid) {
    let by_link = is_by_link(response.request().match_info().as_str());
    let headers = response.headers_mut();
    let has_policy = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    let mut set = |name: &'static str, value: &str| {
        if let Ok(value) = header::HeaderValue::from_str(value) {
            headers.insert(header::HeaderName::from_static(name), value);
        }
    };
    set("belgov-trace-id", &trace.to_string());
    set("x-content-type-options", "nosniff");
    if by_link {
        // Whoever has the path can answer: it goes nowhere else, and neither does what it shows.
        set("cache-control", "no-store");
        set("referrer-policy", "no-referrer");
        set("x-robots-tag", "noindex, nofollow, noarchive");
        if !has_policy {
            set(
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            );
        }
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        // An answer is for its caller alone, and asked for again before it is used again.
        headers.insert(
            header::CACHE_CONTROL,
            header::HeaderValue::from_static("private, no-cache"),
        );
    }
    let vary = if by_link {
        "accept, accept-language"
    } else {
        "authorization, accept-language"
    };
    if !headers.contains_key(header::VARY) {
        headers.insert(header::VARY, header::HeaderValue::from_static(vary));
    }
}

/// The pattern of the path, never the path: what a caller typed into it stays out of the log.
fn log_line(
    response: &ServiceResponse<BoxBody>,
    method: &Method,
    trace: uuid::Uuid,
    started: Instant,
) {
    if !log::log_enabled!(log::Level::Info) {
        // Finding the pattern costs a walk along all routes.
        return;
    }
    log::info!("{}", line(response, method, trace, started));
}

fn line(
    response: &ServiceResponse<BoxBody>,
    method: &Method,
    trace: uuid::Uuid,
    started: Instant,
) -> String {
    let pattern = response.request().match_pattern();
    format!(
        "{trace} {method} {} {} {} µs",
        pattern.as_deref().unwrap_or("(no such path)"),
        response.status().as_u16(),
        started.elapsed().as_micros()
    )
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_service, init_service};
    use actix_web::{App, HttpResponse, web};

    use super::*;

    #[actix_web::test]
    async fn a_line_of_the_log_has_the_pattern_of_a_path_and_not_its_secret() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let note = from_fn(move |request: ServiceRequest, next: Next<BoxBody>| {
            let kept = kept.clone();
            async move {
                let (method, started) = (request.method().clone(), Instant::now());
                let response = next.call(request).await?;
                let said = line(&response, &method, uuid::Uuid::nil(), started);
                kept.lock().expect("a lock").push(said);
                Ok::<_, Error>(response)
            }
        });
        let route = web::get().to(|| async { HttpResponse::Ok().finish() });
        let scope = web::scope("/v1").route("/contributionLinks/{secret}", route);
        let app = init_service(App::new().service(scope).wrap(note)).await;
        for path in ["/v1/contributionLinks/geheim", "/v1/other/geheim"] {
            call_service(&app, TestRequest::get().uri(path).to_request()).await;
        }
        let lines = lines.lock().expect("a lock").join("\n");
        assert!(
            lines.contains("GET /v1/contributionLinks/{secret} 200") && lines.contains("404"),
            "{lines}"
        );
        assert!(!lines.contains("geheim"), "{lines}");
    }
}
