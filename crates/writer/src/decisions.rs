//! Decisions: what was settled, by words that settle (`we decided`, `let's go with`) or by a
//! proposal to which somebody else agreed.

use crate::clean;
use crate::phrase::Phrases;
use crate::sentence::{self, Sentence};
use crate::token::Token;
use huddle_domain::minutes::Item;

/// How many sentences after a proposal somebody may agree.
const AGREED_WITHIN: usize = 3;

/// The decisions of a meeting in order, and the sentences that they were made from.
pub(crate) fn find(sentences: &[Sentence<'_>]) -> Vec<(Item, Vec<usize>)> {
    let rules = Rules::new();
    let mut found: Vec<(Item, Vec<usize>)> = Vec::new();
    for at in 0..sentences.len() {
        let Some((text, from)) = rules.decision(sentences, at) else { continue };
        let terms = &sentences[from[0]].terms;
        // what is said again is one decision
        let again = found.iter_mut().find(|(_, old)| {
            let known = &sentences[old[0]].terms;
            let shared = terms.iter().filter(|t| known.contains(t)).count();
            old[0] == from[0] || shared > 1 && shared * 10 >= 8 * terms.len().min(known.len())
        });
        match again {
            Some((item, old)) => {
                old.extend(from);
                old.sort_unstable();
                old.dedup();
                item.evidence = sentence::evidence(old.iter().map(|&i| &sentences[i]));
            }
            None => {
                let evidence = sentence::evidence(from.iter().map(|&i| &sentences[i]));
                let agenda_item = sentences[from[0]].segments[0].agenda_item;
                found.push((Item { text, evidence, agenda_item }, from));
            }
        }
    }
    found
}

struct Rules {
    settles: Phrases,
    proposes: Phrases,
    agrees: Phrases,
    closes: Phrases,
    unsettled: Phrases,
}

impl Rules {
    fn new() -> Self {
        Self {
            settles: Phrases::new(SETTLES),
            proposes: Phrases::new(PROPOSES),
            agrees: Phrases::new(AGREES),
            closes: Phrases::new(CLOSES),
            unsettled: Phrases::new(UNSETTLED),
        }
    }

    fn decision(&self, sentences: &[Sentence<'_>], at: usize) -> Option<(String, Vec<usize>)> {
        let sentence = &sentences[at];
        let words = &sentence.words;
        if self.unsettled.are_in(words) {
            return None;
        }
        if !sentence.asks()
            && !sentence.broken
            && let Some(cue) = self.settles.find(words)
            && !is_hypothetical(words, cue.start)
            && says_something(sentence, 1)
        {
            return Some((sentence.text.clone(), vec![at]));
        }
        let cue = self.proposes.find(words);
        if cue.is_some_and(|c| words.get(c.end).is_none_or(|w| STEERS.contains(&w.low.as_str()))) {
            return None;
        }
        let next = sentences
            .iter()
            .enumerate()
            .skip(at + 1)
            .take(AGREED_WITHIN)
            .filter(|(_, s)| s.speaker() != sentence.speaker());
        for (then, reply) in next {
            let agrees = cue.is_some() && self.agrees.are_in(&reply.said);
            let closes = reply.said.len() < 6 && self.closes.are_in(&reply.said);
            if !(agrees || closes && !sentence.asks())
                || reply.asks()
                || !says_something(sentence, 2)
                || sentence.broken
            {
                continue;
            }
            let text = match cue {
                // a proposal put as a question is written as what was proposed
                Some(cue) if sentence.asks() => clean::dress(
                    clean::render(&words[cue.end..], sentence.language).trim_end_matches(['?', '？']),
                ),
                _ => sentence.text.clone(),
            };
            return Some((text, vec![at, then]));
        }
        None
    }
}

/// Verbs that steer the talk: to agree to them decides nothing.
const STEERS: &[&str] = &[
    "read", "go", "start", "begin", "stop", "wait", "see", "talk", "look", "say", "hear", "continue", "get",
    "break", "do", "come", "think", "discuss", "leave", "call", "take", "try", "be", "have", "imagine",
    "assume", "pretend", "ver", "hablar", "empezar", "seguir", "pasar", "esperar",
];

fn says_something(sentence: &Sentence<'_>, least: usize) -> bool {
    sentence.terms.len() >= least && sentence.words.len() >= 4
}

/// Whether what comes before the cue takes it back: `if we decided`, `before we agreed`.
fn is_hypothetical(words: &[Token], cue: usize) -> bool {
    const TAKES_BACK: &[&str] = &[
        "if", "whether", "unless", "until", "before", "once", "when", "not", "haven't", "hasn't", "didn't",
        "don't", "never", "si", "cuando", "no", "hasta", "aún", "todavía", "suppose", "would", "could",
        "thought", "why", "how", "what", "imagine",
    ];
    words[..cue].iter().rev().take(3).any(|w| TAKES_BACK.contains(&w.low.as_str()))
}

const SETTLES: &[&str] = &[
    "we|we've have? all|also|already|finally|now|just? decided|agreed|chosen|resolved|opted|settled to|that|on|against|for|upon|not|we",
    "we've|we have? all|finally? chosen|picked|selected|approved",
    "^i've|i have? decided to|that|on|against|not",
    "^we chose|picked|selected|approved",
    "^decided|resolved to|that|not",
    "we all agree on|to",
    "let's just|all|then|simply? go for|with|ahead",
    "let's just|all|then? stick with|to",
    "let's just|all|then? settle|decide|agree on|for",
    "let's just|all|then? use|keep|choose|pick|adopt|postpone|drop|cancel|schedule|ship|launch|freeze|approve|limit",
    "let's make it|that|the",
    "we'll just? go|stick|proceed|stay|settle with",
    "we|we're will|are? just? going|gonna? to? go|going|stick|sticking|proceed|stay with",
    "^we're not going|gonna to?",
    "^we are not going|gonna to?",
    "^we will not",
    "^we won't",
    "the|our|my|final decision|conclusion|verdict is|was|will",
    "^decision|decisión|acuerdo is|es? that|que|to? _",
    "^it's|that's decided|settled|agreed",
    "the motion|amendment|resolution|proposal is|was|has? been? carried|passed|passes|adopted|agreed|approved",
    "is|are hereby approved|adopted",
    "hemos|habíamos|han decidido|acordado|elegido|aprobado|optado|quedado",
    "decidimos|acordamos|aprobamos|elegimos|optamos que|por|no|usar|hacer|el|la|los|las|un|una|con",
    "se decidió|decide|acordó|acuerda|aprobó|aprueba|decidido|ha decidido|acordado|aprobado?",
    "queda|quedan|quedó decidido|aprobado|acordado|decidida|aprobada|acordada|aprobados|aprobadas",
    "quedamos en|que|con",
    "nos quedamos con",
    "^vamos con|por",
    "la|nuestra decisión|conclusión final? es|fue",
    "está decidido|acordado|aprobado",
];

const PROPOSES: &[&str] = &[
    "how|what about",
    "why don't we",
    "shall|should|can|could we",
    "what if we",
    "let's",
    "we should|could|can|might as? well?",
    "i'd|i would? suggest|propose|recommend that? we?",
    "my|the suggestion|proposal|recommendation is|would",
    "we'd|we better",
    "do we agree that|on|to?",
    "are we agreed|okay|ok that|on|with",
    "i move that|to",
    "qué tal si|el|la",
    "y si|por qué no",
    "propongo|sugiero|recomiendo que?",
    "deberíamos|podríamos",
    "podemos",
    "mi propuesta es",
    "os|les|te parece bien? si|que",
    "hagamos|usemos|dejemos|pongamos|quedemos",
];

/// Words of somebody else that make a proposal a decision.
const AGREES: &[&str] = &[
    "^yeah|yes|okay|ok|right|oh|well? agreed",
    "^yeah|yes|okay|ok|right|oh|well? i|we? totally|completely|fully? agree",
    "^yeah|yes|okay|ok|oh? let's do that|it|so",
    "^yeah|yes|okay|ok|oh? let's go with|for",
    "^yeah|yes|okay|ok|oh? that? sounds|sound good|great|perfect|fine|like",
    "^yeah|yes|okay|ok|oh? good|great|excellent|perfect idea|plan|let's",
    "^yeah|yes|okay|ok|oh? that|that'll|it works|work",
    "^works for",
    "^yeah|yes|okay|ok|oh? i'm|i am? fine|okay|happy with",
    "^yeah|yes|okay|ok|oh? fine by|with me|us",
    "^deal",
    "^approved",
    "^seconded",
    "^i second",
    "^all in favour|favor",
    "^no objections|objection",
    "^sí|vale|bien|perfecto|pues? de acuerdo",
    "^sí|vale|bien|pues? estoy|estamos de acuerdo",
    "^sí|vale|bien|pues? me|nos parece bien|perfecto|genial",
    "^sí|vale|bien|pues? buena idea",
    "^hecho|aprobado|perfecto|trato|decidido",
    "^sí|vale|pues? hagámoslo|quedamos",
];

/// Words that settle whatever was said before them.
const CLOSES: &[&str] = &[
    "^okay|ok|yes|so|all? agreed",
    "^it's|that's? decided|settled",
    "^approved",
    "^carried",
    "^motion carried",
    "^aprobado",
    "^decidido",
    "^acordado",
];

/// Words that leave it open whatever else is said.
const UNSETTLED: &[&str] = &[
    "haven't|hasn't|not|didn't|never yet? decided|agreed|settled|decide",
    "need|needs|have|has|want|try|got to be? decide|decided|agree|agreed|choose",
    "no|not a? decision",
    "decide later|whether|if|between|which",
    "decided|decide yet",
    "let's decide|agree on? whether|which|what|who|how",
    "go for a? break|coffee|lunch|drink",
    "go|going ahead and? start|begin",
    "let's go ahead",
    "keep going|moving|talking|mind|time",
    "let's use the|this|our time|meeting|opportunity|remaining",
    "decidir|acordar",
    "no hemos|han|se",
    "falta por? decidir",
];

#[cfg(test)]
mod tests {
    use crate::tests::{id, meeting};
    use crate::write;

    fn decisions(lines: &[(&str, &str)]) -> Vec<String> {
        write(&meeting(lines)).decisions.into_iter().map(|d| d.text).collect()
    }

    #[track_caller]
    fn only(lines: &[(&str, &str)], text: &str) {
        assert_eq!(decisions(lines), [text], "{lines:?}");
    }

    #[test]
    fn words_that_settle_make_a_decision() {
        only(
            &[("Ann", "Okay, so we decided to launch in the second week of March.")],
            "We decided to launch in the second week of March.",
        );
        only(&[("Ann", "let's go with the blue logo then")], "Let's go with the blue logo then.");
        only(
            &[("Ann", "We've agreed that the budget stays at ten thousand.")],
            "We've agreed that the budget stays at ten thousand.",
        );
        only(&[("Ann", "The decision is to hire two engineers.")], "The decision is to hire two engineers.");
        only(
            &[("Ann", "We're not going to support teletext on this remote.")],
            "We're not going to support teletext on this remote.",
        );
        only(
            &[("Ann", "Hemos decidido contratar a dos ingenieros.")],
            "Hemos decidido contratar a dos ingenieros.",
        );
        only(
            &[("Ann", "Entonces quedamos en que el lanzamiento es en marzo.")],
            "Quedamos en que el lanzamiento es en marzo.",
        );
        only(
            &[("Ann", "Se aprobó el presupuesto del próximo año.")],
            "Se aprobó el presupuesto del próximo año.",
        );
    }

    #[test]
    fn a_proposal_that_somebody_agrees_to_is_a_decision() {
        let lines = [("Ann", "We should move the demo to Tuesday morning."), ("Bob", "Sounds good.")];
        only(&lines, "We should move the demo to Tuesday morning.");
        assert_eq!(write(&meeting(&lines)).decisions[0].evidence.segments, [id(0), id(1)]);
        only(
            &[("Ann", "Why don't we move the demo to Tuesday?"), ("Bob", "Good idea.")],
            "Move the demo to Tuesday.",
        );
        only(
            &[("Ann", "The release date is the fifth of May."), ("Bob", "Agreed.")],
            "The release date is the fifth of May.",
        );
        only(
            &[("Ann", "¿Qué tal si cambiamos el proveedor de correo?"), ("Bob", "Me parece bien.")],
            "Cambiamos el proveedor de correo.",
        );
    }

    #[test]
    fn what_is_open_hypothetical_or_refused_is_no_decision() {
        for text in [
            "We haven't decided on a logo yet.",
            "If we decided to launch in March it would be tight.",
            "We need to decide on the logo colour.",
            "Have we decided on the logo colour?",
            "We have to agree on a launch date first.",
            "Let's go for a coffee break now.",
            "Todavía no hemos decidido el color del logo.",
        ] {
            assert!(decisions(&[("Ann", text), ("Bob", "Okay.")]).is_empty(), "{text}");
        }
        assert!(
            decisions(&[
                ("Ann", "We should move the demo to Tuesday."),
                ("Bob", "I don't like that at all.")
            ])
            .is_empty()
        );
        assert!(
            decisions(&[("Ann", "We should move the demo to Tuesday."), ("Ann", "Sounds good.")]).is_empty()
        );
    }

    #[test]
    fn a_decision_said_again_is_one_decision() {
        let found = write(&meeting(&[
            ("Ann", "Let's go with the blue logo."),
            ("Bob", "Nice."),
            ("Ann", "So we decided to go with the blue logo."),
        ]))
        .decisions;
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].evidence.segments, [id(0), id(2)]);
    }
}
