//! Recordings that come as files, and streams that say where their audio comes from.

use super::m0001_house::{Kind, index, table_of};
use sea_orm_migration::prelude::*;

/// Uploads.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use Kind::{BigInt, Bool, Id, Text, Time};
        let columns = &[
            ("id", Id),
            ("account_id", Id),
            ("meeting_id?", Id),
            ("stream_id?", Id),
            ("state", Text),
            ("file_name", Text),
            ("media_type", Text),
            ("title", Text),
            ("time_zone", Text),
            ("start_ms", BigInt),
            ("recorded_at?", Time),
            ("is_meeting", Bool),
            ("metadata", Text),
            ("length", BigInt),
            ("sha256?", Text),
            ("remark_code?", Text),
            ("remark?", Text),
            ("created_at", Time),
            ("expires_at", Time),
        ];
        manager.create_table(table_of("huddle_upload", columns, &["id"])).await?;
        index(manager, "huddle_upload", &["account_id", "state"]).await?;
        index(manager, "huddle_upload", &["meeting_id"]).await?;
        index(manager, "huddle_upload", &["state", "expires_at"]).await?;
        let mut kind = ColumnDef::new("kind");
        kind.text().not_null().default("microphone");
        manager.alter_table(Table::alter().table("huddle_stream").add_column(&mut kind).to_owned()).await
    }
}
