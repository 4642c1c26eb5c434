//! The address of the database, where it is given in parts, as by the systems that Huddle succeeds.

use super::ConfigError;
use std::{collections::BTreeMap, fmt::Write as _};

/// Names in the environment of the parts; without the first the others mean nothing here.
pub(super) const PARTS: [&str; 5] = ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"];

/// The address that `DB_HOST` and its companions make; `None` without them.
pub(super) fn composed(env: &BTreeMap<String, String>) -> Result<Option<String>, ConfigError> {
    let given = |name: &str| env.get(name).map(|v| v.trim()).filter(|v| !v.is_empty());
    let [host, port, name, user, password] = PARTS;
    let Some(address) = given(host) else { return Ok(None) };
    let malformed =
        |setting: &str, message: String| ConfigError::Malformed { setting: setting.into(), message };
    let needed =
        |part: &str| given(part).ok_or_else(|| malformed(part, format!("must be given with {host}")));
    let (database, account) = (needed(name)?, needed(user)?);
    let number = given(port).unwrap_or("5432");
    if number.parse::<u16>().is_err() {
        return Err(malformed(port, format!("{number:?} is not the number of a port")));
    }
    if address.contains(['/', '@', '?', '#', ' ']) {
        return Err(malformed(host, format!("{address:?} is not the name of a machine")));
    }
    let secret = given(password).map_or(String::new(), |secret| format!(":{}", escaped(secret)));
    Ok(Some(format!("postgres://{}{secret}@{address}:{number}/{}", escaped(account), escaped(database))))
}

/// Percent-encodes everything that is not plain in every part of an address (RFC 3986 §2.3).
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pairs: &[(&str, &str)]) -> Result<Option<String>, ConfigError> {
        composed(&pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect())
    }

    #[test]
    fn parts_make_an_address() {
        let all = [
            ("DB_HOST", "db.example"),
            ("DB_PORT", "25060"),
            ("DB_NAME", "defaultdb"),
            ("DB_USER", "doadmin"),
            ("DB_PASSWORD", "p@ss/w:rd"),
        ];
        let address = "postgres://doadmin:p%40ss%2Fw%3Ard@db.example:25060/defaultdb";
        assert_eq!(of(&all).expect("good").as_deref(), Some(address));
        let few = [("DB_HOST", "db"), ("DB_NAME", "h"), ("DB_USER", "u"), ("DB_PORT", " ")];
        assert_eq!(of(&few).expect("good").as_deref(), Some("postgres://u@db:5432/h"));
        assert_eq!(of(&[("DB_NAME", "another program's")]).expect("good"), None);
    }

    #[test]
    fn the_part_that_is_wrong_is_named() {
        for (name, parts) in [
            ("DB_NAME", &[("DB_HOST", "db"), ("DB_USER", "u")][..]),
            ("DB_USER", &[("DB_HOST", "db"), ("DB_NAME", "h")]),
            ("DB_PORT", &[("DB_HOST", "db"), ("DB_NAME", "h"), ("DB_USER", "u"), ("DB_PORT", "x")]),
            ("DB_HOST", &[("DB_HOST", "a b"), ("DB_NAME", "h"), ("DB_USER", "u")]),
        ] {
            let message = of(parts).expect_err(name).to_string();
            assert!(message.contains(&format!("setting {name} ")), "{message}");
        }
    }
}
