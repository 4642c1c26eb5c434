//! A file becomes the log of its stream: decoded block by block in little memory, under a name of its own until
//! it is whole, so that whoever begins again doubles nothing.

use super::{UNKNOWN, arrive::NotTaken, file};
use crate::{
    app::{
        App, AppResult, capture,
        work::{Held, Work},
    },
    bus::What,
    db,
};
use huddle_domain::{
    Refusal, UploadId,
    capture::{Stream, ms},
    meeting::MeetingState,
    upload::{Unfit, Upload, UploadState, cut_short},
};
use huddle_media::{BLOCK, Decoder, OpusLog};
use sha2::{Digest, Sha256};
use std::{
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
};
use tokio::sync::watch;

/// The share of the progress that reading the file once takes, of 100.
const HASHED: i32 = 5;

/// Takes an upload in and queues its hearing, together with the end of the task. Safe to run again.
pub async fn take_in(app: &App, held: Held, id: UploadId) -> AppResult<()> {
    let upload = db::upload::by_id(app.db.read(), id).await?.ok_or(UNKNOWN)?;
    let stream = match (upload.state, upload.stream) {
        (UploadState::Received, Some(stream)) => db::capture::by_id(app.db.read(), stream).await?,
        // It was done before.
        (UploadState::TakenIn, _) => return Ok(()),
        _ => None,
    };
    let stream = stream.ok_or(UNKNOWN)?;
    let job = Job {
        file: file::path(app, id),
        log: capture::path(app, &stream),
        held,
        serial: u32::from_le_bytes(*stream.id.0.as_bytes().last_chunk().expect("a UUID has 16 bytes")),
        most_minutes: app.config.uploads.max_minutes,
    };
    let taken = match run(app, held, job).await? {
        Ok(taken) => taken,
        Err(NotTaken::Unfit(unfit)) => return Err(Refusal::from(unfit).into()),
        Err(NotTaken::Fault(fault)) => return Err(fault.context("a recording cannot be taken in").into()),
    };
    if app.config.uploads.keep_original {
        let key = format!("originals/{}/{id}", stream.meeting);
        app.blob.put_file(&key, &file::path(app, id)).await?;
    }
    store(app, held, &upload, &stream, &taken).await?;
    file::remove(app, id).await
}

/// Runs the job on a thread of its own and tells how far it is. When the task is dropped, the job ends.
async fn run(app: &App, held: Held, job: Job) -> AppResult<Result<Taken, NotTaken>> {
    const STEP: &str = "Taking in the recording";
    let (percent, mut told) = watch::channel(0);
    held.progress(app, 0, STEP).await;
    let mut running = tokio::task::spawn_blocking(move || job.run(&percent));
    loop {
        tokio::select! {
            done = &mut running => return Ok(done.map_err(anyhow::Error::new)?),
            Ok(()) = told.changed() => {
                let percent = *told.borrow_and_update();
                held.progress(app, percent, STEP).await;
            }
        }
    }
}

/// Keeps that the upload is taken in: one transaction with the end of the task.
async fn store(app: &App, held: Held, upload: &Upload, stream: &Stream, taken: &Taken) -> AppResult<()> {
    let (now, lasted_ms) = (app.now(), ms(taken.samples));
    let tx = app.db.begin().await?;
    held.end(&tx, app).await?;
    let mut meeting =
        db::meeting::lock(&tx, stream.meeting).await?.ok_or(Refusal::NotFound("The meeting"))?;
    let until_ms = stream.start_ms + lasted_ms;
    match (upload.is_meeting, meeting.ended_at) {
        // The length that the file promised gives way to the one that it has.
        (true, Some(ended)) => meeting.was_recorded(ended, until_ms),
        _ => meeting.reaches(until_ms),
    }
    db::meeting::update(&tx, &meeting).await?;
    db::capture::close(&tx, stream.id, now).await?;
    let remark = cut_short(taken.promised_ms, lasted_ms);
    db::upload::taken_in(&tx, upload.id, &taken.sha256, remark.as_ref()).await?;
    // A meeting that goes on hears it with everything else when it ends.
    if meeting.state == MeetingState::Ended {
        // Not the key of the meeting: a hearing that is under way may have passed this stream by.
        let key = format!("finish_hearing:{}:{}", meeting.id, stream.id);
        let work = Work::FinishHearing { meeting: meeting.id };
        work.queue(&tx, app, Some(meeting.id), Some(key), now).await?;
    }
    tx.commit().await?;
    app.work.notify_one();
    app.bus.tell(meeting.id, What::Meeting);
    Ok(())
}

/// What came of a file.
#[derive(Debug)]
struct Taken {
    /// SHA-256 of the file, hexadecimal.
    sha256: String,
    /// Samples of its audio, without what fills up the last block.
    samples: u64,
    /// How long the file says that it lasts.
    promised_ms: Option<i64>,
}

