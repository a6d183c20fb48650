//! The one error that a handler returns: `application/problem+json` (RFC 9457) with Belgif's types and ours.
//!
//! A problem has two halves: what the caller reads, in a language of its own, and the cause, which is logged once
//! and never sent.
use std::error::Error;
use std::fmt;

use actix_web::http::{StatusCode, header};
use actix_web::{HttpResponse, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::text::{Language, Text};

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident $status:literal $urn:literal $title:literal;)*) => {
        /// The types of problem, one line each: status, type and title.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $kind),* }

        impl Kind {
            /// Every type, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];
            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 { match self { $(Self::$kind => $status),* } }
            /// The `type` on the wire.
            pub const fn urn(self) -> &'static str { match self { $(Self::$kind => concat!("urn:problem-type:", $urn)),* } }
            /// The English title.
            pub const fn title(self) -> &'static str { match self { $(Self::$kind => $title),* } }
        }
    };
}
kinds! {
    /// The input has faults, each named in `issues`.
    BadRequest 400 "belgif:badRequest" "Bad Request";
    /// No bearer token came along.
    NoAccessToken 401 "belgif:noAccessToken" "No Access Token";
    /// The token is not one that this service accepts.
    InvalidAccessToken 401 "belgif:invalidAccessToken" "Invalid Access Token";
    /// The token has expired.
    ExpiredAccessToken 401 "belgif:expiredAccessToken" "Expired Access Token";
    /// A machine's token or grant lacks the scope.
    MissingScope 403 "belgif:missingScope" "Missing Scope";
    /// The caller's role does not allow this.
    MissingPermission 403 "belgif:missingPermission" "Missing Permission";
    /// There is no such thing, or it is not the caller's to know about.
    ResourceNotFound 404 "belgif:resourceNotFound" "Resource Not Found";
    /// The path exists, the method does not.
    MethodNotAllowed 405 "kindreflex:methodNotAllowed" "Method Not Allowed";
    /// None of the accepted media types can be had.
    NotAcceptable 406 "kindreflex:notAcceptable" "Not Acceptable";
    /// The state of the thing forbids this.
    StateConflict 409 "kindreflex:stateConflict" "State Conflict";
    /// The same request is still being carried out.
    IdempotencyKeyBusy 409 "kindreflex:idempotencyKeyBusy" "Idempotency Key Busy";
    /// Somebody else changed it meanwhile; nothing was stored.
    PreconditionFailed 412 "kindreflex:preconditionFailed" "Precondition Failed";
    /// The body is larger than allowed.
    PayloadTooLarge 413 "belgif:payloadTooLarge" "Payload Too Large";
    /// The body is of a type that is not read here.
    UnsupportedMediaType 415 "kindreflex:unsupportedMediaType" "Unsupported Media Type";
    /// The key was used before, with another body.
    IdempotencyKeyReused 422 "kindreflex:idempotencyKeyReused" "Idempotency Key Reused";
    /// A change needs `If-Match`.
    PreconditionRequired 428 "kindreflex:preconditionRequired" "Precondition Required";
    /// A fault of ours.
    InternalServerError 500 "belgif:internalServerError" "Internal Server Error";
    /// Too busy, or the database cannot be had; nothing was stored, or the `Idempotency-Key` tells.
    ServiceUnavailable 503 "belgif:serviceUnavailable" "Service Unavailable";
}

/// Whatever went wrong, for those who only pass it on.
pub type AnyError = Box<dyn Error + Send + Sync>;

/// Faults named in one answer at most: more than any honest input has.
pub const MOST_ISSUES: usize = 1000;

/// Where a faulty input stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum In {
    /// The body.
    Body,
    /// A segment of the path.
    Path,
    /// A query parameter.
    Query,
    /// A header.
    Header,
}

/// One fault of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Issue {
    /// What kind of fault, the last part of `urn:problem-type:kindreflex:input:…`.
    pub kind: &'static str,
    /// Where it stands.
    pub place: In,
    /// The field, such as `answers[3].level`.
    pub name: String,
    /// What was given, unless that must not be repeated.
    pub value: Option<Value>,
    /// What is wrong, and what would be right.
    pub detail: Text,
}

impl Issue {
    /// A fault in the body.
    pub fn body(kind: &'static str, name: impl Into<String>, detail: Text) -> Self {
        Self::new(kind, In::Body, name, detail)
    }

    /// A fault anywhere.
    pub fn new(kind: &'static str, place: In, name: impl Into<String>, detail: Text) -> Self {
        Self {
            kind,
            place,
            name: name.into(),
            value: None,
            detail,
        }
    }

    /// The same fault, with the value that was given. Long and personal values are left out.
    #[must_use]
    pub fn with_value(mut self, value: impl Into<Value>) -> Self {
        let value = value.into();
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        if text.len() <= 200 && !crate::personal::holds_register_number(&text) {
            self.value = Some(value);
        }
        self
    }
}

/// The last of a list that was cut.
fn more_faults() -> Issue {
    Issue::body(
        "moreFaults",
        "",
        Text::new(
            format!("Er zijn meer fouten; dit zijn de eerste {MOST_ISSUES}."),
            format!("Il y a d'autres erreurs ; voici les {MOST_ISSUES} premières."),
            format!("There are more faults; these are the first {MOST_ISSUES}."),
        ),
    )
}

