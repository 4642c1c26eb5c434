//! Looks at what the writer makes of real meetings: ROUGE of its summaries beside lead and random
//! at equal length, and with `--print` the minutes themselves.
//!
//! `cargo run -p huddle-writer --example look [-- --print] [NAME…]`; the meetings (QMSum) are read from
//! `$HUDDLE_TEST_DATA/meetings`, or are reported as skipped. With names of text files (`Name: words`
//! on each line) it shows the minutes of those.

use huddle_domain::{minutes::Minutes, record::MeetingRecord, record::Person, transcript::Segment};
use std::collections::HashMap;
use std::path::Path;

/// A meeting with the summary that people wrote of it.
struct Meeting {
    name: String,
    record: MeetingRecord,
    gold: String,
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let print = asked.iter().any(|a| a == "--print");
    let names: Vec<&String> = asked.iter().filter(|a| !a.starts_with("--")).collect();
    let files: Vec<&&String> = names.iter().filter(|n| n.ends_with(".txt")).collect();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a text file");
        let turns = text
            .lines()
            .filter_map(|l| l.split_once(':'))
            .map(|(speaker, content)| serde_json::json!({"speaker": speaker, "content": content}));
        let meeting = Meeting {
            name: file.to_string(),
            record: record(&turns.collect::<Vec<_>>()),
            gold: String::new(),
        };
        println!("{}", meeting.name);
        show(&meeting, &huddle_writer::write(&meeting.record));
    }
    if !files.is_empty() {
        return;
    }
    let data = std::env::var("HUDDLE_TEST_DATA").unwrap_or_else(|_| "../shared/data".to_owned());
    let meetings = read(&Path::new(&data).join("meetings"));
    if meetings.is_empty() {
        println!("skipped: no meetings in {data}");
    }
    let mut sums = [[0.0; 3]; 3];
    let mut count = 0.0;
    for meeting in meetings.iter().filter(|m| names.is_empty() || names.contains(&&m.name)) {
        let begun = std::time::Instant::now();
        let minutes = huddle_writer::write(&meeting.record);
        let took = begun.elapsed();
        let ours = minutes.summary.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(" ");
        let length = words(&ours).len();
        let said = sentences(&meeting.record);
        let lead = first(said.iter(), length);
        let rows = [
            scores(&ours, &meeting.gold),
            scores(&lead, &meeting.gold),
            random(&said, length, &meeting.gold),
        ];
        println!(
            "{:<12} {length:>4} words, {} segments, {} ms",
            meeting.name,
            meeting.record.segments.len(),
            took.as_millis()
        );
        for (row, (name, sum)) in rows.iter().zip(["ours", "lead", "random"].iter().zip(&mut sums)) {
            println!("   {name:<7} {:.3} {:.3} {:.3}", row[0], row[1], row[2]);
            sum.iter_mut().zip(row).for_each(|(s, r)| *s += r);
        }
        count += 1.0;
        if print {
            show(meeting, &minutes);
        }
    }
    println!("mean F1      ROUGE-1 ROUGE-2 ROUGE-L");
    for (name, sum) in ["ours", "lead", "random"].iter().zip(sums) {
        println!("   {name:<10} {:.4} {:.4} {:.4}", sum[0] / count, sum[1] / count, sum[2] / count);
    }
}

fn show(meeting: &Meeting, minutes: &Minutes) {
    println!("\nGOLD {}\n\nSUMMARY ({})", meeting.gold, minutes.language);
    let clock = |ms: i64| format!("{:>3}:{:02}", ms / 60_000, ms / 1_000 % 60);
    let part = |title: &str, items: &[huddle_domain::minutes::Item]| {
        println!("{title}");
        items.iter().for_each(|i| println!("  {} {}", clock(i.evidence.start_ms), i.text));
    };
    part("", &minutes.summary);
    part("KEY POINTS", &minutes.key_points);
    part("DECISIONS", &minutes.decisions);
    println!("ACTIONS");
    for item in &minutes.action_items {
        let due = item.due.map_or(String::new(), |d| format!(" until {d}"));
        println!(
            "  {} [{}{due}] {}",
            clock(item.evidence.start_ms),
            item.owner.as_deref().unwrap_or("?"),
            item.task
        );
    }
    part("QUESTIONS", &minutes.questions);
    println!();
}

fn read(folder: &Path) -> Vec<Meeting> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    paths.sort();
    paths
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .filter_map(|path| {
            let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()?;
            let gold = json["general_query_list"][0]["answer"].as_str()?.to_owned();
            let turns = json["meeting_transcripts"].as_array()?;
            let name = path.file_stem()?.to_string_lossy().into_owned();
            Some(Meeting { name, record: record(turns), gold })
        })
        .collect()
}

