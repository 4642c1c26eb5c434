//! What stands on the pages of minutes, in reading order and ready to be set: labels chosen, times and
//! dates written out, words cleaned. Markdown and PDF lay out the same sheet.

mod date;

use crate::{
    clean,
    labels::{self, Labels},
    time,
};
use huddle_domain::{
    AgendaItemId, SegmentId,
    agenda::AgendaItem,
    minutes::{ActionItem, Evidence, Item, Minutes},
    record::MeetingRecord,
    transcript::Segment,
};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// Colours that tell speakers apart; the templates hold as many.
const HUES: usize = 8;

/// Minutes and transcript of a meeting, ready to be set.
#[derive(Debug, Serialize)]
pub struct Sheet {
    pub labels: &'static Labels,
    pub title: String,
    /// Date, times and zone, or what is known of them.
    pub when: Option<String>,
    /// The description, in paragraphs.
    pub about: Vec<String>,
    pub people: Vec<Person>,
    pub agenda: Vec<Point>,
    pub summary: Vec<Line>,
    pub key_points: Vec<Group>,
    pub decisions: Vec<Line>,
    pub action_items: Vec<Action>,
    pub questions: Vec<Line>,
    pub turns: Vec<Turn>,
    pub writer: String,
}

#[derive(Debug, Serialize)]
pub struct Person {
    pub name: String,
    /// How long they spoke; `None` where nobody measured it.
    pub talk: Option<String>,
    /// Their part of all that was spoken, in percent.
    pub share: f64,
    /// Which of the [`HUES`] is theirs.
    pub hue: usize,
}

#[derive(Debug, Serialize)]
pub struct Point {
    pub title: String,
    pub owner: Option<String>,
}

/// A sentence and where in the meeting it comes from.
#[derive(Debug, Serialize)]
pub struct Line {
    pub text: String,
    pub place: Place,
}

/// A time, or the number of a segment where its time is only estimated.
#[derive(Debug, Serialize)]
pub struct Place {
    pub text: String,
    /// The [`Said::anchor`] it points at, if that segment is in the transcript.
    pub anchor: Option<String>,
}

/// Key points of one agenda item; without heading where there is no agenda.
#[derive(Debug, Serialize)]
pub struct Group {
    pub heading: Option<String>,
    pub items: Vec<Line>,
}

#[derive(Debug, Serialize)]
pub struct Action {
    pub task: String,
    pub owner: Option<String>,
    pub due: Option<String>,
    pub place: Place,
}

/// What one speaker says until another speaks.
#[derive(Debug, Serialize)]
pub struct Turn {
    pub speaker: String,
    /// Which of the [`HUES`] is theirs; `None` where nobody knows who spoke.
    pub hue: Option<usize>,
    pub said: Vec<Said>,
}

#[derive(Debug, Serialize)]
pub struct Said {
    pub place: String,
    pub text: String,
    /// A name to point at, where an item of the minutes does.
    pub anchor: Option<String>,
}

/// The sheet of a meeting.
pub fn of(record: &MeetingRecord, minutes: &Minutes) -> Sheet {
    let labels = labels::of(&minutes.language);
    let places = Places::of(record, minutes);
    let title = clean::line(&record.title);
    let people = people(record);
    Sheet {
        labels,
        title: if title.is_empty() { labels.untitled.into() } else { title },
        when: date::when(record, labels),
        about: clean::paragraphs(&record.description),
        agenda: record.agenda.iter().map(point).collect(),
        summary: places.lines(&minutes.summary),
        key_points: places.groups(&minutes.key_points, &record.agenda, labels),
        decisions: places.lines(&minutes.decisions),
        action_items: minutes.action_items.iter().map(|a| places.action(a, labels)).collect(),
        questions: places.lines(&minutes.questions),
        turns: places.turns(&record.segments, &people, labels),
        people,
        writer: clean::line(&minutes.writer),
    }
}

fn people(record: &MeetingRecord) -> Vec<Person> {
    let total: i64 = record.people.iter().map(|p| p.talk_ms.max(0)).fold(0, i64::saturating_add);
    let mut people: Vec<Person> = Vec::new();
    for person in &record.people {
        let (name, talk_ms) = (clean::line(&person.name), person.talk_ms.max(0));
        if name.is_empty() {
            continue;
        }
        let talk = (talk_ms > 0).then(|| time::length(talk_ms));
        let share = if total > 0 { (talk_ms as f64 / total as f64 * 1_000.0).round() / 10.0 } else { 0.0 };
        people.push(Person { name, talk, share, hue: people.len() % HUES });
    }
    people
}

fn point(item: &AgendaItem) -> Point {
    let owner = item.owner.as_deref().map(clean::line).filter(|o| !o.is_empty());
    Point { title: clean::line(&item.title), owner }
}

/// Where every segment is, and which of them the minutes point at.
struct Places<'a> {
    segments: HashMap<SegmentId, (usize, &'a Segment)>,
    pointed_at: HashSet<SegmentId>,
}