/// Whether a write may be tried again: only where it is certain that nothing was committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    Never,
    /// Concurrent transactions: the database chose this one to go.
    Serialization,
    Deadlock,
}

/// What a handler returns when it cannot do what was asked.
#[derive(Debug)]
pub struct Problem(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: Kind,
    detail: Text,
    issues: Vec<Issue>,
    cause: Option<AnyError>,
    allow: Option<String>,
    again: Again,
}

impl Problem {
    /// A problem of a type, with a sentence for the caller.
    pub fn new(kind: Kind, detail: Text) -> Self {
        Self(Box::new(Inner {
            kind,
            detail,
            issues: Vec::new(),
            cause: None,
            allow: None,
            again: Again::Never,
        }))
    }

    /// Refuses an input that has faults, naming all of them.
    pub fn refuse(faults: Vec<Issue>) -> Result<(), Self> {
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Self::faults(faults))
        }
    }

    /// The faults of an input, all of them.
    pub fn faults(issues: Vec<Issue>) -> Self {
        let detail = Text::new(
            "De aanvraag bevat fouten; elk staat in issues.",
            "La demande contient des erreurs ; chacune figure dans issues.",
            "The request has faults; each is named in issues.",
        );
        let mut problem = Self::new(Kind::BadRequest, detail);
        problem.0.issues = issues;
        if problem.0.issues.len() > MOST_ISSUES {
            problem.0.issues.truncate(MOST_ISSUES);
            problem.0.issues.push(more_faults());
        }
        problem
    }

    /// One fault of an input.
    pub fn fault(issue: Issue) -> Self {
        Self::faults(vec![issue])
    }

    /// Absent, or not the caller's to know about: the same answer.
    pub fn not_found() -> Self {
        Self::new(
            Kind::ResourceNotFound,
            Text::new(
                "Dit bestaat niet, of u mag het niet zien.",
                "Cela n'existe pas, ou ne vous est pas accessible.",
                "There is no such thing, or it is not yours to see.",
            ),
        )
    }

    /// A path that no route takes: it hides nothing.
    pub fn no_such_path() -> Self {
        Self::new(
            Kind::ResourceNotFound,
            Text::new(
                "Dit pad bestaat niet; zie /v1/doc/.",
                "Ce chemin n'existe pas ; voir /v1/doc/.",
                "There is no such path; see /v1/doc/.",
            ),
        )
    }

    /// A reference in the body to something that is not there.
    pub fn unknown_reference(field: &str, value: impl ToString) -> Self {
        Self::fault(
            Issue::body(
                "unknownReference",
                field,
                Text::new(
                    "Dit verwijst naar iets dat niet bestaat.",
                    "Ceci renvoie à quelque chose qui n'existe pas.",
                    "This refers to something that does not exist.",
                ),
            )
            .with_value(value.to_string()),
        )
    }

    /// What the look-up of a reference in the body came to: a thing that is not there is a fault of the input, anything else stays
    /// what it is.
    #[must_use]
    pub fn as_unknown(self, field: &str, value: impl ToString) -> Self {
        match self.kind() {
            Kind::ResourceNotFound => Self::unknown_reference(field, value),
            _ => self,
        }
    }

    /// The state forbids it, and why.
    pub fn conflict(detail: Text) -> Self {
        Self::new(Kind::StateConflict, detail)
    }

    /// The caller's copy is stale.
    pub fn stale() -> Self {
        Self::new(
            Kind::PreconditionFailed,
            Text::new(
                "Iemand anders heeft dit intussen gewijzigd; niets is bewaard. Haal de laatste versie op en probeer opnieuw met haar ETag.",
                "Quelqu'un d'autre l'a modifié entre-temps ; rien n'est enregistré. Relisez la dernière version et réessayez avec son ETag.",
                "Somebody changed this meanwhile; nothing was stored. Read the latest version and try again with its ETag.",
            ),
        )
    }

    /// Busy, or the database cannot be had.
    pub fn busy() -> Self {
        Self::new(
            Kind::ServiceUnavailable,
            Text::new(
                "De dienst is even niet beschikbaar; probeer straks opnieuw.",
                "Le service est momentanément indisponible ; réessayez plus tard.",
                "The service cannot do this right now; try again shortly.",
            ),
        )
    }

    /// A fault of ours: logged, never sent.
    pub fn internal(cause: impl Into<AnyError>) -> Self {
        Self::new(
            Kind::InternalServerError,
            Text::new(
                "Er ging iets mis bij ons. Meld dit met de BelGov-Trace-Id van dit antwoord.",
                "Une erreur s'est produite chez nous. Signalez-la avec le BelGov-Trace-Id de cette réponse.",
                "Something went wrong on our side. Report it with the BelGov-Trace-Id of this answer.",
            ),
        )
        .because(cause)
    }

    /// The same problem with its cause, for the log.
    #[must_use]
    pub fn because(mut self, cause: impl Into<AnyError>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The same problem with the methods that are allowed.
    #[must_use]
    pub fn allowing(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// The same problem, whose faults do not repeat what these fields hold.
    #[must_use]
    pub fn without_values(mut self, fields: &[&str]) -> Self {
        for issue in &mut self.0.issues {
            if fields.contains(&issue.name.as_str()) {
                issue.value = None;
            }
        }
        self
    }

    /// Its type.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// What the caller reads.
    pub fn detail(&self) -> &Text {
        &self.0.detail
    }

    /// Its faults of input.
    pub fn issues(&self) -> &[Issue] {
        &self.0.issues
    }

    pub(crate) fn again(&self) -> Again {
        self.0.again
    }

    /// The chain of causes, on one line, for the log.
    pub fn causes(&self) -> Option<String> {
        let mut cause: &dyn Error = self.0.cause.as_deref()?;
        let mut line = cause.to_string();
        while let Some(next) = cause.source() {
            line.push_str(": ");
            line.push_str(&next.to_string());
            cause = next;
        }
        Some(line)
    }

    /// The answer to the caller.
    pub fn response(&self, language: Language, trace: &str) -> HttpResponse {
        let body = Body {
            kind: self.0.kind.urn(),
            title: self.0.kind.title(),
            status: self.0.kind.status(),
            detail: self.0.detail.in_language(language),
            instance: (!trace.is_empty()).then(|| format!("urn:uuid:{trace}")),
            issues: self
                .0
                .issues
                .iter()
                .map(|issue| BodyIssue::of(issue, language))
                .collect(),
        };
        let mut response = HttpResponse::build(self.status_code());
        response.content_type("application/problem+json");
        match self.0.kind {
            Kind::NoAccessToken => {
                response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
            }
            Kind::InvalidAccessToken | Kind::ExpiredAccessToken => {
                response
                    .insert_header((header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\""));
            }
            Kind::MissingScope => {
                response.insert_header((
                    header::WWW_AUTHENTICATE,
                    "Bearer error=\"insufficient_scope\"",
                ));
            }
            Kind::ServiceUnavailable => {
                response.insert_header((header::RETRY_AFTER, "1"));
            }
            _ => {}
        }
        if let Some(methods) = &self.0.allow {
            response.insert_header((header::ALLOW, methods.as_str()));
        }
        // A struct of strings and JSON values always serializes.
        response.body(serde_json::to_string(&body).unwrap_or_default())
    }
}

/// A problem on the wire (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Body<'a> {
    /// Which type of problem: a URN of Belgif or of Kindreflex.
    #[serde(rename = "type")]
    #[schema(example = "urn:problem-type:belgif:badRequest")]
    kind: &'a str,
    /// The type in English words.
    #[schema(example = "Bad Request")]
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 400)]
    status: u16,
    /// What is wrong, in the language asked for.
    detail: &'a str,
    /// The trace of this answer, as in `BelGov-Trace-Id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    instance: Option<String>,
    /// Every fault of the input; absent when there is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    issues: Vec<BodyIssue<'a>>,
}

