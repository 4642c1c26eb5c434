//! Uploads: recordings that come as files, a piece at a time, and become streams of a meeting.

use crate::{AccountId, MeetingId, Refusal, Refused, StreamId, UploadId, text};
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// How long an upload waits for its next byte.
pub const EXPIRES: TimeDelta = TimeDelta::days(3);
/// How long a refused upload can still say why.
pub const REFUSED_KEPT: TimeDelta = TimeDelta::days(14);
/// Uploads of one account that may be under way.
pub const OPEN_MAX: u64 = 20;
/// Where on a meeting's clock a recording may begin at most, milliseconds: a day.
pub const START_MAX: i64 = 86_400_000;
/// Longest name of a file, in characters.
const NAME_MAX: usize = 255;
/// Longest media type, in characters.
const TYPE_MAX: usize = 127;
const TITLE_MAX: usize = 200;
/// Longest `Upload-Metadata`, in bytes.
const METADATA_MAX: usize = 4_096;

/// Where an upload is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadState {
    /// Bytes are still missing.
    Receiving,
    /// All bytes are here; a task takes them in.
    Received,
    /// Its audio is a stream of its meeting.
    TakenIn,
    /// It holds nothing that could be heard.
    Refused,
}

impl UploadState {
    /// All there are.
    pub const ALL: [UploadState; 4] = [Self::Receiving, Self::Received, Self::TakenIn, Self::Refused];

    /// The stored and sent word.
    pub fn as_str(self) -> &'static str {
        match self {
            UploadState::Receiving => "receiving",
            UploadState::Received => "received",
            UploadState::TakenIn => "taken_in",
            UploadState::Refused => "refused",
        }
    }

    /// The state of a stored word; with an unknown one nothing can be done.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|s| s.as_str() == word).unwrap_or(Self::Refused)
    }
}

/// What is to be said about an upload: why it was refused, or what is odd about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Stable; programs branch on it.
    pub code: String,
    /// For people.
    pub message: String,
}

/// An upload as it is stored. How many bytes are here says the file itself, nobody else.
#[derive(Debug, Clone, PartialEq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose it is.
    pub account: AccountId,
    /// The meeting it is to join, or became.
    pub meeting: Option<MeetingId>,
    /// The stream that it is taken into, once all of it is here.
    pub stream: Option<StreamId>,
    /// Where it is in its life.
    pub state: UploadState,
    /// What the uploader calls the file.
    pub file_name: String,
    /// What the uploader says that it is; believed by nobody.
    pub media_type: String,
    /// Title of the meeting that it becomes.
    pub title: String,
    /// Zone in which the meeting's dates are meant.
    pub time_zone: Tz,
    /// Where the recording begins on the meeting's clock, milliseconds.
    pub start_ms: i64,
    /// When the recording ended, as far as the uploader knows.
    pub recorded_at: Option<DateTime<Utc>>,
    /// The meeting is this recording: it had not begun before, and its times are the recording's.
    pub is_meeting: bool,
    /// `Upload-Metadata` as the client sent it, to be told again.
    pub metadata: String,
    /// Bytes in all.
    pub length: u64,
    /// SHA-256 of the whole file in hexadecimal, once it was read.
    pub sha256: Option<String>,
    /// What is to be said about it.
    pub remark: Option<Remark>,
    /// Begun then.
    pub created_at: DateTime<Utc>,
    /// While bytes are missing: given up then.
    pub expires_at: DateTime<Utc>,
}

/// What somebody says about a file before they send it.
#[derive(Debug, Clone, PartialEq)]
pub struct UploadPlan {
    /// Bytes in all.
    pub length: u64,
    /// The file's name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Title of the meeting that it becomes; empty for the file's name.
    pub title: String,
    /// Zone in which the meeting's dates are meant.
    pub time_zone: Tz,
    /// Where the recording begins on the meeting's clock, milliseconds.
    pub start_ms: i64,
    /// When the recording ended.
    pub recorded_at: Option<DateTime<Utc>>,
    /// `Upload-Metadata` as the client sent it.
    pub metadata: String,
}