/// Turns as segments; the corpus has no times, so words are given 400 ms each.
fn record(turns: &[serde_json::Value]) -> MeetingRecord {
    let json = serde_json::json!({"title": "", "timeZone": "UTC", "people": [], "segments": [], "startedAt": "2026-11-18T12:00:00Z"});
    let mut record: MeetingRecord = serde_json::from_value(json).expect("a record");
    let mut clock = 0;
    for (at, turn) in turns.iter().enumerate() {
        let text = plain(turn["content"].as_str().unwrap_or_default());
        let speaker = turn["speaker"].as_str().unwrap_or_default().trim().to_owned();
        let length = 400 * text.split_whitespace().count() as i64;
        if !record.people.iter().any(|p| p.name == speaker) {
            record.people.push(Person { participant: None, name: speaker.clone(), talk_ms: 0 });
        }
        record.segments.push(Segment {
            id: format!("00000000-0000-7000-8000-{:012x}", at + 1).parse().expect("an id"),
            stream: None,
            participant: None,
            speaker,
            start_ms: clock,
            end_ms: clock + length,
            text,
            words: Vec::new(),
            engine: String::new(),
            agenda_item: None,
        });
        clock += length;
    }
    record
}

/// Undoes the corpus' spelling: `it 's` and `T_V_`, marks set apart, notes in braces.
fn plain(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for piece in text.split_whitespace() {
        if piece == "{disfmarker}" {
            if let Some(last) = out.last_mut() {
                last.push('—');
            }
        } else if piece.starts_with('{') {
        } else if matches!(
            piece,
            "." | "," | "?" | "!" | ";" | ":" | "'s" | "'re" | "'ve" | "'ll" | "'d" | "'m" | "n't"
        ) && !out.is_empty()
        {
            if let Some(last) = out.last_mut() {
                last.push_str(piece);
            }
        } else {
            out.push(piece.replace('_', "").replace("21stcentury", "21st century"));
        }
    }
    out.join(" ")
}

/// What was said, sentence by sentence, for the baselines.
fn sentences(record: &MeetingRecord) -> Vec<String> {
    let mut all = Vec::new();
    for segment in &record.segments {
        let mut sentence = String::new();
        for word in segment.text.split_whitespace() {
            sentence.push_str(word);
            sentence.push(' ');
            if word.ends_with(['.', '?', '!']) {
                all.push(std::mem::take(&mut sentence));
            }
        }
        if !sentence.is_empty() {
            all.push(sentence);
        }
    }
    all
}

fn first<'a>(sentences: impl Iterator<Item = &'a String>, length: usize) -> String {
    let text = sentences.map(String::as_str).collect::<Vec<_>>().join(" ");
    text.split_whitespace().take(length).collect::<Vec<_>>().join(" ")
}

/// Mean of 50 random summaries, always the same ones.
fn random(sentences: &[String], length: usize, gold: &str) -> [f64; 3] {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut sum = [0.0; 3];
    for _ in 0..50 {
        let mut text = String::new();
        while words(&text).len() < length {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(&sentences[(state >> 33) as usize % sentences.len()]);
        }
        let text = first([text].iter(), length);
        sum.iter_mut().zip(scores(&text, gold)).for_each(|(s, r)| *s += r / 50.0);
    }
    sum
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(stem).collect()
}

fn stem(word: &str) -> String {
    rust_stemmers::Stemmer::create(rust_stemmers::Algorithm::English).stem(word).into_owned()
}

/// F1 of ROUGE-1, ROUGE-2 and ROUGE-L (over the whole text), stemmed, stop words kept.
fn scores(text: &str, gold: &str) -> [f64; 3] {
    let (text, gold) = (words(text), words(gold));
    [ngrams(&text, &gold, 1), ngrams(&text, &gold, 2), f1(common(&text, &gold), text.len(), gold.len())]
}

fn ngrams(text: &[String], gold: &[String], n: usize) -> f64 {
    let mut counts: HashMap<&[String], usize> = HashMap::new();
    gold.windows(n).for_each(|w| *counts.entry(w).or_default() += 1);
    let mut shared = 0;
    for window in text.windows(n) {
        if let Some(left) = counts.get_mut(window).filter(|c| **c > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    f1(shared, text.len().saturating_sub(n - 1), gold.len().saturating_sub(n - 1))
}

fn f1(shared: usize, text: usize, gold: usize) -> f64 {
    if shared == 0 { 0.0 } else { 2.0 * shared as f64 / (text + gold) as f64 }
}

/// Length of the longest common subsequence.
fn common(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for x in a {
        let mut diagonal = 0;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if x == y { diagonal + 1 } else { row[j + 1].max(row[j]) };
            diagonal = above;
        }
    }
    row[b.len()]
}
