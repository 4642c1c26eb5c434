//! How many voices there are and which of them speaks in each frame: a hidden Markov model whose states are
//! voices, learnt by variational Bayes.
//!
//! ```text
//!  frame = a sound of the recording + what is peculiar to the voice (everywhere, and in that sound)
//! ```
//! What is peculiar is unknown and small: it has a Gaussian prior, so a voice for which little speaks
//! costs more than it explains and dies out. The bound on the evidence tells which number of voices is best.
//! After Kenny, Reynolds and Castaldo, "Diarization of telephone conversations using factor analysis" (2010), and Diez,
//! Burget and Matejka, "Speaker diarization based on Bayesian HMM with eigenvoice priors" (2018). There the
//! eigenvoices are learnt from thousands of speakers; here, without any training, there are two plain ones:
//! an offset that all sounds share (the mean, once what was said is accounted for), and one for each sound.

use super::{
    Options,
    features::{Cepstra, DIMS},
    mixture::{Mixture, Shares},
};

/// At most so often is a model improved.
const ROUNDS: usize = 12;
/// A voice that has less of the frames dies, 1.5 s: the end of a sentence is not another voice.
const FEWEST_FRAMES: f64 = 94.0;
/// The offset that is shared, and those of the sounds, are improved in turn so often.
const TURNS: usize = 3;
/// After a pause of so many frames it is as likely as it gets that another goes on.
const LONG_PAUSE: u32 = 100;
/// A smaller part of a frame is nothing.
const LEAST: f32 = 1e-3;

/// The speech of a recording, seen through its mixture.
pub struct Speech<'a> {
    frames: &'a [Cepstra],
    pitches: &'a [f32],
    pitch_weight: f64,
    mixture: &'a Mixture,
    shares: Vec<Shares>,
    /// ln of the chance that the voice of the frame before goes on.
    stay: Vec<f64>,
}

/// What was learnt about voices.
pub struct Model {
    /// The bound on the evidence.
    pub evidence: f64,
    /// The voices.
    pub voices: Vec<Voice>,
    count: usize,
    /// `count` numbers for each frame.
    chances: Vec<f32>,
}

/// What is peculiar to a voice.
#[derive(Clone)]
pub struct Voice {
    /// In each sound, in standard deviations, with what all sounds share.
    offsets: Vec<[f64; DIMS]>,
    /// What each sound loses by the square of the offset and by not being known surely.
    costs: Vec<f64>,
    /// How high it is.
    pitch: f64,
    /// What a frame with a pitch loses, as in `costs`.
    pitch_cost: f64,
    /// Departure from the prior: Kullback and Leibler's divergence.
    departure: f64,
    /// The part of speech that is this voice's.
    part: f64,
}

impl<'a> Speech<'a> {
    /// `pitches[i]`: how high frame `i` is; not a number where it has no pitch. `pauses[i]`: frames of silence just before frame `i`.
    pub fn new(
        frames: &'a [Cepstra],
        pitches: &'a [f32],
        pauses: &[u32],
        mixture: &'a Mixture,
        options: &Options,
    ) -> Self {
        let change = f64::from(options.turn_ms) / 16.0;
        Self {
            frames,
            pitches,
            pitch_weight: options.pitch_weight,
            mixture,
            shares: frames.iter().map(|f| mixture.shares(f)).collect(),
            stay: pauses.iter().map(|&p| -(1.0 + f64::from(p.min(LONG_PAUSE))) / change).collect(),
        }
    }

    /// Number of frames.
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// By how much each of `voices` explains `frame` better than a voice of which nothing is known.
    pub fn scores(&self, frame: usize, voices: &[Voice], scores: &mut Vec<f64>) {
        scores.clear();
        scores.resize(voices.len(), 0.0);
        for &(sound, share) in self.shares[frame].iter().filter(|s| s.1 > LEAST) {
            let sound = sound as usize;
            let offset = self.mixture.offset(sound, &self.frames[frame]);
            for (score, voice) in scores.iter_mut().zip(voices) {
                let along: f64 =
                    voice.offsets[sound].iter().zip(&offset).map(|(v, &o)| v * f64::from(o)).sum();
                *score += f64::from(share) * (along - voice.costs[sound]);
            }
        }
        let pitch = f64::from(self.pitches[frame]);
        if !pitch.is_nan() {
            for (score, voice) in scores.iter_mut().zip(voices) {
                *score += self.pitch_weight * (voice.pitch * pitch - voice.pitch_cost);
            }
        }
    }

