//! `huddle demo`: two recorded voices hold a short meeting through the same floors as everybody's:
//! joining, frames in real time, hearing, tasks. Nothing on the result page is made up.

mod voice;

use crate::{
    app::{App, AppError, Caller, accounts, exports, meetings, minutes, participants, transcript},
    bus::What,
    config::{Config, EngineChoice},
    ids,
    live::Live,
    tasks::Tasks,
};
use anyhow::{Context, bail};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use huddle_domain::{
    StreamId,
    account::AccountRole,
    export::{ExportFormat, ExportState},
    meeting::{Meeting, MeetingPlan},
};
use indicatif::{ProgressBar, ProgressStyle};
use std::{process::ExitCode, sync::Arc, time::Duration};
use voice::Voice;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {}

/// How long the minutes and their PDF may take after the meeting.
const PATIENCE: Duration = Duration::from_secs(120);
/// The address of the account that the demo makes where there is none.
const EMAIL: &str = "demo@example.com";

/// Holds the meeting and prints its links.
pub async fn run(_args: Args, mut config: Config) -> anyhow::Result<ExitCode> {
    let voices = voice::cast()?;
    choose_engine(&mut config, &voices)?;
    let app = App::open(config).await?;
    app.db.migrate().await?;
    match &app.engine {
        Ok(engine) if engine.name() == "scripted" => println!(
            "PocketSphinx is not installed, so the words come from the demo's script and not from its sound: \
             install the packages pocketsphinx and pocketsphinx-en-us to have them heard."
        ),
        Ok(engine) => println!("Heard by {}, which knows the sentences of the demo.", engine.name()),
        Err(why) => bail!("the demo cannot be heard: {why}"),
    }
    let host = host(&app).await?;
    let live = Live::start(app.clone());
    let tasks = Tasks::start(app.clone());
    let held = hold(&app, &live, host, voices).await;
    live.stop().await;
    tasks.stop().await;
    let (meeting, pdf) = held?;
    println!("\nThe meeting:  {}/m/{}", app.public_url(), meeting.code);
    println!("Minutes, PDF: {pdf} (for 15 minutes)");
    if tokio::net::TcpStream::connect(("127.0.0.1", app.config.server.port)).await.is_err() {
        println!("The links open once the server runs: huddle serve");
    }
    Ok(ExitCode::SUCCESS)
}

/// PocketSphinx with a grammar of the script where it is installed, else the script itself.
fn choose_engine(config: &mut Config, voices: &[Voice]) -> anyhow::Result<()> {
    let dir = &config.storage.data_dir;
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let (grammar, script) = (dir.join("demo.gram"), dir.join("demo.json"));
    std::fs::write(&grammar, voice::grammar())?;
    std::fs::write(&script, voice::script(voices).to_string())?;
    config.speech.grammar = Some(grammar);
    config.speech.script = Some(script);
    config.speech.engine = EngineChoice::Pocketsphinx;
    if huddle_speech::choose(&config.hearing()).is_err() {
        config.speech.engine = EngineChoice::Scripted;
    }
    Ok(())
}

/// The first administrator; made, with a password that is told once, where nobody has an account yet.
async fn host(app: &App) -> anyhow::Result<Caller> {
    let known = accounts::all(app).await?.into_iter().find(|a| a.role == AccountRole::Admin);
    let account = match known {
        Some(account) => account,
        None => {
            let password = BASE64_URL_SAFE_NO_PAD.encode(ids::random::<12>());
            let made = accounts::add(app, EMAIL, "Demo", &password, AccountRole::Admin).await?;
            println!("Made the first account: {EMAIL}, password {password}");
            made
        }
    };
    Ok(Caller::Account { id: account.id, role: account.role })
}

