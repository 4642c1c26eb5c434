//! Who speaks on a shared microphone: turns of voices, told apart without any trained model.
//!
//! ```text
//!  samples ─→ features ─→ speech ─→ pieces ─→ groups ─→ bayes ─→ path ─→ turns
//!             mel cepstra, voice     cut at    joined    how many  who     + confidence
//!             pitch        activity  changes   by BIC    voices    when    + overlap
//! ```
//! The audio is heard once and dropped; 20 MB an hour stay. No chance, no clock: the same audio always gives
//! the same turns. A *voice* is a number, counted in the order in which they are first heard; whose it is,
//! people say.

mod assign;
mod bayes;
pub mod der;
mod features;
mod gauss;
mod mixture;
mod path;
mod pieces;
mod pitch;
mod speech;

pub use assign::{Run, assign};

use crate::vad::FRAME;
use bayes::{Model, Speech};
use features::{Cepstra, Features, FrontEnd};
use mixture::Mixture;
use std::ops::Range;

/// Somebody speaks. Where two speak at once there is a turn for each of them, both marked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Turn {
    /// Begins then, in milliseconds of the audio.
    pub start_ms: i64,
    /// Ends then.
    pub end_ms: i64,
    /// Which voice, from 0; `None` where it is not sure enough whose it is.
    pub voice: Option<usize>,
    /// How likely it is this voice and none of the others that were heard, 0–1. Where it is unknown: the most
    /// likely one's.
    pub confidence: f32,
    /// Another speaks at the same time.
    pub overlap: bool,
}

/// What is asked for, and the constants of the method. `docs/performance.md` says what these were chosen on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// At most so many voices are told apart (1 to 32).
    pub most_voices: usize,
    /// A turn that is less surely its voice's is nobody's, 0–1.
    pub surest: f32,
    /// Speech begins where the voice activity scores this, 0–1.
    pub speech: f32,
    /// A pause of at most so many milliseconds is part of a turn, where nobody else speaks in it.
    pub pause_ms: i64,
    /// How much the pitch of one frame says, beside what its timbre says.
    pub pitch_weight: f64,
    /// How little voices differ in pitch: one over its variance.
    pub pitch_prior: f64,
    /// How dear a further Gaussian is when pieces are joined; 1 is the criterion as published.
    pub penalty: f64,
    /// How much one frame says, where 1 would take each to be independent of its neighbours.
    pub frame_weight: f64,
    /// How dear a further voice is; 1 is the bound on the evidence as it is derived.
    pub voice_cost: f64,
    /// Evidence, a frame, that each unit of information (nats) about who speaks must be worth: what a voice
    /// says differs more than chance would have it, and the more so the longer it speaks.
    pub information_cost: f64,
    /// How little voices differ in the offset that all sounds share: one over its variance.
    pub shared_prior: f64,
    /// How little voices differ beyond that in each sound.
    pub own_prior: f64,
    /// How long one speaks on average, in milliseconds.
    pub turn_ms: u32,
    /// Log likelihood by which two voices must explain a stretch better than one, to be two.
    pub overlap_gain: f64,
    /// Frames of speech for each sound of the mixture.
    pub frames_per_sound: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            most_voices: 8,
            surest: 0.6,
            speech: 0.8,
            pause_ms: 1_000,
            pitch_weight: 0.8,
            pitch_prior: 1.0,
            penalty: 1.0,
            frame_weight: 0.14,
            voice_cost: 0.65,
            information_cost: 0.02,
            shared_prior: 8.0,
            own_prior: 16.0,
            turn_ms: 3_000,
            overlap_gain: 6.0,
            frames_per_sound: 60,
        }
    }
}

/// What is never heard for so long in one go, 1 s, is no voice: it is how somebody ends their sentences.
const LASTING: usize = 63;
/// Most sounds of a mixture.
const MOST_SOUNDS: usize = 64;

/// Hears a recording of 16 kHz mono and tells who spoke when.
pub fn diarize<B: AsRef<[i16]>>(blocks: impl IntoIterator<Item = B>, options: &Options) -> Vec<Turn> {
    let mut listener = Listener::default();
    blocks.into_iter().for_each(|block| listener.push(block.as_ref()));
    listener.finish(options)
}

