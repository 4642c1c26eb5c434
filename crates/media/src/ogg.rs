//! The audio log: an append-only Ogg/Opus file (RFC 7845) that browsers play and no crash spoils.
//!
//! ```text
//!  OpusHead │ OpusTags │ page of 5 packets = 100 ms │ page │ page │ … │ last page: end of stream
//! ```
//! A page is on its way to the disk before [`OpusLog::append`] returns; what is torn is cut off when
//! the log is resumed. A resumed log repeats up to 6.5 ms where the killed encoder looked ahead.

mod page;
mod read;

pub use read::{LogReader, duration, read};

use crate::{BLOCK, Error, SAMPLE_RATE};
use opus::{Application, Bitrate, Channels, Encoder, Signal};
use page::{BEGIN, END, Page, Pages};
use std::{
    fs::{File, OpenOptions},
    io::{BufReader, Read, Seek, SeekFrom, Write},
    path::Path,
};

/// Samples of a packet: 20 ms.
const PACKET: usize = 320;
const PACKETS: usize = BLOCK / PACKET;
/// Pages before the audio.
const HEADERS: u32 = 2;
/// A packet is never longer (RFC 6716 §3.2.1).
const LONGEST_PACKET: usize = 1_275;
/// At half of it one more word in thirty is misheard, at more hardly fewer; an hour is 22 MB.
const BITS_PER_SECOND: i32 = 48_000;
/// Granule units (48 kHz) per sample.
const GRANULE: u64 = 3;

/// An open log, appended to by one writer.
#[derive(Debug)]
pub struct OpusLog {
    file: File,
    encoder: Encoder,
    /// Samples that the encoder is late: the pre-skip.
    delay: u64,
    serial: u32,
    sequence: u32,
    samples: u64,
    /// Length of the file up to the last whole page.
    bytes: u64,
    finished: bool,
}

impl OpusLog {
    /// Begins a new log at `path`, which must not exist. `serial` is any number.
    pub fn create(path: &Path, serial: u32) -> Result<Self, Error> {
        Self::begin(OpenOptions::new().read(true).write(true).create_new(true).open(path)?, serial)
    }

    /// Goes on with the log at `path`: cuts off what is torn (and the end mark of a finished log) and
    /// says how many samples are kept.
    pub fn resume(path: &Path) -> Result<(Self, u64), Error> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        let mut pages = Pages::new(BufReader::new(File::open(path)?));
        let serial = check_head(path, &mut pages)?.serial;
        let (mut sequence, mut granule, mut kept) = (HEADERS - 1, 0, pages.whole);
        while let Some(page) = pages.next_page()? {
            let follows = page.serial == serial && page.sequence > sequence && page.granule > granule;
            if !follows || page.flags & END != 0 {
                break;
            }
            (sequence, granule, kept) = (page.sequence, page.granule, pages.whole);
        }
        file.set_len(kept)?;
        let (encoder, delay) = encoder()?;
        let samples = granule / GRANULE;
        let mut log = Self {
            file,
            encoder,
            delay,
            serial,
            sequence: sequence + 1,
            samples,
            bytes: kept,
            finished: false,
        };
        log.warm_up(path)?;
        Ok((log, samples))
    }

    /// Resumes the log at `path`, or begins it if there is none or only the torn beginning of one.
    pub fn open(path: &Path, serial: u32) -> Result<(Self, u64), Error> {
        if !path.exists() {
            return Ok((Self::create(path, serial)?, 0));
        }
        let mut file = OpenOptions::new().read(true).write(true).open(path)?;
        let head = headers(encoder()?.1, serial);
        let mut begun = Vec::new();
        (&mut file).take(head.len() as u64).read_to_end(&mut begun)?;
        if begun.len() < head.len() && b"OggS".starts_with(&begun[..begun.len().min(4)]) {
            return Ok((Self::begin(file, serial)?, 0));
        }
        Self::resume(path)
    }

    /// Appends one block of [`BLOCK`] samples as a page, with one write, before it returns. After an
    /// error nothing of the block is kept, and it may be appended again.
    pub fn append(&mut self, block: &[i16]) -> Result<(), Error> {
        if self.finished {
            return Err(Error::Finished);
        }
        if block.len() != BLOCK {
            return Err(Error::BlockLength(block.len()));
        }
        let mut packets = Vec::with_capacity(PACKETS);
        for piece in block.chunks_exact(PACKET) {
            packets.push(self.encoder.encode_vec(piece, LONGEST_PACKET)?);
        }
        let samples = self.samples + BLOCK as u64;
        self.write(0, samples * GRANULE, packets)?;
        self.samples = samples;
        Ok(())
    }

    /// Samples appended so far.
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// Writes the last page: the encoder's look-ahead and the end mark. More only after
    /// [`OpusLog::resume`]. Safe to repeat.
    pub fn finish(&mut self) -> Result<(), Error> {
        if self.finished {
            return Ok(());
        }
        let packet = self.encoder.encode_vec(&[0; PACKET], LONGEST_PACKET)?;
        self.write(END, (self.samples + self.delay) * GRANULE, vec![packet])?;
        self.finished = true;
        Ok(())
    }

    /// Hands what was appended to the disk itself: it then survives a power failure too.
    pub fn sync(&self) -> Result<(), Error> {
        Ok(self.file.sync_data()?)
    }

    fn begin(mut file: File, serial: u32) -> Result<Self, Error> {
        let (encoder, delay) = encoder()?;
        let head = headers(delay, serial);
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&head)?;
        let bytes = head.len() as u64;
        Ok(Self { file, encoder, delay, serial, sequence: HEADERS, samples: 0, bytes, finished: false })
    }

    fn write(&mut self, flags: u8, granule: u64, packets: Vec<Vec<u8>>) -> Result<(), Error> {
        let page = Page { flags, granule, serial: self.serial, sequence: self.sequence, packets }.bytes();
        // Always at the end of what is whole: half a page that a full disk left is written over.
        self.file.seek(SeekFrom::Start(self.bytes))?;
        self.file.write_all(&page)?;
        self.bytes += page.len() as u64;
        self.sequence += 1;
        Ok(())
    }

    /// Feeds the new encoder what the log ends with, so that it goes on without a click. What the old
    /// encoder had not let out yet is replaced by its mirror image.
    fn warm_up(&mut self, path: &Path) -> Result<(), Error> {
        let mut tail = Vec::new();
        for block in read(path, self.samples.saturating_sub(2 * BLOCK as u64))? {
            tail.extend(block?);
        }
        let mirrored: Vec<i16> = tail.iter().rev().take(self.delay as usize).copied().collect();
        tail.extend(mirrored);
        for piece in tail.rchunks_exact(PACKET).rev() {
            self.encoder.encode_vec(piece, LONGEST_PACKET)?;
        }
        Ok(())
    }
}

