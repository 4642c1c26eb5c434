//! What the cutter promises. Speech is made of vowels: pulses through resonances, which the detector
//! takes for a voice.

use super::*;
use proptest::prelude::*;
use std::f64::consts::TAU;

/// A small deterministic source of chance, −1 to 1.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / f64::from(1u32 << 30) - 1.0
    }
}

fn silence(ms: usize) -> Vec<i16> {
    vec![0; samples(ms)]
}

fn noise(ms: usize, dbfs: f64, seed: u64) -> Vec<i16> {
    let amplitude = 32_768.0 * 10f64.powf(dbfs / 20.0) * 3f64.sqrt();
    let mut dice = Dice(seed);
    (0..samples(ms)).map(|_| (amplitude * dice.next()) as i16).collect()
}

fn hum(ms: usize, dbfs: f64) -> Vec<i16> {
    let amplitude = 32_768.0 * 10f64.powf(dbfs / 20.0);
    let wave = |i: usize, hz: f64| (TAU * hz * i as f64 / 16_000.0).sin();
    (0..samples(ms))
        .map(|i| (amplitude * (wave(i, 50.0) + 0.4 * wave(i, 100.0) + 0.2 * wave(i, 150.0))) as i16)
        .collect()
}

/// Syllables of vowels, four a second.
fn voice(ms: usize) -> Vec<i16> {
    let vowels = [
        [730.0, 1_090.0, 2_440.0],
        [270.0, 2_290.0, 3_010.0],
        [570.0, 840.0, 2_410.0],
        [660.0, 1_720.0, 2_410.0],
    ];
    let mut state = [[0.0f64; 2]; 3];
    let mut phase = 0.0;
    (0..samples(ms))
        .map(|i| {
            let t = i as f64 / 16_000.0;
            phase += (120.0 + 20.0 * (TAU * 0.7 * t).sin()) / 16_000.0;
            let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
            phase %= 1.0;
            let loud = (TAU * 2.0 * t).sin().abs().powf(0.3);
            let vowel = &vowels[(t * 4.0) as usize % 4];
            let sum: f64 = vowel
                .iter()
                .zip(&mut state)
                .map(|(hz, s)| {
                    let r = 0.97;
                    let y = pulse + 2.0 * r * (TAU * hz / 16_000.0).cos() * s[0] - r * r * s[1];
                    (s[1], s[0]) = (s[0], y);
                    y
                })
                .sum();
            (2_500.0 * loud * sum).clamp(-30_000.0, 30_000.0) as i16
        })
        .collect()
}

fn cut(audio: &[i16]) -> Vec<Cut> {
    let mut cutter = Cutter::new(0, &[]);
    let mut cuts: Vec<Cut> = audio.chunks(1_600).flat_map(|b| cutter.push(b)).collect();
    cuts.extend(cutter.flush());
    cuts
}

fn utterances(cuts: &[Cut]) -> Vec<(u64, u64)> {
    cuts.iter()
        .filter_map(|c| match c {
            Cut::Ended { start_sample, end_sample, .. } => Some((*start_sample / 16, *end_sample / 16)),
            _ => None,
        })
        .collect()
}

#[test]
fn speech_between_silences_is_an_utterance() {
    let audio = [silence(2_000), voice(1_500), silence(2_000), voice(1_000), silence(2_000)].concat();
    let cuts = cut(&audio);
    let said = utterances(&cuts);
    let [(a, b), (c, d)] = said[..] else { panic!("{said:?}") };
    assert!((1_500..2_000).contains(&a) && (3_500..4_000).contains(&b), "{said:?}");
    assert!((5_000..5_500).contains(&c) && (6_500..7_000).contains(&d), "{said:?}");
    for cut in &cuts {
        if let Cut::Ended { start_sample, end_sample, samples, .. } = cut {
            assert_eq!(samples, &audio[*start_sample as usize..*end_sample as usize]);
        }
    }
}

