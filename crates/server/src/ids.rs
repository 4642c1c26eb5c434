//! Time and chance: the only file that asks the machine for either. Everything else takes them from
//! [`crate::app::App`], so that a test can hand out its own.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{TryRng, rngs::SysRng};
use std::sync::{Arc, Mutex};
use uuid::{ContextV7, Timestamp, Uuid};

/// What time it is.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's.
    #[default]
    System,
    /// A test's; it stands until it is moved.
    Manual(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self::Manual(Arc::new(Mutex::new(at)))
    }

    /// The time, in whole microseconds: what both databases keep.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Clock::System => Utc::now().trunc_subsecs(6),
            Clock::Manual(at) => *at.lock().expect("no holder of this lock panics"),
        }
    }

    /// Moves a manual clock on; the machine's cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Clock::Manual(at) = self {
            *at.lock().expect("no holder of this lock panics") += by;
        }
    }
}

/// Hands out ids in rising order (UUIDv7, RFC 9562 §5.7).
#[derive(Debug, Default)]
pub struct Ids {
    context: Mutex<ContextV7>,
}

impl Ids {
    /// The next id of any kind; greater than all before it in this process.
    pub fn next<T: From<Uuid>>(&self, now: DateTime<Utc>) -> T {
        let context = self.context.lock().expect("no holder of this lock panics");
        let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
        Uuid::new_v7(Timestamp::from_unix(&*context, seconds, now.timestamp_subsec_nanos())).into()
    }
}

/// Random bytes of the operating system, fit for secrets.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    SysRng.try_fill_bytes(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_rise_within_one_instant() {
        let (ids, now) = (Ids::default(), DateTime::UNIX_EPOCH);
        let made: Vec<Uuid> = (0..1_000).map(|_| ids.next(now)).collect();
        assert!(made.windows(2).all(|w| w[0] < w[1]));
    }
}
