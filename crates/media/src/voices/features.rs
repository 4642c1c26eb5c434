//! The front end: a spectrum every 16 ms, on the mel scale, as cepstra.

use super::pitch;
use crate::{Vad, level, vad::FRAME};
use realfft::{RealFftPlanner, RealToComplex, num_complex::Complex32};
use std::{f32::consts::PI, sync::Arc};

/// Cepstral coefficients of a frame: c1 … c19. c0, the loudness, says who sits near, not who speaks.
pub const DIMS: usize = 19;
/// The cepstra of one frame.
pub type Cepstra = [f32; DIMS];

/// Samples of one spectrum: 32 ms, around the 16 ms of its frame.
const WINDOW: usize = 2 * FRAME;
/// Samples that are looked at for one frame: 64 ms, so that the pitch of a low voice is in it a few times.
const VIEW: usize = 4 * FRAME;
/// Samples of a view that come before its frame.
const BEFORE: usize = (VIEW - FRAME) / 2;
const BANDS: usize = 28;
/// What a far microphone still carries of a voice, in Hz.
const LOWEST: f32 = 120.0;
const HIGHEST: f32 = 7_000.0;
const PRE_EMPHASIS: f32 = 0.97;
/// Power (of samples −1 to 1) that is added to every band: what is fainter than the rounding of 16-bit
/// samples has no shape.
const FAINTEST: f32 = 1e-8;

/// Who sits far from a microphone is faint. The voice activity was made for voices near by, and hears them
/// amplified to this loudness (dBFS of the loudest frames lately) …
const NEAR_BY: f32 = -20.0;
/// … but by no more than this, in dB …
const MOST_GAIN: f32 = 24.0;
/// … and forgets how loud it was by so many dB a frame: 2 dB in a second.
const FORGET: f32 = 2.0 * 0.016;

/// All that is kept of the audio, one entry a frame of [`FRAME`] samples: 88 bytes for 16 ms, so an hour is
/// 20 MB.
#[derive(Debug, Default)]
pub struct Features {
    /// How likely it is speech, 0–1.
    pub scores: Vec<f32>,
    /// Loudness in dBFS.
    pub levels: Vec<f32>,
    /// Its timbre.
    pub cepstra: Vec<Cepstra>,
    /// Its pitch, ln Hz; not a number where it has none.
    pub pitches: Vec<f32>,
}

/// Makes features of a stream of 16 kHz mono, block by block.
///
/// The cepstra are those of Davis and Mermelstein, "Comparison of parametric representations for
/// monosyllabic word recognition" (1980).
pub struct FrontEnd {
    vad: Vad,
    /// The last samples: [`BEFORE`] that are past, and those that wait for a whole window.
    held: Vec<i16>,
    heard: u64,
    /// How loud it was lately, dBFS.
    lately: f32,
    mel: Mel,
    features: Features,
}

impl Default for FrontEnd {
    fn default() -> Self {
        Self {
            vad: Vad::default(),
            held: vec![0; BEFORE],
            heard: 0,
            lately: NEAR_BY,
            mel: Mel::new(),
            features: Features::default(),
        }
    }
}

impl FrontEnd {
    /// Hears more; blocks may have any length.
    pub fn push(&mut self, block: &[i16]) {
        for piece in block.chunks(crate::BLOCK) {
            self.heard += piece.len() as u64;
            self.held.extend_from_slice(piece);
            self.take();
        }
    }

    /// Samples heard so far.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    #[cfg(test)]
    pub fn kept_bytes(&self) -> usize {
        let Features { scores, levels, cepstra, pitches } = &self.features;
        4 * (scores.capacity() + levels.capacity() + pitches.capacity() + DIMS * cepstra.capacity())
            + 2 * self.held.capacity()
    }

    /// Everything, of the last started frame too.
    pub fn finish(mut self) -> Features {
        let frames = usize::try_from(self.heard.div_ceil(FRAME as u64)).unwrap_or(usize::MAX);
        while self.features.cepstra.len() < frames {
            self.held.resize(self.held.len() + FRAME, 0);
            self.take();
        }
        self.features.scores.truncate(frames);
        self.features.levels.truncate(frames);
        self.features.cepstra.truncate(frames);
        self.features.pitches.truncate(frames);
        self.features
    }

    fn take(&mut self) {
        let mut at = 0;
        while let Some(view) = self.held[at..].first_chunk::<VIEW>() {
            if let Some(frame) = view[BEFORE..].first_chunk::<FRAME>() {
                let level = level::rms_dbfs(frame);
                self.lately = level.max(self.lately - FORGET);
                let gain = 10f32.powf((NEAR_BY - self.lately).clamp(0.0, MOST_GAIN) / 20.0);
                let near = frame.map(|s| (f32::from(s) * gain) as i16);
                self.features.scores.push(self.vad.score(&near));
                self.features.levels.push(level);
            }
            if let Some(window) = view[(VIEW - WINDOW) / 2..].first_chunk::<WINDOW>() {
                self.features.cepstra.push(self.mel.cepstra(window));
            }
            self.features.pitches.push(pitch::pitch(view));
            at += FRAME;
        }
        self.held.drain(..at);
    }
}

