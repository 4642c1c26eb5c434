//! Who promised what, in both languages. The meeting is on Wednesday 18 November 2026.

use crate::tests::{id, meeting};
use crate::write;
use huddle_domain::minutes::ActionItem;

/// The action items of a meeting of Ann Lee, Bob Hall and Eva Díaz.
fn actions(lines: &[(&str, &str)]) -> Vec<ActionItem> {
    let named: Vec<(&str, &str)> = lines
        .iter()
        .map(|(who, text)| {
            (
                match *who {
                    "Ann" => "Ann Lee",
                    "Bob" => "Bob Hall",
                    "Eva" => "Eva Díaz",
                    other => other,
                },
                *text,
            )
        })
        .collect();
    let mut record = meeting(&named);
    record.people = serde_json::from_value(serde_json::json!([
        {"name": "Ann Lee", "talkMs": 0}, {"name": "Bob Hall", "talkMs": 0}, {"name": "Eva Díaz", "talkMs": 0},
    ]))
    .unwrap();
    write(&record).action_items
}

/// Task, owner and deadline of the only action item.
#[track_caller]
fn only(lines: &[(&str, &str)], task: &str, owner: Option<&str>, due: Option<&str>) {
    let found = actions(lines);
    let seen: Vec<_> =
        found.iter().map(|a| (a.task.as_str(), a.owner.as_deref(), a.due.map(|d| d.to_string()))).collect();
    assert_eq!(seen, [(task, owner, due.map(str::to_owned))], "{lines:?}");
}

#[track_caller]
fn none(lines: &[(&str, &str)]) {
    let found = actions(lines);
    assert!(found.is_empty(), "{lines:?} gave {found:?}");
}

#[test]
fn a_promise_is_owned_by_its_speaker() {
    only(
        &[("Ann", "Okay, so I'll send the report to the board by Friday.")],
        "Send the report to the board by Friday.",
        Some("Ann Lee"),
        Some("2026-11-20"),
    );
    only(
        &[("Bob", "i will follow up with the vendor tomorrow")],
        "Follow up with the vendor tomorrow.",
        Some("Bob Hall"),
        Some("2026-11-19"),
    );
    only(&[("Bob", "I'm going to draft the proposal.")], "Draft the proposal.", Some("Bob Hall"), None);
    only(
        &[("Ann", "By Monday I'll also prepare the budget.")],
        "Prepare the budget.",
        Some("Ann Lee"),
        Some("2026-11-23"),
    );
    only(
        &[("Ann", "I need to book a room by tomorrow.")],
        "Book a room by tomorrow.",
        Some("Ann Lee"),
        Some("2026-11-19"),
    );
}

#[test]
fn a_named_person_owns_what_they_will_do() {
    only(
        &[("Ann", "Bob will update the website next week.")],
        "Update the website next week.",
        Some("Bob Hall"),
        Some("2026-11-27"),
    );
    only(&[("Ann", "bob is going to call the supplier")], "Call the supplier.", Some("Bob Hall"), None);
    only(
        &[("Ann", "Eva Diaz needs to review the contract by the end of the month.")],
        "Review the contract by the end of the month.",
        Some("Eva Díaz"),
        Some("2026-11-30"),
    );
    only(
        &[("Ann", "Then Sarah will send us the figures by Friday.")],
        "Send us the figures by Friday.",
        Some("Sarah"),
        Some("2026-11-20"),
    );
}

#[test]
fn a_request_belongs_to_who_is_addressed_or_takes_it_on() {
    only(
        &[("Ann", "Bob, can you send me the slides by Friday?")],
        "Send me the slides by Friday.",
        Some("Bob Hall"),
        Some("2026-11-20"),
    );
    only(&[("Ann", "Could you check the invoice, Eva?")], "Check the invoice.", Some("Eva Díaz"), None);
    only(
        &[("Ann", "Can you write the test plan?"), ("Eva", "Sure.")],
        "Write the test plan.",
        Some("Eva Díaz"),
        None,
    );
    only(
        &[("Ann", "Can you write the test plan?"), ("Eva", "Sure, I'll send it on Monday.")],
        "Write the test plan.",
        Some("Eva Díaz"),
        Some("2026-11-23"),
    );
    only(
        &[("Ann", "Can you send the minutes by Friday?"), ("Bob", "What minutes do you mean exactly?")],
        "Send the minutes by Friday.",
        None,
        Some("2026-11-20"),
    );
    only(
        &[("Ann", "Please send me your comments by Friday.")],
        "Send me your comments by Friday.",
        None,
        Some("2026-11-20"),
    );
}

#[test]
fn who_claims_a_need_owns_it() {
    let found =
        actions(&[("Ann", "Someone has to update the documentation by Friday."), ("Bob", "I can do that.")]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].task, "Update the documentation by Friday.");
    assert_eq!(found[0].owner.as_deref(), Some("Bob Hall"));
    assert_eq!(found[0].evidence.segments, [id(0), id(1)]);
    assert_eq!((found[0].evidence.start_ms, found[0].evidence.end_ms), (0, 9_500));
    only(&[("Ann", "Somebody should call the landlord.")], "Call the landlord.", None, None);
    only(
        &[("Ann", "We need to submit the application by 12 March.")],
        "Submit the application by 12 March.",
        None,
        Some("2027-03-12"),
    );
}