/// Hears a recording block by block, for those whose blocks may fail to come.
#[derive(Default)]
pub struct Listener(FrontEnd);

impl Listener {
    /// Hears more; blocks may have any length.
    pub fn push(&mut self, block: &[i16]) {
        self.0.push(block);
    }

    /// What is kept in memory until the end.
    #[cfg(test)]
    fn kept_bytes(&self) -> usize {
        self.0.kept_bytes()
    }

    /// The turns, by their beginning and then by voice. None of them is empty or reaches beyond the audio; two of
    /// them share time only where both are marked as overlap.
    pub fn finish(self, options: &Options) -> Vec<Turn> {
        let end_ms = crate::ms(self.0.heard());
        let features = self.0.finish();
        let regions = speech::regions(&features, options);
        Compact::of(&features, regions).turns(options, end_ms)
    }
}

/// The frames of speech alone, with the pauses between them taken out.
struct Compact {
    frames: Vec<Cepstra>,
    /// How high each frame is, in standard deviations from the mean; not a number where it has no pitch.
    pitches: Vec<f32>,
    /// Each region in the audio, and in `frames`.
    regions: Vec<(Range<usize>, Range<usize>)>,
    /// Frames of silence before each frame.
    pauses: Vec<u32>,
}

impl Compact {
    fn of(features: &Features, regions: Vec<Range<usize>>) -> Self {
        let mut compact =
            Self { frames: Vec::new(), pitches: Vec::new(), regions: Vec::new(), pauses: Vec::new() };
        let mut heard = 0;
        for region in regions {
            let from = compact.frames.len();
            compact.frames.extend_from_slice(&features.cepstra[region.clone()]);
            compact.pitches.extend_from_slice(&features.pitches[region.clone()]);
            compact.pauses.resize(compact.frames.len(), 0);
            compact.pauses[from] = u32::try_from(region.start - heard).unwrap_or(u32::MAX);
            heard = region.end;
            compact.regions.push((region, from..compact.frames.len()));
        }
        normalise(&mut compact.pitches);
        compact
    }

    fn turns(&self, options: &Options, end_ms: i64) -> Vec<Turn> {
        if self.frames.is_empty() {
            return Vec::new();
        }
        let sounds = (self.frames.len() / options.frames_per_sound.max(1)).clamp(1, MOST_SOUNDS);
        let mixture = Mixture::learn(&self.frames, sounds);
        let speech = Speech::new(&self.frames, &self.pitches, &self.pauses, &mixture, options);
        let regions: Vec<Range<usize>> = self.regions.iter().map(|r| r.1.clone()).collect();
        let mut model = self.model(&speech, &regions, options);
        let change = (f64::from(options.turn_ms) / 16.0).max(1.0).ln();
        let path = loop {
            let path = path::best(&speech, &model.voices, &regions, options.frame_weight, change);
            let living = lasting(&path, &regions, model.voices.len());
            if living.len() == model.voices.len() {
                break path;
            }
            model.keep(&living);
        };
        let both = path::both(&speech, &model.voices, &path, options.frame_weight, options.overlap_gain);
        let mut turns = Vec::new();
        for (audio, region) in &self.regions {
            self.tell(&model, &path, &both, (audio, region), options, &mut turns);
        }
        finish(turns, options.pause_ms, end_ms)
    }

    /// The model of the number of voices that is best by its evidence.
    fn model(&self, speech: &Speech, regions: &[Range<usize>], options: &Options) -> Model {
        let most = options.most_voices.clamp(1, 32);
        let pieces = pieces::cut(&self.frames, regions);
        let groups = pieces::groups(&self.frames, &pieces, most, options.penalty);
        let models = groups.iter().enumerate().map(|(i, groups)| {
            let mut of = vec![None; self.frames.len()];
            for (piece, group) in pieces.iter().zip(groups) {
                of[piece.clone()].fill(*group);
            }
            speech.learn(&of, i + 1, options)
        });
        models
            .reduce(|best, model| if model.evidence > best.evidence { model } else { best })
            .expect("where there is speech there is a piece of it")
    }

