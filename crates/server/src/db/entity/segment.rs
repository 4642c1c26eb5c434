//! `huddle_segment`: stored finals.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "huddle_segment")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub meeting_id: Uuid,
    pub stream_id: Uuid,
    pub participant_id: Uuid,
    pub start_ms: i64,
    pub end_ms: i64,
    pub text: String,
    pub words: Json,
    pub engine: String,
    pub agenda_item_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
}

/// None: rows are joined by hand, where they are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
