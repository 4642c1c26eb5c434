//! Blobs: bytes under a key, as files below the data directory. A blob appears whole or not at all.

use anyhow::{Context, Result};
use bytes::Bytes;
use futures::{
    FutureExt, StreamExt,
    future::{BoxFuture, Shared},
    stream::BoxStream,
};
use object_store::{
    GetOptions, GetRange, ObjectStore, ObjectStoreExt, WriteMultipart, local::LocalFileSystem,
    path::Path as Key,
};
use std::{
    fmt,
    io::ErrorKind,
    ops::Range,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::io::AsyncReadExt;

/// Rendered files under the data directory.
pub struct Blob {
    store: Arc<LocalFileSystem>,
    dir: PathBuf,
    /// When the last probe was begun, and what comes of it.
    probed: Mutex<Option<(Instant, Probe)>>,
}

/// A probe that any number wait for.
type Probe = Shared<BoxFuture<'static, Result<(), String>>>;

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Blob({})", self.store)
    }
}

/// An upload that is older than this will not go on.
const TORN_AFTER: Duration = Duration::from_secs(24 * 60 * 60);

/// How long what a probe found holds.
const PROBE_HOLDS: Duration = Duration::from_secs(1);
/// How the names of probes begin.
const PROBE: &str = "probe-";

/// The bytes of a blob on their way.
pub type Bits = BoxStream<'static, std::io::Result<Bytes>>;

impl Blob {
    /// Opens the store `<data_dir>/blobs`; makes the folder if it is absent.
    pub fn open(data_dir: &Path) -> Result<Self> {
        let dir = data_dir.join("blobs");
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot make {}", dir.display()))?;
        // An upload is a file beside its place, synced and then renamed: a crash leaves nothing half.
        let store = LocalFileSystem::new_with_prefix(&dir)
            .with_context(|| format!("cannot open {}", dir.display()))?
            .with_automatic_cleanup(true)
            .with_fsync(true);
        Ok(Self { store: Arc::new(store), dir, probed: Mutex::default() })
    }

    /// Keeps the bytes under the key, in place of those before.
    pub async fn put(&self, key: &str, bytes: Bytes) -> Result<()> {
        self.store
            .put(&Key::parse(key)?, bytes.into())
            .await
            .with_context(|| format!("cannot keep {key}"))?;
        Ok(())
    }

    /// Keeps a copy of a file under the key, in little memory however large it is.
    pub async fn put_file(&self, key: &str, path: &Path) -> Result<()> {
        let cannot = || format!("cannot keep {key}");
        let mut file = tokio::fs::File::open(path).await.with_context(cannot)?;
        let upload = self.store.put_multipart(&Key::parse(key)?).await.with_context(cannot)?;
        let mut parts = WriteMultipart::new(upload);
        let mut buffer = vec![0; 1 << 20];
        loop {
            let count = file.read(&mut buffer).await.with_context(cannot)?;
            if count == 0 {
                break;
            }
            parts.wait_for_capacity(2).await.with_context(cannot)?;
            parts.write(&buffer[..count]);
        }
        parts.finish().await.with_context(cannot)?;
        Ok(())
    }

    /// How many bytes are kept under the key; `None` if there is no such blob.
    pub async fn length(&self, key: &str) -> Result<Option<u64>> {
        match self.store.head(&Key::parse(key)?).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error).with_context(|| format!("cannot look at {key}")),
        }
    }

    /// Part of the bytes under the key.
    pub async fn get(&self, key: &str, range: Range<u64>) -> Result<Bits> {
        if range.is_empty() {
            return Ok(futures::stream::empty().boxed());
        }
        let options = GetOptions { range: Some(GetRange::Bounded(range)), ..GetOptions::default() };
        let found = self.store.get_opts(&Key::parse(key)?, options).await;
        let found = found.with_context(|| format!("cannot read {key}"))?;
        Ok(found.into_stream().map(|part| part.map_err(std::io::Error::other)).boxed())
    }

    /// Removes every blob whose key begins with `folder/`.
    pub async fn remove_all(&self, folder: &str) -> Result<()> {
        let dir = self.dir.join(Key::parse(folder)?.as_ref());
        match tokio::fs::remove_dir_all(&dir).await {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", dir.display()))
            }
            _ => Ok(()),
        }
    }

    /// Removes what uploads and probes left behind whose process died, a day old at least.
    pub async fn remove_torn(&self) -> Result<()> {
        let dir = self.dir.clone();
        tokio::task::spawn_blocking(move || remove_torn(&dir)).await?.context("cannot look through the blobs")
    }

    /// Writes, reads and removes a small blob; an error says what cannot be done. However many ask, there
    /// is one probe at a time, and what it finds holds for a second; it goes on when its askers have gone.
    pub async fn probe(&self) -> Result<()> {
        let probe = {
            let mut probed = self.probed.lock().expect("no holder of this lock panics");
            match probed.as_ref() {
                // A disk that does not answer is not asked again before it does.
                Some((begun, probe)) if probe.peek().is_none() || begun.elapsed() < PROBE_HOLDS => {
                    probe.clone()
                }
                _ => {
                    let found = try_out(self.store.clone());
                    let probe = found.map(|found| found.map_err(|e| format!("{e:#}"))).boxed().shared();
                    tokio::spawn(probe.clone());
                    *probed = Some((Instant::now(), probe.clone()));
                    probe
                }
            }
        };
        probe.await.map_err(anyhow::Error::msg)
    }
}

