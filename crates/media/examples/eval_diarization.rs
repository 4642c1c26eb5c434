//! How well voices are told apart: the diarization error rate on real meetings.
//!
//! `cargo run -p huddle-media --example eval_diarization [-- --tune | --turns]` reads every WAV file of
//! `$HUDDLE_TEST_DATA/diarization` (else `../shared/data/diarization` beside the checkout) of which
//! `reference.rttm` says who speaks when. Overlaps count. `--tune` asks how the constants do on files that
//! they were not chosen on; `--turns` shows what was heard.

use huddle_media::{
    Decoder,
    voices::{
        Options, Turn,
        der::{Der, Span, der},
        diarize,
    },
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

/// Where nothing is counted around the ends of what was spoken, in milliseconds.
const COLLAR_MS: i64 = 250;

struct Recording {
    name: String,
    blocks: Vec<Vec<i16>>,
    spoken: Vec<Span>,
}

fn main() {
    let asked = |flag: &str| std::env::args().any(|a| a == flag);
    let Some(folder) = data() else {
        println!("skipped: no recordings of meetings (set HUDDLE_TEST_DATA)");
        return;
    };
    let recordings = read(&folder);
    if recordings.is_empty() {
        println!("skipped: no recordings of meetings in {}", folder.display());
    } else if asked("--tune") {
        tune(&recordings);
    } else {
        table(&recordings, asked("--turns"));
    }
}

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let named = std::env::var_os("HUDDLE_TEST_DATA").map_or(beside, PathBuf::from);
    Some(named.join("diarization")).filter(|folder| folder.join("reference.rttm").is_file())
}

fn read(folder: &Path) -> Vec<Recording> {
    let text = std::fs::read_to_string(folder.join("reference.rttm")).expect("reference.rttm can be read");
    let mut spoken: BTreeMap<String, Vec<(String, i64, i64)>> = BTreeMap::new();
    for line in text.lines() {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let ["SPEAKER", file, _, start, length, _, _, who, ..] = fields[..] else { continue };
        let ms = |seconds: &str| (seconds.parse::<f64>().expect("seconds") * 1_000.0).round() as i64;
        let span = (who.to_owned(), ms(start), ms(start) + ms(length));
        spoken.entry(file.to_owned()).or_default().push(span);
    }
    let recording = |(name, spans): (String, Vec<(String, i64, i64)>)| {
        let decoder = Decoder::open(&folder.join(format!("{name}.wav"))).ok()?;
        let mut names: Vec<&String> = spans.iter().map(|s| &s.0).collect();
        names.sort_unstable();
        names.dedup();
        let who = |name: &String| names.iter().position(|n| *n == name);
        let spoken = spans.iter().map(|s| Span { start_ms: s.1, end_ms: s.2, who: who(&s.0) });
        let spoken = spoken.collect();
        Some(Recording { name, blocks: decoder.map(|b| b.expect("it decodes")).collect(), spoken })
    };
    spoken.into_iter().filter_map(recording).collect()
}

fn span(turn: &Turn) -> Span {
    Span { start_ms: turn.start_ms, end_ms: turn.end_ms, who: turn.voice }
}

fn ours(recording: &Recording, options: &Options) -> Vec<Turn> {
    diarize(&recording.blocks, options)
}

/// The same speech, all of it by one voice.
fn one_voice(recording: &Recording) -> Vec<Span> {
    ours(recording, &Options { most_voices: 1, ..Options::default() }).iter().map(span).collect()
}

/// The same speech, by two voices in turn, who change at every pause and every three seconds.
fn alternating(recording: &Recording) -> Vec<Span> {
    let mut spans = Vec::new();
    for speech in one_voice(recording) {
        let mut from = speech.start_ms;
        while from < speech.end_ms {
            let end_ms = (from + 3_000).min(speech.end_ms);
            spans.push(Span { start_ms: from, end_ms, who: Some(spans.len() % 2) });
            from = end_ms;
        }
    }
    spans
}

