//! The shapes of `/api/v1`, exactly as `docs/protocol.md` has them.

use chrono::{DateTime, NaiveDate, Utc};
use huddle_domain::{minutes as domain, transcript};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! wire {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident : $ty:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* #[expect(missing_docs, reason = "the protocol page has them")] pub $field: $ty),* }
    )*};
}

wire! {
    /// What a visitor may know of this instance.
    Instance { version: String, registration: String, needs_first_account: bool, captions: Captions }
    /// Whether words are being written down, and if not, why.
    Captions { available: bool, engine: Option<String>, reason: Option<String>, #[serde(default)] lag_ms: i64 }
    /// A person who can sign in.
    Account { id: Uuid, email: String, name: String, role: String, created_at: DateTime<Utc> }
    /// Proof of a sign-in; `expiresIn` seconds of the access token. Pages have the tokens as cookies only.
    Session {
        account: Account,
        #[serde(default, skip_serializing_if = "Option::is_none")] access_token: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")] refresh_token: Option<String>,
        expires_in: i64,
    }
    /// Nothing to say.
    Empty {}
    /// A new account.
    Register { email: String, name: String, password: String }
    /// Address and password.
    SignIn { email: String, password: String, #[serde(default)] remember: bool }
    /// A refresh token, where it is not in the cookie.
    Refresh { #[serde(default)] refresh_token: Option<String> }
    /// What of an account can be changed.
    AccountChange { name: String }
    /// The old password and a new one.
    PasswordChange { current: String, new: String }

    /// A page of meetings, newest first.
    MeetingPage { items: Vec<Meeting>, page: u64, per_page: u64, total: u64 }
    /// An agenda item to be.
    AgendaPlan { title: String, #[serde(default)] owner: Option<String> }
    /// A meeting to be.
    MeetingPlan {
        title: String,
        #[serde(default)] description: String,
        #[serde(default)] starts_at: Option<DateTime<Utc>>,
        #[serde(default)] duration_minutes: Option<i32>,
        #[serde(default)] time_zone: Option<String>,
        #[serde(default)] invitees: Vec<String>,
        #[serde(default)] agenda: Vec<AgendaPlan>,
        #[serde(default)] start_now: bool,
    }
    /// What of a meeting changes; an absent field stays.
    MeetingChange {
        #[serde(default)] title: Option<String>,
        #[serde(default)] description: Option<String>,
        #[serde(default, deserialize_with = "given")] #[schema(value_type = Option<DateTime<Utc>>)] starts_at: Option<Option<DateTime<Utc>>>,
        #[serde(default, deserialize_with = "given")] #[schema(value_type = Option<i32>)] duration_minutes: Option<Option<i32>>,
        #[serde(default)] time_zone: Option<String>,
        #[serde(default)] invitees: Option<Vec<String>>,
    }
    /// The host, as everybody sees them.
    Host { name: String }
    /// A meeting.
    Meeting {
        id: Uuid, code: String, title: String, description: String, state: String,
        starts_at: Option<DateTime<Utc>>, duration_minutes: Option<i32>, time_zone: String, invitees: Vec<String>,
        started_at: Option<DateTime<Utc>>, ended_at: Option<DateTime<Utc>>, deleted_at: Option<DateTime<Utc>>,
        current_agenda_item: Option<Uuid>, created_at: DateTime<Utc>, host: Host,
        #[serde(default, skip_serializing_if = "Option::is_none")] is_host: Option<bool>,
        participant_count: u64, join_url: String,
    }
    /// What somebody with the code may see before joining.
    Invitation {
        code: String, title: String, state: String, starts_at: Option<DateTime<Utc>>, duration_minutes: Option<i32>,
        time_zone: String, host_name: String, member: bool, is_host: bool, name: Option<String>,
    }
    /// The name of a guest.
    Join { #[serde(default)] name: Option<String> }
    /// A place in a meeting; guests get a token that is good for it only.
    Joined { meeting: Meeting, participant: Participant, token: Option<String> }
    /// Someone in a meeting.
    Participant {
        id: Uuid, name: String, role: String,
        #[serde(default, skip_serializing_if = "Option::is_none")] is_you: Option<bool>,
        is_present: bool, joined_at: DateTime<Utc>, talk_ms: i64,
    }
    /// A line of chat.
    ChatLine { id: Uuid, participant: Uuid, name: String, text: String, client_id: String, at: DateTime<Utc> }
    /// A line to be.
    ChatDraft { text: String, client_id: String }
    /// A point of the agenda.
    AgendaItem { id: Uuid, title: String, owner: Option<String>, position: i32 }
    /// What of a point changes; an absent field stays.
    AgendaItemChange {
        #[serde(default)] title: Option<String>,
        #[serde(default, deserialize_with = "given")] #[schema(value_type = Option<String>)] owner: Option<Option<String>>,
    }
    /// All points in their new order.
    AgendaOrder { items: Vec<Uuid> }
    /// The point being talked about; null for none.
    CurrentItem { item: Option<Uuid> }

    /// A word with its place in time.
    Word { text: String, start_ms: i64, end_ms: i64, #[serde(default, skip_serializing_if = "Option::is_none")] confidence: Option<f32> }
    /// Who said what, when.
    Segment {
        id: Uuid, participant: Option<Uuid>, speaker: String, start_ms: i64, end_ms: i64, text: String,
        words: Vec<Word>, engine: String, agenda_item: Option<Uuid>,
    }
    /// The segments in order; `complete` once nothing of the meeting is still being heard.
    Transcript { segments: Vec<Segment>, complete: bool }
    /// Where the minutes are.
    MinutesState { state: String, reason: Option<String>, minutes: Option<Minutes>, updated_at: Option<DateTime<Utc>> }
    /// Where an item comes from.
    Evidence { segments: Vec<Uuid>, start_ms: i64, end_ms: i64 }
    /// A sentence of the minutes.
    Item { text: String, evidence: Evidence, #[serde(default, skip_serializing_if = "Option::is_none")] agenda_item: Option<Uuid> }
    /// Something someone will do.
    ActionItem {
        task: String, owner: Option<String>, participant: Option<Uuid>, due: Option<NaiveDate>, evidence: Evidence,
        #[serde(default, skip_serializing_if = "Option::is_none")] agenda_item: Option<Uuid>,
    }
    /// The written outcome.
    Minutes {
        writer: String, language: String, summary: Vec<Item>, key_points: Vec<Item>, decisions: Vec<Item>,
        action_items: Vec<ActionItem>, questions: Vec<Item>,
    }
    /// The kept audio of one stream.
    AudioTrack { stream: Uuid, participant: Uuid, name: String, start_ms: i64, duration_ms: i64, url: String, expires_at: DateTime<Utc> }
    /// Which file to render: `pdf` or `markdown`.
    ExportRequest { format: String }
    /// A rendered file.
    Export {
        id: Uuid, format: String, state: String, #[serde(default)] url: Option<String>,
        #[serde(default)] expires_at: Option<DateTime<Utc>>, bytes: Option<i64>, created_at: DateTime<Utc>,
    }
    /// A recording on its way; `received` of `length` bytes are here.
    Upload {
        id: Uuid, file_name: String, title: String, state: String, length: u64, received: u64,
        meeting: Option<UploadMeeting>, remark: Option<Remark>, created_at: DateTime<Utc>, expires_at: DateTime<Utc>,
    }
    /// The meeting that an upload is to join, or became.
    UploadMeeting { code: String, title: String }
    /// Why an upload was refused, or what is odd about it.
    Remark { code: String, message: String }
    /// Background work.
    Task {
        id: Uuid, #[serde(rename = "type")] kind: String, status: String, progress: i32, step: String,
        error: Option<String>, created_at: DateTime<Utc>,
    }
}

/// Tells an absent field from one that is null.
fn given<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    value: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(value).map(Some)
}

impl From<transcript::Segment> for Segment {
    fn from(s: transcript::Segment) -> Self {
        let words = s.words.into_iter();
        Self {
            id: s.id.into(),
            participant: s.participant.map(Into::into),
            speaker: s.speaker,
            start_ms: s.start_ms,
            end_ms: s.end_ms,
            text: s.text,
            words: words
                .map(|w| Word {
                    text: w.text,
                    start_ms: w.start_ms,
                    end_ms: w.end_ms,
                    confidence: w.confidence,
                })
                .collect(),
            engine: s.engine,
            agenda_item: s.agenda_item.map(Into::into),
        }
    }
}

impl From<domain::Evidence> for Evidence {
    fn from(e: domain::Evidence) -> Self {
        Self {
            segments: e.segments.into_iter().map(Into::into).collect(),
            start_ms: e.start_ms,
            end_ms: e.end_ms,
        }
    }
}

impl From<domain::Item> for Item {
    fn from(i: domain::Item) -> Self {
        Self { text: i.text, evidence: i.evidence.into(), agenda_item: i.agenda_item.map(Into::into) }
    }
}

impl From<domain::ActionItem> for ActionItem {
    fn from(a: domain::ActionItem) -> Self {
        Self {
            task: a.task,
            owner: a.owner,
            participant: a.participant.map(Into::into),
            due: a.due,
            evidence: a.evidence.into(),
            agenda_item: a.agenda_item.map(Into::into),
        }
    }
}

impl From<domain::Minutes> for Minutes {
    fn from(m: domain::Minutes) -> Self {
        let items = |list: Vec<domain::Item>| list.into_iter().map(Into::into).collect();
        Self {
            writer: m.writer,
            language: m.language,
            summary: items(m.summary),
            key_points: items(m.key_points),
            decisions: items(m.decisions),
            action_items: m.action_items.into_iter().map(Into::into).collect(),
            questions: items(m.questions),
        }
    }
}
