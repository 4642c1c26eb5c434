//! Action items: who promised what, until when. A promise is owned by its speaker, a request by
//! who is named or takes it on, a need by whoever claims it, otherwise by nobody.

mod clause;
mod cues;
mod task;
mod verbs;

use crate::clean;
use crate::due::Today;
use crate::people::{Name, People, addressed};
use crate::sentence::{self, Sentence};
use crate::token::Token;
use crate::weight;
use chrono::NaiveDate;
use clause::{Clause, clauses};
use cues::Kind;
use huddle_domain::minutes::ActionItem;
use verbs::{Work, work};

/// An action item in the making.
#[derive(Debug)]
struct Action {
    /// The sentences it comes from, in order.
    from: Vec<usize>,
    /// What the task points back to.
    context: Option<String>,
    task: Vec<Token>,
    terms: Vec<String>,
    owner: Option<(String, Option<usize>)>,
    due: Option<NaiveDate>,
}

/// How many sentences later a request is still being answered.
const ANSWER_WITHIN: usize = 3;
/// How many sentences back a claim may reach.
const CLAIM_WITHIN: usize = 4;

/// The action items of a meeting in order, and the sentences that they were made from.
pub(crate) fn find(
    sentences: &[Sentence<'_>],
    people: &People,
    today: Option<Today>,
) -> Vec<(ActionItem, Vec<usize>)> {
    let clauses = sentences.iter().map(|s| clauses(&s.words)).collect();
    let reader = Reader { sentences, clauses, people, today };
    let mut actions: Vec<Action> = Vec::new();
    let mut answered: Vec<usize> = Vec::new();
    for (at, clauses) in reader.clauses.iter().enumerate() {
        for clause in clauses {
            if answered.contains(&at)
                && matches!(clause.cue.kind, Kind::Promise | Kind::Intent | Kind::Claim)
                && clauses.len() == 1
            {
                continue;
            }
            if let Some(action) = reader.action(at, clause, &mut answered) {
                merge(&mut actions, action);
            }
        }
    }
    actions.into_iter().map(|a| reader.item(a)).collect()
}

struct Reader<'a, 's> {
    sentences: &'a [Sentence<'s>],
    clauses: Vec<Vec<Clause>>,
    people: &'a People,
    today: Option<Today>,
}

impl Reader<'_, '_> {
    /// What a clause binds somebody to, if anything.
    fn action(&self, at: usize, clause: &Clause, answered: &mut Vec<usize>) -> Option<Action> {
        let sentence = &self.sentences[at];
        let words = &sentence.words;
        let due = self.today.and_then(|t| t.due(&words[clause.from..clause.end], sentence.language));
        let work = work(words, clause.verb);
        let firm = due.is_some_and(|d| d.firm);
        let day = due.map(|d| d.day);
        let asks = sentence.asks();
        let speaker = || self.owner(self.people.speaker(sentence));
        let conditional = clause.cue.start > 0
            && words[..clause.cue.start].iter().rev().take(2).any(|w| CONDITIONS.contains(&w.low.as_str()));
        if conditional {
            return None;
        }
        let (from, owner) = match clause.cue.kind {
            Kind::Claim => return self.claim(at, day),
            Kind::Promise if work == Work::Task && !asks || work == Work::Perhaps && firm => {
                (vec![at], speaker())
            }
            Kind::Intent if work == Work::Task && due.is_some() && !asks => (vec![at], speaker()),
            Kind::Offer if work == Work::Task => {
                let yes = self.answer(at, cues::wants)?;
                (vec![at, yes], speaker())
            }
            Kind::Named | Kind::NamedWeak => {
                let known = matches!(clause.cue.name, Some(Name::Known(_)));
                let enough = match (work, clause.cue.kind) {
                    (Work::Task, Kind::Named) => known || firm,
                    (Work::Task, _) => {
                        known && (due.is_some() || words[clause.cue.end - 1].low == "to") || firm
                    }
                    (Work::Perhaps, _) => known && firm,
                    (Work::Talk, _) => false,
                };
                if asks || !enough {
                    return None;
                }
                (vec![at], self.named(clause.cue.name, words))
            }
            Kind::Request | Kind::RequestWeak if work != Work::Talk => {
                return self.request(at, clause, work, day, answered);
            }
            Kind::Someone if work == Work::Task => {
                // a claim that follows makes the item with an owner
                if self.claimed(at).is_some() {
                    return None;
                }
                (vec![at], None)
            }
            Kind::Need if work == Work::Task && firm && !asks => {
                if self.claimed(at).is_some() {
                    return None;
                }
                (vec![at], None)
            }
            Kind::Explicit if words.len() > clause.verb + 1 => {
                let owner = self.named(clause.cue.name, words);
                (vec![at], owner)
            }
            _ => return None,
        };
        self.build(from, words, clause, owner, day)
    }