fn table(recordings: &[Recording], turns: bool) {
    type Hear = fn(&Recording) -> Vec<Span>;
    let ways: [(&str, Hear); 4] = [
        ("voices", |r| ours(r, &Options::default()).iter().map(span).collect()),
        ("one voice for all", one_voice),
        ("two voices in turn", alternating),
        ("nobody ever speaks", |_| Vec::new()),
    ];
    println!("| | spoken | missed | false alarm | confused | DER | DER, collar 0.25 s | voices (real) |");
    println!("|---|---|---|---|---|---|---|---|");
    for (way, hear) in ways {
        let began = Instant::now();
        let (mut all, mut all_collared) = (Der::default(), Der::default());
        let (mut seconds, mut heard_all) = (0.0, 0);
        for recording in recordings {
            let heard = hear(recording);
            let der_of = |collar| der(&recording.spoken, &heard, collar);
            let (strict, collared) = (der_of(0), der_of(COLLAR_MS));
            all += strict;
            all_collared += collared;
            seconds += recording.blocks.iter().map(Vec::len).sum::<usize>() as f64 / 16_000.0;
            heard_all += 1;
            if way == "voices" {
                let count = |spans: &[Span]| spans.iter().filter_map(|s| s.who).max().map_or(0, |m| m + 1);
                let voices = format!("{} ({})", count(&heard), count(&recording.spoken));
                row(&recording.name, strict, collared, &voices);
                if turns {
                    ours(recording, &Options::default()).iter().for_each(|t| println!("{t:?}"));
                }
            }
        }
        row(&format!("**{way}**, all {heard_all}"), all, all_collared, "");
        if way == "voices" {
            eprintln!("{:.4} of real time", began.elapsed().as_secs_f64() / seconds);
        }
    }
}

fn row(name: &str, strict: Der, collared: Der, voices: &str) {
    let part = |ms: i64| format!("{:.1} %", 100.0 * strict.part(ms));
    println!(
        "| {name} | {:.1} s | {} | {} | {} | {:.1} % | {:.1} % | {voices} |",
        strict.spoken as f64 / 1_000.0,
        part(strict.missed),
        part(strict.false_alarm),
        part(strict.confused),
        100.0 * strict.rate(),
        100.0 * collared.rate(),
    );
}

/// Chooses constants on all recordings but one, and hears that one with them: what is to be expected of
/// recordings that nobody has heard before.
fn tune(recordings: &[Recording]) {
    let base = Options::default();
    let mut sets = vec![base];
    let vary = |sets: Vec<Options>, with: &dyn Fn(Options) -> Vec<Options>| -> Vec<Options> {
        sets.into_iter().flat_map(with).collect()
    };
    sets = vary(sets, &|o| [0.7, 0.8, 0.85].map(|speech| Options { speech, ..o }).to_vec());
    sets = vary(sets, &|o| [500, 1_000, 2_000].map(|pause_ms| Options { pause_ms, ..o }).to_vec());
    sets = vary(sets, &|o| [0.1, 0.14].map(|frame_weight| Options { frame_weight, ..o }).to_vec());
    sets = vary(sets, &|o| [0.5, 0.8, 1.0].map(|voice_cost| Options { voice_cost, ..o }).to_vec());
    let costs = [0.0, 0.015];
    sets = vary(sets, &|o| costs.map(|information_cost| Options { information_cost, ..o }).to_vec());
    let found: Vec<Vec<Der>> = sets
        .iter()
        .map(|options| {
            let heard = |r: &Recording| ours(r, options).iter().map(span).collect::<Vec<_>>();
            recordings.iter().map(|r| der(&r.spoken, &heard(r), 0)).collect()
        })
        .collect();
    let rate = |ders: &[Der], without: Option<usize>| {
        let mut all = Der::default();
        ders.iter().enumerate().filter(|(i, _)| Some(*i) != without).for_each(|(_, d)| all += *d);
        all.rate()
    };
    let best = |without: Option<usize>| {
        (0..sets.len())
            .min_by(|&a, &b| rate(&found[a], without).total_cmp(&rate(&found[b], without)))
            .expect("there are sets")
    };
    let mut left_out = Der::default();
    for (i, recording) in recordings.iter().enumerate() {
        let set = best(Some(i));
        left_out += found[set][i];
        println!("{}: DER {:.1} % with {}", recording.name, 100.0 * found[set][i].rate(), told(&sets[set]));
    }
    let all = best(None);
    println!("chosen without the file that is heard: DER {:.1} %", 100.0 * left_out.rate());
    println!("chosen on all: DER {:.1} % with {}", 100.0 * rate(&found[all], None), told(&sets[all]));
    let mut rates: Vec<f64> = found.iter().map(|f| rate(f, None)).collect();
    rates.sort_by(f64::total_cmp);
    let at = |part: usize| 100.0 * rates[(rates.len() - 1) * part / 4];
    println!(
        "{} sets: DER {:.1} / {:.1} / {:.1} / {:.1} / {:.1} %, best to worst by quarters",
        rates.len(),
        at(0),
        at(1),
        at(2),
        at(3),
        at(4)
    );
}

fn told(o: &Options) -> String {
    format!(
        "speech {}, pause {} ms, frame weight {}, voice cost {}, information cost {}",
        o.speech, o.pause_ms, o.frame_weight, o.voice_cost, o.information_cost
    )
}
