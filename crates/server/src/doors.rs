//! The doors: thin translations between wires and verbs, and the one router they hang in.

pub mod api;
pub mod error;
pub mod extract;
pub mod web;

use crate::{app::App, live::Live};
use std::sync::Arc;

/// What a door's handlers reach.
#[derive(Debug, Clone)]
pub struct House {
    /// The verbs' bundle.
    pub app: Arc<App>,
    /// The live side of meetings.
    pub live: Arc<Live>,
}
