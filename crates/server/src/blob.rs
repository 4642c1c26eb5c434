//! Blobs: bytes under a key (being written).

use std::path::Path;

/// Rendered files under the data directory.
#[derive(Debug)]
pub struct Blob;

impl Blob {
    /// Opens the store below `data_dir`.
    pub fn open(_data_dir: &Path) -> anyhow::Result<Self> {
        Ok(Self)
    }
}
