//! What happens when the last byte is here: the file is looked into, and becomes a stream of a meeting; or it
//! is refused and goes.

use super::{UNKNOWN, file};
use crate::{
    app::{App, AppError, AppResult, meetings, work::Work},
    bus::What,
    db,
};
use huddle_domain::{
    Refusal, UploadId,
    capture::{Stream, StreamKind},
    meeting::{Meeting, MeetingPlan, MeetingState},
    participant::{Participant, Role},
    upload::{Remark, Unfit, Upload, UploadState},
};
use huddle_media::Decoder;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use std::path::Path;

/// Looks into a file that is whole and makes it part of its meeting, in one transaction with the task that
/// takes it in. A file that cannot be heard is refused and removed.
pub(super) async fn arrive(app: &App, upload: Upload) -> AppResult<Upload> {
    let (path, most) = (file::path(app, upload.id), app.config.uploads.max_minutes);
    let looked = tokio::task::spawn_blocking(move || look_into(&path, most)).await;
    let length_ms = match looked.map_err(anyhow::Error::new)? {
        Ok(length_ms) => length_ms.unwrap_or(0),
        Err(NotTaken::Unfit(unfit)) => return Err(refuse(app, &upload, unfit.into()).await?),
        Err(NotTaken::Fault(fault)) => return Err(fault.context("an upload cannot be looked into").into()),
    };
    let tx = app.db.begin().await?;
    let upload = db::upload::lock(&tx, upload.id).await?.ok_or(UNKNOWN)?;
    if upload.state != UploadState::Receiving {
        return Ok(upload);
    }
    let Some((meeting, is_meeting)) = meeting(app, &tx, &upload, length_ms).await? else {
        drop(tx);
        return Err(refuse(app, &upload, Refusal::NotFound("The meeting that the file was to join")).await?);
    };
    let stream = stream(app, &tx, &upload, &meeting).await?;
    db::upload::received(&tx, upload.id, (meeting.id, is_meeting), stream.id).await?;
    let key = format!("take_in_upload:{}", upload.id);
    let work = Work::TakeInUpload { upload: upload.id };
    work.queue(&tx, app, Some(meeting.id), Some(key), app.now()).await?;
    tx.commit().await?;
    app.work.notify_one();
    app.moved.notify_one();
    app.bus.tell(meeting.id, What::Meeting);
    app.bus.tell(meeting.id, What::Participants);
    Ok(Upload {
        state: UploadState::Received,
        meeting: Some(meeting.id),
        stream: Some(stream.id),
        is_meeting,
        ..upload
    })
}

/// Why a file is not taken in.
#[derive(Debug)]
pub(super) enum NotTaken {
    /// It cannot be; trying again changes nothing.
    Unfit(Unfit),
    /// The world failed.
    Fault(anyhow::Error),
}

impl From<huddle_media::Error> for NotTaken {
    fn from(error: huddle_media::Error) -> Self {
        use huddle_media::Error;
        match error {
            // The system's own errors have a number; others are what the reader thinks of the file.
            Error::Io(error) if error.raw_os_error().is_some() => Self::Fault(error.into()),
            Error::Shape { .. } => Self::Unfit(Unfit::Shape(sentence(&error))),
            error => Self::Unfit(Unfit::NotAudio(sentence(&error))),
        }
    }
}

fn sentence(error: &huddle_media::Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str())
}

/// Opens the file and decodes its beginning; how many milliseconds it says that it lasts.
fn look_into(path: &Path, most_minutes: u32) -> Result<Option<i64>, NotTaken> {
    let mut decoder = Decoder::open(path)?;
    let promised_ms = decoder.duration_ms().map(|ms| i64::try_from(ms).unwrap_or(i64::MAX));
    if promised_ms.is_some_and(|ms| ms > i64::from(most_minutes) * 60_000) {
        return Err(NotTaken::Unfit(Unfit::TooLong(most_minutes)));
    }
    match decoder.next() {
        Some(block) => block.map(|_| promised_ms).map_err(Into::into),
        None => Err(NotTaken::Unfit(Unfit::NoSound)),
    }
}

/// The meeting that the upload joins, or that is made for it, and whether the recording is all of it. `None` if
/// the one to join is gone.
async fn meeting(
    app: &App,
    tx: &DatabaseTransaction,
    upload: &Upload,
    length_ms: i64,
) -> AppResult<Option<(Meeting, bool)>> {
    let ended = upload.recorded_at.unwrap_or(app.now());
    let length_ms = upload.start_ms + length_ms;
    if let Some(id) = upload.meeting {
        let found = db::meeting::lock(tx, id).await?;
        let Some(mut meeting) = found.filter(|m| m.deleted_at.is_none() && m.host == upload.account) else {
            return Ok(None);
        };
        let is_meeting = meeting.state == MeetingState::Planned;
        if is_meeting {
            meeting.was_recorded(ended, length_ms);
            db::meeting::update(tx, &meeting).await?;
        }
        return Ok(Some((meeting, is_meeting)));
    }
    let plan = MeetingPlan {
        title: upload.title.clone(),
        description: String::new(),
        starts_at: None,
        duration_minutes: None,
        time_zone: upload.time_zone,
        invitees: Vec::new(),
    };
    let mut meeting = meetings::planned(app, upload.account, plan.check()?);
    meeting.was_recorded(ended, length_ms);
    meetings::insert(tx, &mut meeting).await?;
    Ok(Some((meeting, true)))
}

/// The stream that the file becomes; until somebody knows better the uploader speaks on it.
async fn stream(
    app: &App,
    tx: &impl ConnectionTrait,
    upload: &Upload,
    meeting: &Meeting,
) -> AppResult<Stream> {
    let now = app.now();
    let participant = match db::participant::of_account(tx, meeting.id, upload.account).await? {
        Some(place) => place.id,
        None => {
            let name = db::meeting::host_name(tx, upload.account).await?;
            let (id, account) = (app.next_id(), Some(upload.account));
            let place =
                Participant { id, meeting: meeting.id, account, name, role: Role::Host, joined_at: now };
            db::participant::insert(tx, &place).await?;
            place.id
        }
    };
    let stream = Stream {
        id: app.next_id(),
        meeting: meeting.id,
        kind: StreamKind::File,
        participant,
        start_ms: upload.start_ms,
        heard_until: 0,
        opened_at: now,
        closed_at: None,
        heard_at: None,
        hearing_until: None,
    };
    db::capture::insert(tx, &stream).await?;
    Ok(stream)
}

/// Keeps why the upload was refused and removes its bytes; the refusal, to be passed on.
async fn refuse(app: &App, upload: &Upload, refusal: Refusal) -> AppResult<AppError> {
    let tx = app.db.begin().await?;
    give_up(&tx, upload.id, refusal.code(), &refusal.to_string()).await?;
    tx.commit().await?;
    file::remove(app, upload.id).await?;
    Ok(refusal.into())
}

/// Keeps why an upload came to nothing, and takes away the stream that it was to become. Its bytes are
/// [`super::file::remove`]d after the commit.
pub async fn give_up(
    tx: &impl ConnectionTrait,
    id: UploadId,
    code: &str,
    message: &str,
) -> Result<(), DbErr> {
    let Some(upload) = db::upload::lock(tx, id).await? else { return Ok(()) };
    if upload.state == UploadState::TakenIn {
        return Ok(());
    }
    if let Some(stream) = upload.stream {
        db::capture::remove(tx, stream).await?;
    }
    db::upload::refuse(tx, id, &Remark { code: code.into(), message: message.into() }).await
}
