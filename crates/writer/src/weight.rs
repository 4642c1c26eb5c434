//! What the words of a sentence say about its weight: chatter (greetings, thanks, microphones,
//! slides) keeps a meeting going and says nothing of it; an announcement says what it is about;
//! a stress says that the speaker thinks it matters.

use crate::phrase::Phrases;
use crate::sentence::Sentence;
use std::sync::LazyLock;

/// Whether a sentence is not worth summing up.
pub(crate) fn is_chatter(sentence: &Sentence<'_>) -> bool {
    let short = sentence.words.len() < 16;
    short && CHATTER.are_in(&sentence.words) || HOUSEKEEPING.are_in(&sentence.words)
}

static HOUSEKEEPING: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "activate|unmute|mute|turn their|your|the|on|off mic|microphone|video|camera",
        "joining|participating * via|by|from video|phone|telephone",
        "meeting via|by video|phone|telephone",
        "point of order",
        "through the chair",
        "call|calls|calling this|the meeting to order",
        "avoid|any issues with sound",
        "activar|silenciar|apagar el|la|su micrófono|cámara",
    ])
});

static CHATTER: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "hear|see me|us|my|you okay|now|well|clearly|properly|screen|slides|alright|all?",
        "you're|i'm|i|was|you are|am? on|still mute|muted",
        "mute|unmute yourself|yourselves|your|my|me",
        "share|sharing|see my|your|the screen|slides",
        "next|previous|last slide",
        "good|nice morning|afternoon|evening|weekend|day|night",
        "thank|thanks you|everyone|everybody|all|so|for|the|my|our|him|her very|much|everyone|coming|joining|your|that|attention?",
        "^thanks",
        "^i|i'd|we want|wish|would|like? like? to thank|congratulate|welcome",
        "go ahead",
        "see|talk|speak to? you|ya|everyone next|tomorrow|later|soon|then|on|there",
        "how are|is you|everyone|everybody|things|it",
        "nice|good|great to see|meet|have you|everyone",
        "welcome|hello|hi|hey everyone|everybody|all|to|there|back|again",
        "let's get|move|wait|take|start|begin|continue|carry|go started|on|for|a|with|back",
        "can|could|did you|i|we|somebody|someone repeat|say|hear",
        "what|how do|did|would you think|say|mean|feel",
        "i don't|do not? know|understand|remember|care|mind",
        "bear|bare with me",
        "^hi|hello|hey|hola",
        "my|me name|llamo is?",
        "^i'm @",
        "give|just me|us a second|minute|moment",
        "just|one a? second|minute|moment",
        "is|are this|it|that|these|the microphone|mic|camera? working|on|recording",
        "buenos|buenas días|tardes|noches",
        "me|nos se? oís|oyes|oyen|escuchas|escucháis|escuchan|veis|ves|oye|escucha",
        "estás|está|estoy en? silenciado|silenciada|silencio|mute|muteado",
        "gracias a|por|todos|todas|y|chicos",
        "^muchas? gracias",
        "nos vemos|hablamos mañana|luego|el|la|pronto|después",
        "hasta luego|mañana|pronto|la|el",
        "encantado|encantada|bienvenidos|bienvenidas|bienvenido|hola de|a|todos|todas|y|qué|buenas|buenos",
        "un segundo|momento|segundito|momentito",
        "comparto|compartir|ver|veis mi|la|tu pantalla",
    ])
});

/// How well a sentence reads by itself, 0–1.
pub(crate) fn reads_well(sentence: &Sentence<'_>) -> f64 {
    let words = sentence.words.len() as f64;
    let low = |at: usize| sentence.words.get(at).map_or("", |w| w.low.as_str());
    let length = (words / 12.0).min(1.0) * (40.0 / words).min(1.0);
    let says = if announces(sentence) { 1.0 } else { (sentence.terms.len() as f64 / 4.0).min(1.0) };
    let breaks = sentence.words.iter().rev().skip(1).filter(|w| w.breaks_off()).count();
    let hedges = (1..sentence.words.len()).any(|at| HEDGES.contains(&(low(at - 1), low(at))));
    let mut well = length * says * 0.7_f64.powi(breaks.min(9) as i32);
    for (holds, factor) in [
        (sentence.asks(), 0.3),
        (sentence.broken, 0.5),
        (HANGS.contains(&low(0)), 0.7),
        (hedges, 0.6),
        (stresses(sentence), 1.2),
    ] {
        well *= if holds { factor } else { 1.0 };
    }
    well
}

/// A sentence that begins so hangs on the one before it.
const HANGS: &[&str] = &[
    "it", "it's", "that", "that's", "they", "they're", "those", "these", "he", "he's", "she", "she's",
    "because", "or", "which", "not", "them", "then", "cuz", "cause", "just", "like", "if", "when", "where",
    "who", "what", "as", "maybe", "no", "esto", "eso", "ese", "esa", "ellos", "ellas", "él", "ella",
    "porque", "o", "que", "si", "como", "cuando", "luego",
];

