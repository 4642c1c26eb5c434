//! One at a time on each upload: who comes later stops who was there and waits until they are done, as it
//! is when a client comes back before the server knows that its connection broke.

use huddle_domain::UploadId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

/// Who is at which upload in this process.
#[derive(Debug, Default, Clone)]
pub struct Holds(Arc<Mutex<HashMap<UploadId, Place>>>);

#[derive(Debug, Default)]
struct Place {
    /// Stops the last who came.
    stop: CancellationToken,
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// The right to touch an upload, until dropped.
#[derive(Debug)]
pub struct Hold {
    id: UploadId,
    /// Somebody else wants it.
    pub stop: CancellationToken,
    turn: Option<OwnedMutexGuard<()>>,
    holds: Holds,
}

impl Holds {
    /// Stops whoever holds the upload and waits until they let go.
    pub async fn take(&self, id: UploadId) -> Hold {
        let stop = CancellationToken::new();
        let turn = {
            let mut places = self.0.lock().expect("no holder of this lock panics");
            let place = places.entry(id).or_default();
            std::mem::replace(&mut place.stop, stop.clone()).cancel();
            place.turn.clone()
        };
        Hold { id, stop, turn: Some(turn.lock_owned().await), holds: self.clone() }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        drop(self.turn.take());
        let mut places = self.holds.0.lock().expect("no holder of this lock panics");
        // Nobody holds it or waits for it.
        if places.get(&self.id).is_some_and(|place| Arc::strong_count(&place.turn) == 1) {
            places.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[tokio::test]
    async fn who_comes_later_stops_who_was_there_and_waits() {
        let holds = Holds::default();
        let id = UploadId(uuid::Uuid::nil());
        let first = holds.take(id).await;
        let second = {
            let holds = holds.clone();
            tokio::spawn(async move { holds.take(id).await })
        };
        first.stop.cancelled().await;
        assert!(!second.is_finished());
        drop(first);
        let second = tokio::time::timeout(Duration::from_secs(10), second).await;
        let second = second.expect("its turn comes").expect("no panic");
        assert!(!second.stop.is_cancelled());
        drop(second);
        assert!(holds.0.lock().expect("whole").is_empty(), "nothing is left behind");
    }
}
