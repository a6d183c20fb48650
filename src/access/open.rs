//! A small door beside [`super::Allowed`], for what everyone may read: no token, an empty [`Scope`], and nothing can be written by it.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use super::{Actor, Scope, Tx, operator};
use crate::app::State;
use crate::db::types::Moment;
use crate::http::wrap::Trace;
use crate::problem::Problem;

/// The paths that are open to everyone, and what is below them.
const PATHS: [&str; 2] = ["/v1/health", "/v1/publishedReports"];

/// Is it a path that everyone may read?
pub fn is_open(path: &str) -> bool {
    PATHS.iter().any(|open| {
        let rest = path.strip_prefix(open);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

/// Whoever asks.
pub struct ToAll {
    state: web::Data<State>,
    trace: uuid::Uuid,
}

impl ToAll {
    /// What the process holds for all requests.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Reads on one snapshot.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl Fn(&mut Tx) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let (state, trace) = (self.state.clone(), self.trace);
        let done = self
            .state
            .database
            .read(move |conn| {
                let now = Moment(state.clock.now());
                let actor = Actor {
                    claims: operator::without_token("everyone"),
                    roles: Vec::new(),
                    by_link: false,
                    needed_scope: None,
                    trace,
                };
                Tx::run(conn, Scope::default(), &actor, now, &state, &work)
            })
            .await?;
        Ok(done.known_to(&self.state))
    }
}

impl FromRequest for ToAll {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let state = request.app_data::<web::Data<State>>().cloned();
        ready(
            state
                .map(|state| Self {
                    state,
                    trace: Trace::of(request).0,
                })
                .ok_or_else(|| Problem::internal("the app has no state")),
        )
    }
}