impl<'a> Places<'a> {
    fn of(record: &'a MeetingRecord, minutes: &Minutes) -> Self {
        let items = [&minutes.summary, &minutes.key_points, &minutes.decisions, &minutes.questions];
        let evidence = items.into_iter().flatten().map(|i| &i.evidence);
        let evidence = evidence.chain(minutes.action_items.iter().map(|a| &a.evidence));
        Places {
            segments: record.segments.iter().enumerate().map(|(n, s)| (s.id, (n, s))).collect(),
            pointed_at: evidence.filter_map(|e| e.segments.first().copied()).collect(),
        }
    }

    fn place(&self, evidence: &Evidence) -> Place {
        match evidence.segments.first().and_then(|id| self.segments.get(id)) {
            Some((n, segment)) => Place { text: time::place(segment, *n), anchor: Some(anchor(*n)) },
            None => Place { text: time::clock(evidence.start_ms), anchor: None },
        }
    }

    fn line(&self, item: &Item) -> Line {
        Line { text: clean::line(&item.text), place: self.place(&item.evidence) }
    }

    fn lines(&self, items: &[Item]) -> Vec<Line> {
        items.iter().map(|i| self.line(i)).collect()
    }

    /// By agenda item, in the order of the agenda; what belongs to none comes last.
    fn groups(&self, items: &[Item], agenda: &[AgendaItem], labels: &Labels) -> Vec<Group> {
        let of = |point: Option<AgendaItemId>| -> Vec<Line> {
            let known = |i: &&Item| i.agenda_item.filter(|id| agenda.iter().any(|a| a.id == *id)) == point;
            items.iter().filter(known).map(|i| self.line(i)).collect()
        };
        let mut groups: Vec<Group> = agenda
            .iter()
            .map(|a| Group { heading: Some(clean::line(&a.title)), items: of(Some(a.id)) })
            .filter(|g| !g.items.is_empty())
            .collect();
        let others = of(None);
        if !others.is_empty() {
            let heading = (!groups.is_empty()).then(|| labels.other_points.to_owned());
            groups.push(Group { heading, items: others });
        }
        groups
    }

    fn action(&self, action: &ActionItem, labels: &Labels) -> Action {
        Action {
            task: clean::line(&action.task),
            owner: action.owner.as_deref().map(clean::line).filter(|o| !o.is_empty()),
            due: action.due.map(|due| date::day(due, labels)),
            place: self.place(&action.evidence),
        }
    }

    fn turns(&self, segments: &[Segment], people: &[Person], labels: &Labels) -> Vec<Turn> {
        let mut hues: HashMap<String, usize> = people.iter().map(|p| (p.name.clone(), p.hue)).collect();
        let mut turns: Vec<Turn> = Vec::new();
        let mut last: Option<&str> = None;
        for (n, segment) in segments.iter().enumerate() {
            let anchor = self.pointed_at.contains(&segment.id).then(|| anchor(n));
            let said = Said { place: time::place(segment, n), text: clean::line(&segment.text), anchor };
            match turns.last_mut() {
                Some(turn) if last == Some(segment.speaker.as_str()) => turn.said.push(said),
                _ => {
                    let name = clean::line(&segment.speaker);
                    let (speaker, hue) = if name.is_empty() {
                        (labels.unknown_speaker.into(), None)
                    } else {
                        let free = hues.len() % HUES;
                        (name.clone(), Some(*hues.entry(name).or_insert(free)))
                    };
                    turns.push(Turn { speaker, hue, said: vec![said] });
                }
            }
            last = Some(&segment.speaker);
        }
        turns
    }
}

impl Sheet {
    /// Lets long runs without a space, such as addresses, break where a column ends.
    pub fn make_breakable(&mut self) {
        let people = self.people.iter_mut().map(|p| &mut p.name);
        let agenda = self.agenda.iter_mut().flat_map(|p| [Some(&mut p.title), p.owner.as_mut()]).flatten();
        let points = self.key_points.iter_mut();
        let (headings, points): (Vec<_>, Vec<_>) =
            points.map(|g| (g.heading.as_mut(), g.items.iter_mut())).unzip();
        let lines = self.summary.iter_mut().chain(&mut self.decisions).chain(&mut self.questions);
        let lines = lines.chain(points.into_iter().flatten()).map(|l| &mut l.text);
        let actions =
            self.action_items.iter_mut().flat_map(|a| [Some(&mut a.task), a.owner.as_mut()]).flatten();
        let turns = self.turns.iter_mut();
        let turns =
            turns.flat_map(|t| std::iter::once(&mut t.speaker).chain(t.said.iter_mut().map(|s| &mut s.text)));
        let all = people
            .chain(agenda)
            .chain(headings.into_iter().flatten())
            .chain(lines)
            .chain(actions)
            .chain(turns);
        for text in all.chain(&mut self.about).chain([&mut self.title, &mut self.writer]) {
            clean::make_breakable(text);
        }
    }
}

fn anchor(n: usize) -> String {
    format!("said-{}", n + 1)
}