impl UploadPlan {
    /// Cleans the plan, or says what is wrong with it. `max` is the most bytes that are taken.
    pub fn check(mut self, max: u64, now: DateTime<Utc>) -> Refused<Self> {
        if self.length == 0 {
            return Err(Unfit::Empty.into());
        }
        if self.length > max {
            return Err(Refusal::Exhausted {
                code: "too_large",
                message: "The file is larger than this server takes.",
                retry_after: None,
            });
        }
        if self.metadata.len() > METADATA_MAX {
            return Err(Refusal::invalid("Upload-Metadata", format!("is longer than {METADATA_MAX} bytes")));
        }
        // Some browsers send a path; what is after its last slash is the name.
        let name = self.file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        self.file_name = cropped(name, NAME_MAX);
        self.media_type = cropped(&self.media_type, TYPE_MAX);
        self.title = text::clean("title", &self.title, TITLE_MAX, false)?;
        if self.title.is_empty() {
            self.title = title_of(&self.file_name);
        }
        if !(0..=START_MAX).contains(&self.start_ms) {
            return Err(Refusal::invalid("startMs", format!("must be between 0 and {START_MAX}")));
        }
        self.recorded_at = self.recorded_at.map(|at| at.min(now));
        Ok(self)
    }
}

fn cropped(text: &str, max: usize) -> String {
    text::visible(text, false).trim().chars().take(max).collect()
}

/// A title made of a file's name: `2026-11-20_weekly.wav` becomes `2026-11-20 weekly`.
fn title_of(file_name: &str) -> String {
    let stem = file_name.rsplit_once('.').map_or(file_name, |(stem, _)| stem);
    let title = stem.replace('_', " ");
    match title.trim() {
        "" => "Recording".into(),
        title => title.chars().take(TITLE_MAX).collect(),
    }
}

/// Judges bytes that are to follow the first `offset` ones, when `here` of `length` are here and `coming` more
/// are announced (if they are): they go on where the file ends, and not past its length.
pub fn judge(here: u64, length: u64, offset: u64, coming: Option<u64>) -> Refused<()> {
    if offset != here {
        return Err(OFFSET);
    }
    if coming.is_some_and(|coming| coming > length - here.min(length)) {
        return Err(TOO_MUCH);
    }
    Ok(())
}

/// The refusal of bytes that do not follow those that are here.
pub const OFFSET: Refusal = Refusal::Conflict {
    code: "upload_offset",
    message: "Upload-Offset is not where the file ends: ask with HEAD, then go on from there.",
};
/// The refusal of more bytes than were announced.
pub const TOO_MUCH: Refusal = Refusal::Exhausted {
    code: "too_large",
    message: "These are more bytes than Upload-Length announced.",
    retry_after: None,
};
/// The refusal of bytes for an upload that has come to its end.
pub const GONE: Refusal =
    Refusal::Gone { code: "upload_gone", message: "This upload was given up or refused: begin a new one." };
/// What the sender is told whose upload somebody else goes on with.
pub const INTERRUPTED: Refusal = Refusal::Conflict {
    code: "upload_interrupted",
    message: "Another request goes on with this upload: ask with HEAD how far it is.",
};

/// Why a file cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// No bytes.
    #[error("The file is empty.")]
    Empty,
    /// No container or codec that is known, or all of it is damaged.
    #[error("{0}")]
    NotAudio(String),
    /// A rate or a number of channels that makes no sense.
    #[error("{0}")]
    Shape(String),
    /// Not one sample.
    #[error("There is no sound in the file.")]
    NoSound,
    /// It lasts longer than so many minutes, whatever its size.
    #[error("The recording lasts longer than {}, the most that this server takes.", span(*.0))]
    TooLong(u32),
}

impl Unfit {
    /// The stable code that programs branch on.
    pub fn code(&self) -> &'static str {
        match self {
            Unfit::Empty => "upload_empty",
            Unfit::NotAudio(_) => "upload_not_audio",
            Unfit::Shape(_) => "upload_shape",
            Unfit::NoSound => "upload_no_sound",
            Unfit::TooLong(_) => "upload_too_long",
        }
    }
}

impl From<Unfit> for Refusal {
    fn from(unfit: Unfit) -> Self {
        Refusal::Unfit { code: unfit.code(), message: unfit.to_string() }
    }
}

/// How much less than promised may come before it is remarked upon, milliseconds. Players round, encoders pad.
const SHORT_OF: i64 = 2_000;

/// What is to be said about a file that promised to last `promised_ms` and lasted `lasted_ms`.
pub fn cut_short(promised_ms: Option<i64>, lasted_ms: i64) -> Option<Remark> {
    let promised = promised_ms.filter(|promised| lasted_ms + SHORT_OF < *promised)?;
    Some(Remark {
        code: "upload_cut_short".into(),
        message: format!(
            "The file ends after {}, though it says that it lasts {}. What is there was taken in.",
            clock(lasted_ms),
            clock(promised)
        ),
    })
}

