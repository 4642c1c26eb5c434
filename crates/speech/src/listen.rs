//! Listening to one stream: samples in, steps out. No threads, no files.

use super::{Follower, Place, Recogniser, SpeechError};
use huddle_domain::transcript::Word;
use huddle_media::{Cut, Cutter, ms};

/// Where listening begins.
#[derive(Debug, Clone, Copy, Default)]
pub struct Start<'a> {
    /// The stream's id or the file's name.
    pub stream: &'a str,
    /// Number of the first sample: 0, or the `until` of a step.
    pub from: u64,
    /// How many utterances with words lie before it.
    pub nth: u64,
    /// What the stream had before `from`; the last second matters.
    pub past: &'a [i16],
}

/// Speech between pauses; milliseconds from the stream's first sample.
#[derive(Debug, Clone, PartialEq)]
pub struct Utterance {
    /// Begins then.
    pub start_ms: i64,
    /// Ends then.
    pub end_ms: i64,
    /// The words in one line; never empty.
    pub text: String,
    /// The words with their times.
    pub words: Vec<Word>,
}

/// All between two samples was heard. Steps follow one another without gap or overlap, and listening that
/// begins at `until` gives the steps that would have come next.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// First sample.
    pub from: u64,
    /// First sample after it.
    pub until: u64,
    /// What was said, if anything.
    pub utterance: Option<Utterance>,
}

/// What a listener tells.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Words on their way; replaces the last of these. Empty when an utterance turned out to be none.
    Partial {
        /// Begin of the utterance, milliseconds from the stream's first sample.
        start_ms: i64,
        /// What was understood so far.
        text: String,
    },
    /// One more step was heard.
    Step(Step),
}

/// What a listener hears with.
pub struct Ears<'a> {
    /// For whole utterances.
    pub recogniser: &'a mut dyn Recogniser,
    /// Gives a follower for an utterance that begins, if one is free and there is time for it.
    pub follower: &'a mut dyn FnMut() -> Option<Box<dyn Follower>>,
}

/// Listens to one stream. Keeps at most one utterance in memory.
pub struct Listener {
    stream: String,
    cutter: Cutter,
    /// All before it was told in steps.
    cursor: u64,
    nth: u64,
    hurried: bool,
    following: Option<Following>,
}

struct Following {
    follower: Box<dyn Follower>,
    /// Samples of the utterance that it has heard.
    heard: usize,
    text: String,
}

impl Listener {
    /// Begins to listen.
    pub fn new(start: Start) -> Self {
        Self {
            stream: start.stream.to_owned(),
            cutter: Cutter::new(start.from, start.past),
            cursor: start.from,
            nth: start.nth,
            hurried: false,
            following: None,
        }
    }

    /// Number of the sample that is expected next.
    pub fn position(&self) -> u64 {
        self.cutter.position()
    }

    /// All before this sample was told in steps.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// How many utterances with words lie before the cursor.
    pub fn nth(&self) -> u64 {
        self.nth
    }

    /// Says whether hearing is behind what is said, see [`Place::hurried`].
    pub fn hurry(&mut self, hurried: bool) {
        self.hurried = hurried;
    }

    /// Gives up following the utterance under way.
    pub fn stop_following(&mut self) {
        self.following = None;
    }

    /// Hears more.
    pub fn hear(&mut self, block: &[i16], ears: &mut Ears) -> Result<Vec<Told>, SpeechError> {
        let cuts = self.cutter.push(block);
        let mut told = Vec::new();
        self.take(cuts, ears, &mut told)?;
        self.follow(&mut told)?;
        Ok(told)
    }

    /// The stream is over, or stops for long: finishes the utterance under way. The last step reaches the
    /// position.
    pub fn finish(&mut self, ears: &mut Ears) -> Result<Vec<Told>, SpeechError> {
        let cuts = self.cutter.flush();
        let mut told = Vec::new();
        self.take(cuts, ears, &mut told)?;
        Ok(told)
    }

    fn take(&mut self, cuts: Vec<Cut>, ears: &mut Ears, told: &mut Vec<Told>) -> Result<(), SpeechError> {
        for cut in cuts {
            match cut {
                Cut::Started { .. } => self.begin(ears)?,
                Cut::Quiet { until_sample } => self.step(until_sample, None, told),
                Cut::Ended { start_sample, end_sample, samples, next_sample } => {
                    self.following = None;
                    let place = Place { stream: &self.stream, nth: self.nth, hurried: self.hurried };
                    let words = ears.recogniser.recognise(place, &samples)?;
                    let utterance = utterance(ms(start_sample), ms(end_sample), words);
                    self.nth += u64::from(utterance.is_some());
                    self.step(next_sample, utterance, told);
                }
            }
        }
        Ok(())
    }

    fn step(&mut self, until: u64, utterance: Option<Utterance>, told: &mut Vec<Told>) {
        if until > self.cursor {
            told.push(Told::Step(Step { from: self.cursor, until, utterance }));
            self.cursor = until;
        }
    }

    fn begin(&mut self, ears: &mut Ears) -> Result<(), SpeechError> {
        if let Some(mut follower) = (ears.follower)() {
            follower.begin(Place { stream: &self.stream, nth: self.nth, hurried: self.hurried })?;
            self.following = Some(Following { follower, heard: 0, text: String::new() });
        }
        Ok(())
    }

    fn follow(&mut self, told: &mut Vec<Told>) -> Result<(), SpeechError> {
        let (Some(following), Some((start, so_far))) = (self.following.as_mut(), self.cutter.open()) else {
            return Ok(());
        };
        let text = following.follower.follow(&so_far[following.heard..])?;
        following.heard = so_far.len();
        if text != following.text {
            following.text.clone_from(&text);
            told.push(Told::Partial { start_ms: ms(start), text });
        }
        Ok(())
    }
}

/// Puts words (from the utterance's begin) in their place; `None` without words.
fn utterance(start_ms: i64, end_ms: i64, words: Vec<Word>) -> Option<Utterance> {
    if words.is_empty() {
        return None;
    }
    let text = words.iter().map(|w| w.text.as_str()).collect::<Vec<_>>().join(" ");
    let in_place = |at: i64| (start_ms + at).clamp(start_ms, end_ms);
    let words = words
        .into_iter()
        .map(|w| Word { start_ms: in_place(w.start_ms), end_ms: in_place(w.end_ms), ..w })
        .collect();
    Some(Utterance { start_ms, end_ms, text, words })
}
