//! The live side of meetings (being written).

/// The live side of meetings.
#[derive(Debug, Default)]
pub struct Live;