#[test]
fn hours_of_nothing_are_nothing() {
    let minutes = |mut block: Box<dyn FnMut(u64) -> Vec<i16>>, minutes: u64| {
        let mut cutter = Cutter::new(0, &[]);
        let mut quiet = 0;
        for second in 0..minutes * 60 {
            for cut in cutter.push(&block(second)) {
                let Cut::Quiet { until_sample } = cut else { panic!("second {second}: {cut:?}") };
                quiet = until_sample;
            }
            assert!(cutter.held.capacity() < 64_000, "memory grows");
        }
        assert!(quiet + 31 * 16_000 > minutes * 60 * 16_000, "the position moves: {quiet}");
    };
    minutes(Box::new(|_| silence(1_000)), 120);
    minutes(Box::new(|s| noise(1_000, -60.0, s)), 10);
    minutes(Box::new(|s| noise(1_000, -45.0, s)), 10);
    minutes(Box::new(|s| noise(1_000, -30.0, s)), 10);
    // A noise gate that opens and closes.
    minutes(Box::new(|s| if s % 7 < 3 { silence(1_000) } else { noise(1_000, -48.0, s) }), 10);
    minutes(Box::new(|_| hum(1_000, -40.0)), 10);
    minutes(Box::new(|_| hum(1_000, -20.0)), 10);
    minutes(
        Box::new(|s| hum(1_000, -40.0).iter().zip(noise(1_000, -50.0, s)).map(|(a, b)| a + b).collect()),
        10,
    );
}

#[test]
fn clicks_are_not_utterances() {
    let mut audio = noise(20_000, -60.0, 1);
    for at in (8_000..audio.len()).step_by(23_000) {
        audio[at..at + 40].fill(20_000);
        audio[at + 40..at + 80].fill(-20_000);
    }
    assert_eq!(utterances(&cut(&audio)), []);
}

#[test]
fn a_monologue_is_cut_where_it_is_quietest() {
    let audio = [silence(1_000), voice(40_000), silence(1_000)].concat();
    let cuts = cut(&audio);
    let said = utterances(&cuts);
    assert!(said.len() >= 3, "{said:?}");
    for pair in said.windows(2) {
        assert!(pair[0].1 - pair[0].0 <= 15_000);
        assert!(pair[1].0 - pair[0].1 < 300, "nothing lies between: {said:?}");
        let around = &audio[pair[0].1 as usize * 16 - 256..pair[0].1 as usize * 16 + 256];
        assert!(level::rms_dbfs(around) < level::rms_dbfs(&audio[16_000..56_000]) - 3.0);
    }
}

#[test]
fn an_open_utterance_can_be_followed() {
    let audio = [silence(500), voice(2_000)].concat();
    let mut cutter = Cutter::new(1_000, &[]);
    let mut longest = 0;
    for block in audio.chunks(1_600) {
        cutter.push(block);
        if let Some((start, so_far)) = cutter.open() {
            assert!(so_far.len() > longest);
            longest = so_far.len();
            let from = start as usize - 1_000;
            assert_eq!(so_far, &audio[from..from + so_far.len()]);
        }
    }
    assert!(longest > 24_000);
    assert!(
        matches!(cutter.flush()[..], [Cut::Ended { next_sample, .. }] if next_sample == 1_000 + audio.len() as u64)
    );
    assert!(cutter.open().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn a_cutter_begun_at_any_next_makes_the_same_cuts(parts in prop::collection::vec((0u8..3, 100usize..7_000), 1..6), block in 1usize..5_000) {
        let audio: Vec<i16> = parts.iter().flat_map(|&(kind, ms)| match kind {
            0 => silence(ms),
            1 => noise(ms, -50.0, ms as u64),
            _ => voice(ms),
        }).collect();
        let all = cut(&audio);
        let mut cutter = Cutter::new(0, &[]);
        let mut in_blocks: Vec<Cut> = audio.chunks(block).flat_map(|b| cutter.push(b)).collect();
        in_blocks.extend(cutter.flush());
        prop_assert_eq!(&in_blocks, &all, "the length of blocks does not matter");
        let told: Vec<&Cut> = all.iter().filter(|c| !matches!(c, Cut::Started { .. })).collect();
        for (i, cut) in told.iter().enumerate() {
            let (Cut::Ended { next_sample: next, .. } | Cut::Quiet { until_sample: next }) = cut else { continue };
            let mut again = Cutter::new(*next, &audio[..*next as usize]);
            let mut rest = again.push(&audio[*next as usize..]);
            rest.extend(again.flush());
            let rest: Vec<&Cut> = rest.iter().filter(|c| !matches!(c, Cut::Started { .. })).collect();
            if i + 1 < told.len() {
                prop_assert_eq!(&rest[..], &told[i + 1..]);
            }
        }
    }
}
