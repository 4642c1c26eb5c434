//! A mixture of Gaussians of all the speech of a recording: what sounds there are, whoever makes them.

use super::features::{Cepstra, DIMS};

/// Sounds that a frame is shared among; the rest of them explain nothing of it.
pub const NEAREST: usize = 4;
/// So many frames, evenly taken, are enough to learn from.
const ENOUGH: usize = 40_000;
const ROUNDS: usize = 5;
/// Least variance, as a part of that of all frames.
const FLOOR: f64 = 0.05;

/// Sounds with their mean and variance, and how common they are.
pub struct Mixture {
    ln_weights: Vec<f32>,
    means: Vec<Cepstra>,
    /// One over the standard deviations.
    narrow: Vec<Cepstra>,
}

/// The sounds that a frame is made of: which ones, and how much of each; the parts sum to 1.
pub type Shares = [(u16, f32); NEAREST];

impl Mixture {
    /// Learns at most `sounds` sounds from `frames`, doubling their number and improving them in turn. Linde,
    /// Buzo and Gray, "An algorithm for vector quantizer design" (1980), and Dempster, Laird and Rubin,
    /// "Maximum likelihood from incomplete data via the EM algorithm" (1977).
    pub fn learn(frames: &[Cepstra], sounds: usize) -> Self {
        let frames: Vec<&Cepstra> = frames.iter().step_by(frames.len().div_ceil(ENOUGH).max(1)).collect();
        let mut all = Sums::default();
        frames.iter().for_each(|f| all.add(f, 1.0));
        let floor = all.variance().map(|v| (v * FLOOR).max(1e-4));
        let mut mixture = Self { ln_weights: vec![0.0], means: Vec::new(), narrow: Vec::new() };
        mixture.set(0, &all, &floor, 1.0);
        while mixture.means.len() * 2 <= sounds {
            mixture.split();
            for _ in 0..ROUNDS {
                mixture.improve(&frames, &floor);
            }
        }
        mixture
    }

    /// How many sounds there are.
    pub fn len(&self) -> usize {
        self.means.len()
    }

    /// The sounds that `frame` is made of.
    pub fn shares(&self, frame: &Cepstra) -> Shares {
        let mut nearest = [(0, f32::NEG_INFINITY); NEAREST];
        for sound in 0..self.len() {
            let likely = self.ln_likelihood(sound, frame);
            if likely > nearest[NEAREST - 1].1 {
                let place = nearest.iter().position(|n| likely > n.1).unwrap_or(NEAREST - 1);
                nearest[place..].rotate_right(1);
                nearest[place] = (sound as u16, likely);
            }
        }
        let top = nearest[0].1;
        let mut shares = nearest.map(|(sound, likely)| (sound, (likely - top).exp()));
        let sum: f32 = shares.iter().map(|s| s.1).sum();
        shares.iter_mut().for_each(|s| s.1 /= sum);
        shares
    }

    /// How far `frame` is from the middle of `sound`, in standard deviations.
    pub fn offset(&self, sound: usize, frame: &Cepstra) -> Cepstra {
        std::array::from_fn(|d| (frame[d] - self.means[sound][d]) * self.narrow[sound][d])
    }

    fn ln_likelihood(&self, sound: usize, frame: &Cepstra) -> f32 {
        let (mean, narrow) = (&self.means[sound], &self.narrow[sound]);
        let far: f32 = (0..DIMS).map(|d| ((frame[d] - mean[d]) * narrow[d]).powi(2)).sum();
        self.ln_weights[sound] - 0.5 * far
    }

    fn split(&mut self) {
        for sound in 0..self.len() {
            let (mean, narrow) = (self.means[sound], self.narrow[sound]);
            self.means.push(std::array::from_fn(|d| mean[d] + 0.3 / narrow[d]));
            self.means[sound] = std::array::from_fn(|d| mean[d] - 0.3 / narrow[d]);
            self.narrow.push(narrow);
            self.ln_weights.push(self.ln_weights[sound]);
        }
    }

    fn improve(&mut self, frames: &[&Cepstra], floor: &[f64; DIMS]) {
        let mut sums = vec![Sums::default(); self.len()];
        for frame in frames {
            for (sound, share) in self.shares(frame) {
                sums[sound as usize].add(frame, f64::from(share));
            }
        }
        for (sound, sum) in sums.iter().enumerate().filter(|(_, s)| s.count > 1.0) {
            self.set(sound, sum, floor, frames.len() as f64);
        }
    }

    /// `ln_weights` holds the constant of the density too.
    fn set(&mut self, sound: usize, sums: &Sums, floor: &[f64; DIMS], all: f64) {
        let variance = sums.variance();
        let narrow: Cepstra = std::array::from_fn(|d| (1.0 / variance[d].max(floor[d]).sqrt()) as f32);
        let mean: Cepstra = std::array::from_fn(|d| sums.mean(d) as f32);
        let constant: f32 = narrow.iter().map(|n| n.ln()).sum();
        if sound == self.means.len() {
            self.means.push(mean);
            self.narrow.push(narrow);
        }
        (self.means[sound], self.narrow[sound]) = (mean, narrow);
        self.ln_weights[sound] = (sums.count / all).max(1e-6).ln() as f32 + constant;
    }
}

#[derive(Clone, Default)]
struct Sums {
    count: f64,
    sum: [f64; DIMS],
    squares: [f64; DIMS],
}

impl Sums {
    fn add(&mut self, frame: &Cepstra, weight: f64) {
        self.count += weight;
        for (d, &x) in frame.iter().enumerate() {
            let x = f64::from(x);
            self.sum[d] += weight * x;
            self.squares[d] += weight * x * x;
        }
    }

    fn mean(&self, d: usize) -> f64 {
        if self.count > 0.0 { self.sum[d] / self.count } else { 0.0 }
    }

    fn variance(&self) -> [f64; DIMS] {
        let square = |d: usize| if self.count > 0.0 { self.squares[d] / self.count } else { 1.0 };
        std::array::from_fn(|d| (square(d) - self.mean(d).powi(2)).max(0.0))
    }
}
