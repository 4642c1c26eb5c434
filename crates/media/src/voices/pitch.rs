//! The pitch of a voice: how often a second the sound repeats itself.

/// Samples of 16 kHz that become one: the harmonics that matter are low.
const THIN: usize = 4;
const RATE: f32 = 16_000.0 / THIN as f32;
/// 75 to 400 Hz, as lags.
const LAGS: std::ops::RangeInclusive<usize> = 10..=53;
/// A voice repeats itself at least so well, where 1 is exactly.
const VOICED: f32 = 0.6;
/// Of lags that are nearly as good as the best the shortest is taken: all multiples of a period are good.
const AS_GOOD: f32 = 0.9;

/// ln of the pitch of `samples` in Hz; not a number where there is none. By the normalised cross-correlation: Talkin,
/// "A robust algorithm for pitch tracking" (1995), one frame at a time.
pub fn pitch(samples: &[i16]) -> f32 {
    let thin = samples.chunks_exact(THIN).map(|s| s.iter().map(|&s| f32::from(s)).sum::<f32>());
    let mut thin: Vec<f32> = thin.collect();
    let mean = thin.iter().sum::<f32>() / thin.len().max(1) as f32;
    thin.iter_mut().for_each(|s| *s -= mean);
    let alike = alike(&thin);
    // Height and place of each peak, between the lags.
    let peak = |i: usize| {
        let (left, top, right) = (alike[i - 1], alike[i], alike[i + 1]);
        let aside = (0.5 * (left - right) / (left - 2.0 * top + right).min(-1e-6)).clamp(-0.5, 0.5);
        (top - 0.25 * (left - right) * aside, (i + LAGS.start() - 1) as f32 + aside)
    };
    let peaks = (1..alike.len() - 1).filter(|&i| alike[i] >= alike[i - 1] && alike[i] > alike[i + 1]);
    let peaks: Vec<(f32, f32)> = peaks.map(peak).collect();
    let best = peaks.iter().map(|p| p.0).fold(VOICED, f32::max);
    peaks.iter().find(|p| p.0 >= VOICED && p.0 >= AS_GOOD * best).map_or(f32::NAN, |p| (RATE / p.1).ln())
}

/// How alike the samples are to those later, −1 to 1, for each of [`LAGS`] and one more at both ends.
fn alike(samples: &[f32]) -> Vec<f32> {
    let mut power = 0.0;
    let sum = |s: &f32| {
        power += s * s;
        power
    };
    let powers: Vec<f32> = std::iter::once(0.0).chain(samples.iter().map(sum)).collect();
    let at = |lag: usize| {
        let count = samples.len().saturating_sub(lag);
        let both = powers[count] * (powers[samples.len()] - powers[samples.len() - count]);
        let product: f32 = samples.iter().zip(&samples[samples.len() - count..]).map(|(a, b)| a * b).sum();
        if both > 1.0 { product / both.sqrt() } else { 0.0 }
    };
    (LAGS.start() - 1..=LAGS.end() + 1).map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn buzz(hz: f32) -> Vec<i16> {
        let saw = |i: usize| (i as f32 * hz / 16_000.0).fract() - 0.5;
        (0..1_024).map(|i| (10_000.0 * saw(i)) as i16).collect()
    }

    #[test]
    fn a_buzz_has_its_pitch() {
        for hz in [80.0, 110.0, 150.0, 220.0, 300.0, 380.0] {
            let found = pitch(&buzz(hz)).exp();
            assert!((found / hz - 1.0).abs() < 0.03, "{hz}: {found}");
        }
    }

    #[test]
    fn silence_and_noise_have_none() {
        assert!(pitch(&[0; 1_024]).is_nan());
        assert!(pitch(&[]).is_nan());
        let mut state = 1u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as i16
        };
        let noise: Vec<i16> = (0..1_024).map(|_| next()).collect();
        assert!(pitch(&noise).is_nan());
    }
}
