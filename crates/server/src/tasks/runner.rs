//! Takes tasks off the queue and runs them, some at once. While a task runs its lease is renewed; when
//! that fails long enough to lapse, the task is dropped where it stands: somebody else has it then.

use super::{Failure, perform};
use crate::{
    app::{
        App, uploads,
        work::{Held, Work},
    },
    db::{
        self,
        task::{Claim, Claimed},
    },
    ids,
};
use chrono::TimeDelta;
use futures::FutureExt;
use huddle_domain::{
    Refusal,
    task::{ATTEMPTS_MAX, Task, backoff},
};
use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::Semaphore, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often the queue is asked when nobody in this process rings.
const LOOK: Duration = Duration::from_millis(500);
/// How long a running task may go on once the process was told to stop.
const GRACE: Duration = Duration::from_secs(4);

/// Runs tasks, `concurrency` at once, until told to stop; returns when none runs.
pub(super) async fn run(app: Arc<App>, concurrency: usize, stopping: CancellationToken) {
    let free = Arc::new(Semaphore::new(concurrency));
    let running = TaskTracker::new();
    loop {
        let place = tokio::select! {
            () = stopping.cancelled() => break,
            place = free.clone().acquire_owned() => place.expect("it is never closed"),
        };
        match claim(&app).await {
            Ok(Some(claim)) => {
                let (app, stopping) = (app.clone(), stopping.clone());
                running.spawn(async move {
                    match claim {
                        Claim::Run(claimed) => run_one(&app, claimed, &stopping).await,
                        Claim::GiveUp(claimed) => bury(&app, &claimed).await,
                    }
                    app.moved.notify_one();
                    drop(place);
                });
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(error = %error, "The queue could not be read"),
        }
        drop(place);
        tokio::select! {
            () = stopping.cancelled() => break,
            () = app.work.notified() => {}
            () = tokio::time::sleep(LOOK) => {}
        }
    }
    running.close();
    running.wait().await;
}

fn hold(app: &App) -> TimeDelta {
    TimeDelta::seconds(app.config.tasks.lease_seconds.into())
}

async fn claim(app: &App) -> Result<Option<Claim>, sea_orm::DbErr> {
    let claim = db::task::claim(&app.db, app.next_id(), app.now(), hold(app)).await?;
    if claim.is_some() {
        app.moved.notify_one();
    }
    Ok(claim)
}

/// How a run came to its end.
enum End {
    /// By itself.
    Ran(Result<(), Failure>),
    /// Somebody else has the task.
    Lost,
    /// The process stops.
    Stopped,
}

async fn run_one(app: &Arc<App>, Claimed { task, lease }: Claimed, stopping: &CancellationToken) {
    let held = Held { task: task.id, lease };
    let began = Instant::now();
    let ran = async {
        let work = Work::read(&task.kind, task.payload.clone());
        let work = work.map_err(|e| {
            Failure::Fail(anyhow::Error::new(e).context("this version does not know the task"))
        })?;
        let ran = AssertUnwindSafe(perform(app, held, &work)).catch_unwind().await;
        ran.unwrap_or_else(|_| Err(Failure::Retry(anyhow::anyhow!("The task broke off"))))
    };
    let end = tokio::select! {
        biased; // a lost lease counts before whatever the task has come to
        () = keep(app, held) => End::Lost,
        result = ran => End::Ran(result),
        () = async { stopping.cancelled().await; tokio::time::sleep(GRACE).await } => End::Stopped,
    };
    let outcome = settle(app, &task, held, end).await;
    metrics::counter!("huddle_tasks_total", "type" => task.kind.clone(), "outcome" => outcome).increment(1);
    metrics::histogram!("huddle_task_seconds", "type" => task.kind.clone())
        .record(began.elapsed().as_secs_f64());
}

/// Renews the lease until it is lost.
async fn keep(app: &App, held: Held) {
    let hold = hold(app);
    let whole = hold.to_std().unwrap_or(Duration::from_secs(2));
    let mut renewed = Instant::now();
    loop {
        tokio::time::sleep(whole / 4).await;
        let asked = Instant::now();
        match db::task::renew(app.db.read(), held.task, held.lease, app.now() + hold).await {
            Ok(true) => renewed = asked,
            // Lost, or ended by the task itself in this moment: then the end is found first.
            Ok(false) => {
                tokio::time::sleep(whole / 4).await;
                return;
            }
            Err(error) => {
                tracing::warn!(task.id = %held.task, error = %error, "A lease could not be renewed")
            }
        }
        if renewed.elapsed() >= whole {
            return;
        }
    }
}

/// Writes down how the run ended; the word for the metrics.
async fn settle(app: &App, task: &Task, held: Held, end: End) -> &'static str {
    let Held { task: id, lease } = held;
    let now = app.now();
    let (outcome, written) = match end {
        End::Lost => {
            tracing::warn!(task.id = %id, task.kind = task.kind, "A task was lost to another worker");
            return "lost";
        }
        End::Stopped => ("given_back", db::task::give_back(app.db.read(), id, lease, now, now).await),
        End::Ran(Err(Failure::NotHere)) => {
            let wait = elsewhere(u32::from_le_bytes(ids::random()));
            ("given_back", db::task::give_back(app.db.read(), id, lease, now + wait, now).await)
        }
        // It may have ended itself already, together with what it changed.
        End::Ran(Ok(())) => ("completed", db::task::complete(app.db.read(), id, lease, now).await),
        End::Ran(Err(Failure::Retry(error))) if task.attempts < ATTEMPTS_MAX => {
            tracing::warn!(task.id = %id, task.kind = task.kind, attempt = task.attempts, error = format!("{error:#}"), "A task failed and is tried again");
            let wait = backoff(task.attempts, u32::from_le_bytes(ids::random()));
            let error = error.to_string();
            ("retried", db::task::retry(app.db.read(), id, lease, &error, now + wait, now).await)
        }
        End::Ran(Err(Failure::Retry(error) | Failure::Fail(error))) => {
            tracing::error!(task.id = %id, task.kind = task.kind, attempt = task.attempts, error = format!("{error:#}"), "A task failed");
            let code = error.downcast_ref::<Refusal>().map_or(FAULT, Refusal::code);
            ("failed", give_up(app, task, held, (code, &error.to_string())).await)
        }
    };
    if let Err(error) = written {
        // Its lease lapses, and it is run again.
        tracing::warn!(task.id = %id, error = %error, "The end of a task could not be written");
    }
    outcome
}

