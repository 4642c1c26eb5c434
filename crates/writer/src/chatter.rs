//! Chatter: what keeps a meeting going and says nothing of it: greetings, thanks, microphones,
//! slides and screens.

use crate::people::People;
use crate::phrase::{self, Phrase};
use crate::sentence::Sentence;
use std::sync::LazyLock;

/// Whether a sentence is not worth summing up.
pub(crate) fn is_chatter(sentence: &Sentence<'_>, people: &People) -> bool {
    let short = sentence.words.len() < 16;
    short && phrase::find_any(&CHATTER, &sentence.words, people).is_some()
}

static CHATTER: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    Phrase::all(&[
        "hear|see me|us|my|you okay|now|well|clearly|properly|screen|slides|alright|all?",
        "you're|i'm|i|was|you are|am? on|still mute|muted",
        "mute|unmute yourself|yourselves|your|my|me",
        "share|sharing|see my|your|the screen|slides",
        "next|previous|last slide",
        "good|nice morning|afternoon|evening|weekend|day|night",
        "thank|thanks you|everyone|everybody|all|so|for very|much|everyone|coming|joining|your|that|attention?",
        "^thanks",
        "see|talk|speak to? you|ya|everyone next|tomorrow|later|soon|then|on|there",
        "how are|is you|everyone|everybody|things|it",
        "nice|good|great to see|meet|have you|everyone",
        "welcome|hello|hi|hey everyone|everybody|all|to|there|back|again",
        "let's|shall|we|should get|move|wait|take|start|begin|continue|carry|go started|on|for|a|with|back",
        "can|could|did you|i|we|somebody|someone repeat|say|hear",
        "what|how do|did|would you think|say|mean|feel",
        "i don't|do not? know|understand|remember|care|mind",
        "bear|bare with me",
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
