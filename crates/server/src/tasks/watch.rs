//! Tells everybody in this process what background work moved, whichever process moved it: the tasks
//! themselves, and the minutes and exports that come from them.

use crate::{
    app::{
        App, AppResult, minutes,
        work::{self, Work},
    },
    bus::What,
};
use chrono::{DateTime, TimeDelta, Utc};
use huddle_domain::{MeetingId, TaskId, task::Task};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// How often the database is asked when nobody in this process rings.
const LOOK: Duration = Duration::from_millis(500);
/// How late a moved task may appear: its time is taken before its commit, on another machine's clock.
const LATE: TimeDelta = TimeDelta::seconds(10);

/// Watches until told to stop.
pub(super) async fn run(app: Arc<App>, stopping: CancellationToken) {
    let mut watch = Watch { from: app.now(), known: HashMap::new() };
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = app.moved.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
        if let Err(error) = watch.look(&app).await {
            tracing::debug!(error = %error, "Moved tasks could not be read");
        }
    }
}

/// What was told already.
struct Watch {
    /// Everything that moved before then was told, or was there before this process.
    from: DateTime<Utc>,
    /// Tasks told lately.
    known: HashMap<TaskId, Task>,
}

impl Watch {
    async fn look(&mut self, app: &App) -> AppResult<()> {
        let now = app.now();
        for task in work::moved_since(app, self.from).await? {
            let before = self.known.insert(task.id, task.clone());
            let Some(meeting) = task.meeting.filter(|_| before.as_ref() != Some(&task)) else { continue };
            app.bus.tell(meeting, What::Task(task.id));
            if before.is_none_or(|before| before.status != task.status) {
                tell_what_comes_of(app, meeting, &task);
            }
        }
        self.from = self.from.max(now - LATE);
        self.known.retain(|_, task| task.updated_at >= self.from);
        Ok(())
    }
}

fn tell_what_comes_of(app: &App, meeting: MeetingId, task: &Task) {
    if minutes::come_from(&task.kind) {
        app.bus.tell(meeting, What::Minutes);
    }
    if let Ok(Work::RenderExport { export }) = Work::read(&task.kind, task.payload.clone()) {
        app.bus.tell(meeting, What::Export(export));
    }
}
