//! The first tables: accounts, meetings and what is said in them, minutes, exports, tasks.

use sea_orm_migration::prelude::*;

/// The first tables.
#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        use Kind::{BigInt, Bool, Id, Int, Json, Text, Time};
        let tables: &[(&str, &[(&str, Kind)])] = &[
            (
                "huddle_account",
                &[
                    ("id", Id),
                    ("email", Text),
                    ("name", Text),
                    ("password_hash", Text),
                    ("role", Text),
                    ("failures", Int),
                    ("locked_until?", Time),
                    ("created_at", Time),
                ],
            ),
            (
                "huddle_refresh_token",
                &[
                    ("id", Id),
                    ("account_id", Id),
                    ("family_id", Id),
                    ("token_hash", Text),
                    ("remember", Bool),
                    ("created_at", Time),
                    ("expires_at", Time),
                    ("used_at?", Time),
                    ("revoked_at?", Time),
                ],
            ),
            (
                "huddle_meeting",
                &[
                    ("id", Id),
                    ("code", Text),
                    ("title", Text),
                    ("description", Text),
                    ("host_id", Id),
                    ("state", Text),
                    ("starts_at?", Time),
                    ("duration_minutes?", Int),
                    ("time_zone", Text),
                    ("started_at?", Time),
                    ("ended_at?", Time),
                    ("deleted_at?", Time),
                    ("current_agenda_item_id?", Id),
                    ("created_at", Time),
                ],
            ),
            ("huddle_invitee", &[("meeting_id", Id), ("email", Text)]),
            (
                "huddle_participant",
                &[
                    ("id", Id),
                    ("meeting_id", Id),
                    ("account_id?", Id),
                    ("name", Text),
                    ("role", Text),
                    ("joined_at", Time),
                ],
            ),
            (
                "huddle_agenda_item",
                &[("id", Id), ("meeting_id", Id), ("title", Text), ("owner?", Text), ("position", Int)],
            ),
            ("huddle_agenda_change", &[("id", Id), ("meeting_id", Id), ("item_id?", Id), ("at", Time)]),
            (
                "huddle_chat_line",
                &[
                    ("id", Id),
                    ("meeting_id", Id),
                    ("participant_id", Id),
                    ("text", Text),
                    ("client_id", Text),
                    ("at", Time),
                ],
            ),
            (
                "huddle_stream",
                &[
                    ("id", Id),
                    ("meeting_id", Id),
                    ("participant_id", Id),
                    ("start_ms", BigInt),
                    ("heard_until", BigInt),
                    ("opened_at", Time),
                    ("closed_at?", Time),
                    ("heard_at?", Time),
                    ("hearing_until?", Time),
                ],
            ),
            (
                "huddle_segment",
                &[
                    ("id", Id),
                    ("meeting_id", Id),
                    ("stream_id", Id),
                    ("participant_id", Id),
                    ("start_ms", BigInt),
                    ("end_ms", BigInt),
                    ("text", Text),
                    ("words", Json),
                    ("engine", Text),
                    ("agenda_item_id?", Id),
                    ("created_at", Time),
                ],
            ),
            ("huddle_minutes", &[("meeting_id", Id), ("content", Json), ("updated_at", Time)]),
            (
                "huddle_export",
                &[
                    ("id", Id),
                    ("meeting_id", Id),
                    ("format", Text),
                    ("state", Text),
                    ("blob?", Text),
                    ("bytes?", BigInt),
                    ("created_at", Time),
                    ("minutes_at?", Time),
                ],
            ),
            (
                "huddle_task",
                &[
                    ("id", Id),
                    ("type", Text),
                    ("payload", Json),
                    ("status", Text),
                    ("meeting_id?", Id),
                    ("dedupe_key?", Text),
                    ("progress", Int),
                    ("step", Text),
                    ("attempts", Int),
                    ("error?", Text),
                    ("created_at", Time),
                    ("run_after", Time),
                    ("started_at?", Time),
                    ("completed_at?", Time),
                    ("lease_id?", Id),
                    ("lease_until?", Time),
                    ("updated_at", Time),
                ],
            ),
        ];
        for (table, columns) in tables {
            let key: &[&str] = match *table {
                "huddle_invitee" => &["meeting_id", "email"],
                "huddle_minutes" => &["meeting_id"],
                _ => &["id"],
            };
            manager.create_table(table_of(table, columns, key)).await?;
        }

        unique(manager, "huddle_account", &["email"]).await?;
        unique(manager, "huddle_refresh_token", &["token_hash"]).await?;
        index(manager, "huddle_refresh_token", &["family_id"]).await?;
        index(manager, "huddle_refresh_token", &["account_id"]).await?;
        unique(manager, "huddle_meeting", &["code"]).await?;
        index(manager, "huddle_meeting", &["host_id", "created_at"]).await?;
        index(manager, "huddle_invitee", &["email"]).await?;
        unique(manager, "huddle_participant", &["meeting_id", "account_id"]).await?;
        index(manager, "huddle_participant", &["account_id"]).await?;
        index(manager, "huddle_agenda_item", &["meeting_id", "position"]).await?;
        index(manager, "huddle_agenda_change", &["meeting_id", "at"]).await?;
        unique(manager, "huddle_chat_line", &["participant_id", "client_id"]).await?;
        index(manager, "huddle_chat_line", &["meeting_id", "id"]).await?;
        index(manager, "huddle_stream", &["meeting_id"]).await?;
        unique(manager, "huddle_segment", &["stream_id", "start_ms"]).await?;
        index(manager, "huddle_segment", &["meeting_id", "start_ms"]).await?;
        index(manager, "huddle_export", &["meeting_id"]).await?;
        unique(manager, "huddle_task", &["dedupe_key"]).await?;
        index(manager, "huddle_task", &["status", "run_after"]).await?;
        index(manager, "huddle_task", &["updated_at"]).await?;
        index(manager, "huddle_task", &["meeting_id"]).await
    }
}

/// The kinds of column, the same on both databases.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Id,
    Text,
    Int,
    BigInt,
    Bool,
    Time,
    Json,
}

/// A name that ends in `?` may be null. Column definitions are written out, never derived from the
/// entities: an applied change must not move when an entity does.
pub(super) fn table_of(
    table: &'static str,
    columns: &[(&'static str, Kind)],
    key: &[&'static str],
) -> TableCreateStatement {
    let mut made = Table::create();
    made.table(table);
    for (name, kind) in columns {
        let mut column = ColumnDef::new(name.trim_end_matches('?'));
        match kind {
            Kind::Id => column.uuid(),
            Kind::Text => column.text(),
            Kind::Int => column.integer(),
            Kind::BigInt => column.big_integer(),
            Kind::Bool => column.boolean(),
            Kind::Time => column.timestamp_with_time_zone(),
            Kind::Json => column.json_binary(),
        };
        if !name.ends_with('?') {
            column.not_null();
        }
        made.col(&mut column);
    }
    let mut primary = Index::create();
    primary.primary();
    for column in key {
        primary.col(*column);
    }
    made.primary_key(&mut primary).to_owned()
}

pub(super) async fn index(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    manager.create_index(of(table, columns)).await
}

async fn unique(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: &[&'static str],
) -> Result<(), DbErr> {
    manager.create_index(of(table, columns).unique().to_owned()).await
}

fn of(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index.to_owned()
}