/// `24 hours` or `90 minutes`.
fn span(minutes: u32) -> String {
    match minutes {
        1 => "a minute".into(),
        60 => "an hour".into(),
        _ if minutes.is_multiple_of(60) => format!("{} hours", minutes / 60),
        _ => format!("{minutes} minutes"),
    }
}

/// `1:02:03` or `2:03`.
fn clock(ms: i64) -> String {
    let (hours, minutes, seconds) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plan(file_name: &str, length: u64) -> UploadPlan {
        UploadPlan {
            length,
            file_name: file_name.into(),
            media_type: "audio/wav".into(),
            title: String::new(),
            time_zone: Tz::UTC,
            start_ms: 0,
            recorded_at: None,
            metadata: String::new(),
        }
    }

    fn title(file_name: &str) -> String {
        plan(file_name, 1).check(1, DateTime::UNIX_EPOCH).expect("a good plan").title
    }

    #[test]
    fn bytes_go_on_where_the_file_ends_and_not_past_its_length() {
        let code = |here, offset, coming| judge(here, 10, offset, coming).map_err(|r| r.code());
        assert_eq!(code(4, 4, Some(6)), Ok(()));
        assert_eq!(code(4, 4, None), Ok(()));
        assert_eq!(code(10, 10, Some(0)), Ok(()), "nothing more is nothing wrong");
        assert_eq!(code(4, 3, Some(1)), Err("upload_offset"));
        assert_eq!(code(4, 5, Some(1)), Err("upload_offset"));
        assert_eq!(code(4, 4, Some(7)), Err("too_large"));
        assert_eq!(code(10, 10, Some(1)), Err("too_large"));
        assert_eq!(code(4, 4, Some(u64::MAX)), Err("too_large"));
    }

    proptest! {
        #[test]
        fn what_is_judged_good_fits(here in 0..20u64, length in 0..20u64, offset in 0..20u64, coming in 0..20u64) {
            let good = judge(here, length, offset, Some(coming)).is_ok();
            prop_assert_eq!(good, offset == here && coming <= length.saturating_sub(here));
        }
    }

    #[test]
    fn a_meeting_without_a_title_is_called_like_the_file() {
        assert_eq!(title("2026-11-20_weekly.wav"), "2026-11-20 weekly");
        assert_eq!(title(r"C:\fakepath\stand up.m4a"), "stand up");
        assert_eq!(title("\u{202e}vaw.elif.wav"), "vaw.elif");
        for nameless in ["", ".wav", "/", "___.mp3"] {
            assert_eq!(title(nameless), "Recording", "{nameless}");
        }
    }

    #[test]
    fn a_plan_that_cannot_be_kept_is_refused() {
        let code = |plan: UploadPlan| plan.check(10, DateTime::UNIX_EPOCH).map_err(|r| r.code()).map(drop);
        assert_eq!(code(plan("a.wav", 10)), Ok(()));
        assert_eq!(code(plan("a.wav", 11)), Err("too_large"));
        assert_eq!(code(plan("a.wav", 0)), Err("upload_empty"));
        assert_eq!(code(UploadPlan { start_ms: -1, ..plan("a.wav", 1) }), Err("invalid"));
        assert_eq!(code(UploadPlan { title: "x".repeat(201), ..plan("a.wav", 1) }), Err("invalid"));
        let tomorrow = Some(DateTime::UNIX_EPOCH + TimeDelta::days(1));
        let checked = UploadPlan { recorded_at: tomorrow, ..plan("a.wav", 1) }.check(1, DateTime::UNIX_EPOCH);
        assert_eq!(
            checked.map(|p| p.recorded_at),
            Ok(Some(DateTime::UNIX_EPOCH)),
            "nobody records the future"
        );
    }

    #[test]
    fn a_file_that_ends_early_is_remarked_upon() {
        assert_eq!(cut_short(None, 1_000), None);
        assert_eq!(cut_short(Some(3_000), 1_000), None, "players round");
        let remark = cut_short(Some(3_723_000), 61_000).expect("an hour is missing");
        assert_eq!(remark.code, "upload_cut_short");
        assert!(remark.message.contains("after 1:01, ") && remark.message.contains("1:02:03"), "{remark:?}");
    }

    #[test]
    fn a_limit_is_said_in_words() {
        let said = |minutes| Unfit::TooLong(minutes).to_string();
        assert!(said(1_440).contains("than 24 hours,"), "{}", said(1_440));
        assert!(said(90).contains("than 90 minutes,") && said(60).contains("than an hour,"));
    }

    #[test]
    fn a_stored_word_gives_its_state() {
        for state in UploadState::ALL {
            assert_eq!(UploadState::parse(state.as_str()), state);
        }
    }
}