/// Spectrum, mel bands and cosine transform, with their tables.
struct Mel {
    fft: Arc<dyn RealToComplex<f32>>,
    taper: Vec<f32>,
    /// First bin of each band, and the weights of its bins.
    bands: Vec<(usize, Vec<f32>)>,
    cosines: Vec<[f32; BANDS]>,
    input: Vec<f32>,
    spectrum: Vec<Complex32>,
}

impl Mel {
    fn new() -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(WINDOW);
        let taper = (0..WINDOW).map(|i| 0.5 - 0.5 * (2.0 * PI * (i as f32 + 0.5) / WINDOW as f32).cos());
        let cosine = |c: usize, b: usize| (PI * c as f32 * (b as f32 + 0.5) / BANDS as f32).cos();
        Self {
            taper: taper.collect(),
            bands: bands(),
            cosines: (1..=DIMS).map(|c| std::array::from_fn(|b| cosine(c, b))).collect(),
            input: vec![0.0; WINDOW],
            spectrum: fft.make_output_vec(),
            fft,
        }
    }

    fn cepstra(&mut self, window: &[i16; WINDOW]) -> Cepstra {
        let mut last = f32::from(window[0]);
        for ((input, &sample), taper) in self.input.iter_mut().zip(window).zip(&self.taper) {
            let sample = f32::from(sample);
            *input = (sample - PRE_EMPHASIS * last) / 32_768.0 * taper;
            last = sample;
        }
        self.fft
            .process(&mut self.input, &mut self.spectrum)
            .expect("both buffers are as long as the transform asks for");
        let mut loudness = [0.0; BANDS];
        for (loudness, (first, weights)) in loudness.iter_mut().zip(&self.bands) {
            let bins = self.spectrum[*first..].iter().zip(weights);
            let power: f32 = bins.map(|(bin, weight)| bin.norm_sqr() * weight).sum();
            *loudness = (power / WINDOW as f32 + FAINTEST).ln();
        }
        std::array::from_fn(|c| {
            let row = self.cosines[c].iter().zip(&loudness);
            row.map(|(cosine, loud)| cosine * loud).sum::<f32>() * (2.0 / BANDS as f32).sqrt()
        })
    }
}

/// Triangles that are evenly spaced on the mel scale.
fn bands() -> Vec<(usize, Vec<f32>)> {
    let mel = |hz: f32| 2_595.0 * (1.0 + hz / 700.0).log10();
    let hz = |mel: f32| 700.0 * (10f32.powf(mel / 2_595.0) - 1.0);
    let (low, high) = (mel(LOWEST), mel(HIGHEST));
    let bin_hz = crate::SAMPLE_RATE as f32 / WINDOW as f32;
    let corner = |i: usize| hz(low + (high - low) * i as f32 / (BANDS + 1) as f32) / bin_hz;
    (0..BANDS)
        .map(|b| {
            let (left, top, right) = (corner(b), corner(b + 1), corner(b + 2));
            let first = left.ceil() as usize;
            let weight = |bin: f32| ((bin - left) / (top - left)).min((right - bin) / (right - top)).max(0.0);
            let weights = (first..=right.floor() as usize).map(|bin| weight(bin as f32));
            (first, weights.collect())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features(audio: &[i16], block: usize) -> Features {
        let mut front = FrontEnd::default();
        audio.chunks(block).for_each(|b| front.push(b));
        front.finish()
    }

    fn tone(hz: f32, samples: usize) -> Vec<i16> {
        (0..samples).map(|i| (8_000.0 * (2.0 * PI * hz * i as f32 / 16_000.0).sin()) as i16).collect()
    }

    #[test]
    fn every_started_frame_has_features() {
        for samples in [0, 1, 255, 256, 257, 512, 4_000] {
            let features = features(&tone(300.0, samples), 100);
            assert_eq!(features.cepstra.len(), samples.div_ceil(FRAME), "{samples}");
            assert_eq!(features.scores.len(), features.cepstra.len());
            assert_eq!(features.levels.len(), features.cepstra.len());
        }
    }

    #[test]
    fn the_length_of_blocks_does_not_matter() {
        let audio = tone(440.0, 9_000);
        assert_eq!(features(&audio, 77).cepstra, features(&audio, 9_000).cepstra);
    }

    #[test]
    fn loudness_does_not_change_the_timbre_and_pitch_does() {
        let loud = tone(500.0, 8_000);
        let soft: Vec<i16> = loud.iter().map(|s| s / 4).collect();
        let middle = |audio: &[i16]| features(audio, 1_000).cepstra[15];
        let far = |a: Cepstra, b: Cepstra| a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
        let changed = far(middle(&loud), middle(&tone(1_500.0, 8_000)));
        assert!(far(middle(&loud), middle(&soft)) < changed / 2.0);
    }

    #[test]
    fn bands_cover_the_spectrum_of_a_voice() {
        for (first, weights) in bands() {
            assert!(weights.iter().sum::<f32>() > 0.4 && first + weights.len() < WINDOW / 2);
        }
    }
}
