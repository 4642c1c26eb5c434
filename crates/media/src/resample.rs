//! Any rate and number of channels to 16 kHz mono.

use crate::{Error, SAMPLE_RATE};
use rubato::{
    Fft, FixedSync, Indexing, Resampler as _, WindowFunction, audioadapter_buffers::direct::InterleavedSlice,
};

/// Rates outside of this are nobody's audio.
const RATES: std::ops::RangeInclusive<u32> = 2_000..=384_000;
const MOST_CHANNELS: usize = 32;
const WINDOW: WindowFunction = WindowFunction::BlackmanHarris2;

/// Makes 16 kHz mono of a stream, block by block. What comes out is in step with what went in: as long
/// (rounded up), and without delay.
pub struct Resampler {
    rate: u32,
    channels: usize,
    /// `None` where the rate is right.
    fft: Option<Fft<f32>>,
    /// Mono input that waits for a whole chunk.
    waiting: Vec<f32>,
    chunk: Vec<f32>,
    /// Output that is start-up delay, still to be dropped.
    delay: usize,
    /// Frames taken and samples given.
    taken: u64,
    given: u64,
}

impl Resampler {
    /// For interleaved input at `rate` samples per second and `channels` channels.
    pub fn new(rate: u32, channels: usize) -> Result<Self, Error> {
        let shape = || Error::Shape { rate, channels };
        if !RATES.contains(&rate) || channels == 0 || channels > MOST_CHANNELS {
            return Err(shape());
        }
        let fft = if rate == SAMPLE_RATE {
            None
        } else {
            let (from, to) = (rate as usize, SAMPLE_RATE as usize);
            Some(Fft::new_custom(from, to, chunk(rate), 1, 1, WINDOW, FixedSync::Both).map_err(|_| shape())?)
        };
        let delay = fft.as_ref().map_or(0, |f| f.output_delay());
        let chunk = vec![0.0; fft.as_ref().map_or(0, |f| f.output_frames_max())];
        Ok(Self { rate, channels, fft, waiting: Vec::new(), chunk, delay, taken: 0, given: 0 })
    }

    /// Takes interleaved samples (−1 to 1; a torn last frame is dropped) and gives what is ready.
    pub fn push(&mut self, interleaved: &[f32]) -> Vec<i16> {
        let frames = interleaved.chunks_exact(self.channels);
        self.taken += frames.len() as u64;
        // What is no number is silence: one of them in the filter would silence its neighbours too.
        self.waiting.extend(frames.map(|f| {
            let mean = f.iter().sum::<f32>() / self.channels as f32;
            if mean.is_finite() { mean } else { 0.0 }
        }));
        let mut out = Vec::new();
        self.run(&mut out);
        self.given += out.len() as u64;
        out
    }

    /// Gives the rest.
    pub fn finish(mut self) -> Vec<i16> {
        let whole = (self.taken * u64::from(SAMPLE_RATE)).div_ceil(u64::from(self.rate));
        let rest = usize::try_from(whole.saturating_sub(self.given)).unwrap_or(0);
        let mut out = Vec::new();
        // Silence behind the end pushes out what is still inside.
        while out.len() < rest {
            self.waiting.push(0.0);
            let needed = self.fft.as_ref().map_or(0, |f| f.input_frames_next());
            self.waiting.resize(self.waiting.len().max(needed), 0.0);
            self.run(&mut out);
        }
        out.truncate(rest);
        out
    }

    fn run(&mut self, out: &mut Vec<i16>) {
        let Some(fft) = self.fft.as_mut() else {
            out.extend(self.waiting.drain(..).map(pcm16));
            return;
        };
        let mut used = 0;
        while self.waiting.len() - used >= fft.input_frames_next() {
            let input = InterleavedSlice::new(&self.waiting, 1, self.waiting.len())
                .expect("one channel of that length");
            let frames = self.chunk.len();
            let mut output =
                InterleavedSlice::new_mut(&mut self.chunk, 1, frames).expect("one channel of that length");
            let (read, written) = fft
                .process_into_buffer(&input, &mut output, Some(&Indexing::new().input_offset(used)))
                .expect("the buffers are as long as it asked for");
            used += read;
            let dropped = self.delay.min(written);
            self.delay -= dropped;
            out.extend(self.chunk[dropped..written].iter().copied().map(pcm16));
        }
        self.waiting.drain(..used);
    }
}

/// Frames resampled at a time: about 20 ms, and even, so that the delay is whole samples on both sides.
fn chunk(rate: u32) -> usize {
    let smallest = rate / gcd(rate, SAMPLE_RATE);
    let count = (rate / 50).div_ceil(smallest).next_multiple_of(2);
    (smallest * count) as usize
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Rounds and limits.
fn pcm16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::f32::consts::TAU;

    fn tone(hz: f32, rate: u32, channels: usize, seconds: f32) -> Vec<f32> {
        (0..(rate as f32 * seconds) as usize)
            .flat_map(|i| std::iter::repeat_n(0.5 * (TAU * hz * i as f32 / rate as f32).sin(), channels))
            .collect()
    }

    fn whole(mut resampler: Resampler, input: &[f32], block: usize) -> Vec<i16> {
        let mut out: Vec<i16> = input.chunks(block).flat_map(|b| resampler.push(b)).collect();
        out.extend(resampler.finish());
        out
    }

    #[test]
    fn a_tone_keeps_its_pitch_place_and_strength() {
        for (rate, channels) in [
            (48_000, 2),
            (44_100, 1),
            (8_000, 1),
            (22_050, 2),
            (96_000, 6),
            (16_000, 3),
            (11_025, 1),
            (44_056, 1),
        ] {
            let out = whole(
                Resampler::new(rate, channels).unwrap(),
                &tone(440.0, rate, channels, 0.5),
                1_000 * channels,
            );
            assert_eq!(out.len(), 8_000, "{rate} Hz");
            let wrong = (400..7_600)
                .map(|i| (f32::from(out[i]) - 16_384.0 * (TAU * 440.0 * i as f32 / 16_000.0).sin()).abs())
                .fold(0.0, f32::max);
            assert!(wrong < 200.0, "{rate} Hz: {wrong}");
        }
    }

    #[test]
    fn what_16_khz_cannot_carry_is_filtered_out() {
        let out = whole(Resampler::new(48_000, 1).unwrap(), &tone(11_000.0, 48_000, 1, 0.5), 960);
        assert!(crate::level::rms_dbfs(&out[400..7_600]) < -60.0);
    }

    #[test]
    fn no_ones_audio_is_refused() {
        for (rate, channels) in [(0, 1), (u32::MAX, 1), (16_000, 0), (16_000, 1_000)] {
            assert!(Resampler::new(rate, channels).is_err());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn blocks_of_any_length_give_the_same(rate in prop::sample::select(vec![8_000u32, 11_025, 44_100, 48_000]), block in 1usize..3_000, frames in 0usize..9_000) {
            let input = &tone(300.0, rate, 1, 1.2)[..frames];
            let in_blocks = whole(Resampler::new(rate, 1).unwrap(), input, block);
            prop_assert_eq!(in_blocks.len() as u64, (frames as u64 * 16_000).div_ceil(u64::from(rate)));
            prop_assert_eq!(in_blocks, whole(Resampler::new(rate, 1).unwrap(), input, 100_000));
        }
    }
}