/// What a probe does, under a name that nothing else has.
async fn try_out(store: Arc<LocalFileSystem>) -> Result<()> {
    let key = Key::parse(format!("{PROBE}{:016x}", u64::from_le_bytes(crate::ids::random())))?;
    store.put(&key, Bytes::from_static(b"huddle").into()).await.context("cannot write")?;
    let back = store.get(&key).await.context("cannot read what was just written")?.bytes().await?;
    anyhow::ensure!(back == "huddle", "something else is read than was written");
    store.delete(&key).await.context("cannot remove what was just written")
}

fn remove_torn(dir: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() {
            remove_torn(&entry.path())?;
        } else if is_torn(&name.to_string_lossy())
            && entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > TORN_AFTER)
        {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A probe, or how the store calls a file that it has not renamed into its place yet: `<name>#<number>`.
fn is_torn(name: &str) -> bool {
    name.starts_with(PROBE)
        || name.rsplit_once('#').is_some_and(|(_, n)| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::TryStreamExt;

    async fn text(blob: &Blob, key: &str, range: Range<u64>) -> String {
        let parts: Vec<Bytes> = blob.get(key, range).await.expect("there").try_collect().await.expect("read");
        String::from_utf8(parts.concat()).expect("text")
    }

    #[tokio::test]
    async fn a_blob_is_kept_replaced_read_in_part_and_removed() {
        let dir = tempfile::tempdir().expect("a directory");
        let blob = Blob::open(dir.path()).expect("opened");
        assert_eq!(blob.length("exports/m/a.pdf").await.expect("asked"), None);
        blob.put("exports/m/a.pdf", "first".into()).await.expect("kept");
        blob.put("exports/m/a.pdf", "second!".into()).await.expect("kept");
        blob.put("exports/n/b.pdf", "other".into()).await.expect("kept");
        assert_eq!(blob.length("exports/m/a.pdf").await.expect("asked"), Some(7));
        assert_eq!(text(&blob, "exports/m/a.pdf", 0..7).await, "second!");
        assert_eq!(text(&blob, "exports/m/a.pdf", 2..4).await, "co");
        assert_eq!(text(&blob, "exports/m/a.pdf", 7..7).await, "");
        blob.remove_all("exports/m").await.expect("removed");
        blob.remove_all("exports/m").await.expect("removing nothing is fine");
        assert_eq!(blob.length("exports/m/a.pdf").await.expect("asked"), None);
        assert_eq!(text(&blob, "exports/n/b.pdf", 0..5).await, "other");
    }

    #[tokio::test]
    async fn a_file_of_any_size_is_kept_whole() {
        let dir = tempfile::tempdir().expect("a directory");
        let blob = Blob::open(dir.path()).expect("opened");
        let path = dir.path().join("file");
        for length in [0, 1, 5 << 20, (12 << 20) + 345] {
            let bytes: Vec<u8> = (0..length).map(|n: u32| (n % 251) as u8).collect();
            std::fs::write(&path, &bytes).expect("written");
            blob.put_file("originals/m/u", &path).await.expect("kept");
            let kept: Vec<Bytes> = blob
                .get("originals/m/u", 0..u64::from(length))
                .await
                .expect("there")
                .try_collect()
                .await
                .expect("read");
            assert!(kept.concat() == bytes, "{length} bytes");
        }
    }

    #[tokio::test]
    async fn a_key_cannot_leave_the_store() {
        let dir = tempfile::tempdir().expect("a directory");
        let blob = Blob::open(dir.path()).expect("opened");
        assert!(blob.put("../secrets.toml", "x".into()).await.is_err());
        assert!(blob.length("exports/../../secrets.toml").await.is_err());
    }

    #[tokio::test]
    async fn only_old_torn_files_are_removed() {
        let dir = tempfile::tempdir().expect("a directory");
        let blob = Blob::open(dir.path()).expect("opened");
        blob.put("a/whole.pdf", "x".into()).await.expect("kept");
        let torn = dir.path().join("blobs/a/half.pdf#1");
        let file = std::fs::File::create(&torn).expect("made");
        blob.remove_torn().await.expect("looked");
        assert!(torn.exists(), "somebody may still be writing it");
        let long_ago = file.metadata().and_then(|m| m.modified()).expect("a time") - 2 * TORN_AFTER;
        file.set_modified(long_ago).expect("aged");
        blob.remove_torn().await.expect("looked");
        assert!(!torn.exists());
        assert_eq!(blob.length("a/whole.pdf").await.expect("asked"), Some(1));
    }

    #[tokio::test]
    async fn a_probe_leaves_nothing_behind() {
        let dir = tempfile::tempdir().expect("a directory");
        let blob = Blob::open(dir.path()).expect("opened");
        futures::future::join_all((0..20).map(|_| blob.probe()))
            .await
            .into_iter()
            .for_each(|probed| probed.expect("all can be done"));
        let left = std::fs::read_dir(dir.path().join("blobs")).expect("there").count();
        assert_eq!(left, 0);
    }
}
