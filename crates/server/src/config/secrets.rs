//! The keys of this instance: given by the operator, or generated once into the data directory.

use super::{Config, ConfigError};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use std::{fs, io::Write, os::unix::fs::OpenOptionsExt, path::Path};
use toml::{Table, Value};

/// Fewest characters of a secret in production.
const SHORTEST: usize = 32;

/// The keys of this instance.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// Signs access tokens.
    pub jwt: SecretString,
    /// Keys the stored hashes of refresh tokens.
    pub jwt_refresh: SecretString,
    /// Signs download links.
    pub signing: SecretString,
}

impl Secrets {
    /// Takes the given secrets, and in development generates what is missing into
    /// `<data_dir>/secrets.toml` (mode 0600). Production demands the first, makes the others from it where
    /// they are missing, and refuses short ones, the example's, and one value for two.
    pub fn open(config: &Config) -> Result<Self, ConfigError> {
        let given = &config.secrets;
        if config.is_production() {
            let jwt = strict("JWT_SECRET", given.jwt.as_ref())?;
            let other = |name: &str, secret: &Option<SecretString>| match secret {
                Some(secret) => strict(name, Some(secret)),
                None => Ok(derived(&jwt, name)),
            };
            let secrets = Self {
                jwt_refresh: other("JWT_REFRESH_SECRET", &given.jwt_refresh)?,
                signing: other("SIGNING_KEY", &given.signing)?,
                jwt,
            };
            return secrets.differ().then_some(secrets).ok_or_else(|| {
                ConfigError::Secrets(
                    "JWT_SECRET, JWT_REFRESH_SECRET and SIGNING_KEY must differ; leave the last two out to have them made from the first".into(),
                )
            });
        }
        let path = config.storage.data_dir.join("secrets.toml");
        let kept =
            generated(&path).map_err(|source| ConfigError::Unreadable { path: path.clone(), source })?;
        let take = |own: &Option<SecretString>, name: &str| match own {
            Some(secret) => Ok(secret.clone()),
            None => match kept.get(name) {
                Some(Value::String(secret)) => Ok(SecretString::from(secret.clone())),
                _ => Err(ConfigError::File {
                    path: path.clone(),
                    message: format!("{name} is missing; delete the file to make new secrets"),
                }),
            },
        };
        Ok(Self {
            jwt: take(&given.jwt, "jwt")?,
            jwt_refresh: take(&given.jwt_refresh, "jwt_refresh")?,
            signing: take(&given.signing, "signing")?,
        })
    }

    fn differ(&self) -> bool {
        let [jwt, refresh, signing] =
            [&self.jwt, &self.jwt_refresh, &self.signing].map(ExposeSecret::expose_secret);
        jwt != refresh && refresh != signing && signing != jwt
    }
}

/// The key of this name that follows from a secret, and from which the secret does not follow.
fn derived(from: &SecretString, name: &str) -> SecretString {
    let mut mac = Hmac::<Sha256>::new_from_slice(from.expose_secret().as_bytes())
        .expect("HMAC takes keys of every length");
    mac.update(format!("huddle {name}").as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()).into()
}

fn strict(name: &str, secret: Option<&SecretString>) -> Result<SecretString, ConfigError> {
    match secret {
        None => Err(ConfigError::Secrets(format!(
            "{name} must be set in production (at least {SHORTEST} characters); make one with: openssl rand -hex 32"
        ))),
        Some(s) if s.expose_secret().chars().count() < SHORTEST => Err(ConfigError::Secrets(format!(
            "{name} is too short for production: at least {SHORTEST} characters; make one with: openssl rand -hex 32"
        ))),
        Some(s) if s.expose_secret().to_lowercase().contains("change-me") => Err(ConfigError::Secrets(
            format!("{name} is the example's, which everybody knows; make one with: openssl rand -hex 32"),
        )),
        Some(s) => Ok(s.clone()),
    }
}

/// Reads the file, or makes it. `create_new` decides a race between two processes: the loser reads what
/// the winner linked into place whole.
fn generated(path: &Path) -> std::io::Result<Table> {
    if !path.exists() {
        let mut table = Table::new();
        for name in ["jwt", "jwt_refresh", "signing"] {
            table.insert(
                name.into(),
                Value::String(BASE64_URL_SAFE_NO_PAD.encode(crate::ids::random::<32>())),
            );
        }
        let draft = path.with_extension(format!("{}.new", std::process::id()));
        let mut file =
            fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
        file.write_all(
            format!("# Made by Huddle. Keep it: without it everybody is signed out.\n{table}").as_bytes(),
        )?;
        file.sync_all()?;
        match fs::hard_link(&draft, path) {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => return Err(e),
            _ => fs::remove_file(&draft)?,
        }
    }
    fs::read_to_string(path)?.parse().map_err(std::io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Environment;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn development_generates_once_and_privately() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut config = Config::default();
        config.storage.data_dir = dir.path().into();
        let first = Secrets::open(&config).expect("made");
        let second = Secrets::open(&config).expect("read");
        assert_eq!(first.jwt.expose_secret(), second.jwt.expose_secret());
        assert_ne!(first.jwt.expose_secret(), first.signing.expose_secret());
        let mode = fs::metadata(dir.path().join("secrets.toml")).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn production_refuses_missing_and_short_secrets() {
        let mut config = Config::default();
        config.server.environment = Environment::Production;
        assert!(
            Secrets::open(&config).expect_err("missing").to_string().starts_with("JWT_SECRET must be set")
        );
        config.secrets.jwt = Some(SecretString::from("short"));
        assert!(Secrets::open(&config).expect_err("short").to_string().contains("too short"));
        config.secrets.jwt = Some(SecretString::from("change-me-Change-Me-CHANGE-ME-change-me"));
        assert!(Secrets::open(&config).expect_err("known").to_string().contains("the example's"));
        let long = |n: u8| Some(SecretString::from(format!("0123456789abcdef0123456789abcde{n}")));
        config.secrets.jwt = long(1);
        config.secrets.jwt_refresh = long(1);
        config.secrets.signing = long(2);
        assert!(Secrets::open(&config).expect_err("equal").to_string().contains("must differ"));
        config.secrets.jwt_refresh = Some(SecretString::from("short"));
        let short = Secrets::open(&config).expect_err("short").to_string();
        assert!(short.starts_with("JWT_REFRESH_SECRET is too short"), "{short}");
        config.secrets.jwt_refresh = long(3);
        assert!(Secrets::open(&config).is_ok());
    }

    #[test]
    fn production_makes_what_is_missing_from_the_first_and_always_the_same() {
        let mut config = Config::default();
        config.server.environment = Environment::Production;
        config.secrets.jwt = Some(SecretString::from("0123456789abcdef0123456789abcdef"));
        let (one, two) = (Secrets::open(&config).expect("good"), Secrets::open(&config).expect("good"));
        assert!(one.differ());
        assert!(one.signing.expose_secret().len() >= SHORTEST);
        assert_eq!(one.signing.expose_secret(), two.signing.expose_secret());
        config.secrets.jwt = Some(SecretString::from("another 0123456789abcdef0123456789abcdef"));
        let other = Secrets::open(&config).expect("good");
        assert_ne!(one.signing.expose_secret(), other.signing.expose_secret());
    }
}
