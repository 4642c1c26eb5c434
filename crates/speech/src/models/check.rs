//! Whether a file is a whole model of whisper.cpp. The library reads such files without looking where they
//! end, and takes the process with it: it only gets to see those that pass here.
//!
//! ```text
//!  magic │ 11 sizes │ filters: mels × bins of f32 │ words: length + bytes │ tensors: head, name, data …
//! ```

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
};

/// Sizes in order, with what they can be.
const SIZES: [(i32, i32); 11] = [
    (1, 100_000), // words
    (1, 10_000),  // context of the audio
    (1, 8_192),   // its state, heads and layers
    (1, 256),
    (1, 256),
    (1, 10_000), // context of the text
    (1, 8_192),  // its state, heads and layers
    (1, 256),
    (1, 256),
    (1, 256),   // mels
    (0, 9_999), // kind of the numbers
];
/// Longest word, and longest name of a tensor, in bytes.
const LONGEST_NAME: i32 = 1_024;

/// Reads a file from its head to its end, without the tensors themselves; `false` if anything is missing, too
/// much, or out of bounds.
///
/// # Errors
/// Those of the disk.
pub fn is_whole(path: &Path) -> io::Result<bool> {
    let file = File::open(path)?;
    let mut reader = Reader { left: file.metadata()?.len(), file: BufReader::with_capacity(1 << 16, file) };
    match reader.model() {
        Ok(()) => Ok(true),
        Err(Fault::Wrong) => Ok(false),
        Err(Fault::Disk(error)) => Err(error),
    }
}

enum Fault {
    Wrong,
    Disk(io::Error),
}

struct Reader {
    file: BufReader<File>,
    left: u64,
}

impl Reader {
    fn model(&mut self) -> Result<(), Fault> {
        // "ggml" as a number.
        self.number(0x6767_6d6c, 0x6767_6d6c)?;
        for (least, most) in SIZES {
            self.number(least, most)?;
        }
        let (mels, bins) = (self.number(1, 256)?, self.number(1, 4_096)?);
        self.skip(mels.unsigned_abs() as u64 * bins.unsigned_abs() as u64 * 4)?;
        for _ in 0..self.number(1, 100_000)? {
            let length = self.number(0, LONGEST_NAME)?;
            self.skip(length.unsigned_abs().into())?;
        }
        while self.left > 0 {
            self.tensor()?;
        }
        Ok(())
    }

    fn tensor(&mut self) -> Result<(), Fault> {
        let (dimensions, name, kind) =
            (self.number(1, 4)?, self.number(1, LONGEST_NAME)?, self.number(0, 14)?);
        // Numbers in a block, and its bytes.
        let (numbers, bytes): (u64, u64) = match kind {
            0 => (1, 4),
            1 => (1, 2),
            2 => (32, 18),
            3 => (32, 20),
            6 => (32, 22),
            7 => (32, 24),
            8 => (32, 34),
            10 => (256, 84),
            11 => (256, 110),
            12 => (256, 144),
            13 => (256, 176),
            14 => (256, 210),
            _ => return Err(Fault::Wrong),
        };
        let mut count = 1u64;
        for _ in 0..dimensions {
            let size = self.number(1, i32::MAX)?;
            count = count.checked_mul(size.unsigned_abs().into()).ok_or(Fault::Wrong)?;
        }
        self.skip(name.unsigned_abs().into())?;
        self.skip((count / numbers).checked_mul(bytes).ok_or(Fault::Wrong)?)
    }

    fn number(&mut self, least: i32, most: i32) -> Result<i32, Fault> {
        self.take(4)?;
        let mut bytes = [0; 4];
        self.file.read_exact(&mut bytes).map_err(Fault::Disk)?;
        let number = i32::from_le_bytes(bytes);
        if (least..=most).contains(&number) { Ok(number) } else { Err(Fault::Wrong) }
    }

    fn skip(&mut self, bytes: u64) -> Result<(), Fault> {
        self.take(bytes)?;
        let bytes = i64::try_from(bytes).map_err(|_| Fault::Wrong)?;
        self.file.seek_relative(bytes).map_err(Fault::Disk)
    }

    fn take(&mut self, bytes: u64) -> Result<(), Fault> {
        self.left = self.left.checked_sub(bytes).ok_or(Fault::Wrong)?;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use std::fs;

    /// A model with a vocabulary of so many words, and without tensors.
    fn model(words: i32) -> Vec<u8> {
        let mut file = Vec::new();
        let sizes: [i32; 12] = [0x6767_6d6c, 51_864, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1];
        sizes.iter().for_each(|n| file.extend(n.to_le_bytes()));
        file.extend(80i32.to_le_bytes());
        file.extend(201i32.to_le_bytes());
        file.extend(std::iter::repeat_n(0u8, 80 * 201 * 4));
        file.extend(words.to_le_bytes());
        for n in 0..words {
            let word = format!(" w{n}");
            file.extend((word.len() as u32).to_le_bytes());
            file.extend(word.bytes());
        }
        file
    }

    /// What whisper.cpp takes for an empty model: everything but the weights.
    #[cfg(feature = "whisper")]
    pub(crate) fn empty_model() -> Vec<u8> {
        model(50_257)
    }

    /// Less than that, for whoever only counts bytes.
    pub(crate) fn tiny_model() -> Vec<u8> {
        model(3)
    }

    /// Adds a tensor of half-precision numbers.
    pub(crate) fn add_tensor(file: &mut Vec<u8>, data: &[u8]) {
        for number in [2, 6, 1, data.len() as i32 / 4, 2] {
            file.extend(number.to_le_bytes());
        }
        file.extend(b"weight");
        file.extend(data);
    }

    #[test]
    fn a_model_is_whole_or_it_is_none() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let whole = |bytes: &[u8]| {
            fs::write(file.path(), bytes).expect("written");
            is_whole(file.path()).expect("read")
        };
        let mut model = tiny_model();
        let empty = model.len();
        assert!(whole(&model));
        add_tensor(&mut model, &[7; 400]);
        let one = model.len();
        add_tensor(&mut model, &[8; 800]);
        assert!(whole(&model));
        for length in (0..model.len()).filter(|length| ![empty, one].contains(length)) {
            // Every length near the joints, and some of the many within the filters.
            if length < 100 || length > empty - 100 || length % 997 == 0 {
                assert!(!whole(&model[..length]), "{length}");
            }
        }
        assert!(!whole(&[&model[..], b"more"].concat()));
        assert!(!whole(
            b"<!doctype html><html><body>not found, and this is long enough for a head</body></html>"
        ));
        for at in [0, 4, 8, 47, 48, 52] {
            let mut wrong = model.clone();
            wrong[at] = 0xff;
            wrong[at / 4 * 4 + 3] = 0x7f;
            assert!(!whole(&wrong), "{at}");
        }
        assert!(is_whole(Path::new("/no/such/model")).is_err());
    }
}
