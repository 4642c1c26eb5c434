//! The tables as SeaORM sees them, one file a noun. Only `db` names these.

pub mod account;
pub mod agenda_change;
pub mod agenda_item;
pub mod chat_line;
pub mod export;
pub mod invitee;
pub mod meeting;
pub mod minutes;
pub mod participant;
pub mod refresh_token;
pub mod segment;
pub mod stream;
pub mod task;
pub mod upload;
