//! The words that the files say by themselves, in English and Spanish, from one table.

use serde::Serialize;

/// Every label in one language.
#[derive(Debug, Serialize)]
pub struct Labels {
    /// BCP 47.
    pub language: &'static str,
    pub untitled: &'static str,
    pub people: &'static str,
    pub agenda: &'static str,
    pub summary: &'static str,
    pub key_points: &'static str,
    pub decisions: &'static str,
    pub action_items: &'static str,
    pub questions: &'static str,
    pub transcript: &'static str,
    pub no_decisions: &'static str,
    pub no_action_items: &'static str,
    pub no_transcript: &'static str,
    pub other_points: &'static str,
    pub task: &'static str,
    pub owner: &'static str,
    pub due: &'static str,
    pub at: &'static str,
    pub unknown_speaker: &'static str,
    pub written_by: &'static str,
    pub page: &'static str,
    pub of: &'static str,
    #[serde(skip)]
    pub weekdays: [&'static str; 7],
    #[serde(skip)]
    pub months: [&'static str; 12],
    /// Between the parts of a date: `20 November 2026`, `20 de noviembre de 2026`.
    #[serde(skip)]
    pub date_joint: &'static str,
}

/// The labels for a BCP 47 tag: Spanish for `es` and its regions, English for all others.
pub fn of(language: &str) -> &'static Labels {
    let primary = language.split(['-', '_']).next().unwrap_or("");
    if primary.eq_ignore_ascii_case("es") { &SPANISH } else { &ENGLISH }
}

static ENGLISH: Labels = Labels {
    language: "en",
    untitled: "Meeting",
    people: "People",
    agenda: "Agenda",
    summary: "Summary",
    key_points: "Key points",
    decisions: "Decisions",
    action_items: "Action items",
    questions: "Open questions",
    transcript: "Transcript",
    no_decisions: "No decision was noted.",
    no_action_items: "No action item was noted.",
    no_transcript: "No words were heard.",
    other_points: "Other points",
    task: "Task",
    owner: "Owner",
    due: "Due",
    at: "At",
    unknown_speaker: "Unknown speaker",
    written_by: "Written by",
    page: "Page",
    of: "of",
    weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    date_joint: " ",
};

static SPANISH: Labels = Labels {
    language: "es",
    untitled: "Reunión",
    people: "Personas",
    agenda: "Orden del día",
    summary: "Resumen",
    key_points: "Puntos clave",
    decisions: "Decisiones",
    action_items: "Tareas",
    questions: "Preguntas abiertas",
    transcript: "Transcripción",
    no_decisions: "No se anotó ninguna decisión.",
    no_action_items: "No se anotó ninguna tarea.",
    no_transcript: "No se oyó ninguna palabra.",
    other_points: "Otros puntos",
    task: "Tarea",
    owner: "Responsable",
    due: "Plazo",
    at: "Momento",
    unknown_speaker: "Hablante desconocido",
    written_by: "Redactado por",
    page: "Página",
    of: "de",
    weekdays: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    months: [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    date_joint: " de ",
};
