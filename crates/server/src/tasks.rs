//! Background work (being written).
