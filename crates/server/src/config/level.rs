//! The level of the log, as it is written in many systems and as ours are filtered by it.

use tracing_subscriber::EnvFilter;

/// The filter that a text means: small letters, and the words of other systems in ours. An error says what
/// is wrong. A single word must be a level: the library would take it for the name of a module, and be silent.
pub(super) fn filter(text: &str) -> Result<String, String> {
    let parts: Vec<String> = text.split(',').map(|part| word(part.trim())).collect::<Result<_, _>>()?;
    let filter = parts.join(",");
    EnvFilter::builder().parse(&filter).map_err(|error| error.to_string())?;
    Ok(filter)
}

fn word(part: &str) -> Result<String, String> {
    let (target, level) = match part.rsplit_once('=') {
        Some((target, level)) => (format!("{target}="), level),
        None => (String::new(), part),
    };
    let level = match level.trim().to_lowercase().as_str() {
        "warning" => "warn".to_owned(),
        "critical" | "fatal" => "error".to_owned(),
        known @ ("error" | "warn" | "info" | "debug" | "trace" | "off") => known.to_owned(),
        _ => return Err(format!("{part:?} is none of error, warn, info, debug, trace, off")),
    };
    Ok(target + &level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_as_other_systems_write_it() {
        for (text, means) in [
            ("INFO", "info"),
            ("Warning", "warn"),
            ("CRITICAL", "error"),
            ("huddle_server=DEBUG, info", "huddle_server=debug,info"),
            ("off", "off"),
        ] {
            assert_eq!(filter(text).as_deref(), Ok(means));
        }
        for wrong in ["", "loud", "verbose", "huddle_server=loud", "info,", "7", "=info,["] {
            assert!(filter(wrong).is_err(), "{wrong:?}");
        }
    }
}