/// How long a task rests that this process cannot do: at least until every other process has looked, and by
/// chance a little longer, so that it is not always the same process that looks first.
fn elsewhere(chance: u32) -> TimeDelta {
    let look = TimeDelta::from_std(LOOK).unwrap_or(TimeDelta::milliseconds(500));
    look + TimeDelta::milliseconds(look.num_milliseconds() * 2 * i64::from(chance) / i64::from(u32::MAX))
}

/// Gives a task up whose workers died again and again.
async fn bury(app: &App, Claimed { task, lease }: &Claimed) {
    tracing::error!(task.id = %task.id, task.kind = task.kind, "A task ended every worker that ran it");
    let held = Held { task: task.id, lease: *lease };
    let why = (FAULT, "The server stopped in the middle of it, again and again");
    if let Err(error) = give_up(app, task, held, why).await {
        tracing::warn!(task.id = %task.id, error = %error, "The end of a task could not be written");
    }
    metrics::counter!("huddle_tasks_total", "type" => task.kind.clone(), "outcome" => "failed").increment(1);
}

/// The code of what is nobody's refusal.
const FAULT: &str = "fault";

/// Fails the task (a code, and a sentence for people), with what that means for the row that waits for it.
async fn give_up(
    app: &App,
    task: &Task,
    held: Held,
    (code, error): (&str, &str),
) -> Result<bool, sea_orm::DbErr> {
    let tx = app.db.begin().await?;
    if !db::task::fail(&tx, held.task, held.lease, error, app.now()).await? {
        return Ok(false);
    }
    let work = Work::read(&task.kind, task.payload.clone());
    match &work {
        Ok(Work::RenderExport { export }) => db::export::fail(&tx, *export).await?,
        Ok(Work::TakeInUpload { upload }) => uploads::arrive::give_up(&tx, *upload, code, error).await?,
        _ => {}
    }
    tx.commit().await?;
    if let Ok(Work::TakeInUpload { upload }) = work
        && let Err(error) = uploads::file::remove(app, upload).await
    {
        // The sweep finds it.
        tracing::warn!(upload.id = %upload, error = %error, "A refused upload could not be removed");
    }
    Ok(true)
}
