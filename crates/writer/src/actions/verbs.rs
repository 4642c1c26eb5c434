//! What counts as work: verbs with which people promise or ask for something that outlasts the
//! meeting, and those that only steer the talk. Tables, mostly.

use crate::phrase::Phrases;
use crate::token::Token;
use std::collections::HashSet;
use std::sync::LazyLock;

/// What a verb promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Something that outlasts the meeting: send, write, book.
    Task,
    /// Something that may, told by its deadline: bring, do, use.
    Perhaps,
    /// Nothing: say, show, think, go on.
    Talk,
}

/// What the verb at `words[at]` promises.
pub(crate) fn work(words: &[Token], at: usize) -> Work {
    let Some(word) = words.get(at) else { return Work::Talk };
    let is = |patterns: &Phrases| patterns.at(words, at).is_some();
    if is(&IN_THE_ROOM) {
        Work::Talk
    } else if is(&PHRASAL_TASKS) {
        Work::Task
    } else if TALK.contains(word.low.as_str()) {
        Work::Talk
    } else if TASKS.contains(word.low.as_str()) || is_spanish_task(&word.low) {
        Work::Task
    } else {
        Work::Perhaps
    }
}

/// Skips what stands between a cue and its verb: `also`, `try to`, `go ahead and`.
pub(crate) fn skip(words: &[Token], mut at: usize) -> usize {
    while let Some((_, found)) = SKIPPED.at(words, at) {
        at = found.end;
    }
    at
}

static SKIPPED: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "go ahead and",
        "be sure to",
        "try to|and",
        "be able to",
        "also|just|then|probably|definitely|certainly|quickly|maybe|please|still|now|first|actually|gladly|personally",
        "también|luego|ya|después|entonces|personalmente|todos",
        "por favor",
    ])
});

static TASKS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "send resend email e-mail mail forward circulate distribute submit deliver upload publish \
     write rewrite draft prepare compile collect gather summarise summarize document finalise finalize complete \
     call phone contact invite notify remind hire recruit onboard interview negotiate \
     review proofread check double-check verify validate confirm investigate research analyse analyze evaluate audit \
     test measure benchmark debug estimate explore schedule reschedule book arrange organise organize buy purchase renew \
     pay invoice register reserve cancel fix patch update upgrade migrate deploy release implement install configure \
     refactor merge build rebuild automate translate print create design redesign prototype share assign sign \
     chase escalate coordinate ping order fill announce approve"
        .split_whitespace()
        .collect()
});

static TALK: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    "say tell explain describe mention repeat read hear listen speak talk show see watch point draw think guess suppose \
     believe hope assume imagine wonder feel know agree disagree argue admit understand remember forget wait stay like \
     love hate want need prefer be been have not never go come start begin stop leave pass hand move turn skip jump \
     continue carry let try ask answer quote concede refer return interrupt introduce recap address respond apologise \
     give tend stick take get keep call say stand sit look wrap sum add argue note comment thank make put find \
     decir contar explicar hablar ver mirar enseñar mostrar pensar creer ser estar ir venir empezar comenzar seguir \
     pasar no nunca terminar poner dar dejar tener querer"
        .split_whitespace()
        .collect()
});

/// Verbs that are work only with what follows them.
static PHRASAL_TASKS: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "follow up with|on",
        "follow up",
        "look into",
        "get back to",
        "get in touch",
        "get hold of",
        "get a|the|some quote|quotes|approval|feedback|numbers|figures|contract",
        "get _ from",
        "set up a|an|the|another|some",
        "find out",
        "find a|an|the|some|us|someone new|room|date|time|venue|supplier|vendor|slot|replacement|who|to",
        "reach out",
        "take care of",
        "do the|a|an|some _",
        "be working|looking on|into|with|at",
        "be sending|writing|preparing|reviewing|drafting|testing|designing|building|updating",
        "take ownership",
        "take notes|minutes",
        "take the minutes|notes|action|lead",
        "come up with a|an|the|some",
        "put together",
        "put _ _ together",
        "write up",
        "sort out",
        "sort _ _? out",
        "figure out",
        "clean up",
        "circle back",
        "check in? with",
        "talk to|with",
        "speak to|with",
        "meet with|up",
        "work on",
        "report back",
        "make sure|certain",
        "make a|an|the list|plan|draft|copy|reservation|booking|budget|schedule|prototype|proposal|ticket|document|call|video|poster",
        "ask the|for|around",
        "ask @",
        "ask _ to|for|if|whether",
        "give _ _? a call",
        "let _ _? know",
        "add the|it|them|this|that * to",
        "run the|another|a tests|test|experiment|experiments|numbers|script|report|analysis",
        "open a|an|the ticket|issue|account|pr|bug",
        "call the|them|him|her|my|our",
        "dar seguimiento",
        "darle seguimiento",
        "hacer|haré|hará el|la|los|las|un|una",
        "ponerme|ponernos|ponerse en contacto",
        "hacerme|hacerse|hacernos cargo",
        "echar|echarle un vistazo",
        "asegurarme|asegurarnos|asegurarse de",
        "hablar|hablaré|hablará con",
    ])
});

