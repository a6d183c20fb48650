//! Conditional requests (RFC 9110, section 13): nobody overwrites what they have not seen.
use std::fmt;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{HeaderMap, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};

use crate::hash::{hex, sha256};
use crate::problem::{In, Issue, Kind, Problem};
use crate::text::Text;

/// A strong entity tag: the edit counter of the thing, or the name of a frozen rendition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ETag(String);

impl ETag {
    /// The tag of an edit.
    pub fn edit(edit: i64) -> Self {
        Self(edit.to_string())
    }

    /// The tag of something that has a name of its own, such as `r2` for a frozen revision.
    pub fn named(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The tag of a content that has no counter of its own: whatever changes in it is another version.
    pub fn of_content(name: impl fmt::Display, content: &[u8]) -> Self {
        let hash = hex(&sha256(content));
        let (start, _) = hash.split_at_checked(16).unwrap_or((&hash, ""));
        Self(format!("{name}.{start}"))
    }

    /// The tag of one form of what has this tag, such as a file in a format and a language.
    #[must_use]
    pub fn form(&self, form: impl fmt::Display) -> Self {
        Self(format!("{}.{form}", self.0))
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0)
    }
}

/// The tags of one conditional header.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tags {
    Any,
    These(Vec<String>),
}

impl Tags {
    fn read(
        headers: &HeaderMap,
        name: &actix_web::http::header::HeaderName,
    ) -> Result<Option<Self>, Problem> {
        let mut tags = Vec::new();
        let mut any = false;
        for value in headers.get_all(name) {
            let text = value.to_str().map_err(|_| malformed(name.as_str()))?;
            for tag in text.split(',').map(str::trim).filter(|tag| !tag.is_empty()) {
                if tag == "*" {
                    any = true;
                } else {
                    let opaque = tag
                        .strip_prefix("W/")
                        .unwrap_or(tag)
                        .strip_prefix('"')
                        .and_then(|tag| tag.strip_suffix('"'))
                        .ok_or_else(|| malformed(name.as_str()))?;
                    // A weak tag never matches where a strong comparison is asked for.
                    tags.push(if tag.starts_with("W/") {
                        format!("W/{opaque}")
                    } else {
                        opaque.to_owned()
                    });
                }
            }
        }
        match (any, tags.is_empty()) {
            (true, true) => Ok(Some(Self::Any)),
            // RFC 9110, section 13.1.1: either a star or tags.
            (true, false) => Err(malformed(name.as_str())),
            (false, true) => Ok(None),
            (false, false) => Ok(Some(Self::These(tags))),
        }
    }

    fn holds(&self, tag: &ETag) -> bool {
        match self {
            Self::Any => true,
            Self::These(tags) => tags.contains(&tag.0),
        }
    }
}

fn malformed(header: &str) -> Problem {
    Problem::fault(Issue::new(
        "malformedHeader",
        In::Header,
        header,
        Text::new(
            "Gebruik een of meer ETags tussen dubbele aanhalingstekens, of *.",
            "Utilisez un ou plusieurs ETags entre guillemets doubles, ou *.",
            "Use one or more ETags in double quotes, or *.",
        ),
    ))
}

/// `If-Match`, which a change needs: without it 428, stale 412.
#[derive(Debug, Clone)]
pub struct IfMatch(Tags);

impl IfMatch {
    /// For whichever version is there.
    pub fn any() -> Self {
        Self(Tags::Any)
    }

    /// Does it hold for any version that is there?
    pub fn is_any(&self) -> bool {
        self.0 == Tags::Any
    }

    /// Refuses a stale copy.
    pub fn check(&self, current: &ETag) -> Result<(), Problem> {
        if self.0.holds(current) {
            Ok(())
        } else {
            Err(Problem::stale())
        }
    }

    /// Refuses a copy of another edit. Of what shows more than its edit, each tag of this edit will do: it begins with the edit and a point.
    pub fn check_edit(&self, edit: i64) -> Result<(), Problem> {
        let (whole, start) = (ETag::edit(edit), format!("{edit}."));
        match &self.0 {
            Tags::These(tags) if tags.iter().any(|tag| tag.starts_with(&start)) => Ok(()),
            _ => self.check(&whole),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            Tags::read(request.headers(), &IF_MATCH)
                .and_then(|tags| tags.map(Self).ok_or_else(required)),
        )
    }
}

/// `If-Match` where only some requests need it.
#[derive(Debug, Clone)]
pub struct OptionalIfMatch(Option<Tags>);

impl OptionalIfMatch {
    /// For a request that needs it.
    pub fn required(self) -> Result<IfMatch, Problem> {
        self.0.map(IfMatch).ok_or_else(required)
    }
}

impl FromRequest for OptionalIfMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Tags::read(request.headers(), &IF_MATCH).map(Self))
    }
}

fn required() -> Problem {
    Problem::new(
        Kind::PreconditionRequired,
        Text::new(
            "Stuur If-Match met de ETag van de versie die u wijzigt.",
            "Envoyez If-Match avec l'ETag de la version que vous modifiez.",
            "Send If-Match with the ETag of the version that you change.",
        ),
    )
}

/// `If-Match` or `If-None-Match: *` on a `PUT` that creates or replaces.
#[derive(Debug, Clone)]
pub struct Precondition {
    if_match: Option<Tags>,
    creates_only: bool,
}

impl Precondition {
    /// No condition, for what is not there yet.
    pub fn none() -> Self {
        Self {
            if_match: None,
            creates_only: false,
        }
    }

    /// May the thing with this tag (none: there is no such thing yet) be written?
    pub fn check(&self, current: Option<&ETag>) -> Result<(), Problem> {
        match (current, &self.if_match) {
            (Some(_), _) if self.creates_only => Err(Problem::stale()),
            (Some(current), Some(tags)) if tags.holds(current) => Ok(()),
            (Some(_) | None, Some(_)) => Err(Problem::stale()),
            (Some(_), None) => Err(required()),
            (None, None) => Ok(()),
        }
    }
}

impl Precondition {
    /// The same for what is stored once: a thing that is there needs no tag, for it is never replaced.
    pub fn check_once(&self, current: Option<&ETag>) -> Result<(), Problem> {
        match (current, &self.if_match) {
            (Some(_), None) if !self.creates_only => Ok(()),
            _ => self.check(current),
        }
    }
}

impl FromRequest for Precondition {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = || {
            let headers = request.headers();
            Ok(Self {
                if_match: Tags::read(headers, &IF_MATCH)?,
                creates_only: Tags::read(headers, &IF_NONE_MATCH)? == Some(Tags::Any),
            })
        };
        ready(read())
    }
}

/// `If-None-Match` on a read: what the caller has already.
#[derive(Debug, Clone)]
pub struct IfNoneMatch(Option<Tags>);

impl IfNoneMatch {
    /// Does the caller have this one already (weak comparison)?
    pub fn has(&self, current: &ETag) -> bool {
        match &self.0 {
            None => false,
            Some(Tags::Any) => true,
            Some(Tags::These(tags)) => tags
                .iter()
                .any(|tag| tag.strip_prefix("W/").unwrap_or(tag) == current.0),
        }
    }
}

impl FromRequest for IfNoneMatch {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Tags::read(request.headers(), &IF_NONE_MATCH).map(Self))
    }
}
