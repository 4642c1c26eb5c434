//! `/meetings/{meeting}/transcript` and `/meetings/{meeting}/audio`.

use super::wire;
use crate::{
    app::{
        Caller, capture,
        downloads::{self, File},
        transcript,
    },
    doors::{
        House,
        error::{ApiError, ErrorBody},
        extract::Path,
    },
};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of this noun.
pub fn routes() -> OpenApiRouter<House> {
    OpenApiRouter::new().routes(routes!(whole)).routes(routes!(audio))
}

/// The segments in order.
#[utoipa::path(get, path = "/meetings/{meeting}/transcript", operation_id = "getTranscript", tag = "transcript", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = wire::Transcript), (status = "default", body = ErrorBody)))]
async fn whole(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<wire::Transcript>, ApiError> {
    let (segments, complete) = transcript::whole(&house.app, caller, &named).await?;
    Ok(axum::Json(wire::Transcript { segments: segments.into_iter().map(Into::into).collect(), complete }))
}

/// The kept audio, a track per stream, with links that expire.
#[utoipa::path(get, path = "/meetings/{meeting}/audio", operation_id = "listAudio", tag = "transcript", params(("meeting" = String, Path, description = "Id or code")),
    responses((status = 200, body = Vec<wire::AudioTrack>), (status = "default", body = ErrorBody)))]
async fn audio(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<axum::Json<Vec<wire::AudioTrack>>, ApiError> {
    let (meeting, tracks) = capture::tracks(&house.app, caller, &named).await?;
    let wired = tracks.into_iter().map(|track| {
        let file = File::Audio { meeting: meeting.id, stream: track.stream.id };
        let (url, expires_at) = downloads::ticket(&house.app, &file, &format!("{}.ogg", track.name));
        wire::AudioTrack {
            stream: track.stream.id.into(),
            participant: track.participant.into(),
            name: track.name,
            start_ms: track.stream.start_ms,
            duration_ms: track.duration_ms,
            url,
            expires_at,
        }
    });
    Ok(axum::Json(wired.collect()))
}