#[test]
fn two_promises_in_one_breath_are_two_items() {
    let found = actions(&[("Ann", "I'll send the slides tomorrow and Bob will book the room by Friday.")]);
    let seen: Vec<_> =
        found.iter().map(|a| (a.task.as_str(), a.owner.as_deref(), a.due.unwrap().to_string())).collect();
    assert_eq!(
        seen,
        [
            ("Send the slides tomorrow.", Some("Ann Lee"), "2026-11-19".to_owned()),
            ("Book the room by Friday.", Some("Bob Hall"), "2026-11-20".to_owned()),
        ]
    );
}

#[test]
fn action_items_that_are_called_so_are_taken_at_their_word() {
    only(
        &[("Ann", "Action item: Bob to circulate the notes by Friday.")],
        "Circulate the notes by Friday.",
        Some("Bob Hall"),
        Some("2026-11-20"),
    );
    only(
        &[("Ann", "Action item for Eva, compare the three offers.")],
        "Compare the three offers.",
        Some("Eva Díaz"),
        None,
    );
    only(
        &[("Ann", "The next step is to interview five customers.")],
        "Interview five customers.",
        None,
        None,
    );
}

#[test]
fn an_offer_that_is_wanted_is_a_promise() {
    only(
        &[("Ann", "Should I invite the designers?"), ("Bob", "Yes please.")],
        "Invite the designers.",
        Some("Ann Lee"),
        None,
    );
    none(&[("Ann", "Should I invite the designers?"), ("Bob", "No, not yet.")]);
}

#[test]
fn a_task_that_points_back_brings_along_what_it_points_to() {
    let found = actions(&[
        ("Bob", "The payment screen loads slowly on old phones."),
        ("Ann", "Can you look into that by Friday?"),
        ("Bob", "Sure."),
    ]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].task, "The payment screen loads slowly on old phones. Look into that by Friday.");
    assert_eq!(found[0].evidence.segments, [id(0), id(1), id(2)]);
}

#[test]
fn a_claim_may_name_its_deadline_a_breath_later() {
    only(
        &[
            ("Ann", "Someone needs to update the job description."),
            ("Eva", "I can do that. End of the month okay?"),
        ],
        "Update the job description.",
        Some("Eva Díaz"),
        Some("2026-11-30"),
    );
}

#[test]
fn what_is_promised_twice_is_one_item() {
    only(
        &[
            ("Ann", "I'll send the quarterly report."),
            ("Bob", "Good."),
            ("Ann", "So I'll send the quarterly report by Friday."),
        ],
        "Send the quarterly report.",
        Some("Ann Lee"),
        Some("2026-11-20"),
    );
}

#[test]
fn steering_the_talk_is_no_action() {
    for text in [
        "I'll show you the next slide.",
        "I'll just share my screen.",
        "I'll start with the budget.",
        "I'll go first today.",
        "I will be brief.",
        "I'll tell you tomorrow what I think.",
        "Can you hear me?",
        "Can you go to the next slide?",
        "I'll never send it.",
        "If I'll send it by Friday nobody reads it.",
        "Will Bob send it?",
        "We need to think about it.",
        "I can see that now.",
        "I'm going to say no.",
        "You should see the view.",
        "I'll give you an example.",
        "Bob will be late.",
    ] {
        none(&[("Ann", text), ("Bob", "Okay.")]);
    }
}

#[test]
fn promises_in_spanish() {
    only(
        &[("Eva", "Vale, yo voy a enviar el informe antes del viernes.")],
        "Enviar el informe antes del viernes.",
        Some("Eva Díaz"),
        Some("2026-11-20"),
    );
    only(
        &[("Eva", "Mañana enviaré el presupuesto al cliente.")],
        "Enviaré el presupuesto al cliente.",
        Some("Eva Díaz"),
        Some("2026-11-19"),
    );
    only(
        &[("Eva", "Bob va a preparar la presentación para el lunes.")],
        "Preparar la presentación para el lunes.",
        Some("Bob Hall"),
        Some("2026-11-23"),
    );
    only(
        &[("Eva", "Ann, ¿puedes revisar el contrato antes de fin de mes?")],
        "Revisar el contrato antes de fin de mes.",
        Some("Ann Lee"),
        Some("2026-11-30"),
    );
    only(
        &[("Eva", "¿Puedes reservar la sala?"), ("Bob", "Claro, sin problema.")],
        "Reservar la sala.",
        Some("Bob Hall"),
        None,
    );
    only(
        &[("Eva", "Me encargo de llamar al proveedor la semana que viene.")],
        "Llamar al proveedor la semana que viene.",
        Some("Eva Díaz"),
        Some("2026-11-27"),
    );
    only(
        &[("Eva", "alguien tiene que actualizar la documentación"), ("Bob", "yo me encargo")],
        "Actualizar la documentación.",
        Some("Bob Hall"),
        None,
    );
    only(
        &[
            ("Ann", "Deberíamos revisar los precios."),
            ("Eva", "Voy a actualizar el plan del proyecto y lo mando antes del viernes."),
        ],
        "Actualizar el plan del proyecto y lo mando antes del viernes.",
        Some("Eva Díaz"),
        Some("2026-11-20"),
    );
    none(&[("Eva", "Voy a compartir mi pantalla."), ("Bob", "Vale.")]);
}
