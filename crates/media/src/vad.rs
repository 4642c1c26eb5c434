//! Voice activity, and the cutter that makes utterances of a stream.
//!
//! ```text
//!  ──quiet──┬─pre-roll─┬───speech───┬─tail─┬─rest of the hang-over─┬──quiet──
//!           start                          end                     next
//! ```
//! At `next` the cutter forgets everything but the last second: one that is begun there, and given that
//! second, makes the same cuts, so a stream can be heard again from any `next` after a crash.

use crate::level;
use earshot::Detector;

/// Samples that are judged at a time: 16 ms.
pub const FRAME: usize = 256;

/// Is a frame speech? One per stream: it remembers a little of what went before.
#[derive(Default)]
pub struct Vad(Box<Detector>);

impl Vad {
    /// How likely the frame is speech, 0–1. What is too quiet to be heard scores 0.
    pub fn score(&mut self, frame: &[i16; FRAME]) -> f32 {
        let score = self.0.predict_i16(frame);
        if level::rms_dbfs(frame) < FAINTEST_DBFS { 0.0 } else { score }
    }

    /// Forgets what went before.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

const FAINTEST_DBFS: f32 = -62.0;
/// Speech begins at this score …
const BEGIN: f32 = 0.5;
/// … and goes on above this one; noise stays below it once the detector has settled.
const GO_ON: f32 = 0.4;
/// Below this nothing is on its way.
const CALM: f32 = 0.35;
/// Above this it is surely speech; noise never is, not even before the detector has settled.
const SURE: f32 = 0.75;

const fn samples(ms: usize) -> usize {
    ms * 16
}
const PRE_ROLL: usize = samples(250);
const HANG_OVER: usize = samples(600);
const TAIL: usize = samples(300);
const SHORTEST: usize = samples(200);
const SHORTEST_SURE: usize = samples(90);
const LONGEST: usize = samples(15_000);
/// The end of a longest utterance, in which the quietest place is looked for.
const SEARCH: std::ops::Range<usize> = samples(10_500)..samples(14_400);
/// How often silence is told, and when at the latest if it is not calm.
const QUIET: usize = samples(5_000);
const UNCALM: usize = samples(30_000);
const CALM_FRAMES: usize = 16;
/// What the detector needs to settle, in samples; see [`Cutter::new`].
pub const SETTLE: usize = samples(1_000);

/// What the cutter found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cut {
    /// Someone speaks; [`Cutter::open`] gives what was said so far.
    Started {
        /// First sample of the utterance.
        start_sample: u64,
    },
    /// An utterance is whole.
    Ended {
        /// First sample of the utterance.
        start_sample: u64,
        /// First sample after it.
        end_sample: u64,
        /// Its audio: `end_sample - start_sample` samples.
        samples: Vec<i16>,
        /// Hearing may go on from here as if the stream began here.
        next_sample: u64,
    },
    /// Nobody spoke up to here; hearing may go on from here as if the stream began here.
    Quiet {
        /// First sample after the silence.
        until_sample: u64,
    },
}

/// Cuts a stream of 16 kHz mono into utterances. Keeps at most one utterance (15 s) in memory.
pub struct Cutter {
    vad: Vad,
    /// Up to [`SETTLE`] samples before `held`.
    past: Vec<i16>,
    /// Samples from `held_from` on: the pre-roll, or the utterance so far.
    held: Vec<i16>,
    held_from: u64,
    /// How many of them were judged.
    judged: usize,
    /// Samples judged since the cutter last forgot everything.
    age: usize,
    calm: usize,
    speech: Option<Speech>,
}

/// Positions are in `Cutter::held`, whose beginning is the utterance's while there is speech.
struct Speech {
    voiced: usize,
    sure: usize,
    last_voiced: usize,
    /// Loudness of each frame, dBFS.
    levels: Vec<f32>,
    told: bool,
}

impl Cutter {
    /// A cutter that begins at sample `start_sample` of a stream. `past` is what the stream had before it,
    /// of which the last [`SETTLE`] samples matter; empty at its beginning.
    pub fn new(start_sample: u64, past: &[i16]) -> Self {
        let mut cutter = Self {
            vad: Vad::default(),
            past: past[past.len().saturating_sub(SETTLE)..].to_vec(),
            held: Vec::new(),
            held_from: start_sample,
            judged: 0,
            age: 0,
            calm: 0,
            speech: None,
        };
        cutter.settle();
        cutter
    }

    /// Number of the sample that is expected next.
    pub fn position(&self) -> u64 {
        self.held_from + self.held.len() as u64
    }

    /// The utterance under way: number of its first sample and all of it so far.
    pub fn open(&self) -> Option<(u64, &[i16])> {
        self.speech.as_ref().filter(|s| s.told).map(|_| (self.held_from, &self.held[..self.judged]))
    }