/// Work verbs used for what happens in the room, now.
static IN_THE_ROOM: LazyLock<Phrases> = LazyLock::new(|| {
    Phrases::new(&[
        "share|compartir my|the|your|a|mi|la|tu screen|slides|slide|desktop|presentation|pantalla",
        "share a|some|one|my|with thought|thoughts|story|idea|ideas|you|view|experience",
        "write|print it|this|that|them|something? on|up|down|here|there",
        "make sure we|i|you|that|everyone|everybody that|i'm|we're|you're|understand|understands|have|is|all|to|get|it|understood|heard",
        "make sure|certain that? we|i|everyone|everybody|it's|that's",
        "close|open|finish|cancel the|this|our|that|with|up|off|out meeting|session|item|discussion|floor|point|a|by|my",
        "check|confirm|test|review whether|if|that? we|you|i|this|the|it can|are|have|is|works|microphone|sound|audio",
        "ask @ a|why|what|how|about|something",
        "talk|speak to|with you|this|that|it|them|us",
        "work on that|this assumption|basis",
        "ask for a|your|the|patience|one|order|unanimous",
        "order order|that|a|the",
        "call it|that|this|on|upon|them",
        "design it|something",
        "put it together now",
        "follow up? on|with|that|this that|this|a|my question|point|quickly",
        "build on|upon|in",
        "fill you|us in",
        "sign off|in|out",
        "check it|that? out? here|now",
        "check i|i've|we|we've|you|you've|that",
        "do the|a|an presentation|introduction|intro|same|talk|lot|little|bit|quick|round|recap|summary|first|opposite|other|rest|thing|things",
        "remind|invite|notify|call you|us|everyone|everybody|members|them|him|her|the? that|of|members|to|upon|on|honourable|minister|government",
    ])
});

/// Infinitives that are work.
const INFINITIVES: &[&str] = &[
    "enviar",
    "mandar",
    "remitir",
    "reenviar",
    "escribir",
    "redactar",
    "preparar",
    "revisar",
    "comprobar",
    "verificar",
    "confirmar",
    "validar",
    "llamar",
    "contactar",
    "avisar",
    "invitar",
    "convocar",
    "programar",
    "agendar",
    "reservar",
    "organizar",
    "coordinar",
    "planificar",
    "pedir",
    "solicitar",
    "comprar",
    "contratar",
    "pagar",
    "facturar",
    "actualizar",
    "corregir",
    "arreglar",
    "implementar",
    "desplegar",
    "instalar",
    "configurar",
    "migrar",
    "probar",
    "investigar",
    "analizar",
    "evaluar",
    "medir",
    "estimar",
    "calcular",
    "documentar",
    "traducir",
    "publicar",
    "subir",
    "crear",
    "diseñar",
    "completar",
    "entregar",
    "firmar",
    "aprobar",
    "gestionar",
    "resolver",
    "buscar",
    "negociar",
    "recopilar",
    "resumir",
    "compartir",
    "imprimir",
    "cancelar",
];

const CLITICS: &[&str] = &[
    "lo", "la", "los", "las", "le", "les", "te", "me", "os", "nos", "se", "telo", "tela", "selo", "sela",
    "melo",
];

/// Whether a Spanish word is an infinitive of work, with a pronoun or without, or a future of it.
fn is_spanish_task(low: &str) -> bool {
    let bare =
        CLITICS.iter().find_map(|c| low.strip_suffix(c).filter(|b| INFINITIVES.contains(b))).unwrap_or(low);
    INFINITIVES.contains(&bare) || spanish_future(low).is_some()
}

/// Who acts, by the form of the verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Person {
    First,
    Third,
}

/// Whose future a Spanish word of work is: `enviaré` mine, `enviará` theirs.
pub(crate) fn spanish_future(low: &str) -> Option<Person> {
    let (stem, person) = match (low.strip_suffix('é'), low.strip_suffix('á')) {
        (Some(stem), _) => (stem, Person::First),
        (_, Some(stem)) => (stem, Person::Third),
        _ => return None,
    };
    (INFINITIVES.contains(&stem) || stem == "har").then_some(person)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tokens;

    #[test]
    fn work_outlasts_the_meeting_and_talk_does_not() {
        let work = |text: &str| work(&tokens(text), 0);
        for task in [
            "send it",
            "follow up with Bob",
            "get back to you",
            "take care of it",
            "enviarlo",
            "revisaré el plan",
        ] {
            assert_eq!(work(task), Work::Task, "{task}");
        }
        for talk in [
            "show you the plan",
            "share my screen",
            "go first",
            "get started",
            "take that back",
            "pensar en ello",
            "",
        ] {
            assert_eq!(work(talk), Work::Talk, "{talk}");
        }
        assert_eq!(work("bring samples"), Work::Perhaps);
    }
}
