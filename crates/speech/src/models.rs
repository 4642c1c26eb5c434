//! Whisper's models on this machine: which there are, which are kept here, and which is used.

mod check;
mod pull;

pub use check::is_whole;
#[cfg(test)]
pub(crate) use check::tests as check_tests;
pub use pull::{Progress, PullError, Pulled, pull};

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// A model that whisper.cpp's own list of downloads has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// As it is called in commands and settings.
    pub name: &'static str,
    /// About how large it is, MiB.
    pub mib: u32,
    /// What it is good for.
    pub about: &'static str,
}

impl Model {
    /// The name of its file, here and at its source.
    pub fn file(name: &str) -> String {
        format!("ggml-{name}.bin")
    }
}

const fn model(name: &'static str, mib: u32, about: &'static str) -> Model {
    Model { name, mib, about }
}

/// The models that are offered; others with the same naming work too.
pub const CATALOGUE: &[Model] = &[
    model("tiny.en", 75, "English; fastest, for weak machines"),
    model("tiny", 75, "all languages; fastest"),
    model("base.en", 142, "English; a good start on two cores"),
    model("base", 142, "all languages; a good start"),
    model("small.en", 466, "English; clearly better, four cores for live captions"),
    model("small", 466, "all languages; clearly better"),
    model("small-q5_1", 181, "all languages; small, in less memory"),
    model("medium", 1_533, "all languages; many cores, or after the meeting"),
    model("large-v3-turbo", 1_549, "all languages; best for its time"),
    model("large-v3-turbo-q5_0", 547, "all languages; the same in less memory"),
    model("large-v3", 2_952, "all languages; best, many cores"),
];

/// Where models are kept, and which of them is used.
#[derive(Debug, Clone)]
pub struct Models(PathBuf);

/// Names the model in use.
const IN_USE: &str = "in-use";

impl Models {
    /// In this folder, which need not be there yet.
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self(dir.into())
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.0
    }

    /// The file of a model, there or not.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(Model::file(name))
    }

    /// Names and bytes of the models that are here, in order.
    pub fn installed(&self) -> Vec<(String, u64)> {
        let Ok(files) = fs::read_dir(&self.0) else { return Vec::new() };
        let mut found: Vec<_> = files
            .flatten()
            .filter_map(|file| {
                let name = file.file_name().into_string().ok()?;
                let name = name.strip_prefix("ggml-")?.strip_suffix(".bin")?.to_owned();
                Some((name, file.metadata().ok().filter(fs::Metadata::is_file)?.len()))
            })
            .collect();
        found.sort();
        found
    }

    /// The name of the model in use: the one that was chosen, else the only one, else the largest.
    pub fn in_use(&self) -> Option<String> {
        let installed = self.installed();
        let chosen = fs::read_to_string(self.0.join(IN_USE)).ok();
        let chosen = chosen.as_deref().map(str::trim).filter(|c| installed.iter().any(|(n, _)| n == c));
        match chosen {
            Some(chosen) => Some(chosen.to_owned()),
            None => installed.into_iter().max_by_key(|(_, bytes)| *bytes).map(|(name, _)| name),
        }
    }

    /// Uses a model from the next start on; `false` if it is not here.
    pub fn use_model(&self, name: &str) -> io::Result<bool> {
        if !self.path(name).is_file() {
            return Ok(false);
        }
        fs::write(self.0.join(IN_USE), format!("{name}\n"))?;
        Ok(true)
    }
}

/// Whether this can be the name of a model: no path, nothing strange.
pub fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 60 && name.chars().all(plain) && !name.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_model_in_use_is_the_chosen_one_or_the_largest() {
        let dir = tempfile::tempdir().expect("a folder");
        let models = Models::at(dir.path().join("models"));
        assert_eq!((models.in_use(), models.installed()), (None, Vec::new()));
        fs::create_dir(models.dir()).expect("made");
        fs::write(models.path("tiny"), [0; 10]).expect("written");
        fs::write(models.path("base.en"), [0; 20]).expect("written");
        fs::write(models.dir().join("ggml-small.bin.part"), [0; 30]).expect("written");
        assert_eq!(models.installed(), [("base.en".to_owned(), 20), ("tiny".to_owned(), 10)]);
        assert_eq!(models.in_use().as_deref(), Some("base.en"));
        assert!(models.use_model("tiny").expect("kept"));
        assert_eq!(models.in_use().as_deref(), Some("tiny"));
        assert!(!models.use_model("small").expect("looked"));
        fs::remove_file(models.path("tiny")).expect("removed");
        assert_eq!(models.in_use().as_deref(), Some("base.en"));
    }

    #[test]
    fn a_name_is_no_path() {
        assert!(CATALOGUE.iter().all(|model| is_name(model.name)));
        for wrong in ["", "../x", "a/b", ".hidden", "a b", "ä"] {
            assert!(!is_name(wrong), "{wrong}");
        }
    }
}