    /// Hears more; blocks may have any length.
    pub fn push(&mut self, block: &[i16]) -> Vec<Cut> {
        let mut cuts = Vec::new();
        // In small steps, so that a long block is not held as a whole.
        for piece in block.chunks(crate::BLOCK) {
            self.held.extend_from_slice(piece);
            self.judge_all(&mut cuts);
        }
        cuts
    }

    /// The stream is over (or stops for long): closes the utterance under way. Always ends with a cut
    /// that carries the position reached.
    pub fn flush(&mut self) -> Vec<Cut> {
        let end = self.held.len();
        let cut = match self.speech.take() {
            Some(speech) if speech.told => {
                let utterance = (speech.last_voiced + TAIL).min(end);
                self.ended(utterance, end)
            }
            _ => Cut::Quiet { until_sample: self.position() },
        };
        self.forget(end);
        vec![cut]
    }

    fn judge_all(&mut self, cuts: &mut Vec<Cut>) {
        while let Some(frame) = self.held[self.judged..].first_chunk::<FRAME>() {
            let score = self.vad.score(frame);
            let loudness = level::rms_dbfs(frame);
            self.judged += FRAME;
            self.age += FRAME;
            self.calm = if score < CALM { self.calm + 1 } else { 0 };
            match self.speech {
                None => self.in_quiet(score, loudness, cuts),
                Some(_) => self.in_speech(score, loudness, cuts),
            }
        }
    }

    fn in_quiet(&mut self, score: f32, loudness: f32, cuts: &mut Vec<Cut>) {
        if score >= BEGIN {
            let levels = vec![loudness; self.judged / FRAME];
            self.speech = Some(Speech {
                voiced: FRAME,
                sure: sure(score),
                last_voiced: self.judged,
                levels,
                told: false,
            });
            return;
        }
        // Whole frames only: `held` then always begins on a frame, and so does every utterance.
        while self.judged >= PRE_ROLL + FRAME {
            self.drop_front(FRAME);
        }
        if (self.age >= QUIET && self.calm >= CALM_FRAMES) || self.age >= UNCALM {
            self.forget(self.judged);
            cuts.push(Cut::Quiet { until_sample: self.held_from });
        }
    }

    fn in_speech(&mut self, score: f32, loudness: f32, cuts: &mut Vec<Cut>) {
        let Some(speech) = self.speech.as_mut() else { return };
        speech.levels.push(loudness);
        if score >= GO_ON {
            speech.voiced += FRAME;
            speech.last_voiced = self.judged;
        }
        speech.sure += sure(score);
        if !speech.told && speech.voiced >= SHORTEST && speech.sure >= SHORTEST_SURE {
            speech.told = true;
            cuts.push(Cut::Started { start_sample: self.held_from });
        }
        let (told, last_voiced) = (speech.told, speech.last_voiced);
        if self.judged - last_voiced >= HANG_OVER {
            self.speech = None;
            if told {
                cuts.push(self.ended(last_voiced + TAIL, self.judged));
                self.forget(self.judged);
            }
        } else if self.judged >= LONGEST {
            if !told {
                self.speech = None;
                return;
            }
            let at = quietest(&speech.levels) * FRAME;
            self.speech = None;
            cuts.push(self.ended(at, at));
            // What follows is judged again, as it would be by a cutter that begins there.
            self.forget(at);
        }
    }

    fn ended(&self, end: usize, next: usize) -> Cut {
        Cut::Ended {
            start_sample: self.held_from,
            end_sample: self.held_from + end as u64,
            samples: self.held[..end].to_vec(),
            next_sample: self.held_from + next as u64,
        }
    }

    fn drop_front(&mut self, count: usize) {
        self.past.extend(self.held.drain(..count));
        self.past.drain(..self.past.len().saturating_sub(SETTLE));
        self.held_from += count as u64;
        self.judged -= count.min(self.judged);
    }

    fn forget(&mut self, count: usize) {
        self.drop_front(count);
        (self.judged, self.age, self.calm, self.speech) = (0, 0, 0, None);
        self.settle();
    }

    /// The detector's state from now on depends on `past` only.
    fn settle(&mut self) {
        self.vad.reset();
        for frame in self.past.rchunks_exact(FRAME).rev() {
            if let Some(frame) = frame.first_chunk() {
                self.vad.score(frame);
            }
        }
    }
}

fn sure(score: f32) -> usize {
    if score >= SURE { FRAME } else { 0 }
}

/// The frame within [`SEARCH`] around which it is quietest (five frames, 80 ms).
fn quietest(levels: &[f32]) -> usize {
    let around = |i: usize| levels[i - 2..=i + 2].iter().sum::<f32>();
    let range = SEARCH.start / FRAME..(SEARCH.end / FRAME).min(levels.len().saturating_sub(2));
    range.min_by(|&a, &b| around(a).total_cmp(&around(b))).unwrap_or(levels.len())
}

#[cfg(test)]
mod tests;
