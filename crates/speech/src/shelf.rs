//! A shelf of local recognisers: each has models of its own, so there are few, and whoever needs one
//! borrows it for an utterance.

use crate::{Engine, EngineChoice, Follower, Place, Recogniser, Said, SpeechError};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

/// Followers for each recogniser: more people than that rarely speak at once.
const FOLLOWERS: usize = 2;

/// A local engine whose recognisers and followers are lent.
#[derive(Debug, Clone)]
pub(crate) struct Shelf(Arc<Inner>);

struct Inner {
    engine: Arc<dyn Engine>,
    recognisers: Mutex<Row<dyn Recogniser>>,
    followers: Mutex<Row<dyn Follower>>,
    back: Condvar,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.engine.fmt(f)
    }
}

/// What is there to lend.
struct Row<T: ?Sized> {
    free: Vec<Box<T>>,
    /// How many more may be made.
    left: usize,
}

impl Shelf {
    /// At most `recognisers` of them at once.
    pub(crate) fn new(engine: Arc<dyn Engine>, recognisers: usize) -> Self {
        Self(Arc::new(Inner {
            engine,
            recognisers: Mutex::new(Row { free: Vec::new(), left: recognisers }),
            followers: Mutex::new(Row { free: Vec::new(), left: recognisers * FOLLOWERS }),
            back: Condvar::new(),
        }))
    }
}

impl Engine for Shelf {
    fn name(&self) -> &'static str {
        self.0.engine.name()
    }

    fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
        Ok(Box::new(Borrower(self.0.clone())))
    }

    /// One that says nothing if all are lent.
    fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
        let mut row = lock(&self.0.followers);
        let follower = match row.free.pop() {
            Some(free) => free,
            None if row.left == 0 => return Ok(Box::new(Silent)),
            None => {
                row.left -= 1;
                drop(row);
                self.0.engine.follower().inspect_err(|_| lock(&self.0.followers).left += 1)?
            }
        };
        Ok(Box::new(LentFollower { follower: Some(follower), shelf: self.0.clone() }))
    }

    fn choices(&self) -> Vec<EngineChoice> {
        self.0.engine.choices()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no holder of this lock panics")
}

/// Borrows a recogniser for each utterance, and waits for one while all are lent.
struct Borrower(Arc<Inner>);

impl Recogniser for Borrower {
    fn recognise(&mut self, place: Place, utterance: &[i16]) -> Result<Said, SpeechError> {
        let mut row = lock(&self.0.recognisers);
        let recogniser = loop {
            match row.free.pop() {
                Some(free) => break Some(free),
                None if row.left > 0 => {
                    row.left -= 1;
                    break None;
                }
                None => row = self.0.back.wait(row).expect("no holder of this lock panics"),
            }
        };
        drop(row);
        let mut lent = LentRecogniser { recogniser, shelf: self.0.clone() };
        let recogniser = match &mut lent.recogniser {
            Some(recogniser) => recogniser,
            none => none.insert(self.0.engine.recogniser()?),
        };
        recogniser.recognise(place, utterance)
    }
}

/// Goes back to the shelf; what panicked, or could not be made, makes room for another.
struct LentRecogniser {
    recogniser: Option<Box<dyn Recogniser>>,
    shelf: Arc<Inner>,
}

impl Drop for LentRecogniser {
    fn drop(&mut self) {
        let mut row = lock(&self.shelf.recognisers);
        match self.recogniser.take().filter(|_| !std::thread::panicking()) {
            Some(whole) => row.free.push(whole),
            None => row.left += 1,
        }
        drop(row);
        self.shelf.back.notify_one();
    }
}

struct LentFollower {
    follower: Option<Box<dyn Follower>>,
    shelf: Arc<Inner>,
}

impl LentFollower {
    fn follower(&mut self) -> &mut dyn Follower {
        &mut **self.follower.as_mut().expect("it is here until it is dropped")
    }
}

impl Follower for LentFollower {
    fn begin(&mut self, place: Place) -> Result<(), SpeechError> {
        self.follower().begin(place)
    }

    fn follow(&mut self, samples: &[i16]) -> Result<String, SpeechError> {
        self.follower().follow(samples)
    }

    fn finish(&mut self, rest: &[i16]) -> Result<Option<Said>, SpeechError> {
        self.follower().finish(rest)
    }
}

impl Drop for LentFollower {
    fn drop(&mut self) {
        let mut row = lock(&self.shelf.followers);
        match self.follower.take().filter(|_| !std::thread::panicking()) {
            Some(whole) => row.free.push(whole),
            None => row.left += 1,
        }
    }
}

/// Follows, and says nothing.
pub(crate) struct Silent;

impl Follower for Silent {
    fn begin(&mut self, _: Place) -> Result<(), SpeechError> {
        Ok(())
    }

    fn follow(&mut self, _: &[i16]) -> Result<String, SpeechError> {
        Ok(String::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scripted;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    /// Counts how many recognisers were made, and panics on an empty utterance.
    #[derive(Debug, Default)]
    struct Counted(AtomicUsize);

    struct Fragile;

    impl Recogniser for Fragile {
        fn recognise(&mut self, _: Place, utterance: &[i16]) -> Result<Said, SpeechError> {
            assert!(!utterance.is_empty(), "nothing to hear");
            Ok(Said { words: Vec::new(), engine: "counted" })
        }
    }

    impl Engine for Counted {
        fn name(&self) -> &'static str {
            "counted"
        }

        fn recogniser(&self) -> Result<Box<dyn Recogniser>, SpeechError> {
            self.0.fetch_add(1, SeqCst);
            Ok(Box::new(Fragile))
        }

        fn follower(&self) -> Result<Box<dyn Follower>, SpeechError> {
            Ok(Box::new(Silent))
        }
    }

    #[test]
    fn many_borrowers_share_few_recognisers() {
        let counted = Arc::new(Counted::default());
        let shelf = Shelf::new(counted.clone(), 2);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                let mut borrower = shelf.recogniser().expect("always there");
                scope.spawn(move || {
                    for _ in 0..50 {
                        borrower.recognise(Place::of("test", 0), &[1]).expect("recognised");
                    }
                });
            }
        });
        assert!(counted.0.load(SeqCst) <= 2);
    }

    #[test]
    fn what_panicked_is_not_lent_again_and_nobody_waits_for_it() {
        let counted = Arc::new(Counted::default());
        let shelf = Shelf::new(counted.clone(), 1);
        let mut borrower = shelf.recogniser().expect("always there");
        for _ in 0..3 {
            let fell = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                borrower.recognise(Place::of("test", 0), &[])
            }));
            assert!(fell.is_err());
        }
        borrower.recognise(Place::of("test", 0), &[1]).expect("another was made");
        assert_eq!(counted.0.load(SeqCst), 4);
    }

    #[test]
    fn when_all_followers_are_lent_the_next_says_nothing() {
        let shelf = Shelf::new(Arc::new(Scripted::saying(&["one two three"])), 1);
        let heard = |follower: &mut Box<dyn Follower>| {
            follower.begin(Place::of("test", 0)).expect("begins");
            follower.follow(&[0; 16_000]).expect("follows")
        };
        let mut all: Vec<_> = (0..3).map(|_| shelf.follower().expect("always there")).collect();
        assert_eq!(all.iter_mut().map(heard).collect::<Vec<_>>(), ["one two three", "one two three", ""]);
        all.clear();
        assert_eq!(heard(&mut shelf.follower().expect("always there")), "one two three");
    }
}
