//! What can go wrong with a provider, and what to do about it: the circuit breaker.

use std::{
    sync::{Mutex, MutexGuard},
    time::{Duration, Instant},
};

/// Why a provider gave no words. Says nothing that is secret, and nothing that was said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Trouble {
    /// It will not do it, however often it is asked: the key, the model or the account.
    #[error("{0}")]
    Refused(String),
    /// It has too much to do.
    #[error("it has too many requests")]
    Busy {
        /// When to ask again, if it said so.
        after: Option<Duration>,
    },
    /// The connection or the provider is broken, or too slow.
    #[error("{0}")]
    Broken(String),
}

impl Trouble {
    /// What an HTTP status means; `reason` is what the provider said about it.
    pub(crate) fn of_status(status: u16, reason: Option<String>, retry_after: Option<Duration>) -> Self {
        let said = reason.map(|r| format!(" ({r})")).unwrap_or_default();
        match status {
            401 | 403 => Self::Refused(format!("it does not take the key: {status}{said}")),
            402 => Self::Refused(format!("the account has no credit: {status}{said}")),
            408 | 425 | 500..=599 => match retry_after {
                Some(after) => Self::Busy { after: Some(after) },
                None => Self::Broken(format!("it answered {status}{said}")),
            },
            429 => Self::Busy { after: retry_after },
            _ => Self::Refused(format!("it refused: {status}{said}")),
        }
    }
}

/// How many failures in a row until nobody asks any more.
const FAILURES: u32 = 3;
/// How long nobody asks then; doubled each time that the trial fails too.
const REST: Duration = Duration::from_secs(15);
/// At most.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// Keeps a dead provider from delaying every utterance. Closed, all may ask. After some failures it opens and
/// nobody may; when its time is over one may try, and closes it again by an answer.
#[derive(Debug, Default)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: u32,
    /// How often it opened since the last answer.
    opened: u32,
    /// Nobody may ask before then.
    until: Option<Instant>,
    /// Somebody tries since then.
    trying: Option<Instant>,
}

/// After this long somebody who tries has forgotten to say how it went.
const FORGOTTEN: Duration = Duration::from_secs(120);

impl Breaker {
    /// Whether to ask now. Who is told so says how it went.
    pub(crate) fn may_ask(&self, now: Instant) -> bool {
        let mut state = self.state();
        match state.until {
            None => true,
            Some(until) if now < until => false,
            Some(_) if state.trying.is_some_and(|since| now < since + FORGOTTEN) => false,
            Some(_) => {
                state.trying = Some(now);
                true
            }
        }
    }

    /// Whether all may ask.
    pub(crate) fn is_closed(&self) -> bool {
        self.state().until.is_none()
    }

    /// It answered; `true` if it had not for a while.
    pub(crate) fn answered(&self) -> bool {
        let before = std::mem::take(&mut *self.state());
        before.until.is_some()
    }

    /// It did not; how long nobody asks now, if that begins here.
    pub(crate) fn failed(&self, trouble: &Trouble, now: Instant) -> Option<Duration> {
        let mut state = self.state();
        state.failures += 1;
        let tried = state.trying.take().is_some();
        let is_open = state.until.is_some_and(|until| now < until);
        let enough = state.failures >= FAILURES || matches!(trouble, Trouble::Refused(_));
        let asked_for = match trouble {
            Trouble::Busy { after } => *after,
            _ => None,
        };
        if is_open || !(tried || enough || asked_for.is_some()) {
            return None;
        }
        let rest = REST.saturating_mul(1 << state.opened.min(5)).min(LONGEST_REST);
        let rest = asked_for.map_or(rest, |after| after.min(LONGEST_REST));
        state.opened += 1;
        state.until = Some(now + rest);
        Some(rest)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken() -> Trouble {
        Trouble::Broken("away".into())
    }

    #[test]
    fn a_dead_provider_is_left_alone_and_tried_again() {
        let (breaker, start) = (Breaker::default(), Instant::now());
        for _ in 0..2 {
            assert!(breaker.may_ask(start));
            assert_eq!(breaker.failed(&broken(), start), None);
        }
        assert!(breaker.may_ask(start));
        assert_eq!(breaker.failed(&broken(), start), Some(REST));
        assert!(!breaker.may_ask(start + REST / 2));
        let later = start + REST;
        assert!(breaker.may_ask(later), "one tries");
        assert!(!breaker.may_ask(later), "the others do not");
        assert_eq!(breaker.failed(&broken(), later), Some(REST * 2));
        assert!(!breaker.may_ask(later + REST));
        let later = later + REST * 2;
        assert!(breaker.may_ask(later));
        assert!(breaker.answered());
        assert!(breaker.may_ask(later) && breaker.may_ask(later) && breaker.is_closed());
        assert!(!breaker.answered(), "it was well before");
    }

    #[test]
    fn an_answer_in_between_makes_all_good() {
        let (breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..10 {
            assert_eq!(breaker.failed(&broken(), now), None);
            assert_eq!(breaker.failed(&broken(), now), None);
            breaker.answered();
        }
        assert!(breaker.is_closed());
    }

    #[test]
    fn a_refused_key_is_not_offered_again_soon_and_a_time_that_was_asked_for_is_kept() {
        let now = Instant::now();
        let breaker = Breaker::default();
        assert_eq!(breaker.failed(&Trouble::of_status(401, None, None), now), Some(REST));
        let breaker = Breaker::default();
        let after = Some(Duration::from_secs(42));
        assert_eq!(breaker.failed(&Trouble::of_status(429, None, after), now), after);
        assert!(!breaker.may_ask(now + Duration::from_secs(41)));
        assert!(breaker.may_ask(now + Duration::from_secs(42)));
        // Whoever tried and never said how it went does not keep others from trying for ever.
        assert!(breaker.may_ask(now + Duration::from_secs(42) + FORGOTTEN));
    }

    #[test]
    fn a_status_says_whether_asking_again_helps() {
        for status in [400, 401, 402, 403, 404, 413, 415, 422] {
            assert!(matches!(Trouble::of_status(status, None, None), Trouble::Refused(_)), "{status}");
        }
        for status in [408, 500, 502, 503, 504] {
            assert!(matches!(Trouble::of_status(status, None, None), Trouble::Broken(_)), "{status}");
        }
        let soon = Some(Duration::from_secs(1));
        assert_eq!(Trouble::of_status(503, None, soon), Trouble::Busy { after: soon });
    }
}
