//! Hearing a log again, from any sample on.

use super::{END, HEADERS, PACKET, Page, Pages, check_head};
use crate::{BLOCK, Error};
use opus::{Channels, Decoder};
use std::{fs::File, io::BufReader, path::Path};

/// Decoding begins this much earlier, so that the decoder has settled (RFC 7845 §4.6 asks for 80 ms): 200 ms.
const SETTLE: u64 = 3_200;

/// Blocks of a log in order; see [`read`]. Ends at the last whole page; may be asked again when the
/// log has grown.
pub struct LogReader {
    pages: Pages<BufReader<File>>,
    decoder: Decoder,
    /// Samples that the encoder is late.
    delay: u64,
    /// Number of the sample that the decoder gives next, the delay included.
    decoded: u64,
    /// Number of the first sample wanted, the delay included.
    wanted: u64,
    begun: bool,
}

/// Opens the log at `path` to be heard from sample `from_sample` on: blocks of at most [`BLOCK`]
/// samples of 16 kHz mono, without a gap (a damaged page is heard as silence). A log that is not
/// finished ends 6.5 ms before its last appended sample.
pub fn read(path: &Path, from_sample: u64) -> Result<LogReader, Error> {
    let mut pages = Pages::new(BufReader::new(File::open(path)?));
    let delay = check_head(path, &mut pages)?.delay;
    let decoder = Decoder::new(crate::SAMPLE_RATE, Channels::Mono)?;
    Ok(LogReader { pages, decoder, delay, decoded: 0, wanted: from_sample + delay, begun: false })
}

/// Samples in the log at `path`.
pub fn duration(path: &Path) -> Result<u64, Error> {
    let mut pages = Pages::new(BufReader::new(File::open(path)?));
    let delay = check_head(path, &mut pages)?.delay;
    let mut end = 0;
    while let Some(page) = pages.next_page()? {
        end = page.granule / 3;
        if page.flags & END != 0 {
            end -= delay.min(end);
        }
    }
    Ok(end)
}

impl LogReader {
    /// Number of the first sample of the next block.
    pub fn position(&self) -> u64 {
        self.wanted - self.delay
    }

    fn next_block(&mut self) -> Result<Option<Vec<i16>>, Error> {
        while let Some(page) = self.pages.next_page()? {
            if page.sequence < HEADERS {
                continue;
            }
            let end = page.granule / 3;
            let start = if page.flags & END != 0 { self.decoded } else { end.saturating_sub(BLOCK as u64) };
            if !self.begun {
                if end + SETTLE <= self.wanted {
                    self.decoded = end;
                    continue;
                }
                (self.begun, self.decoded) = (true, start);
            }
            let block = self.decode(&page, start, end)?;
            if !block.is_empty() {
                return Ok(Some(block));
            }
        }
        Ok(None)
    }

    /// What is wanted of a page that covers `start..end`, preceded by silence for what is missing.
    fn decode(&mut self, page: &Page, start: u64, end: u64) -> Result<Vec<i16>, Error> {
        let mut block = Vec::with_capacity(BLOCK);
        if start > self.decoded {
            let gap = usize::try_from(start - self.decoded.max(self.wanted).min(start)).unwrap_or(0);
            block.resize(gap, 0);
            self.decoded = start;
        }
        for packet in &page.packets {
            let mut pcm = [0; PACKET * 6];
            // A packet that the checksum lets pass and the codec refuses was never ours: silence.
            let count = self.decoder.decode(packet, &mut pcm, false).unwrap_or(PACKET).min(pcm.len());
            let skip = self.wanted.saturating_sub(self.decoded).min(count as u64) as usize;
            let keep = end.saturating_sub(self.decoded).min(count as u64) as usize;
            block.extend_from_slice(&pcm[skip.min(keep)..keep]);
            self.decoded += count as u64;
        }
        self.wanted += block.len() as u64;
        Ok(block)
    }
}

impl Iterator for LogReader {
    type Item = Result<Vec<i16>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}
