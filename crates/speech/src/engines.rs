//! All engines of a deployment as one, which does for each utterance what its meeting wishes.

use crate::{
    Engine, EngineChoice, Follower, Place, PocketSphinx, Recogniser, Said, Scripted, Settings, SpeechError,
    Wishes,
    remote::{AssemblyAi, Codec, Deepgram, OpenAi, Patience, Remote, Room},
    shelf::Shelf,
};
use std::sync::Arc;

/// Opens the engine that the settings name, with the others beside it that meetings may wish for. Cheap:
/// models are loaded when somebody speaks, and nobody is asked anything over the network.
pub fn choose(settings: &Settings) -> Result<Arc<dyn Engine>, SpeechError> {
    if settings.speech.engine == EngineChoice::Off {
        return alone(settings);
    }
    let mut all = Vec::new();
    let local = add_local(settings, &mut all);
    let mut room = None;
    for choice in [EngineChoice::Openai, EngineChoice::Deepgram, EngineChoice::Assemblyai] {
        if let Ok(codec) = codec(choice, settings) {
            let remote = Remote::new(codec, local.as_ref().ok().cloned(), opened(&mut room)?);
            all.push((choice, Arc::new(remote) as Arc<dyn Engine>));
        }
    }
    let choice = match settings.speech.engine {
        EngineChoice::Auto => EngineChoice::parse(local?.name()).unwrap_or_default(),
        chosen => chosen,
    };
    let Some(first) = all.iter().position(|(of, _)| *of == choice) else {
        // It says why.
        return alone(settings);
    };
    Ok(Arc::new(Engines(Arc::new(Inner { all, first }))))
}

/// Opens only the engine that the settings name: what fails with it fails, and nobody takes over.
pub fn alone(settings: &Settings) -> Result<Arc<dyn Engine>, SpeechError> {
    match settings.speech.engine {
        EngineChoice::Off => {
            Err(SpeechError::Missing("captions are switched off by the setting speech.engine".into()))
        }
        EngineChoice::Auto => whisper(settings).or_else(|_| pocketsphinx(settings)),
        EngineChoice::Whisper => whisper(settings),
        EngineChoice::Pocketsphinx => pocketsphinx(settings),
        EngineChoice::Scripted => Ok(Arc::new(Scripted::open(&settings.speech)?)),
        remote => {
            let room = Room::open(Patience::default())?;
            Ok(Arc::new(Remote::new(codec(remote, settings)?, None, room)))
        }
    }
}

/// Adds the local engines that are there, each on a shelf; the best of them.
fn add_local(
    settings: &Settings,
    all: &mut Vec<(EngineChoice, Arc<dyn Engine>)>,
) -> Result<Arc<dyn Engine>, SpeechError> {
    let threads = settings.speech.threads;
    let mut add = |choice, engine: Result<Arc<dyn Engine>, SpeechError>| {
        let engine: Arc<dyn Engine> = Arc::new(Shelf::new(engine?, threads));
        all.push((choice, engine.clone()));
        Ok(engine)
    };
    // Tests want a local engine whose words are known: it takes the place of the others.
    if settings.speech.script.is_some() {
        let scripted = Scripted::open(&settings.speech).map(|s| Arc::new(s) as Arc<dyn Engine>);
        if let Ok(scripted) = add(EngineChoice::Scripted, scripted)
            && !matches!(
                settings.speech.engine,
                EngineChoice::Auto | EngineChoice::Whisper | EngineChoice::Pocketsphinx
            )
        {
            return Ok(scripted);
        }
    }
    let whisper = add(EngineChoice::Whisper, whisper(settings));
    let pocketsphinx = add(EngineChoice::Pocketsphinx, pocketsphinx(settings));
    whisper.or(pocketsphinx)
}

fn pocketsphinx(settings: &Settings) -> Result<Arc<dyn Engine>, SpeechError> {
    Ok(Arc::new(PocketSphinx::open(&settings.speech)?))
}

#[cfg(feature = "whisper")]
fn whisper(settings: &Settings) -> Result<Arc<dyn Engine>, SpeechError> {
    Ok(Arc::new(crate::Whisper::open(settings)?))
}

#[cfg(not(feature = "whisper"))]
fn whisper(_: &Settings) -> Result<Arc<dyn Engine>, SpeechError> {
    Err(SpeechError::Missing(
        "this huddle was built without Whisper: build it with `--features whisper`, or choose another \
         speech.engine"
            .into(),
    ))
}

fn codec(choice: EngineChoice, settings: &Settings) -> Result<Box<dyn Codec>, SpeechError> {
    let speech = &settings.speech;
    Ok(match choice {
        EngineChoice::Openai => Box::new(OpenAi::open(&settings.openai, speech)?),
        EngineChoice::Deepgram => Box::new(Deepgram::open(&settings.deepgram, speech)?),
        EngineChoice::Assemblyai => Box::new(AssemblyAi::open(&settings.assemblyai, speech)?),
        other => return Err(SpeechError::Missing(format!("{} is no provider", other.name()))),
    })
}

