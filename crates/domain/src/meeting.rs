//! Meetings: planned → live → ended. Idempotent, no revival.

use crate::{AccountId, AgendaItemId, MeetingId, Refusal, Refused, text};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How long a deleted meeting can be brought back.
pub const RECOVERABLE: TimeDelta = TimeDelta::days(30);
/// The letters of a meeting code: no vowel pairs to spell with, nothing that looks like something else.
pub const CODE_ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Letters in a meeting code.
pub const CODE_LENGTH: usize = 8;

/// The 8 characters that let someone join.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MeetingCode(pub String);

impl MeetingCode {
    /// Makes a code of random bytes; `None` when they run out (bytes ≥ 248 are thrown away, so that
    /// every letter is equally likely).
    pub fn from_random(bytes: impl IntoIterator<Item = u8>) -> Option<Self> {
        let letters: String = bytes
            .into_iter()
            .filter(|&b| b < 248)
            .take(CODE_LENGTH)
            .map(|b| char::from(CODE_ALPHABET[usize::from(b) % CODE_ALPHABET.len()]))
            .collect();
        (letters.len() == CODE_LENGTH).then_some(Self(letters))
    }

    /// Reads a code as people type it (`ABCD-2345`); `None` if it cannot be one.
    pub fn parse(raw: &str) -> Option<Self> {
        let letters: String =
            raw.trim().chars().filter(|c| !matches!(c, '-' | ' ')).flat_map(char::to_lowercase).collect();
        let good = letters.len() == CODE_LENGTH && letters.bytes().all(|b| CODE_ALPHABET.contains(&b));
        good.then_some(Self(letters))
    }
}

impl fmt::Display for MeetingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a meeting is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MeetingState {
    /// Not begun.
    Planned,
    /// Going on.
    Live,
    /// Over, for good.
    Ended,
}

impl MeetingState {
    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            MeetingState::Planned => "planned",
            MeetingState::Live => "live",
            MeetingState::Ended => "ended",
        }
    }

    /// The state of a word, if it is one.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Planned, Self::Live, Self::Ended].into_iter().find(|s| s.as_str() == word)
    }
}

/// A meeting as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Meeting {
    /// Its id.
    pub id: MeetingId,
    /// The 8 characters that let someone join.
    pub code: MeetingCode,
    /// Title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// The account that owns it.
    pub host: AccountId,
    /// Where it is in its life.
    pub state: MeetingState,
    /// Planned start.
    pub starts_at: Option<DateTime<Utc>>,
    /// Planned length.
    pub duration_minutes: Option<i32>,
    /// Zone in which its dates are meant.
    pub time_zone: Tz,
    /// Addresses of those asked to come.
    pub invitees: Vec<String>,
    /// Begun then.
    pub started_at: Option<DateTime<Utc>>,
    /// Over since then.
    pub ended_at: Option<DateTime<Utc>>,
    /// Deleted then; recoverable for [`RECOVERABLE`].
    pub deleted_at: Option<DateTime<Utc>>,
    /// The agenda item being talked about.
    pub current_agenda_item: Option<AgendaItemId>,
    /// Made then.
    pub created_at: DateTime<Utc>,
}

impl Meeting {
    /// Begins the meeting; `true` if that changed anything.
    pub fn start(&mut self, now: DateTime<Utc>) -> Refused<bool> {
        match self.state {
            MeetingState::Planned => {
                self.state = MeetingState::Live;
                self.started_at = Some(now);
                Ok(true)
            }
            MeetingState::Live => Ok(false),
            MeetingState::Ended => Err(ENDED),
        }
    }

    /// Ends the meeting; `true` if that changed anything.
    pub fn end(&mut self, now: DateTime<Utc>) -> Refused<bool> {
        match self.state {
            MeetingState::Planned => Err(Refusal::Conflict {
                code: "meeting_not_started",
                message: "The meeting has not started. Delete it if it will not happen.",
            }),
            MeetingState::Live => {
                self.state = MeetingState::Ended;
                self.ended_at = Some(now);
                self.current_agenda_item = None;
                Ok(true)
            }
            MeetingState::Ended => Ok(false),
        }
    }

    /// The meeting was held elsewhere: a recording of it, which ended at `ended`, is `length_ms` long. It is
    /// over with that.
    pub fn was_recorded(&mut self, ended: DateTime<Utc>, length_ms: i64) {
        self.state = MeetingState::Ended;
        self.started_at = Some(ended - TimeDelta::milliseconds(length_ms));
        self.ended_at = Some(ended);
        self.current_agenda_item = None;
    }

    /// Something in the meeting reaches to `until_ms` on its clock: one that has ended lasted at least as long.
    pub fn reaches(&mut self, until_ms: i64) {
        if let (MeetingState::Ended, Some(start), Some(end)) = (self.state, self.started_at, self.ended_at) {
            self.ended_at = Some(end.max(start + TimeDelta::milliseconds(until_ms)));
        }
    }

    /// Milliseconds since the meeting began: the clock of its transcript.
    pub fn elapsed_ms(&self, now: DateTime<Utc>) -> i64 {
        self.started_at.map_or(0, |start| (now - start).num_milliseconds().max(0))
    }

