//! Reading audio files of any common kind as 16 kHz mono, block by block.

use crate::{BLOCK, Error, Resampler};
use std::{
    fs::File,
    io::{Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};
use symphonia::core::{
    codecs::{
        CodecParameters,
        audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known::CODEC_ID_OPUS},
        registry::CodecRegistry,
    },
    errors::Error as Fault,
    formats::{FormatOptions, FormatReader, Track, TrackType, probe::Hint},
    io::{MediaSource, MediaSourceStream},
    meta::MetadataOptions,
};

/// The decoders: symphonia's own, and libopus.
static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
    let mut codecs = CodecRegistry::new();
    symphonia::default::register_enabled_codecs(&mut codecs);
    codecs.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
    codecs
});

/// No file has fewer bytes for a second: half of what the thriftiest speech codec needs.
const FEWEST_BYTES: u64 = 150;

/// So many packets that cannot be decoded, before any that can, are no audio.
const MOST_BAD: usize = 500;

/// So many streams may be chained in one file: each begins the decoding anew.
const MOST_CHAINED: usize = 10_000;

/// The audio of a file, in blocks of at most [`BLOCK`] samples of 16 kHz mono. Memory stays small however
/// long the file is.
pub struct Decoder {
    format: Box<dyn FormatReader>,
    track: u32,
    decoder: Box<dyn AudioDecoder>,
    duration_ms: Option<u64>,
    place: Place,
    /// With the shape it was made for.
    resampler: Option<(u32, usize, Resampler)>,
    interleaved: Vec<f32>,
    ready: Vec<i16>,
    given: usize,
    bad: usize,
    good: bool,
    chained: usize,
    over: bool,
}

/// How far a file was read, of how many bytes.
#[derive(Debug, Clone, Default)]
struct Place {
    at: Arc<AtomicU64>,
    length: u64,
}

/// A file that says how far it was read.
struct Watched {
    file: File,
    place: Place,
    /// No pipe.
    is_file: bool,
}

impl Read for Watched {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.place.at.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Seek for Watched {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = self.file.seek(to)?;
        self.place.at.store(at, Ordering::Relaxed);
        Ok(at)
    }
}

impl MediaSource for Watched {
    fn is_seekable(&self) -> bool {
        self.is_file
    }

    fn byte_len(&self) -> Option<u64> {
        self.is_file.then_some(self.place.length)
    }
}