    /// Improves the guess `of` (one of `count` voices for each frame, or none) until it is good.
    pub fn learn(&self, of: &[Option<usize>], count: usize, options: &Options) -> Model {
        let even = 1.0 / count as f32;
        let sure = |voice: Option<usize>, v: usize| voice.map_or(even, |of| if of == v { 1.0 } else { 0.0 });
        let chances = of.iter().flat_map(|&voice| (0..count).map(move |v| sure(voice, v))).collect();
        let mut model = Model { evidence: f64::NEG_INFINITY, count, chances, voices: Vec::new() };
        for _ in 0..ROUNDS {
            self.describe(&mut model, options);
            let before = model.evidence;
            self.place(&mut model, options);
            if (model.evidence - before).abs() < 1e-4 * before.abs() {
                break;
            }
        }
        model
    }

    /// What is peculiar to each voice, from the frames that it has. The voices that have none are gone.
    fn describe(&self, model: &mut Model, options: &Options) {
        let mut sums = vec![Sums::new(self.mixture.len()); model.count];
        for (((chances, shares), frame), &pitch) in
            model.frames().zip(&self.shares).zip(self.frames).zip(self.pitches)
        {
            if !pitch.is_nan() {
                for (sum, &chance) in sums.iter_mut().zip(chances) {
                    sum.pitched += f64::from(chance);
                    sum.pitch += f64::from(chance * pitch);
                }
            }
            for &(sound, share) in shares.iter().filter(|s| s.1 > LEAST) {
                let offset = self.mixture.offset(sound as usize, frame);
                for (sum, &chance) in sums.iter_mut().zip(chances).filter(|(_, c)| **c > LEAST) {
                    sum.add(sound as usize, f64::from(chance * share), &offset);
                }
            }
        }
        let longest = (0..sums.len()).max_by(|&a, &b| sums[a].all().total_cmp(&sums[b].all()));
        let lives = |v: &usize| sums[*v].all() >= FEWEST_FRAMES || Some(*v) == longest;
        let living: Vec<usize> = (0..sums.len()).filter(lives).collect();
        if living.len() < model.count {
            model.keep(&living);
        }
        let all: f64 = living.iter().map(|&v| sums[v].all()).sum::<f64>().max(1.0);
        let voice = |&v: &usize| Voice { part: (sums[v].all() / all).max(1e-3), ..sums[v].voice(options) };
        model.voices = living.iter().map(voice).collect();
    }

    /// Who speaks when, by the forward-backward algorithm (Rabiner, "A tutorial on hidden Markov models",
    /// 1989), and the evidence for it all.
    fn place(&self, model: &mut Model, options: &Options) {
        let Model { voices, chances, count, .. } = model;
        let mut likely = vec![0f32; chances.len()];
        let mut ln_all = 0.0;
        let mut scores = Vec::new();
        let mut forward = vec![0.0f64; *count];
        for frame in 0..self.len() {
            self.scores(frame, voices, &mut scores);
            let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let stay = if frame == 0 { 0.0 } else { self.stay[frame].exp() };
            let at = frame * *count;
            let mut sum = 0.0;
            for (v, voice) in voices.iter().enumerate() {
                let seen = (options.frame_weight * (scores[v] - top)).exp();
                likely[at + v] = seen as f32;
                forward[v] = seen * (stay * forward[v] + (1.0 - stay) * voice.part);
                sum += forward[v];
            }
            let sum = sum.max(f64::MIN_POSITIVE);
            forward.iter_mut().for_each(|f| *f /= sum);
            ln_all += sum.ln() + options.frame_weight * top;
            chances[at..at + *count].iter_mut().zip(&forward).for_each(|(c, f)| *c = *f as f32);
        }
        let mut ahead = vec![1.0f64; *count];
        for frame in (0..self.len()).rev() {
            let at = frame * *count;
            let here = &mut chances[at..at + *count];
            let sum: f64 = here.iter().zip(&ahead).map(|(&c, a)| f64::from(c) * a).sum();
            let sum = sum.max(f64::MIN_POSITIVE);
            here.iter_mut().zip(&ahead).for_each(|(c, a)| *c = (f64::from(*c) * a / sum) as f32);
            let stay = self.stay[frame].exp();
            ahead.iter_mut().zip(&likely[at..]).for_each(|(a, &l)| *a *= f64::from(l));
            let any: f64 = ahead.iter().zip(voices.iter()).map(|(a, v)| a * v.part).sum();
            ahead.iter_mut().for_each(|a| *a = stay * *a + (1.0 - stay) * any);
            let top = ahead.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
            ahead.iter_mut().for_each(|a| *a /= top);
        }
        let departures: f64 = voices.iter().map(|v| v.departure).sum();
        let information: f64 = voices.iter().map(|v| -v.part * v.part.ln()).sum();
        let asked = options.information_cost * information * self.len() as f64;
        model.evidence = ln_all - options.voice_cost * departures - asked;
    }
}

impl Model {
    /// How likely each voice speaks in `frame`.
    pub fn chances(&self, frame: usize) -> &[f32] {
        &self.chances[frame * self.count..(frame + 1) * self.count]
    }

    fn frames(&self) -> impl Iterator<Item = &[f32]> {
        self.chances.chunks_exact(self.count)
    }

