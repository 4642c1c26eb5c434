//! Open questions: asked and left without an answer, or said to be open.

use crate::phrase::Phrases;
use crate::sentence::{self, Sentence};
use crate::token::Token;
use huddle_domain::minutes::Item;

/// How long after a question its answer may begin, in milliseconds, and within how many sentences.
const ANSWER_WITHIN_MS: i64 = 30_000;
const ANSWER_WITHIN: usize = 6;

/// The open questions of a meeting in order, and the sentences that they were made from.
pub(crate) fn find(sentences: &[Sentence<'_>]) -> Vec<(Item, Vec<usize>)> {
    let rules = Rules::new();
    let mut found: Vec<(Item, Vec<usize>)> = Vec::new();
    for at in 0..sentences.len() {
        let Some(from) = rules.open(sentences, at) else { continue };
        let terms = &sentences[at].terms;
        let known = |(_, old): &(Item, Vec<usize>)| {
            let shared = terms.iter().filter(|t| sentences[old[0]].terms.contains(t)).count();
            old.contains(&at) || shared * 10 >= 8 * terms.len()
        };
        if !found.iter().any(known) {
            let evidence = sentence::evidence(from.iter().map(|&i| &sentences[i]));
            let agenda_item = sentences[at].segments[0].agenda_item;
            found.push((Item { text: sentences[at].text.clone(), evidence, agenda_item }, from));
        }
    }
    found
}

struct Rules {
    asks: Phrases,
    states: Phrases,
    defers: Phrases,
    talk: Phrases,
}

impl Rules {
    fn new() -> Self {
        Self {
            asks: Phrases::new(ASKS),
            states: Phrases::new(STATES),
            defers: Phrases::new(DEFERS),
            talk: Phrases::new(TALK),
        }
    }

    /// The sentences that show a question to be open.
    fn open(&self, sentences: &[Sentence<'_>], at: usize) -> Option<Vec<usize>> {
        let sentence = &sentences[at];
        if sentence.words.len() < 5 || sentence.terms.len() < 2 || sentence.broken {
            return None;
        }
        if !sentence.asks() && self.states.are_in(&sentence.words) {
            return Some(vec![at]);
        }
        if !self.is_question(sentence) || self.talk.are_in(&sentence.words) {
            return None;
        }
        let near = |s: &Sentence<'_>| s.start_ms.saturating_sub(sentence.end_ms) < ANSWER_WITHIN_MS;
        for (then, reply) in
            sentences.iter().enumerate().skip(at + 1).take(ANSWER_WITHIN).take_while(|(_, s)| near(s))
        {
            let other = reply.speaker() != sentence.speaker();
            if self.defers.are_in(&reply.said) {
                return Some(vec![at, then]);
            }
            // any words of substance, and any yes or no of somebody else, are taken for an answer
            if other && (is_answer(&reply.said) || reply.words.len() > 2)
                || !other && reply.words.len() > 3 && !reply.asks()
            {
                return None;
            }
        }
        Some(vec![at])
    }

    fn is_question(&self, sentence: &Sentence<'_>) -> bool {
        let marked = sentence.said.last().is_some_and(Token::ends_sentence);
        sentence.asks() || !marked && self.asks.are_in(&sentence.words)
    }
}

fn is_answer(said: &[Token]) -> bool {
    const ANSWERS: &[&str] = &[
        "yes",
        "no",
        "yeah",
        "yep",
        "nope",
        "sure",
        "correct",
        "exactly",
        "right",
        "absolutely",
        "okay",
        "ok",
        "nah",
        "sí",
        "si",
        "claro",
        "vale",
        "exacto",
        "mm-hmm",
        "uh-huh",
        "probably",
        "maybe",
        "true",
    ];
    said.first().is_some_and(|w| ANSWERS.contains(&w.low.as_str()) || w.low.chars().all(char::is_numeric))
}

/// How questions begin where nobody wrote question marks.
const ASKS: &[&str] = &[
    "^what|who|where|when|why|how|which is|are|was|were|do|does|did|will|would|should|can|could|about|many|much|long|often|if",
    "^what|which _ is|are|do|does|did|will|would|should|can|could",
    "^do|does|did|should|will|would|could|can|is|are|have|has we|you|they|it|there|anyone|anybody|i|this|that|he|she",
    "^qué|quién|dónde|cuándo|cómo|cuánto|cuántos|cuál _",
    "^por qué",
];

/// How a question is said to be open without being asked.
const STATES: &[&str] = &[
    "open question",
    "open questions",
    "question|issue remains|is still? open|whether|remains",
    "we still? need|have|need to? figure|find|work out how|whether|what|who|when|where|which|if|why",
    "it's|it is|still? unclear|undecided|unknown|open whether|who|what|how|when|why|which|if",
    "remains to be seen",
    "we still? really? don't really? know yet? whether|who|how|which|when",
    "nobody knows whether|who|how|which|when|why|what",
    "we're still? not sure yet? whether|who|how|which|when",
    "we don't know yet? what|if|why|whether|who|how|which|when|where",
    "queda|quedan|sigue pendiente|abierta|abierto|por saber|decidir|ver|resolver",
    "habrá|habría|hay|falta que? ver|saber|averiguar|decidir si|cómo|cuándo|quién|qué|cuál",
    "no sabemos|está todavía|aún? claro? si|cómo|cuándo|quién|qué|cuál",
    "todavía|aún no sabemos|está",
];

/// Replies that put the answer off.
const DEFERS: &[&str] = &[
    "^well|um|uh|yeah|no|oh? i|we don't|do not? really|actually? know",
    "^i've? have? no idea",
    "^no idea",
    "^that's|that? is? a? good|great|fair|open|interesting question",
    "^well|um|uh|yeah? i'm|we're not? really? not sure",
    "^not sure",
    "come|get back to that|this|it|you later|on|with?",
    "take|discuss|handle that|this|it offline|later",
    "^let's? park that|this|it",
    "we'll|we will have to see|check",
    "we'll see",
    "^i'd|i'll|we'd|we'll will? need|have to? to? check|find|look|ask",
    "^let me check|find|ask",
    "^nobody knows",
    "^to be decided|determined|confirmed",
    "^ni idea",
    "^pues|bueno|uf? no lo? sé|sabemos|sabría",
    "^buena pregunta",
    "^habrá|habría que ver|preguntar|mirar|averiguar|consultar",
    "^ya veremos",
    "^lo vemos|miramos|hablamos luego|después|más|otro",
    "^tengo|tenemos|tendría que consultar|preguntar|mirar|averiguar",
];

/// Questions that are part of the talk.
const TALK: &[&str] = &[
    "can|could|do you|everyone|everybody|anybody|anyone|people all? hear|see me|us|my|the|it|this|that?",
    "hear me|us",
    "see my|the screen|slide|slides",
    "^any|are|do|does|has|have there|anyone|anybody|you|we|everyone? any|have? other|more|further|final|any? questions|comments|thoughts|remarks|objections",
    "you know",
    "^can|could|may|might i propose|ask|move|invite|just|say|suggest",
    "how are you|we|things",
    "does that make sense",
    "what do you|we|people|they all|guys? think|mean|say",
    "what did you say",
    "what's|what is next|that",
    "where were|are we",
    "^is|are|was that|it|we|you|this okay|ok|right|clear|all|ready|good|fine",
    "who wants to start|go|begin",
    "^shall|should|can|could|may i|we start|begin|move|continue|go|get|stop|break",
    "me oís|oyes|oyen|escuchas|escucháis|escuchan|veis|ves|ven",
    "se me|ve|oye|escucha",
    "alguna pregunta|duda|cuestión",
    "qué tal",
    "qué os|te|les parece",
];

#[cfg(test)]
mod tests {
    use crate::tests::{id, meeting};
    use crate::write;

    fn questions(lines: &[(&str, &str)]) -> Vec<String> {
        write(&meeting(lines)).questions.into_iter().map(|d| d.text).collect()
    }

    #[test]
    fn a_question_that_is_put_off_is_open() {
        let lines = [("Ann", "Who owns the billing service now?"), ("Bob", "Good question, I don't know.")];
        assert_eq!(questions(&lines), ["Who owns the billing service now?"]);
        assert_eq!(write(&meeting(&lines)).questions[0].evidence.segments, [id(0), id(1)]);
        let lines = [("Ann", "¿Quién paga la licencia del servidor?"), ("Bob", "Pues no lo sé.")];
        assert_eq!(questions(&lines), ["¿Quién paga la licencia del servidor?"]);
    }

    #[test]
    fn a_question_that_nobody_answers_is_open() {
        let lines =
            [("Bob", "The venue is booked."), ("Ann", "What about the catering costs for the venue?")];
        assert_eq!(questions(&lines), ["What about the catering costs for the venue?"]);
    }

    #[test]
    fn a_question_without_its_mark_is_one_still() {
        let lines = [("Ann", "who will pay for the server licence"), ("Bob", "i don't know")];
        assert_eq!(questions(&lines), ["Who will pay for the server licence."]);
    }

    #[test]
    fn what_is_said_to_be_open_is_open() {
        assert_eq!(
            questions(&[("Ann", "It's still unclear whether the vendor can deliver.")]),
            ["It's still unclear whether the vendor can deliver."]
        );
        assert_eq!(
            questions(&[("Ann", "Queda por decidir quién presenta el informe.")]),
            ["Queda por decidir quién presenta el informe."]
        );
    }

    #[test]
    fn an_answered_question_is_not_open() {
        for answer in ["Yes.", "The platform team owns it.", "Bob."] {
            let lines = [
                ("Ann", "Who owns the billing service now?"),
                ("Bob", answer),
                ("Ann", "Then we can go on."),
            ];
            let open = questions(&lines);
            // a name alone is an answer as well
            assert!(open.is_empty(), "{answer}: {open:?}");
        }
    }

    #[test]
    fn questions_of_the_talk_itself_are_none() {
        for text in [
            "Can everybody see my screen now?",
            "Are there any other questions about this?",
            "How are you doing today, Bob?",
        ] {
            assert!(questions(&[("Ann", text)]).is_empty(), "{text}");
        }
    }
}
