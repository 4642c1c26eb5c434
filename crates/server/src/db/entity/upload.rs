//! `huddle_upload`: recordings that come as files; their bytes are files until they are taken in.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "huddle_upload")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub meeting_id: Option<Uuid>,
    pub stream_id: Option<Uuid>,
    pub state: String,
    pub file_name: String,
    pub media_type: String,
    pub title: String,
    pub time_zone: String,
    /// Where it begins on the meeting's clock, milliseconds.
    pub start_ms: i64,
    pub recorded_at: Option<DateTimeUtc>,
    /// The meeting is this recording.
    pub is_meeting: bool,
    /// `Upload-Metadata` as it was sent.
    pub metadata: String,
    /// Bytes in all.
    pub length: i64,
    pub sha256: Option<String>,
    pub remark_code: Option<String>,
    pub remark: Option<String>,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

/// None: rows are joined by hand, where they are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