/// Plans, joins, speaks, ends, and waits for the PDF: the meeting and the link to the file.
async fn hold(
    app: &Arc<App>,
    live: &Arc<Live>,
    host: Caller,
    voices: Vec<Voice>,
) -> anyhow::Result<(Meeting, String)> {
    let plan = MeetingPlan {
        title: "Demo: the release".into(),
        description: "Two recorded voices, held by `huddle demo`.".into(),
        starts_at: None,
        duration_minutes: None,
        time_zone: chrono_tz::UTC,
        invitees: Vec::new(),
        engine: None,
        vocabulary: Vec::new(),
    };
    let meeting =
        meetings::plan(app, host, plan, &[("The release".into(), Some("Ann".into()))], true).await?;
    let code = meeting.code.to_string();
    let frames = voices.iter().map(|v| v.frames.len()).max().unwrap_or(0);
    let bar = ProgressBar::new(frames as u64)
        .with_style(ProgressStyle::with_template("{bar:30} {msg}").context("the bar")?);
    bar.set_message("Ann and Ben are talking");
    let captions = tokio::spawn(tell(app.clone(), meeting.clone(), bar.clone()));
    let mut speaking = tokio::task::JoinSet::new();
    for voice in voices {
        let (_, guest) = participants::join(app, Caller::Nobody, &code, Some(voice.name)).await?;
        let caller = Caller::Guest { participant: guest.id, meeting: meeting.id };
        live.open(caller, &code, voice.stream, 0).await?;
        let is_longest = voice.frames.len() == frames;
        let (live, bar) = (live.clone(), is_longest.then(|| bar.clone()));
        speaking.spawn(async move {
            let mut clock = tokio::time::interval(Duration::from_millis(100));
            for (seq, frame) in (0..).zip(&voice.frames) {
                clock.tick().await;
                let accepted = live.accept(guest.id, voice.stream, seq, frame).await?;
                if let Some(refusal) = accepted.refusal {
                    return Err(AppError::Refused(refusal));
                }
                if let Some(bar) = &bar {
                    bar.inc(1);
                }
            }
            live.close(guest.id, voice.stream).await
        });
    }
    while let Some(spoke) = speaking.join_next().await {
        spoke??;
    }
    let meeting = meetings::end(app, host, &code).await?;
    bar.set_message("Writing the minutes");
    let pdf = tokio::time::timeout(PATIENCE, pdf(app, host, &meeting)).await;
    let pdf = pdf.context("the minutes are not there after two minutes; is another `huddle` stuck?")??;
    captions.abort();
    bar.finish_and_clear();
    let (segments, _) = transcript::whole(app, host, &code).await?;
    let written = minutes::read(app, host, &code).await?.minutes.context("there are no minutes")?;
    println!(
        "{}; {} and {} written down.",
        counted(segments.len(), "thing heard", "things heard"),
        counted(written.decisions.len(), "decision", "decisions"),
        counted(written.action_items.len(), "action item", "action items")
    );
    Ok((meeting, pdf))
}

/// "1 decision", "2 decisions".
fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

/// Prints what was heard, as it comes.
async fn tell(app: Arc<App>, meeting: Meeting, bar: ProgressBar) {
    let mut events = app.bus.listen();
    while let Ok(event) = events.recv().await {
        if let What::Segment(segment) = event.what
            && event.meeting == meeting.id
        {
            bar.suspend(|| println!("  {}: {}", segment.speaker, segment.text));
        }
    }
}

/// The link to the PDF, once it is there.
async fn pdf(app: &App, host: Caller, meeting: &Meeting) -> anyhow::Result<String> {
    let named = meeting.id.to_string();
    loop {
        let state = minutes::state(app, meeting.id).await?;
        if let minutes::State::Failed = state.state {
            bail!("the minutes could not be written: {}", state.reason.unwrap_or_default());
        }
        for view in exports::list(app, host, &named).await? {
            match (view.export.format, view.export.state, view.link) {
                (ExportFormat::Pdf, ExportState::Ready, Some((url, _))) if url.starts_with('/') => {
                    return Ok(format!("{}{url}", app.public_url()));
                }
                (ExportFormat::Pdf, ExportState::Ready, Some((url, _))) => return Ok(url),
                (ExportFormat::Pdf, ExportState::Failed, _) => bail!("the PDF could not be rendered"),
                _ => {}
            }
        }
        // The work may be done by another process on the same database: nothing rings here then.
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// A new id for a stream.
fn stream() -> StreamId {
    ids::Ids::default().next(ids::Clock::default().now())
}
