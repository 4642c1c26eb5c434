//! What is queued by the clock. Every process asks for every moment; a moment becomes one task.

use crate::app::{App, work::Work};
use chrono::{DateTime, Utc};
use croner::Cron;
use std::{str::FromStr, sync::Arc, time::Duration};
use tokio_util::sync::CancellationToken;

/// When what is queued: minute, hour, day, month, day of the week; UTC.
const SCHEDULE: &[(&str, Work)] = &[("17 3 * * *", Work::Sweep {})];
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(20);

/// Queues what is due, from the last moment before now on, until told to stop: what was due while
/// nobody ran is made up for once.
pub(super) async fn run(app: Arc<App>, stopping: CancellationToken) {
    let mut looks = tokio::time::interval(LOOK);
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            _ = looks.tick() => {}
        }
        for (pattern, work) in SCHEDULE {
            if let Err(error) = queue(&app, pattern, work).await {
                tracing::warn!(error = %error, pattern, "Scheduled work could not be queued");
            }
        }
    }
}

async fn queue(app: &App, pattern: &str, work: &Work) -> anyhow::Result<()> {
    work.queue_once(app, last_moment(pattern, app.now())?).await?;
    Ok(())
}

/// The last moment of the pattern at or before `now`.
fn last_moment(pattern: &str, now: DateTime<Utc>) -> anyhow::Result<DateTime<Utc>> {
    Ok(Cron::from_str(pattern)?.find_previous_occurrence(&now, true)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_has_moments() {
        for (pattern, _) in SCHEDULE {
            let now = DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000);
            assert!(last_moment(pattern, now).expect("a good pattern") <= now);
        }
    }

    #[test]
    fn a_moment_lasts_until_the_next() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().expect("a time");
        let last = |text| last_moment("17 3 * * *", at(text)).expect("a moment");
        assert_eq!(last("2026-11-20T03:17:00Z"), at("2026-11-20T03:17:00Z"));
        assert_eq!(last("2026-11-20T03:17:00.5Z"), at("2026-11-20T03:17:00Z"));
        assert_eq!(last("2026-11-20T03:16:59Z"), at("2026-11-19T03:17:00Z"));
        assert_eq!(last("2026-11-21T00:00:00Z"), at("2026-11-20T03:17:00Z"));
    }
}
