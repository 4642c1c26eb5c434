//! Who asks, over HTTP (being written).
