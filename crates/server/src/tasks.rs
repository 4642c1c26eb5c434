//! Background work: a runner that takes tasks off the durable queue, a schedule that puts some on it,
//! a watcher that tells what moved, and one file per kind of task.

mod finish_hearing;
mod render_export;
mod runner;
mod schedule;
mod sweep;
mod take_in_upload;
mod watch;
mod write_minutes;

use crate::app::{
    App, AppError,
    work::{Held, Work},
};
use std::sync::Arc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// The background work of this process.
#[derive(Debug)]
pub struct Tasks {
    stopping: CancellationToken,
    running: TaskTracker,
}

impl Tasks {
    /// Starts all of it: what `huddle serve` does. With a concurrency of 0 it only watches what workers do.
    pub fn start(app: Arc<App>) -> Self {
        let tasks = Self::new();
        tasks.running.spawn(watch::run(app.clone(), tasks.stopping.clone()));
        tasks.work(app.config.tasks.concurrency, app);
        tasks
    }

    /// Starts running tasks, `concurrency` at once, and tells nobody: what `huddle worker` does.
    pub fn start_worker(app: Arc<App>, concurrency: usize) -> Self {
        let tasks = Self::new();
        tasks.work(concurrency, app);
        tasks
    }

    fn new() -> Self {
        Self { stopping: CancellationToken::new(), running: TaskTracker::new() }
    }

    fn work(&self, concurrency: usize, app: Arc<App>) {
        if concurrency > 0 {
            self.running.spawn(schedule::run(app.clone(), self.stopping.clone()));
            self.running.spawn(runner::run(app, concurrency, self.stopping.clone()));
        }
    }

    /// Takes no more tasks, gives those that run a few seconds, and gives back what is left.
    pub async fn stop(&self) {
        self.stopping.cancel();
        self.running.close();
        self.running.wait().await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}

/// How a task fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The world failed; trying again later may help.
    Retry(anyhow::Error),
    /// Trying again will not help.
    Fail(anyhow::Error),
    /// This process lacks what it takes; another may have it.
    NotHere,
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        match error {
            // What a task is about is gone, or the house refuses: that does not pass.
            AppError::Refused(refusal) => Failure::Fail(refusal.into()),
            AppError::Fault(fault) => Failure::Retry(fault),
        }
    }
}

/// Does the work. It may have been done before, in part or whole.
async fn perform(app: &Arc<App>, held: Held, work: &Work) -> Result<(), Failure> {
    match work {
        Work::FinishHearing { meeting } => finish_hearing::run(app, held, *meeting).await,
        Work::WriteMinutes { meeting } => write_minutes::run(app, held, *meeting).await,
        Work::RenderExport { export } => render_export::run(app, held, *export).await,
        Work::TakeInUpload { upload } => take_in_upload::run(app, held, *upload).await,
        Work::Sweep {} => sweep::run(app, held).await,
    }
}
