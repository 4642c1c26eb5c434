//! Decisions: what was settled, by words that settle (`we decided`, `let's go with`) or by a
//! proposal to which somebody else agreed.

use crate::clean;
use crate::phrase::Phrases;
use crate::sentence::{self, Sentence};
use crate::token::Token;
use huddle_domain::minutes::Item;

/// How many sentences after a proposal somebody may agree …
const AGREED_WITHIN: usize = 3;
/// … and say `let's do that`.
const ADOPTED_WITHIN: usize = 6;

/// The decisions of a meeting in order, and the sentences that they were made from.
pub(crate) fn find(sentences: &[Sentence<'_>]) -> Vec<(Item, Vec<usize>)> {
    let rules = Rules::new();
    let mut decisions: Vec<Decision> = Vec::new();
    for at in 0..sentences.len() {
        let Some(new) = rules.decision(sentences, at) else { continue };
        match decisions.iter_mut().find(|old| same(&sentences[old.said], &sentences[new.said])) {
            Some(old) => {
                // the words that settled it say it better than those that proposed it
                if old.from.len() > 1 && new.from.len() == 1 {
                    (old.said, old.text) = (new.said, new.text);
                }
                old.from.extend(new.from);
                old.from.sort_unstable();
                old.from.dedup();
            }
            None => decisions.push(new),
        }
    }
    decisions.sort_by_key(|d| d.from[0]);
    let item = |decision: Decision| {
        let evidence = sentence::evidence(decision.from.iter().map(|&i| &sentences[i]));
        let agenda_item = sentences[decision.from[0]].segments[0].agenda_item;
        (Item { text: decision.text, evidence, agenda_item }, decision.from)
    };
    decisions.into_iter().map(item).collect()
}

struct Decision {
    text: String,
    /// The sentence that says it.
    said: usize,
    /// The sentences that show it, in order.
    from: Vec<usize>,
}

/// Whether two sentences decide the same.
fn same(a: &Sentence<'_>, b: &Sentence<'_>) -> bool {
    let shared = a.terms.iter().filter(|t| b.terms.contains(t)).count();
    let least = a.terms.len().min(b.terms.len());
    a.text == b.text || shared > 2 && shared * 10 >= 6 * least || shared == 2 && least == 2
}

struct Rules {
    settles: Phrases,
    proposes: Phrases,
    agrees: Phrases,
    adopts: Phrases,
    closes: Phrases,
    unsettled: Phrases,
}

impl Rules {
    fn new() -> Self {
        Self {
            settles: Phrases::new(SETTLES),
            proposes: Phrases::new(PROPOSES),
            agrees: Phrases::new(AGREES),
            adopts: Phrases::new(ADOPTS),
            closes: Phrases::new(CLOSES),
            unsettled: Phrases::new(UNSETTLED),
        }
    }

    /// What a sentence settles: itself, or what was proposed before it.
    fn decision(&self, sentences: &[Sentence<'_>], at: usize) -> Option<Decision> {
        let sentence = &sentences[at];
        if sentence.asks() {
            return None;
        }
        self.settled(sentence)
            .then(|| Decision { text: sentence.text.clone(), said: at, from: vec![at] })
            .or_else(|| self.accepted(sentences, at))
    }

    fn settled(&self, sentence: &Sentence<'_>) -> bool {
        let cue = self.settles.find(&sentence.words);
        cue.is_some_and(|cue| !is_hypothetical(&sentence.words, cue.start))
            && !sentence.broken
            && says_something(sentence, 1)
            && !self.unsettled.are_in(&sentence.words)
    }

    /// The proposal of somebody else to which the sentence agrees: the nearest before it.
    fn accepted(&self, sentences: &[Sentence<'_>], at: usize) -> Option<Decision> {
        let reply = &sentences[at];
        let adopts = self.adopts.are_in(&reply.said);
        let closes = reply.said.len() < 6 && self.closes.are_in(&reply.said);
        if !(adopts || closes || self.agrees.are_in(&reply.said)) || self.unsettled.are_in(&reply.words) {
            return None;
        }
        let within = if adopts { ADOPTED_WITHIN } else { AGREED_WITHIN };
        for back in (at.saturating_sub(within)..at).rev() {
            let sentence = &sentences[back];
            let words = &sentence.words;
            if sentence.speaker() == reply.speaker() || !says_something(sentence, 2) || sentence.broken {
                continue;
            }
            let cue = self.proposes.find(words);
            let decide = |text: String| Some(Decision { text, said: back, from: vec![back, at] });
            let steers = |end: usize| words.get(end).is_none_or(|w| STEERS.contains(&w.low.as_str()));
            match cue {
                _ if self.unsettled.are_in(words) => return None,
                Some(cue) if steers(cue.end) => return None,
                // a proposal put as a question is written as what was proposed
                Some(cue) if sentence.asks() => {
                    let proposed = clean::render(&words[cue.end..], sentence.language);
                    return decide(clean::dress(proposed.trim_end_matches(['?', '？'])));
                }
                Some(_) => return decide(sentence.text.clone()),
                None if closes && !sentence.asks() => return decide(sentence.text.clone()),
                None => {}
            }
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
    "we|we've have? all|also|already|finally|now|just? decided _",
    "let's just|all|then? move|push|shift|switch|raise|cut|reduce|increase|delay|hire|buy|set|replace|rename|split|double|ban the|half|all|our|this|that|a|an|one|two|some|it",
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
    "how about",
    "why don't we",
    "shall|should|can|could we",
    "what if we",
    "let's",
    "we should|could",
    "we might as well",
    "that we",
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
    "mi propuesta es",
    "os|les|te parece bien? si|que",
    "hagamos|usemos|dejemos|pongamos|quedemos",
];

/// Words of somebody else that make a proposal a decision.
const AGREES: &[&str] = &[
    "^yeah|yes|okay|ok|right|oh|well? agreed",
    "^yeah|yes|okay|ok|right|oh|well? i|we? totally|completely|fully? agree",
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
    "^sí|vale|pues? quedamos",
];

/// Words that make it a decision from further away.
const ADOPTS: &[&str] = &[
    "^yeah|yes|okay|ok|oh|alright|so? let's do that|it|so",
    "^yeah|yes|okay|ok|oh|alright|so? we'll do that|it|so",
    "^sí|vale|bien|pues|venga? hagámoslo",
    "^sí|vale|bien|pues|venga? lo hacemos así",
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
    fn agreement_goes_to_the_nearest_proposal() {
        only(
            &[
                ("Ann", "What about the launch date?"),
                ("Ann", "I think we should push the launch to December."),
                ("Bob", "Sounds good to me."),
            ],
            "I think we should push the launch to December.",
        );
        only(
            &[
                ("Eva", "My proposal is that we move half of the search money to influencers."),
                ("Bob", "Is that risky?"),
                ("Eva", "A bit, but we can switch it back."),
                ("Ann", "Okay let's do that."),
            ],
            "My proposal is that we move half of the search money to influencers.",
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
