//! Writers of minutes (being written).
