//! `/meetings/{meeting}/tasks`.

use super::wire;
use crate::{
    app::{Caller, work},
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::Path,
    },
};
use axum::extract::State;
use huddle_domain::task::Task;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The background work of a meeting, in the order in which it was queued.
#[utoipa::path(get, path = "/meetings/{meeting}/tasks", operation_id = "listTasks", tag = "tasks", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = Vec<wire::Task>), (status = "default", body = ErrorBody)))]
async fn list(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<Vec<wire::Task>>, ApiError> {
    let tasks = work::of_meeting(&house.app, caller, &named).await?;
    Ok(axum::Json(tasks.into_iter().map(Into::into).collect()))
}

impl From<Task> for wire::Task {
    fn from(task: Task) -> Self {
        Self {
            id: task.id.into(),
            kind: task.kind,
            status: task.status.as_str().into(),
            progress: task.progress,
            step: task.step,
            error: task.error,
            created_at: task.created_at,
        }
    }
}