/// The one room, opened when somebody needs it.
fn opened(room: &mut Option<Arc<Room>>) -> Result<Arc<Room>, SpeechError> {
    match room {
        Some(room) => Ok(room.clone()),
        None => Ok(room.insert(Room::open(Patience::default())?).clone()),
    }
}

/// Several engines as one.
#[derive(Debug, Clone)]
struct Engines(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    all: Vec<(EngineChoice, Arc<dyn Engine>)>,
    /// Which of them hears where nobody wishes for another.
    first: usize,
}

impl Inner {
    fn first(&self) -> &Arc<dyn Engine> {
        &self.all[self.first].1
    }

    /// Number of the engine for some wishes.
    fn of(&self, wishes: &Wishes) -> usize {
        let wished = wishes.engine.and_then(|wish| self.all.iter().position(|(of, _)| *of == wish));
        wished.unwrap_or(self.first)
    }
}

impl Engine for Engines {
    fn name(&self) -> &'static str {
        self.0.first().name()
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(Chooser { engines: self.0.clone(), made: Vec::new() }))
    }

    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        Ok(Box::new(ChoosingFollower { engines: self.0.clone(), made: None }))
    }

    fn threads(&self, wanted: usize) -> usize {
        self.0.all.iter().map(|(_, engine)| engine.threads(wanted)).max().unwrap_or(wanted)
    }

    fn choices(&self) -> Vec<EngineChoice> {
        self.0.all.iter().map(|(choice, _)| *choice).collect()
    }
}

/// Recognises with the engine of the meeting.
struct Chooser {
    engines: Arc<Inner>,
    /// With the number of its engine.
    made: Vec<(usize, Box<dyn Recogniser>)>,
}

impl Recogniser for Chooser {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Said, SpeechError> {
        let of = self.engines.of(place.wishes);
        let at = match self.made.iter().position(|(made, _)| *made == of) {
            Some(at) => at,
            None => {
                self.made.push((of, self.engines.all[of].1.recogniser()?));
                self.made.len() - 1
            }
        };
        self.made[at].1.recognise(place, utterance)
    }
}

/// Follows with the engine of the meeting.
struct ChoosingFollower {
    engines: Arc<Inner>,
    /// The last one, with the number of its engine.
    made: Option<(usize, Box<dyn Follower>)>,
}

impl Follower for ChoosingFollower {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        let of = self.engines.of(place.wishes);
        if self.made.as_ref().is_none_or(|(made, _)| *made != of) {
            self.made = None;
            self.made = Some((of, self.engines.all[of].1.follower()?));
        }
        self.made.as_mut().map_or(Ok(()), |(_, follower)| follower.begin(place))
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.made.as_mut().map_or(Ok(String::new()), |(_, follower)| follower.follow(samples))
    }

    fn finish(&mut self, rest: &[i16]) -> Result<Option<Said>, SpeechError> {
        self.made.as_mut().map_or(Ok(None), |(_, follower)| follower.finish(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scripted(dir: &tempfile::TempDir) -> Settings {
        let script = dir.path().join("script.json");
        std::fs::write(&script, r#"["one two"]"#).expect("written");
        let mut settings = Settings::default();
        settings.speech.engine = EngineChoice::Scripted;
        settings.speech.script = Some(script);
        settings
    }

    #[test]
    fn a_meeting_has_the_engine_it_wishes_for_if_it_is_there() {
        let dir = tempfile::tempdir().expect("a folder");
        let mut settings = scripted(&dir);
        settings.deepgram.api_key = Some("key".into());
        // Nobody is there: the local engine takes over.
        settings.deepgram.base_url = "http://127.0.0.1:9".into();
        let engines = choose(&settings).expect("opens");
        assert_eq!(engines.name(), "scripted");
        assert_eq!(engines.choices(), [EngineChoice::Scripted, EngineChoice::Deepgram]);
        assert!(engines.threads(2) > 2, "some of them wait");
        let mut recogniser = engines.recogniser().expect("opens");
        for engine in [None, Some(EngineChoice::Deepgram), Some(EngineChoice::Whisper)] {
            let wishes = Wishes { engine, ..Wishes::default() };
            let place = Place { wishes: &wishes, ..Place::of("test", 0) };
            let said = recogniser.recognise(place, &[0; 16_000]).expect("recognised");
            assert_eq!((said.words.len(), said.engine), (2, "scripted"), "{engine:?}");
        }
    }

    #[test]
    fn a_provider_without_a_key_says_what_to_set() {
        for (choice, variable) in [
            (EngineChoice::Deepgram, "DEEPGRAM_API_KEY"),
            (EngineChoice::Openai, "OPENAI_API_KEY"),
            (EngineChoice::Assemblyai, "ASSEMBLYAI_API_KEY"),
        ] {
            let mut settings = Settings::default();
            settings.speech.engine = choice;
            let why = choose(&settings).map(drop).expect_err("no key").to_string();
            assert!(why.contains(variable), "{why}");
        }
        let mut off = Settings::default();
        off.speech.engine = EngineChoice::Off;
        assert!(choose(&off).map(drop).expect_err("off").to_string().contains("speech.engine"));
    }
}
