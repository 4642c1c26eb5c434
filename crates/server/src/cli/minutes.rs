//! `huddle minutes`: minutes of one file, audio or transcript, without a server or a database.

mod record;
mod zone;

use super::transcribe;
use crate::config::Config;
use anyhow::{Context, anyhow, bail};
use chrono_tz::Tz;
use clap::ValueEnum;
use huddle_domain::{Refusal, minutes::Minutes, record::MeetingRecord, transcript};
use huddle_export::{json, markdown, pdf};
use std::{
    fs,
    io::{self, IsTerminal, Read, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

/// Longest transcript that is read.
const TRANSCRIPT_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Flags.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audio, or a transcript: JSON, SRT, VTT, or lines of `Name: text`.
    file: PathBuf,
    /// What to write; told by the end of --out if absent, else Markdown.
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Where to write it; standard output if absent.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
    /// Title of the meeting; the name of the file if absent.
    #[arg(long)]
    title: Option<String>,
    /// When the meeting was, for due dates such as "by Friday": 2026-11-20 or 2026-11-20T10:00. The day the
    /// file was last changed if absent.
    #[arg(long, value_parser = zone::day_or_moment)]
    date: Option<zone::When>,
    /// Zone in which dates are meant, such as Europe/Madrid; this machine's if absent.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<Tz>,
}

/// What can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Markdown.
    Md,
    /// The whole record with its minutes.
    Json,
    /// A4, with the transcript.
    Pdf,
}

impl Format {
    fn of(args: &Args) -> Self {
        let end = args.out.as_ref().and_then(|out| out.extension()).map(|end| end.to_ascii_lowercase());
        args.format.unwrap_or(match end.as_ref().and_then(|end| end.to_str()) {
            Some("json") => Format::Json,
            Some("pdf") => Format::Pdf,
            _ => Format::Md,
        })
    }
}

/// Hears or reads the file, writes its minutes, renders them.
pub fn run(args: &Args, config: &Config) -> anyhow::Result<ExitCode> {
    let format = Format::of(args);
    if format == Format::Pdf && args.out.is_none() && io::stdout().is_terminal() {
        bail!("a PDF is no text for a terminal: name a file with --out, such as --out minutes.pdf");
    }
    if let Some(out) = &args.out
        && fs::canonicalize(out).is_ok_and(|out| fs::canonicalize(&args.file).is_ok_and(|file| file == out))
    {
        bail!("--out names the file that is read: {}", out.display());
    }
    let record = read(args, config)?;
    if record.segments.is_empty() {
        bail!("there are no words in {}: nothing to write minutes of", args.file.display());
    }
    let minutes = huddle_writer::write(&record);
    give(args, &render(format, &record, &minutes)?)?;
    Ok(ExitCode::SUCCESS)
}

fn read(args: &Args, config: &Config) -> anyhow::Result<MeetingRecord> {
    let path = &args.file;
    let about = record::About {
        title: args.title.as_deref(),
        file: path,
        when: args.date,
        zone: args.time_zone,
        changed: fs::metadata(path).and_then(|m| m.modified()).with_context(|| cannot_read(path))?.into(),
    };
    match text_of(path)? {
        Some(text) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let format = transcript::Format::of(&name, &text);
            let segments = transcript::read(&text, format).map_err(|refusal| match refusal {
                Refusal::Invalid { message, .. } => anyhow!("{}: {message}", path.display()),
                other => other.into(),
            })?;
            let own =
                (format == transcript::Format::Json).then(|| serde_json::from_str(&text).ok()).flatten();
            Ok(record::of(&about, own, segments))
        }
        None => Ok(record::of(&about, None, transcribe::hear_file(path, config)?)),
    }
}

/// The text of a transcript, or `None` where the file is audio: text is what is UTF-8, or what is named as
/// text and then has to be.
fn text_of(path: &Path) -> anyhow::Result<Option<String>> {
    let file = fs::File::open(path).with_context(|| cannot_read(path))?;
    let end = path.extension().map(|end| end.to_string_lossy().to_lowercase());
    let is_named_text = matches!(end.as_deref(), Some("json" | "srt" | "vtt" | "txt" | "md"));
    let mut head = [0; 4];
    let length = (&file).read(&mut head).with_context(|| cannot_read(path))?;
    if !is_named_text && is_audio(&head[..length]) {
        return Ok(None);
    }
    let mut bytes = head[..length].to_vec();
    file.take(TRANSCRIPT_MAX_BYTES).read_to_end(&mut bytes).with_context(|| cannot_read(path))?;
    let is_too_long = bytes.len() as u64 > TRANSCRIPT_MAX_BYTES;
    match String::from_utf8(bytes) {
        Ok(text) if !is_too_long => Ok(Some(text)),
        Err(_) if !is_named_text => Ok(None),
        _ if is_too_long => bail!("{} is longer than 64 MiB: too long for a transcript", path.display()),
        _ => bail!("{} is not UTF-8 text: save it as UTF-8", path.display()),
    }
}

/// The first bytes of WAV, Ogg, FLAC, MP3 with a tag, and WebM.
fn is_audio(head: &[u8]) -> bool {
    [b"RIFF".as_slice(), b"OggS", b"fLaC", b"ID3", b"\x1a\x45\xdf\xa3"]
        .iter()
        .any(|magic| head.starts_with(magic))
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", path.display())
}

fn render(format: Format, record: &MeetingRecord, minutes: &Minutes) -> anyhow::Result<Vec<u8>> {
    Ok(match format {
        Format::Md => markdown::minutes(record, minutes).into_bytes(),
        Format::Json => json::minutes(record, minutes).into_bytes(),
        Format::Pdf => pdf::minutes(record, minutes)?,
    })
}

fn give(args: &Args, bytes: &[u8]) -> anyhow::Result<()> {
    if let Some(out) = &args.out {
        return fs::write(out, bytes).with_context(|| format!("cannot write {}", out.display()));
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output"),
    }
}
