//! Who has a page of a meeting open: counted per socket, so that a second tab or a reconnection that
//! overlaps does not make anybody leave.

use huddle_domain::{MeetingId, ParticipantId};
use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

/// Who is where.
#[derive(Debug, Default)]
pub struct Presence(Mutex<HashMap<MeetingId, HashMap<ParticipantId, usize>>>);

impl Presence {
    /// One more socket of this participant; `true` if it is the first.
    pub fn enter(&self, meeting: MeetingId, participant: ParticipantId) -> bool {
        let mut rooms = self.0.lock().expect("no holder of this lock panics");
        let sockets = rooms.entry(meeting).or_default().entry(participant).or_default();
        *sockets += 1;
        *sockets == 1
    }

    /// One socket less; `true` if it was the last.
    pub fn leave(&self, meeting: MeetingId, participant: ParticipantId) -> bool {
        let mut rooms = self.0.lock().expect("no holder of this lock panics");
        let Some(room) = rooms.get_mut(&meeting) else { return false };
        let Some(sockets) = room.get_mut(&participant) else { return false };
        *sockets -= 1;
        let last = *sockets == 0;
        if last {
            room.remove(&participant);
            if room.is_empty() {
                rooms.remove(&meeting);
            }
        }
        last
    }

    /// All who are there.
    pub fn present(&self, meeting: MeetingId) -> HashSet<ParticipantId> {
        let rooms = self.0.lock().expect("no holder of this lock panics");
        rooms.get(&meeting).map(|room| room.keys().copied().collect()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn someone_is_there_until_the_last_socket_goes() {
        let (presence, room, ann) = (Presence::default(), MeetingId(Uuid::nil()), ParticipantId(Uuid::nil()));
        assert!(presence.enter(room, ann));
        assert!(!presence.enter(room, ann));
        assert!(!presence.leave(room, ann));
        assert!(presence.present(room).contains(&ann));
        assert!(presence.leave(room, ann));
        assert!(presence.present(room).is_empty());
        assert!(!presence.leave(room, ann));
    }
}
