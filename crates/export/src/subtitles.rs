//! Transcripts as subtitles: SubRip and WebVTT.

mod cue;

use crate::{clean, time};
use cue::Cue;
use huddle_domain::transcript::Segment;

/// SubRip. Each segment begins with its speaker's name; cues have at most two lines of 42 characters.
pub fn srt(segments: &[Segment]) -> String {
    let mut out = String::new();
    let cues = segments.iter().flat_map(|s| cue::of(s, cue::Names::InText));
    for (index, cue) in cues.enumerate() {
        let (start, end) = (time::stamp(cue.start_ms, ','), time::stamp(cue.end_ms, ','));
        // An arrow in the words would look like a line of times.
        let words = cue.lines.join("\n").replace("-->", "→");
        out += &format!("{}\n{start} --> {end}\n{words}\n\n", index + 1);
    }
    out
}

/// WebVTT, with the speakers as voices; cues have at most two lines of 42 characters.
pub fn vtt(segments: &[Segment]) -> String {
    let mut out = String::from("WEBVTT\n\n");
    for segment in segments {
        let speaker = escaped(&clean::line(&segment.speaker));
        let voice = if speaker.is_empty() { speaker } else { format!("<v {speaker}>") };
        for Cue { start_ms, end_ms, lines } in cue::of(segment, cue::Names::Apart) {
            let (start, end) = (time::stamp(start_ms, '.'), time::stamp(end_ms, '.'));
            out += &format!("{start} --> {end}\n{voice}{}\n\n", escaped(&lines.join("\n")));
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use huddle_domain::transcript::{self, Format};

    #[test]
    fn players_and_people_can_read_them() {
        let record = example::english();
        insta::assert_snapshot!("srt", srt(&record.segments));
        insta::assert_snapshot!("vtt", vtt(&record.segments));
    }

    #[test]
    fn what_was_said_can_be_read_back() {
        let segments = example::english().segments;
        let told = |s: &[Segment]| -> Vec<(String, String)> {
            s.iter().map(|s| (s.speaker.clone(), s.text.clone())).collect()
        };
        let read = transcript::read(&vtt(&segments), Format::Vtt).expect("our own VTT");
        assert_eq!(told(&read), told(&segments));
        // SubRip knows neither nameless speakers nor an escape for tags.
        let plain = [&segments[..1], &segments[2..5]].concat();
        let read = transcript::read(&srt(&plain), Format::Srt).expect("our own SRT");
        assert_eq!(told(&read), told(&plain));
    }

    #[test]
    fn words_cannot_become_markup() {
        let segment =
            example::segment(0, "A<b>", 0, 1_000, "x --> y & <v Bo> z\n\n9\n00:00:01,000 --> 00:00:02,000");
        let read = transcript::read(&srt(std::slice::from_ref(&segment)), Format::Srt).expect("our own SRT");
        assert_eq!(read.len(), 1);
        let read = transcript::read(&vtt(std::slice::from_ref(&segment)), Format::Vtt).expect("our own VTT");
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].speaker, "A<b>");
        assert_eq!(read[0].text, "x --> y & <v Bo> z 9 00:00:01,000 --> 00:00:02,000");
    }
}