impl Decoder {
    /// Opens the file at `path`. Its name is a hint only.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_dir() {
            return Err(Error::NotAudio("it is a folder".into()));
        }
        let place = Place { length: metadata.len(), ..Place::default() };
        let source = Box::new(Watched { file, place: place.clone(), is_file: metadata.is_file() });
        let mut decoder = Self::read(source, path.extension().and_then(|e| e.to_str()))?;
        decoder.place = place;
        // A WAV that was written into a pipe says that it is as long as a WAV can be.
        decoder.duration_ms = decoder.duration_ms.filter(|ms| ms / 1_000 * FEWEST_BYTES <= metadata.len());
        Ok(decoder)
    }

    /// Reads from `source`; `extension` (`wav`, `mp3`, …) is a hint.
    pub fn read(source: Box<dyn MediaSource>, extension: Option<&str>) -> Result<Self, Error> {
        guarded(|| Self::probe(source, extension))
    }

    fn probe(source: Box<dyn MediaSource>, extension: Option<&str>) -> Result<Self, Error> {
        let mut hint = Hint::new();
        if let Some(extension) = extension {
            hint.with_extension(extension);
        }
        let stream = MediaSourceStream::new(source, Default::default());
        let format = symphonia::default::get_probe()
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(|fault| match fault {
                Fault::Unsupported(_) => Error::NotAudio("its form is not known".into()),
                Fault::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
                    Error::NotAudio("it ends too early or its form is not known".into())
                }
                fault => told(fault),
            })?;
        let (track, decoder, duration_ms) = pick(format.as_ref())?;
        Ok(Self {
            format,
            track,
            decoder,
            duration_ms,
            place: Place::default(),
            resampler: None,
            interleaved: Vec::new(),
            ready: Vec::new(),
            given: 0,
            bad: 0,
            good: false,
            chained: 0,
            over: false,
        })
    }

    /// How long it lasts, where the file says so.
    pub fn duration_ms(&self) -> Option<u64> {
        self.duration_ms
    }

    /// How far the file was read, 0–1; 0 for what is not a file.
    pub fn progress(&self) -> f32 {
        let Place { at, length } = &self.place;
        (at.load(Ordering::Relaxed) as f32 / (*length).max(1) as f32).min(1.0)
    }

    /// Decodes until something is ready or all is over.
    fn fill(&mut self) -> Result<(), Error> {
        self.ready.clear();
        self.given = 0;
        while self.ready.is_empty() && !self.over {
            match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track => self.decode(&packet)?,
                Ok(Some(_)) => {}
                Ok(None) => self.end()?,
                // A file that was cut off: what came before is good.
                Err(Fault::IoError(e)) if e.kind() == std::io::ErrorKind::UnexpectedEof => self.end()?,
                Err(Fault::DecodeError(_)) if self.good => self.end()?,
                // A chained stream: another begins.
                Err(Fault::ResetRequired) if self.chained < MOST_CHAINED => {
                    self.chained += 1;
                    (self.track, self.decoder, _) = pick(self.format.as_ref())?;
                }
                Err(fault) => return Err(told(fault)),
            }
        }
        Ok(())
    }

    fn decode(&mut self, packet: &symphonia::core::packet::Packet) -> Result<(), Error> {
        let audio = match self.decoder.decode(packet) {
            Ok(audio) => audio,
            Err(Fault::DecodeError(_) | Fault::IoError(_)) if self.good || self.bad < MOST_BAD => {
                self.bad += 1;
                return Ok(());
            }
            Err(fault) => return Err(told(fault)),
        };
        let (rate, channels) = (audio.spec().rate(), audio.spec().channels().count());
        if audio.frames() == 0 {
            return Ok(());
        }
        self.good = true;
        audio.copy_to_vec_interleaved(&mut self.interleaved);
        if self.resampler.as_ref().is_none_or(|(r, c, _)| (*r, *c) != (rate, channels)) {
            let before = self.resampler.replace((rate, channels, Resampler::new(rate, channels)?));
            self.ready.extend(before.map(|(_, _, r)| r.finish()).unwrap_or_default());
        }
        if let Some((_, _, resampler)) = &mut self.resampler {
            self.ready.extend(resampler.push(&self.interleaved));
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Error> {
        self.over = true;
        if !self.good && self.bad > 0 {
            return Err(Error::NotAudio("nothing in it can be decoded".into()));
        }
        self.ready.extend(self.resampler.take().map(|(_, _, r)| r.finish()).unwrap_or_default());
        Ok(())
    }
}

impl Iterator for Decoder {
    type Item = Result<Vec<i16>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.given == self.ready.len()
            && let Err(error) = guarded(|| self.fill())
        {
            self.over = true;
            self.ready.clear();
            self.given = 0;
            return Some(Err(error));
        }
        let block = &self.ready[self.given..(self.given + BLOCK).min(self.ready.len())];
        self.given += block.len();
        (!block.is_empty()).then(|| Ok(block.to_vec()))
    }
}

/// Symphonia's arithmetic may overflow on damaged headers, which panics where overflow is checked.
/// What panicked is given up: nothing of it is used again.
fn guarded<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(Error::NotAudio("it is damaged".into())))
}

/// The id of a track, its decoder, and how many milliseconds it lasts.
type Picked = (u32, Box<dyn AudioDecoder>, Option<u64>);

fn pick(format: &dyn FormatReader) -> Result<Picked, Error> {
    let track = format
        .default_track(TrackType::Audio)
        .ok_or_else(|| Error::NotAudio("it has no sound track".into()))?;
    let Some(CodecParameters::Audio(codec)) = &track.codec_params else {
        return Err(Error::NotAudio("its sound track says nothing about itself".into()));
    };
    let decoder = CODECS
        .make_audio_decoder(codec, &AudioDecoderOptions::default())
        .map_err(|_| Error::NotAudio("its codec is not known".into()))?;
    Ok((track.id, decoder, duration_ms(track, codec)))
}

fn duration_ms(track: &Track, codec: &AudioCodecParameters) -> Option<u64> {
    if let (Some(frames), Some(rate)) = (track.num_frames, codec.sample_rate.filter(|&r| r > 0)) {
        // In Ogg/Opus symphonia counts the pre-skip too.
        let delay = track.delay.filter(|_| codec.codec == CODEC_ID_OPUS).unwrap_or(0);
        let frames = frames.saturating_sub(u64::from(delay));
        return Some(frames.saturating_mul(1_000) / u64::from(rate));
    }
    let time = track.time_base?.calc_duration(track.duration?)?;
    u64::try_from(time.as_millis()).ok()
}

fn told(fault: Fault) -> Error {
    match fault {
        Fault::IoError(e) => Error::Io(e),
        Fault::DecodeError(what) | Fault::Unsupported(what) | Fault::LimitError(what) => {
            Error::NotAudio(what.into())
        }
        Fault::SeekError(_) => Error::NotAudio("a place in it cannot be reached".into()),
        _ => Error::NotAudio("it changes its form midway".into()),
    }
}

#[cfg(test)]
mod tests;