    /// Adds the turns of one region.
    fn tell(
        &self,
        model: &Model,
        path: &[usize],
        both: &[(Range<usize>, usize)],
        (audio, region): (&Range<usize>, &Range<usize>),
        options: &Options,
        turns: &mut Vec<Turn>,
    ) {
        let second = |frame: usize| {
            let after = both.partition_point(|(range, _)| range.end <= frame);
            both.get(after).filter(|(range, _)| range.start <= frame).map(|b| b.1)
        };
        let mut from = region.start;
        while from < region.end {
            let voices = (path[from], second(from));
            let to = (from..region.end).find(|&f| (path[f], second(f)) != voices).unwrap_or(region.end);
            let sure =
                |voice: usize| (from..to).map(|f| model.chances(f)[voice]).sum::<f32>() / (to - from) as f32;
            let ms = |frame: usize| crate::ms(((frame - region.start + audio.start) * FRAME) as u64);
            let (start_ms, end_ms) = (ms(from), ms(to));
            if let Some(second) = voices.1 {
                // Each is half of what is heard: how sure they are together says whether it is these two.
                let confidence = (sure(voices.0) + sure(second)).min(1.0);
                for voice in [voices.0, second] {
                    turns.push(Turn { start_ms, end_ms, voice: Some(voice), confidence, overlap: true });
                }
            } else {
                let confidence = sure(voices.0).clamp(0.0, 1.0);
                let voice = Some(voices.0).filter(|_| confidence >= options.surest);
                turns.push(Turn { start_ms, end_ms, voice, confidence, overlap: false });
            }
            from = to;
        }
    }
}

/// The voices that are heard for [`LASTING`] frames in one go; if none is, the one that comes closest.
fn lasting(path: &[usize], regions: &[Range<usize>], count: usize) -> Vec<usize> {
    let mut longest = vec![0; count];
    for region in regions {
        for run in path[region.clone()].chunk_by(|a, b| a == b) {
            longest[run[0]] = longest[run[0]].max(run.len());
        }
    }
    let most = longest.iter().copied().max().unwrap_or(0);
    (0..count).filter(|&v| longest[v] >= LASTING.min(most)).collect()
}

/// Subtracts the mean and divides by the standard deviation; what is not a number takes no part.
fn normalise(numbers: &mut [f32]) {
    let known = || numbers.iter().filter(|n| !n.is_nan()).map(|&n| f64::from(n));
    let count = known().count().max(1) as f64;
    let mean = known().sum::<f64>() / count;
    let deviation = (known().map(|n| (n - mean).powi(2)).sum::<f64>() / count).sqrt().max(0.05);
    numbers.iter_mut().for_each(|n| *n = ((f64::from(*n) - mean) / deviation) as f32);
}

/// Numbers the voices in the order of their appearance, and ends what the audio ends.
fn finish(mut turns: Vec<Turn>, pause_ms: i64, end_ms: i64) -> Vec<Turn> {
    for i in 1..turns.len() {
        let (before, after) = turns.split_at_mut(i);
        let (before, after) = (&mut before[i - 1], &after[0]);
        let pause = after.start_ms - before.end_ms;
        if before.voice == after.voice && !before.overlap && !after.overlap && (0..=pause_ms).contains(&pause)
        {
            before.end_ms = after.start_ms;
        }
    }
    turns.iter_mut().for_each(|t| t.end_ms = t.end_ms.min(end_ms));
    turns.retain(|t| t.start_ms < t.end_ms);
    let mut known: Vec<usize> = Vec::new();
    for voice in turns.iter_mut().filter_map(|t| t.voice.as_mut()) {
        let number = known.iter().position(|k| k == voice).unwrap_or_else(|| {
            known.push(*voice);
            known.len() - 1
        });
        *voice = number;
    }
    turns.sort_by_key(|t| (t.start_ms, t.voice));
    turns
}

#[cfg(test)]
mod tests;