fn encoder() -> Result<(Encoder, u64), Error> {
    let mut encoder = Encoder::new(SAMPLE_RATE, Channels::Mono, Application::Voip)?;
    encoder.set_bitrate(Bitrate::Bits(BITS_PER_SECOND))?;
    encoder.set_signal(Signal::Voice)?;
    encoder.set_complexity(6)?;
    let delay = encoder.get_lookahead()?;
    Ok((encoder, u64::try_from(delay).unwrap_or(0)))
}

/// The two header pages.
fn headers(delay: u64, serial: u32) -> Vec<u8> {
    let mut head = b"OpusHead\x01\x01".to_vec();
    head.extend_from_slice(&((delay * GRANULE) as u16).to_le_bytes());
    head.extend_from_slice(&SAMPLE_RATE.to_le_bytes());
    head.extend_from_slice(&[0, 0, 0]);
    let mut tags = b"OpusTags".to_vec();
    tags.extend_from_slice(&6u32.to_le_bytes());
    tags.extend_from_slice(b"Huddle");
    tags.extend_from_slice(&0u32.to_le_bytes());
    let page =
        |flags, sequence, packet| Page { flags, granule: 0, serial, sequence, packets: vec![packet] }.bytes();
    [page(BEGIN, 0, head), page(0, 1, tags)].concat()
}

/// What the header pages say.
struct Head {
    serial: u32,
    /// Samples that the encoder is late.
    delay: u64,
}

/// Reads both header pages.
fn check_head<R: Read + Seek>(path: &Path, pages: &mut Pages<R>) -> Result<Head, Error> {
    let not_a_log = || Error::NotALog(path.display().to_string());
    let mut packet = |sequence| match pages.next_page()? {
        Some(Page { serial, sequence: s, packets, .. }) if s == sequence => {
            packets.into_iter().next().map(|packet| (serial, packet)).ok_or_else(not_a_log)
        }
        _ => Err(not_a_log()),
    };
    let (serial, head) = packet(0)?;
    let (_, tags) = packet(1)?;
    // One channel, no channel mapping; the tags may be anybody's.
    match head.as_slice() {
        [b'O', b'p', b'u', b's', b'H', b'e', b'a', b'd', 1, 1, low, high, ..]
            if tags.starts_with(b"OpusTags") =>
        {
            Ok(Head { serial, delay: u64::from(u16::from_le_bytes([*low, *high])) / GRANULE })
        }
        _ => Err(not_a_log()),
    }
}

#[cfg(test)]
mod tests;
