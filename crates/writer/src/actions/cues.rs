//! The words with which people promise, ask and assign. A table per kind of cue.

use crate::people::Name;
use crate::phrase::Phrases;
use crate::token::Token;
use std::sync::LazyLock;

/// How a cue binds somebody to what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `I'll …`: the speaker promises.
    Promise,
    /// `I need to …`: the speaker may.
    Intent,
    /// `I'll do it`: the speaker takes what was said before.
    Claim,
    /// `Bob will …`.
    Named,
    /// `Bob should …`, `Bob to …`.
    NamedWeak,
    /// `can you …`.
    Request,
    /// `you need to …`.
    RequestWeak,
    /// `somebody has to …`.
    Someone,
    /// `we need to …`.
    Need,
    /// `shall I …?`.
    Offer,
    /// `action item: …`.
    Explicit,
}

/// A cue found: `words[start..verb]`, then the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Found {
    pub kind: Kind,
    pub start: usize,
    pub end: usize,
    pub name: Option<Name>,
}

/// The cue at exactly `words[at]`.
pub(crate) fn at(words: &[Token], at: usize) -> Option<Found> {
    let (place, found) = CUES.1.at(words, at)?;
    Some(Found { kind: CUES.0[place], start: found.start, end: found.end, name: found.name })
}

