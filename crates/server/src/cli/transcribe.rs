//! `huddle transcribe`: what is said in audio files, without a server or a database.

mod progress;

use crate::{
    config::Config,
    ids::{Clock, Ids},
};
use anyhow::{Context, bail};
use clap::ValueEnum;
use huddle_domain::transcript::Segment;
use huddle_export::{json, subtitles, text};
use huddle_media::Decoder;
use huddle_speech::{Engine, SpeechError, Utterance};
use progress::Progress;
use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio files: WAV, FLAC, MP3, Ogg, M4A or WebM.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// What to write; told by the end of --out if absent, else plain words.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write it; standard output if absent. With several files a folder, which gets a file for each.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Plain words, a line for each utterance.
    Txt,
    /// SubRip subtitles.
    Srt,
    /// WebVTT subtitles.
    Vtt,
    /// Segments with the times of words.
    Json,
}

impl Format {
    const ALL: [Self; 4] = [Self::Txt, Self::Srt, Self::Vtt, Self::Json];

    fn of(args: &Args) -> Self {
        let end = args.out.as_ref().and_then(|out| out.extension()).and_then(|end| end.to_str());
        let told =
            Self::ALL.into_iter().find(|f| end.is_some_and(|end| end.eq_ignore_ascii_case(f.ending())));
        args.format.or(told).unwrap_or(Self::Txt)
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Txt => "txt",
            Self::Srt => "srt",
            Self::Vtt => "vtt",
            Self::Json => "json",
        }
    }

    fn render(self, segments: &[Segment]) -> String {
        match self {
            Self::Txt => text::words(segments),
            Self::Srt => subtitles::srt(segments),
            Self::Vtt => subtitles::vtt(segments),
            Self::Json => json::transcript(segments),
        }
    }
}

/// Hears each file and writes what was said; a file that cannot be heard is named, and the others still are.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let format = Format::of(args);
    let several = args.files.len() > 1;
    if several && args.out.is_none() && matches!(format, Format::Srt | Format::Vtt) {
        bail!("subtitles of several files do not fit into one: name a folder with --out");
    }
    let engine = huddle_speech::choose(&config.speech)?;
    let mut code = ExitCode::SUCCESS;
    for file in &args.files {
        let done = out_for(args, file, format).and_then(|out| {
            let (segments, fault) = hear(file, &engine)?;
            write(&segments, format, out.as_deref(), several.then_some(file))?;
            fault.map_or(Ok(()), |fault| {
                Err(fault.context(format!("{} was heard only in part", file.display())))
            })
        });
        match done {
            Ok(()) => {}
            Err(error) if is_closed_pipe(&error) => return Ok(code),
            Err(error) => {
                eprintln!("huddle: {error:#}");
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

/// What is said in a file: segments without a speaker, from its first sample on. Progress goes to standard
/// error.
pub fn hear_file(path: &Path, config: &Config) -> anyhow::Result<Vec<Segment>> {
    let (segments, fault) = hear(path, &huddle_speech::choose(&config.speech)?)?;
    fault.map_or(Ok(segments), Err)
}

/// What is said in a file, and what went wrong midway.
fn hear(path: &Path, engine: &Arc<dyn Engine>) -> anyhow::Result<(Vec<Segment>, Option<anyhow::Error>)> {
    // These faults tell all of their causes themselves.
    let cannot = |why: &dyn std::fmt::Display| anyhow::anyhow!("cannot read {}: {why}", path.display());
    let audio = Decoder::open(path).map_err(|e| match e {
        huddle_media::Error::Io(e) => cannot(&e),
        e => cannot(&e),
    })?;
    let (clock, ids) = (Clock::default(), Ids::default());
    let mut progress = Progress::begin(path, audio.duration_ms());
    let mut segments = Vec::new();
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let heard = huddle_speech::transcribe(engine.clone(), &name, audio, |step| {
        progress.at(huddle_media::ms(step.until));
        segments.extend(step.utterance.map(|u| segment(u, ids.next(clock.now()), engine.name())));
        true
    });
    progress.end(segments.len());
    match heard {
        Ok(()) => Ok((segments, None)),
        Err(why @ SpeechError::Audio(_)) if segments.is_empty() => Err(cannot(&why)),
        Err(why @ SpeechError::Audio(_)) => Ok((segments, Some(why.into()))),
        Err(why) => Err(why).with_context(|| format!("cannot hear {}", path.display())),
    }
}

fn segment(heard: Utterance, id: huddle_domain::SegmentId, engine: &str) -> Segment {
    Segment {
        id,
        stream: None,
        participant: None,
        speaker: String::new(),
        start_ms: heard.start_ms,
        end_ms: heard.end_ms,
        text: heard.text,
        words: heard.words,
        engine: engine.to_owned(),
        agenda_item: None,
    }
}

/// Where the words of a file go; `None` is standard output.
fn out_for(args: &Args, file: &Path, format: Format) -> anyhow::Result<Option<PathBuf>> {
    let Some(out) = &args.out else { return Ok(None) };
    let is_folder = args.files.len() > 1 || out.is_dir();
    let out = if is_folder {
        fs::create_dir_all(out).with_context(|| format!("cannot make the folder {}", out.display()))?;
        let name = file.file_name().unwrap_or_default();
        // The whole name stays: a.wav and a.mp3 are two files.
        out.join(format!("{}.{}", name.to_string_lossy(), format.ending()))
    } else {
        out.clone()
    };
    if fs::canonicalize(&out).is_ok_and(|out| fs::canonicalize(file).is_ok_and(|file| file == out)) {
        bail!("--out names the file that is heard: {}", out.display());
    }
    Ok(Some(out))
}

fn write(
    segments: &[Segment],
    format: Format,
    out: Option<&Path>,
    named: Option<&PathBuf>,
) -> anyhow::Result<()> {
    let words = format.render(segments);
    if let Some(out) = out {
        return fs::write(out, words).with_context(|| format!("cannot write {}", out.display()));
    }
    let mut stdout = io::stdout().lock();
    if let (Some(file), Format::Txt) = (named, format) {
        writeln!(stdout, "# {}", file.display())?;
    }
    stdout.write_all(words.as_bytes())?;
    if !words.is_empty() && !words.ends_with('\n') {
        writeln!(stdout)?;
    }
    Ok(stdout.flush()?)
}

/// Whoever read our output has seen enough.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == io::ErrorKind::BrokenPipe)
}
