//! One open stream: its file, the number of the next frame, and its hearer.

use super::{Accepted, disk};
use crate::app::{App, AppResult, captions, capture};
use huddle_domain::{
    Refusal,
    capture::{self as frames, Stream},
};
use huddle_media::OpusLog;
use huddle_speech::{Hearing, StreamHandle, ToHear};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

/// A stream whose file is open.
#[derive(Debug)]
pub(super) struct OpenStream {
    /// As the database has it.
    pub(super) row: Stream,
    kept: Arc<Mutex<Kept>>,
    hearer: Option<StreamHandle>,
}

/// What is written; behind a lock because a reconnected sender may overlap with its former self.
#[derive(Debug)]
struct Kept {
    /// `None` once the stream was sealed.
    log: Option<OpusLog>,
    last_frame: Instant,
    samples: u64,
}

impl OpenStream {
    /// Opens the file (cutting off what a crash tore), and a hearer that begins at the cursor.
    pub(super) async fn open(app: &App, row: Stream, hearing: Option<&Hearing>) -> AppResult<Self> {
        let path = capture::path(app, &row);
        let opened = tokio::task::spawn_blocking({
            let path = path.clone();
            // The serial number of an Ogg stream only has to differ within one file.
            let serial = u32::from_le_bytes(*row.id.0.as_bytes().last_chunk().expect("a UUID has 16 bytes"));
            move || -> Result<_, huddle_media::Error> {
                if let Some(dir) = path.parent() {
                    std::fs::create_dir_all(dir)?;
                }
                OpusLog::open(&path, serial)
            }
        });
        let (log, samples) = opened.await.map_err(anyhow::Error::new)?.map_err(|e| disk(e, &row))?;
        let hearer = match hearing {
            Some(hearing) => {
                captions::keep_hearing(app, &[row.id]).await?;
                let nth = captions::utterances(app, &row).await?;
                let (stream, cursor) = (row.id, row.heard_until);
                Some(hearing.open(ToHear { stream, log: path, cursor, nth }, samples))
            }
            None => None,
        };
        let kept = Kept { log: Some(log), last_frame: Instant::now(), samples };
        Ok(Self { row, kept: Arc::new(Mutex::new(kept)), hearer })
    }

    fn samples(&self) -> u64 {
        self.kept.lock().expect("no holder of this lock panics").samples
    }

    /// The number of the frame to send next.
    pub(super) fn next(&self) -> u32 {
        frame_of(self.samples())
    }

    /// How long nothing came.
    pub(super) fn idle(&self) -> Duration {
        self.kept.lock().expect("no holder of this lock panics").last_frame.elapsed()
    }

    /// Milliseconds of kept audio that are not heard yet.
    pub(super) fn lag_ms(&self) -> i64 {
        self.hearer.as_ref().map_or(0, StreamHandle::lag_ms)
    }

    /// Keeps a frame: encoded and written when this answers; then the hearer knows of it.
    pub(super) async fn accept(&self, seq: u32, bytes: &[u8]) -> AppResult<Accepted> {
        let refused = |refusal| Ok(Accepted { next: self.next(), refusal: Some(refusal) });
        let frame = match frames::frame(bytes) {
            Ok(frame) => frame,
            Err(refusal) => return refused(refusal),
        };
        let kept = self.kept.clone();
        let written = tokio::task::spawn_blocking(move || {
            kept.lock().expect("no holder of this lock panics").keep(seq, frame)
        });
        match written.await.map_err(anyhow::Error::new)? {
            Ok(samples) => {
                if let Some(hearer) = &self.hearer {
                    hearer.push(samples);
                }
                Ok(Accepted { next: self.next(), refusal: None })
            }
            Err(NotKept::Refused(refusal)) => refused(refusal),
            Err(NotKept::Disk(error)) => Err(disk(error, &self.row)),
        }
    }

    /// Writes the end of the file and lets the hearer finish the utterance that is open.
    pub(super) async fn set_aside(&self) {
        self.seal().await;
        if let Some(hearer) = &self.hearer {
            hearer.close();
        }
    }

    /// Writes the end of the file; what its hearer has not finished is heard after the next start.
    pub(super) async fn seal(&self) {
        let kept = self.kept.clone();
        let sealed =
            tokio::task::spawn_blocking(move || kept.lock().expect("no holder of this lock panics").seal());
        if let Ok(Err(error)) = sealed.await {
            tracing::warn!(stream.id = %self.row.id, error = %error, "The end of a stream could not be written");
        }
    }
}

enum NotKept {
    Refused(Refusal),
    Disk(huddle_media::Error),
}

impl Kept {
    /// Writes the frame if it is new: how many samples there are now.
    fn keep(&mut self, seq: u32, frame: Vec<i16>) -> Result<u64, NotKept> {
        self.last_frame = Instant::now();
        let log = self.log.as_mut().ok_or(NotKept::Refused(capture::CLOSED))?;
        match frames::judge(frame_of(log.samples()), seq).map_err(NotKept::Refused)? {
            frames::Verdict::Known => Ok(self.samples),
            frames::Verdict::Keep => {
                log.append(&frame).map_err(NotKept::Disk)?;
                metrics::counter!("huddle_audio_frames_total").increment(1);
                self.samples = log.samples();
                Ok(self.samples)
            }
        }
    }

    fn seal(&mut self) -> Result<(), huddle_media::Error> {
        match self.log.take() {
            Some(mut log) => log.finish().and_then(|()| log.sync()),
            None => Ok(()),
        }
    }
}

fn frame_of(samples: u64) -> u32 {
    u32::try_from(samples / frames::FRAME_SAMPLES as u64).unwrap_or(u32::MAX)
}
