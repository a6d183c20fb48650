//! What a page sends: a form, where a program sends JSON.
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;
use utoipa::ToSchema;

use super::Json;
use super::body::{Check, media_type, read_whole};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// The media type of a page's form.
const FORM: &str = "application/x-www-form-urlencoded";

/// Names and values of a form.
pub type Pairs = Vec<(String, String)>;

/// What is sent to a link: JSON, or the page's form.
pub enum Sent<T> {
    /// From a program.
    Json(Json<T>),
    /// From the page.
    Form(Pairs, web::Bytes),
}

impl<T: DeserializeOwned + ToSchema + Check + 'static> FromRequest for Sent<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if media_type(request).as_deref() != Some(FORM) {
            let json = Json::<T>::from_request(request, payload);
            return Box::pin(async move { Ok(Self::Json(json.await?)) });
        }
        let whole = read_whole(request, payload);
        Box::pin(async move {
            let bytes = whole.await?;
            let text = std::str::from_utf8(&bytes).map_err(|_| malformed())?;
            let pairs = web::Query::<Pairs>::from_query(text).map_err(|_| malformed())?;
            Ok(Self::Form(pairs.into_inner(), bytes))
        })
    }
}

fn malformed() -> Problem {
    let text = Text::new(
        format!("De inhoud is geen geldig formulier ({FORM})."),
        format!("Le contenu n'est pas un formulaire valide ({FORM})."),
        format!("The body is no valid form ({FORM})."),
    );
    Problem::fault(Issue::body("malformedForm", "", text))
}

/// The fault of a field that a form does not have. The name is the caller's, so it may hold anything: it is not repeated where it must not be.
pub fn unknown_field(name: &str) -> Issue {
    let text = Text::new(
        "Dit veld bestaat hier niet; gebruik het formulier van de link.",
        "Ce champ n'existe pas ici ; utilisez le formulaire du lien.",
        "There is no such field here; use the form of the link.",
    );
    Issue::body("unknownField", "", text).with_value(name)
}
