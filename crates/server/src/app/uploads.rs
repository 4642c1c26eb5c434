//! Uploads: recordings that come as files, a piece at a time (tus 1.0). What is acknowledged is on the disk;
//! how much is here says the file, so that nothing has to agree with it. Once whole, a file is looked into
//! ([`arrive`]) and taken in by a task ([`take_in`]).

pub mod arrive;
pub mod file;
pub mod hold;
pub mod take_in;

pub use hold::Holds;

use super::{App, AppResult, Caller, permit};
use crate::db;
use bytes::Bytes;
use file::End;
use futures::Stream;
use huddle_domain::{
    Refusal, UploadId,
    meeting::Meeting,
    upload::{self, EXPIRES, Upload, UploadPlan, UploadState},
};
use std::sync::Arc;

/// An upload and how much of it is here.
#[derive(Debug, Clone)]
pub struct UploadView {
    /// The upload.
    pub upload: Upload,
    /// Bytes that are here.
    pub here: u64,
    /// The meeting that it is to join, or became; `None` as well when that was deleted.
    pub meeting: Option<Meeting>,
}

const UNKNOWN: Refusal = Refusal::NotFound("The upload");
const TOO_MANY: Refusal = Refusal::Exhausted {
    code: "too_many_requests",
    message: "You have too many unfinished uploads: finish one, or cancel it.",
    retry_after: None,
};

/// Begins an upload; `joins` names a meeting of the caller's that it is to be a part of.
pub async fn create(app: &App, caller: Caller, plan: UploadPlan, joins: Option<&str>) -> AppResult<Upload> {
    let account = caller.account()?;
    let plan = plan.check(app.config.uploads.max_bytes, app.now())?;
    let meeting = match joins {
        Some(named) => Some(permit::open_as_host(app, caller, named).await?.id),
        None => None,
    };
    file::require_room(app, plan.length)?;
    let now = app.now();
    let upload = Upload {
        id: app.next_id(),
        account,
        meeting,
        stream: None,
        state: UploadState::Receiving,
        file_name: plan.file_name,
        media_type: plan.media_type,
        title: plan.title,
        time_zone: plan.time_zone,
        start_ms: plan.start_ms,
        recorded_at: plan.recorded_at,
        is_meeting: false,
        metadata: plan.metadata,
        length: plan.length,
        sha256: None,
        remark: None,
        created_at: now,
        expires_at: now + EXPIRES,
    };
    let tx = app.db.begin().await?;
    if db::upload::open_count(&tx, account, now).await? >= upload::OPEN_MAX {
        return Err(TOO_MANY.into());
    }
    db::upload::insert(&tx, &upload).await?;
    // A file without a row is swept; a row without a file would be of no use to anybody.
    file::create(app, upload.id).await?;
    tx.commit().await?;
    Ok(upload)
}

/// The caller's own upload; what belongs to others is not found.
async fn own(app: &App, caller: Caller, id: UploadId) -> AppResult<Upload> {
    let account = caller.account()?;
    let found = db::upload::by_id(app.db.read(), id).await?.filter(|u| u.account == account);
    Ok(found.ok_or(UNKNOWN)?)
}

/// How many bytes are here and will not be lost any more; where the next ones go. Whoever was sending is
/// stopped, and what they sent is counted.
pub async fn offset(app: &App, caller: Caller, id: UploadId) -> AppResult<(Upload, u64)> {
    own(app, caller, id).await?;
    let _hold = app.uploads.take(id).await;
    let upload = own(app, caller, id).await?;
    let here = here(app, &upload).await?;
    if here < upload.length || upload.state != UploadState::Receiving {
        return Ok((upload, here));
    }
    // The server died between the last byte and what comes after it.
    Ok((arrive::arrive(app, upload).await?, here))
}

/// Bytes of an upload that are here for good; refuses one that came to nothing.
async fn here(app: &App, upload: &Upload) -> AppResult<u64> {
    match upload.state {
        UploadState::Received | UploadState::TakenIn => Ok(upload.length),
        UploadState::Receiving if upload.expires_at > app.now() => file::synced(app, upload.id).await,
        UploadState::Receiving | UploadState::Refused => Err(upload::GONE.into()),
    }
}

/// Appends what `body` brings, from byte `offset` on (`coming` bytes, if that is known), and returns how many
/// are here then. What came before a failure is kept.
pub async fn append<B, E>(
    app: &Arc<App>,
    caller: Caller,
    id: UploadId,
    (offset, coming): (u64, Option<u64>),
    body: B,
) -> AppResult<(Upload, u64)>
where
    B: Stream<Item = Result<Bytes, E>> + Send + Unpin + 'static,
    E: Send + 'static,
{
    own(app, caller, id).await?;
    // A task of its own: when the connection breaks, the handler is dropped wherever it stands.
    let app = app.clone();
    let receiving = tokio::spawn(async move {
        let hold = app.uploads.take(id).await;
        let upload = own(&app, caller, id).await?;
        let before = here(&app, &upload).await?;
        upload::judge(before, upload.length, offset, coming)?;
        if upload.state != UploadState::Receiving {
            return Ok((upload, before));
        }
        let (here, end) = file::write(&app, &upload, before, body, &hold.stop).await?;
        if here > before {
            db::upload::expires(app.db.read(), id, app.now() + EXPIRES).await?;
        }
        match end {
            End::Complete if here == upload.length => Ok((arrive::arrive(&app, upload).await?, here)),
            End::Complete => Ok((own(&app, caller, id).await?, here)),
            End::TooMuch => Err(upload::TOO_MUCH.into()),
            End::Interrupted => Err(upload::INTERRUPTED.into()),
        }
    });
    receiving.await.map_err(anyhow::Error::new)?
}

/// Gives an upload up, or forgets that it was refused.
pub async fn remove(app: &App, caller: Caller, id: UploadId) -> AppResult<()> {
    own(app, caller, id).await?;
    let _hold = app.uploads.take(id).await;
    match own(app, caller, id).await?.state {
        UploadState::Receiving | UploadState::Refused => {
            db::upload::remove(app.db.read(), id).await?;
            file::remove(app, id).await
        }
        UploadState::Received | UploadState::TakenIn => Err(Refusal::Conflict {
            code: "upload_received",
            message: "The file is part of a meeting already: delete the meeting instead.",
        }
        .into()),
    }
}

/// An upload of the caller's, without disturbing whoever is sending.
pub async fn look(app: &App, caller: Caller, id: UploadId) -> AppResult<UploadView> {
    let upload = own(app, caller, id).await?;
    view(app, upload).await
}

/// What of the caller's is under way or was refused, newest first.
pub async fn list(app: &App, caller: Caller) -> AppResult<Vec<UploadView>> {
    let account = caller.account()?;
    let now = app.now();
    let mut views = Vec::new();
    for upload in db::upload::of_account(app.db.read(), account).await? {
        if upload.state != UploadState::Receiving || upload.expires_at > now {
            views.push(view(app, upload).await?);
        }
    }
    Ok(views)
}

async fn view(app: &App, upload: Upload) -> AppResult<UploadView> {
    let here = match upload.state {
        UploadState::Receiving => file::length(app, upload.id).await.unwrap_or(0),
        UploadState::Received | UploadState::TakenIn | UploadState::Refused => upload.length,
    };
    let meeting = match upload.meeting {
        Some(id) => db::meeting::by_id(app.db.read(), id).await?.filter(|m| m.deleted_at.is_none()),
        None => None,
    };
    Ok(UploadView { upload, here, meeting })
}