const HEDGES: &[(&str, &str)] = &[
    ("don't", "know"),
    ("i", "dunno"),
    ("i", "imagine"),
    ("i", "guess"),
    ("i", "suppose"),
    ("no", "idea"),
    ("no", "sé"),
    ("me", "imagino"),
    ("i", "remember"),
    ("i", "wonder"),
];

/// Whether a sentence says what the meeting, or a part of it, is about.
pub(crate) fn announces(sentence: &Sentence<'_>) -> bool {
    ANNOUNCES.are_in(&sentence.words)
}

static ANNOUNCES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "the|this|our|first|second|third|today's|kick-off|weekly|monthly meeting|session|call|inquiry|workshop|retrospective|phase|agenda|evidence",
        "on the|our|today's agenda",
        "purpose|goal|aim|objective|point|topic|subject of|for|is|today",
        "we|i|we'll|i'll|we're|i'm are|am|have|want|need|will|going|gonna? to|got? to|going|gonna? discuss|talk|review|present|cover|decide|plan|prepare|design|report",
        "we|we're are? here|meeting|gathered to|for|today|about",
        "today we|we'll|we're|i|i'd|i'll|i'm",
        "we're|we are? going|gonna|moving|move|turn on? to|into|onto",
        "we'll|let's? move|moving|turn on? to|into|onto",
        "first|next|second|finally|last item|topic|point|thing",
        "i'd|i would? like|want to talk|discuss|present|update|report|go",
        "la|esta|nuestra|primera|segunda reunión|sesión|agenda|llamada|fase",
        "el orden del día",
        "objetivo|propósito|motivo|tema de|es|principal",
        "hoy vamos|queremos|quiero|tenemos|toca|nos",
        "vamos|queremos|quiero a? hablar|tratar|revisar|discutir|ver|presentar|repasar|planificar|decidir",
    ])
});

/// Whether the speaker says that it matters, or sums up.
fn stresses(sentence: &Sentence<'_>) -> bool {
    STRESSES.are_in(&sentence.words)
}

static STRESSES: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "important|main|key|biggest|crucial|critical|hardest|big thing|point|part|problem|issue|question|challenge|reason|risk|goal|difference|priority",
        "the|my|our problem|idea|point|result|results|conclusion|suggestion|proposal|recommendation|plan|risk|goal|reason is|was|are|were|here",
        "to|in sum|summary|summarise|summarize|recap|conclusion|conclude",
        "it's|is|that's very|really|most|quite? important|crucial|critical|essential to|that",
        "we found|learned|learnt|noticed|realised|realized|discovered",
        "i suggest|propose|recommend",
        "we|you must|need|have",
        "lo|el|la más? importante|principal|problema|idea|punto|conclusión|propuesta|riesgo es|fue",
        "en resumen|conclusión",
        "hay|tenemos que",
        "propongo|sugiero|recomiendo",
    ])
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::Language;
    use crate::people::People;
    use crate::sentence;
    use crate::tests::meeting;

    /// What `ask` says of a sentence.
    fn of<T>(text: &str, ask: impl Fn(&Sentence<'_>) -> T) -> T {
        let record = meeting(&[("Ann", text)]);
        ask(&sentence::all(&record, Language::English, &People::default())[0])
    }

    #[test]
    fn chatter_is_told_from_talk() {
        for text in [
            "Can you hear me now?",
            "You're on mute, Bob.",
            "Good morning everyone.",
            "Thanks for your time.",
            "Se me oye bien?",
        ] {
            assert!(of(text, is_chatter), "{text}");
        }
        for text in [
            "The customers can't hear the alarm of the new sensor.",
            "We share the cost of the screen with the supplier.",
        ] {
            assert!(!of(text, is_chatter), "{text}");
        }
    }

    #[test]
    fn an_announcement_says_what_it_is_about() {
        for text in [
            "Today we want to go through the launch plan.",
            "This is the kick-off meeting for our project.",
            "Hoy vamos a revisar el presupuesto.",
        ] {
            assert!(of(text, announces), "{text}");
        }
        for text in
            ["A bit, but we can switch it back within a week.", "The crash rate went down to one percent."]
        {
            assert!(!of(text, announces), "{text}");
        }
    }

    #[test]
    fn a_full_sentence_reads_better_than_a_torn_one() {
        let full = of("The crash rate of the mobile app went down from four percent to one.", reads_well);
        for torn in [
            "It went down.",
            "Because the crash rate of the mobile app went down from four percent—",
            "A bit, but we can switch it back within a week.",
        ] {
            assert!(of(torn, reads_well) < 0.5 * full, "{torn} {} {full}", of(torn, reads_well));
        }
    }
}