    /// `can you …`: of whom is it asked, and do they take it on?
    fn request(
        &self,
        at: usize,
        clause: &Clause,
        work: Work,
        day: Option<NaiveDate>,
        answered: &mut Vec<usize>,
    ) -> Option<Action> {
        let sentence = &self.sentences[at];
        let asker = self.people.speaker(sentence);
        let named = match clause.cue.name {
            Some(Name::Known(person)) => Some(person),
            _ => addressed(&sentence.words),
        };
        let yes = self.answer(at, cues::accepts);
        let taker = yes.and_then(|yes| self.people.speaker(&self.sentences[yes]));
        let due = day.or_else(|| yes.and_then(|yes| self.day_in(yes)));
        let weak = clause.cue.kind == Kind::RequestWeak;
        let enough = match work {
            Work::Task => due.is_some() || named.is_some() || yes.is_some() && !weak,
            Work::Perhaps => due.is_some() && (named.is_some() || yes.is_some()) && !weak,
            Work::Talk => false,
        };
        if !enough || weak && named.is_none() && due.is_none() {
            return None;
        }
        let person = named.or(taker).or_else(|| asker.and_then(|a| self.people.other_of_two(a)));
        let mut from = vec![at];
        // who answers for somebody else takes nothing on
        if let Some(yes) = yes
            && (named.is_none() || named == taker)
        {
            from.push(yes);
            answered.push(yes);
        }
        self.build(from, &sentence.words, clause, self.owner(person), due)
    }

    /// `I'll do it`: what is `it`?
    fn claim(&self, at: usize, day: Option<NaiveDate>) -> Option<Action> {
        let claimer = self.people.speaker(&self.sentences[at]);
        // "I can do that. By Friday?"
        let next = self
            .sentences
            .get(at + 1)
            .filter(|s| s.speaker() == self.sentences[at].speaker() && s.words.len() < 9);
        let day = day.or_else(|| next.and_then(|_| self.day_in(at + 1)));
        for back in (at.saturating_sub(CLAIM_WITHIN)..at).rev() {
            let sentence = &self.sentences[back];
            let needs = |c: &&Clause| {
                matches!(c.cue.kind, Kind::Someone | Kind::Need | Kind::Request | Kind::Explicit)
                    && work(&sentence.words, c.verb) != Work::Talk
            };
            if let Some(clause) = self.clauses[back].iter().find(needs) {
                let due = day.or_else(|| self.day_in(back));
                return self.build(vec![back, at], &sentence.words, clause, self.owner(claimer), due);
            }
        }
        None
    }

    /// The sentence shortly after `at` in which somebody claims what was needed.
    fn claimed(&self, at: usize) -> Option<usize> {
        (at + 1..self.sentences.len().min(at + 1 + CLAIM_WITHIN))
            .find(|&next| self.clauses[next].iter().any(|c| c.cue.kind == Kind::Claim))
    }

