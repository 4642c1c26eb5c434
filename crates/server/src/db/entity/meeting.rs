//! `huddle_meeting`: meetings.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "huddle_meeting")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub code: String,
    pub title: String,
    pub description: String,
    pub host_id: Uuid,
    pub state: String,
    pub starts_at: Option<DateTimeUtc>,
    pub duration_minutes: Option<i32>,
    pub time_zone: String,
    pub started_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub deleted_at: Option<DateTimeUtc>,
    pub current_agenda_item_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub engine: Option<String>,
    pub vocabulary: Option<String>,
}

/// None: rows are joined by hand, where they are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