/// All that is needed to make a log of a file.
struct Job {
    file: PathBuf,
    log: PathBuf,
    held: Held,
    serial: u32,
    /// The longest recording that is taken.
    most_minutes: u32,
}

impl Job {
    fn run(self, percent: &watch::Sender<i32>) -> Result<Taken, NotTaken> {
        let fault =
            |what: &'static str| move |e: io::Error| NotTaken::Fault(anyhow::Error::new(e).context(what));
        let sha256 = self.hash(percent).map_err(fault("the upload cannot be read"))?;
        let dir = self.log.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(dir).map_err(fault("the folder of the audio cannot be made"))?;
        self.remove_parts(dir).map_err(fault("the folder of the audio cannot be read"))?;
        // A worker that lost its lease and does not know it yet writes into another file.
        let part = self.log.with_extension(format!("{}.part", self.held.lease.simple()));
        let decoded = self.decode(&part, percent).and_then(|decoded| {
            fs::rename(&part, &self.log).map_err(fault("the audio cannot be kept"))?;
            File::open(dir).and_then(|dir| dir.sync_all()).map_err(fault("the audio cannot be kept"))?;
            Ok(decoded)
        });
        if decoded.is_err() {
            let _ = fs::remove_file(&part);
        }
        let (samples, promised_ms) = decoded?;
        Ok(Taken { sha256, samples, promised_ms })
    }

    fn hash(&self, percent: &watch::Sender<i32>) -> io::Result<String> {
        let mut file = File::open(&self.file)?;
        let length = file.metadata()?.len().max(1);
        let (mut hash, mut read, mut buffer) = (Sha256::new(), 0, vec![0; 1 << 18]);
        loop {
            let count = file.read(&mut buffer)?;
            if count == 0 {
                let digest = hash.finalize();
                return Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect());
            }
            hash.update(&buffer[..count]);
            read += count as u64;
            tell(percent, i32::try_from(read * HASHED as u64 / length).unwrap_or(HASHED));
            if percent.is_closed() {
                return Err(io::Error::from(io::ErrorKind::Interrupted));
            }
        }
    }

    /// Removes what workers left behind that died over this stream.
    fn remove_parts(&self, dir: &Path) -> io::Result<()> {
        let stem = self.log.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
        for entry in fs::read_dir(dir)? {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(&stem) && name.ends_with(".part") {
                fs::remove_file(dir.join(&*name))?;
            }
        }
        Ok(())
    }

    /// Writes the log; how many samples there were, and how many milliseconds the file promised.
    fn decode(&self, part: &Path, percent: &watch::Sender<i32>) -> Result<(u64, Option<i64>), NotTaken> {
        let mut decoder = Decoder::open(&self.file)?;
        let promised_ms = decoder.duration_ms().map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
        let most = u64::from(self.most_minutes) * 60 * u64::from(huddle_media::SAMPLE_RATE);
        let mut log = OpusLog::create(part, self.serial).map_err(kept)?;
        let (mut samples, mut block) = (0, Vec::with_capacity(2 * BLOCK));
        while let Some(decoded) = decoder.next() {
            let decoded = match decoded {
                Ok(decoded) => decoded,
                // What came before the damage is good.
                Err(error) => match NotTaken::from(error) {
                    NotTaken::Unfit(_) if samples > 0 => break,
                    not => return Err(not),
                },
            };
            samples += decoded.len() as u64;
            if samples > most {
                return Err(NotTaken::Unfit(Unfit::TooLong(self.most_minutes)));
            }
            block.extend(decoded);
            while block.len() >= BLOCK {
                log.append(&block[..BLOCK]).map_err(kept)?;
                block.drain(..BLOCK);
            }
            tell(percent, HASHED + (decoder.progress() * (99 - HASHED) as f32) as i32);
            if percent.is_closed() {
                return Err(NotTaken::Fault(anyhow::anyhow!("the task was given back")));
            }
        }
        if samples == 0 {
            return Err(NotTaken::Unfit(Unfit::NoSound));
        }
        if !block.is_empty() {
            block.resize(BLOCK, 0);
            log.append(&block).map_err(kept)?;
        }
        log.finish().and_then(|()| log.sync()).map_err(kept)?;
        Ok((samples, promised_ms))
    }
}

/// The log is ours: whatever is wrong with it is no fault of the file.
fn kept(error: huddle_media::Error) -> NotTaken {
    NotTaken::Fault(anyhow::Error::new(error).context("the audio cannot be kept"))
}

fn tell(percent: &watch::Sender<i32>, now: i32) {
    percent.send_if_modified(|told| std::mem::replace(told, now.max(*told)) < now);
}