    /// The sentence of somebody else shortly after `at` that answers it so.
    fn answer(&self, at: usize, so: fn(&[Token]) -> bool) -> Option<usize> {
        let asker = self.sentences[at].speaker();
        let next = (at + 1..self.sentences.len().min(at + 1 + ANSWER_WITHIN))
            .find(|&i| self.sentences[i].speaker() != asker)?;
        (so(&self.sentences[next].said) && !self.sentences[next].asks()).then_some(next)
    }

    fn day_in(&self, at: usize) -> Option<NaiveDate> {
        let sentence = &self.sentences[at];
        Some(self.today?.due(&sentence.words, sentence.language)?.day)
    }

    fn owner(&self, person: Option<usize>) -> Option<(String, Option<usize>)> {
        let at = person?;
        Some((self.people.get(at)?.name.clone(), Some(at)))
    }

    fn named(&self, name: Option<Name>, words: &[Token]) -> Option<(String, Option<usize>)> {
        match name? {
            Name::Known(person) => self.owner(Some(person)),
            Name::Other(at) => Some((words.get(at)?.core.clone(), None)),
        }
    }

    fn build(
        &self,
        from: Vec<usize>,
        words: &[Token],
        clause: &Clause,
        owner: Option<(String, Option<usize>)>,
        due: Option<NaiveDate>,
    ) -> Option<Action> {
        let task = task::cut(words, clause.verb, clause.end);
        let terms = sentence::terms(&task, self.sentences[from[0]].language);
        // a verb without its object says nothing to who reads it later
        if !(terms.len() > 1 || due.is_some() && task.len() > 1) {
            return None;
        }
        let mut action = Action { from, context: None, task, terms, owner, due };
        if task::points_back(&action.task) {
            self.add_context(&mut action);
        }
        Some(action)
    }

    /// `Look into that`: into what? The sentence before says.
    fn add_context(&self, action: &mut Action) {
        let Some(before) = action.from[0].checked_sub(1) else { return };
        let sentence = &self.sentences[before];
        // its words must come first in the evidence too
        let earlier = sentence.places.last() <= self.sentences[action.from[0]].places.first();
        if earlier
            && sentence.terms.len() > 1
            && !sentence.asks()
            && !sentence.broken
            && !weight::is_chatter(sentence)
        {
            action.from.insert(0, before);
            action.context = Some(sentence.text.clone());
        }
    }

    fn item(&self, action: Action) -> (ActionItem, Vec<usize>) {
        let first = &self.sentences[action.from[0]];
        let participant = action.owner.as_ref().and_then(|(_, p)| self.people.get((*p)?)?.participant);
        let task = task::statement(&clean::render(&action.task, first.language));
        let item = ActionItem {
            task: action.context.map_or(task.clone(), |context| format!("{context} {task}")),
            owner: action.owner.map(|(name, _)| name),
            participant,
            due: action.due,
            evidence: sentence::evidence(action.from.iter().map(|&at| &self.sentences[at])),
            agenda_item: first.segments[0].agenda_item,
        };
        (item, action.from)
    }
}

/// Before a cue, these make it no promise.
const CONDITIONS: &[&str] = &[
    "if", "whether", "unless", "suppose", "imagine", "maybe", "perhaps", "si", "quizás", "quizá", "when",
    "cuando",
];

/// Adds an action, or what it knows to one that says the same.
fn merge(actions: &mut Vec<Action>, new: Action) {
    let same = |old: &&mut Action| {
        let shared = new.terms.iter().filter(|t| old.terms.contains(t)).count();
        let owners = old.owner == new.owner || old.owner.is_none() || new.owner.is_none();
        owners
            && shared * 10 >= 7 * old.terms.len().min(new.terms.len()).max(1)
            && shared > 0
            && (shared > 1 || old.terms.len() == new.terms.len())
    };
    match actions.iter_mut().find(same) {
        Some(old) => {
            old.owner = old.owner.take().or(new.owner);
            old.due = old.due.or(new.due);
            old.from.extend(new.from);
            old.from.sort_unstable();
            old.from.dedup();
        }
        None => actions.push(new),
    }
}

#[cfg(test)]
mod tests;