    /// Refuses what only a live meeting allows.
    pub fn require_live(&self) -> Refused<()> {
        match self.state {
            MeetingState::Live => Ok(()),
            MeetingState::Ended => Err(ENDED),
            MeetingState::Planned => Err(Refusal::Conflict {
                code: "meeting_not_started",
                message: "The meeting has not started.",
            }),
        }
    }
}

/// The refusal of everything that would revive a meeting.
pub const ENDED: Refusal = Refusal::Conflict {
    code: "meeting_ended",
    message: "The meeting has ended and cannot be started again.",
};

/// What someone asks for when planning or changing a meeting.
#[derive(Debug, Clone, PartialEq)]
pub struct MeetingPlan {
    /// Title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Planned start.
    pub starts_at: Option<DateTime<Utc>>,
    /// Planned length.
    pub duration_minutes: Option<i32>,
    /// Zone in which its dates are meant.
    pub time_zone: Tz,
    /// Addresses of those asked to come.
    pub invitees: Vec<String>,
}

impl MeetingPlan {
    /// Cleans the plan, or says which field is wrong.
    pub fn check(mut self) -> Refused<Self> {
        self.title = text::required("title", &self.title, 200, false)?;
        self.description = text::clean("description", &self.description, 5_000, true)?;
        if self.duration_minutes.is_some_and(|m| !(1..=1_440).contains(&m)) {
            return Err(Refusal::invalid("durationMinutes", "must be between 1 and 1440"));
        }
        if self.invitees.len() > 500 {
            return Err(Refusal::invalid("invitees", "has more than 500 addresses"));
        }
        self.invitees = self
            .invitees
            .iter()
            .map(|a| {
                crate::account::email(a)
                    .map_err(|_| Refusal::invalid("invitees", format!("{a:?} is not an e-mail address")))
            })
            .collect::<Refused<_>>()?;
        self.invitees.sort();
        self.invitees.dedup();
        Ok(self)
    }
}

/// Reads an IANA zone name such as `Europe/Madrid`.
pub fn time_zone(name: &str) -> Refused<Tz> {
    name.parse().map_err(|_| Refusal::invalid("timeZone", "is not an IANA time zone such as Europe/Madrid"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn planned() -> Meeting {
        Meeting {
            id: MeetingId(Uuid::nil()),
            code: MeetingCode("abcd2345".into()),
            title: "Weekly".into(),
            description: String::new(),
            host: AccountId(Uuid::nil()),
            state: MeetingState::Planned,
            starts_at: None,
            duration_minutes: None,
            time_zone: Tz::UTC,
            invitees: vec![],
            started_at: None,
            ended_at: None,
            deleted_at: None,
            current_agenda_item: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_meeting_lives_once() {
        let now = DateTime::UNIX_EPOCH;
        let mut meeting = planned();
        assert_eq!(meeting.end(now).map_err(|r| r.code()), Err("meeting_not_started"));
        assert_eq!(meeting.start(now), Ok(true));
        assert_eq!(meeting.start(now), Ok(false));
        assert_eq!(meeting.end(now), Ok(true));
        assert_eq!(meeting.end(now), Ok(false));
        assert_eq!(meeting.start(now), Err(ENDED));
    }

    #[test]
    fn a_recording_gives_a_meeting_its_times() {
        let at = |minutes: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes);
        let mut meeting = planned();
        meeting.reaches(60_000);
        assert_eq!(meeting, planned(), "it has no times yet");
        meeting.was_recorded(at(30), 20 * 60_000);
        assert_eq!((meeting.started_at, meeting.ended_at), (Some(at(10)), Some(at(30))));
        assert_eq!(meeting.state, MeetingState::Ended);
        meeting.reaches(5 * 60_000);
        assert_eq!(meeting.ended_at, Some(at(30)));
        meeting.reaches(25 * 60_000);
        assert_eq!(meeting.ended_at, Some(at(35)));
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        assert_eq!(MeetingCode::parse(" ABCD-2345 "), Some(MeetingCode("abcd2345".into())));
        for bad in ["", "abcd234", "abcd23456", "abcd234o", "абвгдежз"] {
            assert_eq!(MeetingCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_code_needs_enough_randomness() {
        assert_eq!(MeetingCode::from_random([255; 64]), None);
        let code = MeetingCode::from_random(0..=255).expect("enough bytes");
        assert_eq!(MeetingCode::parse(&code.0), Some(code));
    }

    #[test]
    fn a_plan_says_which_field_is_wrong() {
        let plan = MeetingPlan {
            title: "Weekly".into(),
            description: String::new(),
            starts_at: None,
            duration_minutes: Some(30),
            time_zone: Tz::UTC,
            invitees: ["Bob@Example.com", "ann@example.com", "bob@example.com"].map(Into::into).into(),
        };
        let asked = vec!["ann@example.com".into(), "bob@example.com".into()];
        assert_eq!(plan.clone().check().map(|p| p.invitees), Ok(asked), "everybody once");
        let long = MeetingPlan { duration_minutes: Some(0), ..plan };
        assert_eq!(
            long.check().map_err(|r| r.to_string()),
            Err("durationMinutes: must be between 1 and 1440".into())
        );
    }
}
