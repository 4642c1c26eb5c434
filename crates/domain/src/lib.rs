//! Huddle's nouns and rules. Pure: no IO, no clock, no chance, no async. Time and ids come in as
//! arguments; what comes out is a value or a [`Refusal`].

pub mod account;
pub mod agenda;
pub mod capture;
pub mod chat;
pub mod error;
pub mod export;
pub mod id;
pub mod meeting;
pub mod minutes;
pub mod participant;
pub mod record;
pub mod task;
pub mod text;
pub mod transcript;
pub mod upload;

pub use error::{Refusal, Refused};
pub use id::*;
