//! The marks inside cues: voices, tags, entities.

/// Who says what inside a cue.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Voice {
    pub name: Option<String>,
    pub text: String,
}

/// The voices of a WebVTT cue; other tags go, entities become characters.
pub(super) fn voices(cue: &str) -> Vec<Voice> {
    let mut voices = vec![Voice { name: None, text: String::new() }];
    let mut rest = cue;
    while let Some((before, tail)) = rest.split_once('<') {
        push(&mut voices, before);
        let Some((tag, after)) = tail.split_once('>') else {
            // An opened tag that never closes: the cue ends here, as players do it.
            rest = "";
            break;
        };
        if let Some(name) = voice_of(tag) {
            voices.push(Voice { name: Some(name), text: String::new() });
        } else if tag == "/v" {
            voices.push(Voice { name: None, text: String::new() });
        }
        rest = after;
    }
    push(&mut voices, rest);
    voices.retain(|v| !v.text.trim().is_empty());
    voices
}

fn push(voices: &mut [Voice], text: &str) {
    if let Some(voice) = voices.last_mut() {
        voice.text += &unescaped(text);
    }
}

/// The name in `v Ana` or `v.loud Ana`.
fn voice_of(tag: &str) -> Option<String> {
    let (kind, name) = tag.split_once(char::is_whitespace)?;
    let is_voice = kind == "v" || kind.starts_with("v.");
    (is_voice && !name.trim().is_empty()).then(|| unescaped(name.trim()))
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out += &rest[..at];
        rest = &rest[at..];
        let known = ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity));
        let (entity, plain) = known.copied().unwrap_or(("&", "&"));
        out += plain;
        rest = &rest[entity.len()..];
    }
    out + rest
}

const ENTITIES: [(&str, &str); 8] = [
    ("&amp;", "&"),
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&nbsp;", " "),
    ("&lrm;", ""),
    ("&rlm;", ""),
    ("&quot;", "\""),
    ("&#39;", "'"),
];

/// A SubRip cue without `<i>`, `<b>`, `<u>`, `<font …>` and `{\an8}`; other angle brackets are words.
pub(super) fn without_srt_tags(cue: &str) -> String {
    let mut out = String::with_capacity(cue.len());
    let mut rest = cue;
    while let Some(at) = rest.find(['<', '{']) {
        out += &rest[..at];
        rest = &rest[at..];
        let close = if rest.starts_with('<') { '>' } else { '}' };
        let tag = rest.split_once(close).map(|(tag, _)| tag).filter(|tag| is_srt_tag(tag));
        let skipped = match tag {
            Some(tag) => tag.len() + 1,
            None => {
                out += &rest[..1];
                1
            }
        };
        rest = &rest[skipped..];
    }
    out + rest
}

fn is_srt_tag(tag: &str) -> bool {
    let name = tag.trim_start_matches('<').trim_start_matches('/').split(' ').next().unwrap_or("");
    tag.starts_with("{\\") || ["i", "b", "u", "font"].contains(&name.to_ascii_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_go_and_words_stay() {
        assert_eq!(without_srt_tags("{\\an8}<i>a < b</i> {x} <font color=\"red\">c"), "a < b {x} c");
        let voice =
            |name: Option<&str>, text: &str| Voice { name: name.map(str::to_owned), text: text.into() };
        assert_eq!(
            voices("<v.loud Ana &amp; Co>Hi <c.x>R&amp;D</c> &copy; <00:00:01.000>now</v>\n<v Bo>yes"),
            [voice(Some("Ana & Co"), "Hi R&D &copy; now"), voice(Some("Bo"), "yes")]
        );
        assert_eq!(voices("cut <v Ana"), [voice(None, "cut ")]);
    }
}