/// One fault of the input on the wire.
#[derive(Serialize, ToSchema)]
#[schema(as = ProblemIssue)]
pub struct BodyIssue<'a> {
    /// Which kind of fault.
    #[serde(rename = "type")]
    #[schema(example = "urn:problem-type:kindreflex:input:unknownField")]
    kind: String,
    /// Where it stands.
    #[serde(rename = "in")]
    place: In,
    /// The field, such as `answers[3].level`.
    name: &'a str,
    /// What was given; absent when it was refused as personal data, or is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Value, required = false)]
    value: Option<&'a Value>,
    /// What is wrong and what would be right, in the language asked for.
    detail: &'a str,
}

impl<'a> BodyIssue<'a> {
    fn of(issue: &'a Issue, language: Language) -> Self {
        Self {
            kind: format!("urn:problem-type:kindreflex:input:{}", issue.kind),
            place: issue.place,
            name: &issue.name,
            value: issue.value.as_ref(),
            detail: issue.detail.in_language(language),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.kind.title(), self.0.detail.en)
    }
}

impl Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Without a request the language is not known; the middleware answers again in the right one.
    fn error_response(&self) -> HttpResponse {
        self.response(Language::default(), "")
    }
}

impl From<DbError> for Problem {
    fn from(fault: DbError) -> Self {
        let (again, unavailable) = match &fault {
            DbError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                (Again::Serialization, true)
            }
            DbError::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => (Again::Never, true),
            DbError::DatabaseError(DatabaseErrorKind::Unknown, info) => match info.message() {
                "deadlock detected" => (Again::Deadlock, true),
                message => (
                    Again::Never,
                    // Time-outs and a server going down, on PostgreSQL; a full disk or a lock on SQLite.
                    message.contains("timeout")
                        || message.contains("terminating connection")
                        || message.contains("server closed the connection")
                        || message.contains("disk is full")
                        || message.contains("locked"),
                ),
            },
            _ => (Again::Never, false),
        };
        let mut problem = if unavailable {
            Self::busy().because(fault)
        } else {
            Self::internal(fault)
        };
        problem.0.again = again;
        problem
    }
}
