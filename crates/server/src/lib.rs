//! Huddle's server: everything that waits. The floors, from the top: `doors` and `cli`, `live` and
//! `tasks`, `app`, and the tools `db`, `blob`, `bus`; arrows point down only
//! (`tests/floors.rs`).

pub mod app;
pub mod blob;
pub mod bus;
pub mod cli;
pub mod config;
pub mod db;
pub mod doors;
pub mod ids;
pub mod live;
pub mod tasks;
