//! The embedded front end, /health, /metrics (being written).
