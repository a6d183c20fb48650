//! `/tasks`.
use actix_web::{HttpResponse, get};
use utoipa::IntoParams;

use super::{Filter, Place, Task, TaskKind};
use crate::access::Allowed;
use crate::access::policy::ReadTasks;
use crate::db::types::Id;
use crate::http::answer;
use crate::http::page::{Page, Window};
use crate::http::query::{FromQuery, Query, Reader, expected_id, expected_one_of};
use crate::problem::Problem;

/// Which tasks.
#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct TaskFilter {
    /// Of one of these kinds.
    #[param(required = false, nullable = false, max_items = 50)]
    kind: Vec<TaskKind>,
    /// For one of these facilities.
    #[param(required = false, nullable = false, max_items = 50)]
    facility_id: Vec<Id>,
}

struct TaskQuery {
    window: Window<Place>,
    filter: Filter,
}

impl FromQuery for TaskQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let kinds: Vec<&str> = TaskKind::ALL.iter().map(|kind| kind.name()).collect();
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                kinds: reader.many("kind", &expected_one_of(&kinds)),
                facilities: reader.many("facilityId", &expected_id()),
            },
        }
    }
}

/// List what awaits you
///
/// Everything that awaits the caller, the most urgent first, with the time left. Judged now: what is done is gone, and so is what is not the caller's any
/// more. A machine sees what it was let in to do.
#[utoipa::path(tag = "Across", operation_id = "listTasks", params(TaskFilter),
    extensions(("x-action" = json!("ReadTasks"))),
    responses((status = 200, description = "A page of tasks.", body = Page<Task>)))]
#[get("/tasks")]
pub async fn list_tasks(
    allowed: Allowed<ReadTasks>,
    query: Query<TaskQuery>,
) -> Result<HttpResponse, Problem> {
    let TaskQuery { window, filter } = query.0;
    let kinds = filter.kinds.iter().map(|kind| ("kind", kind.to_string()));
    let facilities = filter.facilities.iter();
    let filters: Vec<_> = kinds
        .chain(facilities.map(|id| ("facilityId", id.to_string())))
        .collect();
    let link = allowed.state().link("/tasks");
    let page = allowed
        .read(move |tx| {
            let items = super::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &filters, |task| task.place().to_string()))
        })
        .await?;
    answer::plain(&page)
}