/// The kind of each pattern, and the patterns.
static CUES: LazyLock<(Vec<Kind>, Phrases)> = LazyLock::new(|| {
    let table: &[(Kind, &[&'static str])] = &[
        (
            Kind::Explicit,
            &[
                "^action|actions item|items|point|points is|for|on? @ to|will|should",
                "^action|actions item|items|point|points is|for|on? @?",
                "^action|todo|to-do|task|acción|tarea|pendiente for|para? @ to|will|should|va? a?",
                "^action|todo|to-do|task|acción|tarea|pendiente for|para @",
                "^action|todo|to-do|task|acción|tarea|pendiente is|es?",
                "^the|el|la next|próximo|siguiente step|paso is|would|es be? to?",
                "^an|another|one|the action item|point is|for|on? @? to?",
            ],
        ),
        (
            Kind::Claim,
            &[
                "i'll|i do|take|handle|own it|that|this|those|them",
                "i will|can|could|would do|take|handle|own it|that|this|those|them",
                "i'll|i can? take care of|on it|that|this",
                "i'm on it|that",
                "leave it|that|this to|with me",
                "^yo? ya? lo|la|los|las hago|haré|reviso|preparo|miro|llevo|mando|envío",
                "^yo? me encargo|encargaré|ocupo|ocuparé de? eso|ello|esto|todo",
                "puedo hacerlo|encargarme",
                "ya? lo hago yo",
            ],
        ),
        (
            Kind::Offer,
            &["shall|should i", "do you want me to", "would you like me to", "quieres|queréis|quieren que"],
        ),
        (
            Kind::Request,
            &[
                "can|could|would|will you guys? @ please?",
                "can|could|would|will you guys? please? kindly?",
                "@ can|could|would|will you please?",
                "i'd|i would like you to",
                "i want|need you to",
                "would you mind",
                "@ please",
                "^please",
                "puedes|podrías|puede|podría|podéis|pueden|podrían",
                "@ puedes|podrías|puede|podría",
                "te|le importa|importaría",
                "te|le|os toca|encargas de?",
                "necesito que",
            ],
        ),
        (
            Kind::Promise,
            &[
                "i'll|i've agreed? to?",
                "i will|shall",
                "i'm going to",
                "i am going to",
                "i'm|i am? gonna",
                "i promise|volunteer to",
                "let me get|check|follow|look|find|confirm|circle|double-check",
                "yo? voy a",
                "yo? me encargo|encargaré|ocupo|ocuparé|comprometo de|a",
                "yo quedo? en",
            ],
        ),
        (
            Kind::Named,
            &[
                "@ will|shall",
                "@ is|are going to",
                "@ is|are gonna",
                "@ agreed|promised|volunteered|offered to",
                "@ is responsible for",
                "@ takes care of",
                "@ you'll|you",
                "@ you are|were? going to",
                "@ va a",
                "@ se encarga|encargará|ocupa|ocupará de",
                "@ queda|quedó en",
                "@ se compromete a",
            ],
        ),
        (
            Kind::NamedWeak,
            &[
                "@ needs|has|ought to",
                "@ should|must|can|could",
                "^@ to",
                "@ tiene|tendría que",
                "@ debe|debería|puede|podría",
            ],
        ),
        (
            Kind::RequestWeak,
            &[
                "you need|have|ought to",
                "you should|must|will",
                "you'll|you've got? to?",
                "you're going to",
                "you are going to",
                "you guys|all will|should|can|could",
                "tienes|tiene|tienen que",
                "debes|deberías|deben",
                "vas|van a",
                "por favor",
            ],
        ),
        (
            Kind::Someone,
            &[
                "someone|somebody|one needs|has to",
                "someone|somebody should|must|will|could|can",
                "can|could|would|will someone|somebody|anyone|anybody please?",
                "who can|could|will|would|wants to?",
                "we need|want someone|somebody to",
                "alguien tiene que",
                "alguien debe|debería|puede|podría|quiere",
                "quién puede|podría|quiere",
                "quién se encarga|ocupa de",
            ],
        ),
        (
            Kind::Need,
            &[
                "we need|have|ought to",
                "we|we'd should|must|will|better",
                "we've|we got to",
                "we gotta",
                "we'll",
                "we're going to",
                "we are going to",
                "tenemos|tendríamos|hay|habría|habrá que",
                "debemos|deberíamos",
                "vamos a",
                "hace|hará falta",
            ],
        ),
        (
            Kind::Intent,
            &[
                "i can|could|should|must",
                "i need|have|want|plan|intend|ought to",
                "i've|i got|to to?",
                "i'd like|love|better to?",
                "i gotta",
                "let me",
                "puedo|podría",
                "tengo|tendría que",
                "debo|debería",
                "déjame|dejadme|déjenme",
            ],
        ),
        (Kind::Claim, &["^yo? me encargo|encargaré|ocupo|ocuparé yo?"]),
    ];
    let kinds = table.iter().flat_map(|(kind, patterns)| patterns.iter().map(|_| *kind)).collect();
    let patterns: Vec<&'static str> =
        table.iter().flat_map(|(_, patterns)| patterns.iter().copied()).collect();
    (kinds, Phrases::new(&patterns))
});

/// Whether a sentence takes on what was asked: `sure`, `will do`, `claro`.
pub(crate) fn accepts(said: &[Token]) -> bool {
    ACCEPTS.are_in(said)
}

static ACCEPTS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "^oh|well|um|ah? sure|yes|yeah|yep|yup|ok|okay|absolutely|definitely|certainly|alright",
        "^oh|well|um|ah? of course",
        "^no problem",
        "^will do",
        "^i'll",
        "^i can|will",
        "^happy|glad to",
        "^consider it done",
        "^i'm on it",
        "^on it",
        "^got it",
        "^my pleasure",
        "^sí|si|claro|vale|perfecto|hecho|bueno",
        "^de acuerdo",
        "^por supuesto",
        "^sin problema",
        "^ahora mismo",
        "^yo? me encargo|ocupo",
        "^yo? lo hago|haré|miro|reviso|preparo",
    ])
});

/// Whether a sentence wants what was offered: `yes please`.
pub(crate) fn wants(said: &[Token]) -> bool {
    static WANTS: LazyLock<Phrases> = LazyLock::new(|| {
        Phrases::new(&[
            "^yes|yeah|sure please|do|that",
            "^please do?",
            "^that would|that'd be? great|good|nice|helpful|perfect",
            "^go ahead",
            "^sí|si por favor",
            "^por favor",
            "^estaría bien|genial",
        ])
    });
    WANTS.are_in(said)
}
