//! How loud: RMS and peak in dBFS (0 = a full-scale square wave).

/// What digital silence measures; nothing is quieter.
pub const SILENCE_DBFS: f32 = -100.0;

/// Root mean square of `samples` in dBFS.
pub fn rms_dbfs(samples: &[i16]) -> f32 {
    if samples.is_empty() {
        return SILENCE_DBFS;
    }
    let power: f64 = samples.iter().map(|&s| f64::from(s) * f64::from(s)).sum::<f64>() / samples.len() as f64;
    dbfs(power.sqrt())
}

/// Highest magnitude of `samples` in dBFS.
pub fn peak_dbfs(samples: &[i16]) -> f32 {
    dbfs(samples.iter().map(|s| f64::from(s.unsigned_abs())).fold(0.0, f64::max))
}

fn dbfs(amplitude: f64) -> f32 {
    ((20.0 * (amplitude / 32_768.0).log10()) as f32).max(SILENCE_DBFS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_measured_against_full_scale() {
        assert_eq!(rms_dbfs(&[]), SILENCE_DBFS);
        assert_eq!(rms_dbfs(&[0; 100]), SILENCE_DBFS);
        assert_eq!(peak_dbfs(&[0; 100]), SILENCE_DBFS);
        assert!(peak_dbfs(&[i16::MIN, 0]).abs() < 0.001);
        assert!((rms_dbfs(&[16_384, -16_384]) + 6.02).abs() < 0.01);
        assert!((rms_dbfs(&[1; 10]) + 90.3).abs() < 0.1);
    }
}
