//! Our own door: `/api/v1`, its OpenAPI document, and the Socket.IO namespace `/v1`.

pub mod live;
pub mod view;
pub mod wire;