    /// Forgets all voices but `living`.
    pub fn keep(&mut self, living: &[usize]) {
        let mut chances = Vec::with_capacity(self.chances.len() / self.count * living.len());
        for frame in self.frames() {
            let sum: f32 = living.iter().map(|&v| frame[v]).sum();
            let even = 1.0 / living.len() as f32;
            chances.extend(living.iter().map(|&v| if sum > LEAST { frame[v] / sum } else { even }));
        }
        self.voices = living.iter().filter_map(|&v| self.voices.get(v).cloned()).collect();
        (self.count, self.chances) = (living.len(), chances);
    }
}

/// What the frames of a voice amount to, in each sound.
#[derive(Clone)]
struct Sums {
    count: Vec<f64>,
    sum: Vec<[f64; DIMS]>,
    /// Frames with a pitch, and the sum of these.
    pitched: f64,
    pitch: f64,
}

impl Sums {
    fn new(sounds: usize) -> Self {
        Self { count: vec![0.0; sounds], sum: vec![[0.0; DIMS]; sounds], pitched: 0.0, pitch: 0.0 }
    }

    fn add(&mut self, sound: usize, share: f64, offset: &Cepstra) {
        self.count[sound] += share;
        self.sum[sound].iter_mut().zip(offset).for_each(|(s, &o)| *s += share * f64::from(o));
    }

    fn all(&self) -> f64 {
        self.count.iter().sum()
    }

    fn voice(&self, options: &Options) -> Voice {
        let weight = options.frame_weight / options.voice_cost;
        let shared_precision = options.shared_prior + weight * self.all();
        let own_precision: Vec<f64> = self.count.iter().map(|c| options.own_prior + weight * c).collect();
        let mut shared = [0.0; DIMS];
        let mut own = vec![[0.0; DIMS]; self.count.len()];
        for _ in 0..TURNS {
            for d in 0..DIMS {
                let rest: f64 = (0..own.len()).map(|s| self.sum[s][d] - self.count[s] * own[s][d]).sum();
                shared[d] = weight * rest / shared_precision;
                for (s, own) in own.iter_mut().enumerate() {
                    own[d] = weight * (self.sum[s][d] - self.count[s] * shared[d]) / own_precision[s];
                }
            }
        }
        let pitch_precision = options.pitch_prior + weight * options.pitch_weight * self.pitched;
        let pitch = weight * options.pitch_weight * self.pitch / pitch_precision;
        let owns = own.iter().zip(&own_precision).map(|(o, &p)| departure(o, p, options.own_prior));
        let pitch_departure = departure(&[pitch], pitch_precision, options.pitch_prior);
        let offsets: Vec<[f64; DIMS]> =
            own.iter().map(|own| std::array::from_fn(|d| own[d] + shared[d])).collect();
        let unsure = |precision: f64| DIMS as f64 * (1.0 / precision + 1.0 / shared_precision);
        let costs = offsets
            .iter()
            .zip(&own_precision)
            .map(|(o, &p)| 0.5 * (o.iter().map(|o| o * o).sum::<f64>() + unsure(p)));
        Voice {
            costs: costs.collect(),
            departure: departure(&shared, shared_precision, options.shared_prior)
                + owns.sum::<f64>()
                + pitch_departure,
            pitch,
            pitch_cost: 0.5 * (pitch * pitch + 1.0 / pitch_precision),
            part: 0.0,
            offsets,
        }
    }
}

/// Kullback and Leibler's divergence of a Gaussian with this mean and precision from one around 0.
fn departure(mean: &[f64], precision: f64, prior: f64) -> f64 {
    let square: f64 = mean.iter().map(|m| m * m).sum();
    let dims = mean.len() as f64;
    0.5 * (prior * square + dims * (prior / precision - 1.0 + (precision / prior).ln()))
}

impl Voice {
    /// Both at once: the middle of the two, without doubt about either. The cepstra of a sum of two sounds lie
    /// between those of each.
    pub fn together(&self, other: &Self) -> Self {
        let offsets: Vec<[f64; DIMS]> = self
            .offsets
            .iter()
            .zip(&other.offsets)
            .map(|(a, b)| std::array::from_fn(|d| 0.5 * (a[d] + b[d])))
            .collect();
        let costs = offsets
            .iter()
            .zip(self.costs.iter().zip(&other.costs))
            .zip(self.offsets.iter().zip(&other.offsets));
        let square = |o: &[f64; DIMS]| 0.5 * o.iter().map(|o| o * o).sum::<f64>();
        let costs = costs.map(|((o, (a, b)), (ao, bo))| square(o) + 0.5 * (a - square(ao) + b - square(bo)));
        Self {
            costs: costs.collect(),
            offsets,
            // Of two pitches nobody finds the middle: it says as little as of any other pair.
            pitch: 0.0,
            pitch_cost: 0.0,
            departure: 0.0,
            part: 0.0,
        }
    }
}
