//! `huddle_stream`: flows of audio being heard; the audio itself is a file.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "huddle_stream")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub meeting_id: Uuid,
    pub participant_id: Uuid,
    /// Place of its first sample on the meeting's clock, milliseconds.
    pub start_ms: i64,
    /// Samples (16 kHz) before this one have become segments or were silence.
    pub heard_until: i64,
    pub opened_at: DateTimeUtc,
    /// Its sender closed it; more audio is refused.
    pub closed_at: Option<DateTimeUtc>,
    /// All of its audio has been heard.
    pub heard_at: Option<DateTimeUtc>,
    /// Somebody is hearing it until then at least.
    pub hearing_until: Option<DateTimeUtc>,
    /// `microphone` or `file`.
    pub kind: String,
}

/// None: rows are joined by hand, where they are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
