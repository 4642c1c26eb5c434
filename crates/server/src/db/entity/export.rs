//! `huddle_export`: rendered files.

use sea_orm::entity::prelude::*;

/// A row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "huddle_export")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub meeting_id: Uuid,
    pub format: String,
    pub state: String,
    pub blob: Option<String>,
    pub bytes: Option<i64>,
    pub created_at: DateTimeUtc,
    /// Rendered from the minutes of this moment.
    pub minutes_at: Option<DateTimeUtc>,
}

/// None: rows are joined by hand, where they are read.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
