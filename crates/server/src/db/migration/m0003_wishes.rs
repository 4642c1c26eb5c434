//! What a meeting wishes of its hearing: an engine and a vocabulary.

use sea_orm_migration::prelude::*;

/// Two columns of the meeting.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One at a time: SQLite adds no more at once.
        for name in ["engine", "vocabulary"] {
            let mut column = ColumnDef::new(name);
            let table = Table::alter().table("huddle_meeting").add_column(column.text()).to_owned();
            manager.alter_table(table).await?;
        }
        Ok(())
    }
}
