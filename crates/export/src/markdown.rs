//! Minutes as Markdown (CommonMark), to be read as it is or rendered.

use crate::sheet::{self, Line, Sheet};
use huddle_domain::{minutes::Minutes, record::MeetingRecord};
use std::fmt::Write;

/// The minutes of a meeting, without its transcript. What people wrote and said is escaped: it can make
/// no headings, links or HTML.
pub fn minutes(record: &MeetingRecord, minutes: &Minutes) -> String {
    let mut page = Page(String::new());
    page.write(&sheet::of(record, minutes));
    page.0
}

struct Page(String);

impl Page {
    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.0, "{line}");
    }

    fn paragraph(&mut self, line: std::fmt::Arguments<'_>) {
        self.line(format_args!("{line}\n"));
    }

    fn write(&mut self, sheet: &Sheet) {
        let labels = sheet.labels;
        self.paragraph(format_args!("# {}", escaped(&sheet.title)));
        if let Some(when) = &sheet.when {
            self.paragraph(format_args!("{}", escaped(when)));
        }
        for about in &sheet.about {
            self.paragraph(format_args!("{}", escaped(about)));
        }
        if !sheet.people.is_empty() {
            let people = sheet.people.iter().map(|p| match &p.talk {
                Some(talk) => format!("{} ({talk})", escaped(&p.name)),
                None => escaped(&p.name),
            });
            self.paragraph(format_args!("**{}:** {}", labels.people, people.collect::<Vec<_>>().join(", ")));
        }
        if !sheet.agenda.is_empty() {
            self.heading(labels.agenda);
            for (n, point) in sheet.agenda.iter().enumerate() {
                let owner = point.owner.as_ref().map_or(String::new(), |o| format!(" ({})", escaped(o)));
                self.line(format_args!("{}. {}{owner}", n + 1, escaped(&point.title)));
            }
            self.0.push('\n');
        }
        if !sheet.summary.is_empty() {
            self.heading(labels.summary);
            let sentences: Vec<String> = sheet.summary.iter().map(|l| escaped(&l.text)).collect();
            self.paragraph(format_args!("{}", sentences.join(" ")));
        }
        if !sheet.key_points.is_empty() {
            self.heading(labels.key_points);
            for group in &sheet.key_points {
                if let Some(heading) = &group.heading {
                    self.paragraph(format_args!("### {}", escaped(heading)));
                }
                self.list(&group.items);
            }
        }
        self.heading(labels.decisions);
        self.list_or(&sheet.decisions, labels.no_decisions);
        self.heading(labels.action_items);
        self.actions(sheet);
        if !sheet.questions.is_empty() {
            self.heading(labels.questions);
            self.list(&sheet.questions);
        }
        if !sheet.writer.is_empty() {
            self.line(format_args!("---\n\n*{} {}*", labels.written_by, escaped(&sheet.writer)));
        }
    }

    fn heading(&mut self, text: &str) {
        self.paragraph(format_args!("## {text}"));
    }

    fn list(&mut self, lines: &[Line]) {
        for line in lines {
            self.line(format_args!("- {} *({})*", escaped(&line.text), line.place.text));
        }
        self.0.push('\n');
    }

    fn list_or(&mut self, lines: &[Line], none: &str) {
        if lines.is_empty() {
            self.paragraph(format_args!("{none}"));
        } else {
            self.list(lines);
        }
    }

    fn actions(&mut self, sheet: &Sheet) {
        let labels = sheet.labels;
        if sheet.action_items.is_empty() {
            return self.paragraph(format_args!("{}", labels.no_action_items));
        }
        self.line(format_args!("| {} | {} | {} | {} |", labels.task, labels.owner, labels.due, labels.at));
        self.line(format_args!("|---|---|---|---|"));
        for action in &sheet.action_items {
            let owner = action.owner.as_deref().map_or("–".into(), escaped);
            let due = action.due.as_deref().unwrap_or("–");
            self.line(format_args!(
                "| {} | {owner} | {due} | {} |",
                escaped(&action.task),
                action.place.text
            ));
        }
        self.0.push('\n');
    }
}

/// `text` so that Markdown shows it as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    for (n, c) in text.chars().enumerate() {
        let begins_block =
            (n == 0 && matches!(c, '+' | '-' | '=')) || (n == digits && n > 0 && matches!(c, '.' | ')'));
        if begins_block
            || matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '$')
        {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    #[test]
    fn minutes_are_a_page() {
        insta::assert_snapshot!(minutes(&example::english(), &example::minutes()));
    }

    #[test]
    fn labels_and_dates_follow_the_language() {
        let spanish = Minutes { language: "es".into(), ..example::minutes() };
        insta::assert_snapshot!(minutes(&example::english(), &spanish));
    }

    #[test]
    fn a_meeting_without_anything_is_a_short_page() {
        let record = MeetingRecord {
            title: String::new(),
            description: String::new(),
            started_at: None,
            ended_at: None,
            people: vec![],
            agenda: vec![],
            segments: vec![],
            ..example::english()
        };
        assert_eq!(
            minutes(&record, &Minutes::default()),
            "# Meeting\n\n## Decisions\n\nNo decision was noted.\n\n## Action items\n\nNo action item was noted.\n\n"
        );
    }

    #[test]
    fn estimated_times_are_never_shown() {
        let mut record = example::english();
        for segment in &mut record.segments {
            segment.engine = huddle_domain::transcript::UNTIMED.into();
        }
        let page = minutes(&record, &example::minutes());
        assert!(page.contains("(¶\u{a0}2)") && !page.contains("00:10"), "{page}");
    }

    #[test]
    fn what_people_say_is_never_markup() {
        assert_eq!(escaped("# *a* <b> [c](d) | e & $f$"), "\\# \\*a\\* \\<b\\> \\[c\\](d) \\| e \\& \\$f\\$");
        assert_eq!(
            ["- a", "12. a", "3) a", "2.5 a", "a - b."].map(escaped),
            ["\\- a", "12\\. a", "3\\) a", "2\\.5 a", "a - b."]
        );
    }
}
