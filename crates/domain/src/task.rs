//! Tasks: durable background work, as it is stored and shown.

use crate::{MeetingId, TaskId};
use chrono::{DateTime, TimeDelta, Utc};

/// How often a task is begun before it is given up.
pub const ATTEMPTS_MAX: i32 = 5;
/// How long a task waits at most before it is tried again.
pub const BACKOFF_MAX: TimeDelta = TimeDelta::minutes(15);

/// Where a task is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TaskStatus {
    /// Waits for a worker, or for its next attempt.
    Pending,
    /// A worker has it.
    Processing,
    /// Done.
    Completed,
    /// Given up.
    Failed,
}

impl TaskStatus {
    /// All there are.
    pub const ALL: [TaskStatus; 4] = [Self::Pending, Self::Processing, Self::Completed, Self::Failed];

    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            TaskStatus::Pending => "pending",
            TaskStatus::Processing => "processing",
            TaskStatus::Completed => "completed",
            TaskStatus::Failed => "failed",
        }
    }

    /// The status of a stored word; an unknown one is given up: nobody would run it.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or(Self::Failed)
    }

    /// Whether nothing more will happen to it.
    pub fn has_ended(self) -> bool {
        matches!(self, TaskStatus::Completed | TaskStatus::Failed)
    }
}

/// A piece of background work.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Its id.
    pub id: TaskId,
    /// What kind of work: `write_minutes` and the like.
    pub kind: String,
    /// What it is about: ids, never data.
    pub payload: serde_json::Value,
    /// Where it is in its life.
    pub status: TaskStatus,
    /// The meeting it belongs to, if any.
    pub meeting: Option<MeetingId>,
    /// 0–100.
    pub progress: i32,
    /// What is being done, in a few words.
    pub step: String,
    /// How often it was begun.
    pub attempts: i32,
    /// Why it failed, or failed last.
    pub error: Option<String>,
    /// Queued then.
    pub created_at: DateTime<Utc>,
    /// Not begun before then.
    pub run_after: DateTime<Utc>,
    /// First begun then.
    pub started_at: Option<DateTime<Utc>>,
    /// Ended then.
    pub completed_at: Option<DateTime<Utc>>,
    /// Moved last then.
    pub updated_at: DateTime<Utc>,
}

/// How long a task waits after its `attempt`-th failure (from 1): 3 s, 12 s, 48 s, … up to
/// [`BACKOFF_MAX`], of which the later half is left to `chance`, so that tasks that failed together
/// do not come back together.
pub fn backoff(attempt: i32, chance: u32) -> TimeDelta {
    let doublings = 2 * attempt.clamp(1, 12).unsigned_abs().saturating_sub(1);
    let whole = (3_000_i64 << doublings).min(BACKOFF_MAX.num_milliseconds());
    let left_to_chance = whole / 2 * i64::from(chance) / i64::from(u32::MAX);
    TimeDelta::milliseconds(whole / 2 + left_to_chance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_failure_waits_longer_up_to_an_end() {
        let longest: Vec<_> = (1..=7).map(|n| backoff(n, u32::MAX).num_seconds()).collect();
        assert_eq!(longest, [3, 12, 48, 192, 768, 900, 900]);
        assert_eq!(backoff(i32::MAX, u32::MAX), BACKOFF_MAX);
    }

    #[test]
    fn chance_takes_up_to_half_of_the_wait() {
        assert_eq!(backoff(2, 0).num_milliseconds(), 6_000);
        assert!(backoff(2, u32::MAX / 2) > backoff(2, 0));
    }

    #[test]
    fn an_unknown_status_is_not_run() {
        assert!(TaskStatus::parse("someday").has_ended());
        for status in TaskStatus::ALL {
            assert_eq!(TaskStatus::parse(status.as_str()), status);
        }
    }
}
