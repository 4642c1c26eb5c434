//! Ogg pages (RFC 3533): written whole, read whole or not at all.

use std::io::{self, ErrorKind, Read, Seek, SeekFrom};

/// The stream begins with this page.
pub(super) const BEGIN: u8 = 2;
/// The stream ends with this page.
pub(super) const END: u8 = 4;
const MAGIC: &[u8; 4] = b"OggS";
const HEADER: usize = 27;

/// One page; `packets` are whole in our logs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) flags: u8,
    /// End of the page on the stream's clock (48 kHz for Opus).
    pub(super) granule: u64,
    pub(super) serial: u32,
    pub(super) sequence: u32,
    pub(super) packets: Vec<Vec<u8>>,
}

impl Page {
    /// The page as bytes. The packets together must fit into 255 lacing values (65,025 bytes).
    pub(super) fn bytes(&self) -> Vec<u8> {
        let lacing: Vec<u8> = self.packets.iter().flat_map(|p| lace(p.len())).collect();
        let count = u8::try_from(lacing.len()).expect("our packets are at most 1,275 bytes, five to a page");
        let mut page =
            Vec::with_capacity(HEADER + lacing.len() + self.packets.iter().map(Vec::len).sum::<usize>());
        page.extend_from_slice(MAGIC);
        page.extend_from_slice(&[0, self.flags]);
        page.extend_from_slice(&self.granule.to_le_bytes());
        page.extend_from_slice(&self.serial.to_le_bytes());
        page.extend_from_slice(&self.sequence.to_le_bytes());
        page.extend_from_slice(&[0; 4]);
        page.push(count);
        page.extend_from_slice(&lacing);
        for packet in &self.packets {
            page.extend_from_slice(packet);
        }
        let sum = crc(&page);
        page[22..26].copy_from_slice(&sum.to_le_bytes());
        page
    }
}

fn lace(len: usize) -> impl Iterator<Item = u8> {
    std::iter::repeat_n(255, len / 255).chain([(len % 255) as u8])
}

/// Reads the pages of a file. What is torn or damaged is passed over: after it comes the next page
/// whose checksum is right, or the end.
pub(super) struct Pages<R> {
    source: R,
    /// End of the last whole page, in bytes.
    pub(super) whole: u64,
}

impl<R: Read + Seek> Pages<R> {
    pub(super) fn new(source: R) -> Self {
        Self { source, whole: 0 }
    }

    /// The next whole page, or `None` at the end. More may be there when the file has grown.
    pub(super) fn next_page(&mut self) -> io::Result<Option<Page>> {
        let mut at = self.whole;
        loop {
            self.source.seek(SeekFrom::Start(at))?;
            if let Some((page, len)) = read_page(&mut self.source)? {
                self.whole = at + len;
                return Ok(Some(page));
            }
            match self.find_magic(at + 1)? {
                Some(found) => at = found,
                None => return Ok(None),
            }
        }
    }

    fn find_magic(&mut self, from: u64) -> io::Result<Option<u64>> {
        let mut at = self.source.seek(SeekFrom::Start(from))?;
        let mut window = Vec::new();
        loop {
            let got = (&mut self.source).take(64 * 1024).read_to_end(&mut window)?;
            if let Some(i) = window.windows(4).position(|w| w == MAGIC) {
                return Ok(Some(at + i as u64));
            }
            if got == 0 {
                return Ok(None);
            }
            let keep = window.len().min(3);
            at += (window.len() - keep) as u64;
            window.drain(..window.len() - keep);
        }
    }
}

/// A page and its length in bytes; `None` if what is here is not a whole page.
fn read_page(source: &mut impl Read) -> io::Result<Option<(Page, u64)>> {
    let mut page = vec![0; HEADER];
    if !fill(source, &mut page)? || &page[..4] != MAGIC || page[4] != 0 {
        return Ok(None);
    }
    let lacing_end = HEADER + usize::from(page[26]);
    page.resize(lacing_end, 0);
    if !fill(source, &mut page[HEADER..])? {
        return Ok(None);
    }
    let body: usize = page[HEADER..].iter().map(|&l| usize::from(l)).sum();
    page.resize(lacing_end + body, 0);
    if !fill(source, &mut page[lacing_end..])? {
        return Ok(None);
    }
    let said = u32_at(&page, 22);
    page[22..26].fill(0);
    if crc(&page) != said {
        return Ok(None);
    }
    let mut packets = Vec::new();
    let (mut start, mut end) = (lacing_end, lacing_end);
    for &lace in &page[HEADER..lacing_end] {
        end += usize::from(lace);
        if lace < 255 {
            packets.push(page[start..end].to_vec());
            start = end;
        }
    }
    let (low, high) = (u64::from(u32_at(&page, 6)), u64::from(u32_at(&page, 10)));
    let len = page.len() as u64;
    Ok(Some((
        Page {
            flags: page[5],
            granule: high << 32 | low,
            serial: u32_at(&page, 14),
            sequence: u32_at(&page, 18),
            packets,
        },
        len,
    )))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn fill(source: &mut impl Read, into: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(into) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(e) => Err(e),
    }
}

/// CRC-32 of RFC 3533: polynomial 0x04c11db7, not reflected, no inversion.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0, |sum, &b| sum << 8 ^ TABLE[usize::from((sum >> 24) as u8 ^ b)])
}

const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut sum = (i as u32) << 24;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 0x8000_0000 != 0 { sum << 1 ^ 0x04c1_1db7 } else { sum << 1 };
            bit += 1;
        }
        table[i] = sum;
        i += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn page(sequence: u32, packets: Vec<Vec<u8>>) -> Page {
        Page { flags: 0, granule: 4_800 * u64::from(sequence), serial: 7, sequence, packets }
    }

    #[test]
    fn damage_in_the_middle_costs_one_page() {
        let mut bytes: Vec<u8> = (0..3).flat_map(|i| page(i, vec![vec![i as u8; 300]; 5]).bytes()).collect();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        let mut pages = Pages::new(Cursor::new(&bytes));
        let mut read = Vec::new();
        while let Some(page) = pages.next_page().unwrap() {
            read.push(page.sequence);
        }
        assert_eq!(read, [0, 2]);
        assert_eq!(pages.whole, bytes.len() as u64);
    }

    proptest! {
        #[test]
        fn a_page_is_read_as_it_was_written(lens in prop::collection::vec(0usize..1_276, 0..6), granule: u64) {
            let packets = lens.into_iter().map(|n| vec![n as u8; n]).collect();
            let page = Page { granule, ..page(3, packets) };
            let bytes = page.bytes();
            prop_assert_eq!(Pages::new(Cursor::new(&bytes)).next_page().unwrap(), Some(page));
        }

        #[test]
        fn garbage_is_no_page(mut bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0usize..400) {
            if at + 4 < bytes.len() {
                bytes[at..at + 4].copy_from_slice(MAGIC);
            }
            prop_assert_eq!(Pages::new(Cursor::new(&bytes)).next_page().unwrap(), None);
        }
    }
}
