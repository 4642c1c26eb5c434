//! Reading the settings: file, then environment, then flags. What is unknown or malformed stops the
//! start with its name.

use super::{Config, Kind, PASSWORD_COST, SETTINGS, database, level};
use std::{collections::BTreeMap, path::PathBuf};
use thiserror::Error;
use toml::{Table, Value};

/// Why the start stops.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is there and cannot be read.
    #[error("cannot read the configuration file {path}")]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not TOML, or has a setting that does not exist or fit.
    #[error("the configuration file {path} is wrong: {message}")]
    File {
        /// Which file.
        path: PathBuf,
        /// What and where.
        message: String,
    },
    /// A `HUDDLE_…` variable names no setting.
    #[error(
        "the environment variable {0} is not a setting of Huddle; see huddle.example.toml for those there are"
    )]
    UnknownVariable(String),
    /// A setting's value does not fit.
    #[error("the setting {setting} is malformed: {message}")]
    Malformed {
        /// The setting's name where it was given.
        setting: String,
        /// What is wrong.
        message: String,
    },
    /// Production without proper secrets.
    #[error("{0}")]
    Secrets(String),
}

/// What flags say; the strongest word.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// `--config`: another file than `./huddle.toml`.
    pub file: Option<PathBuf>,
    /// `--port`
    pub port: Option<u16>,
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
}

/// Variables that begin with `HUDDLE_` and are no settings.
const OTHER_VARIABLES: &[&str] = &["HUDDLE_CONFIG", "HUDDLE_TEST_DATA"];

/// Loads the configuration; `env` is the process's environment (or a test's).
pub fn load(overrides: &Overrides, env: &BTreeMap<String, String>) -> Result<Config, ConfigError> {
    let mut table = Table::new();
    let file = overrides.file.clone().or_else(|| env.get("HUDDLE_CONFIG").map(PathBuf::from));
    let path = file.clone().unwrap_or_else(|| "huddle.toml".into());
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let wrong = |e: toml::de::Error| ConfigError::File { path: path.clone(), message: e.to_string() };
            // Read once as the real thing: these errors have line and column.
            toml::from_str::<Config>(&text).map_err(wrong)?;
            table = text.parse().map_err(wrong)?;
        }
        Err(source) if source.kind() == std::io::ErrorKind::NotFound && file.is_none() => {}
        Err(source) => return Err(ConfigError::Unreadable { path, source }),
    }
    apply_environment(&mut table, env)?;
    if let Some(port) = overrides.port {
        put(&mut table, "server.port", Value::Integer(port.into()));
    }
    if let Some(dir) = &overrides.data_dir {
        put(&mut table, "storage.data_dir", Value::String(dir.to_string_lossy().into_owned()));
    }
    let mut config: Config = Value::Table(table)
        .try_into()
        .map_err(|e: toml::de::Error| ConfigError::File { path, message: e.to_string() })?;
    if config.storage.database_url.is_none() {
        config.storage.database_url = database::composed(env)?.map(Into::into);
    }
    config.log.level = level::filter(&config.log.level)
        .map_err(|message| ConfigError::Malformed { setting: "log.level".into(), message })?;
    check(&config)?;
    Ok(config)
}

fn apply_environment(table: &mut Table, env: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let known =
        |name: &str| SETTINGS.iter().any(|s| s.env.contains(&name)) || OTHER_VARIABLES.contains(&name);
    if let Some(name) = env.keys().find(|n| n.starts_with("HUDDLE_") && !known(n)) {
        return Err(ConfigError::UnknownVariable(name.clone()));
    }
    for setting in SETTINGS {
        // A name that is there and empty says nothing, and hides none that is weaker.
        let mut given = setting.env.iter().filter_map(|n| env.get(*n).map(|v| (*n, v.trim())));
        let Some((name, text)) = given.find(|(_, v)| !v.is_empty()) else { continue };
        let value = parse(name, text, setting.kind)?;
        // Each variable is tried alone, so that the error can name it.
        let mut alone = Table::new();
        put(&mut alone, setting.path, value.clone());
        Value::Table(alone)
            .try_into::<Config>()
            .map_err(|e| ConfigError::Malformed { setting: name.into(), message: e.message().to_owned() })?;
        put(table, setting.path, value);
    }
    Ok(())
}

fn parse(name: &str, text: &str, kind: Kind) -> Result<Value, ConfigError> {
    Ok(match kind {
        Kind::Text => Value::String(text.into()),
        Kind::Word => Value::String(text.to_lowercase()),
        Kind::List => text.split(',').map(str::trim).filter(|p| !p.is_empty()).collect::<Vec<_>>().into(),
        Kind::Bool => Value::Boolean(text.to_lowercase().parse().map_err(|_| ConfigError::Malformed {
            setting: name.into(),
            message: format!("{text:?} is neither true nor false"),
        })?),
        Kind::Int => Value::Integer(text.parse().map_err(|_| ConfigError::Malformed {
            setting: name.into(),
            message: format!("{text:?} is not a whole number"),
        })?),
    })
}

fn put(table: &mut Table, path: &str, value: Value) {
    let (section, key) = path.split_once('.').expect("every setting is section.key");
    let section = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(section) = section {
        section.insert(key.into(), value);
    }
}

fn check(config: &Config) -> Result<(), ConfigError> {
    let malformed = |setting: &str, message: &str| {
        Err(ConfigError::Malformed { setting: setting.into(), message: message.into() })
    };
    for url in config.server.public_url.iter().chain(&config.server.cors_origins) {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return malformed(
                "server.public_url / server.cors_origins",
                &format!("{url:?} does not begin with http:// or https://"),
            );
        }
    }
    let has_scheme = |url: &str| url.starts_with("http://") || url.starts_with("https://");
    if !has_scheme(&config.speech.models_url) {
        return malformed("speech.models_url", "must begin with http:// or https://");
    }
    let is_language =
        |l: &str| (2..=16).contains(&l.len()) && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if config.speech.language.as_ref().is_some_and(|language| !is_language(language)) {
        return malformed("speech.language", "must be a language's short name, as en or es-419");
    }
    let (memory, passes) = (config.accounts.password_memory_kib, config.accounts.password_passes);
    if !(8..=4_194_304).contains(&memory) {
        return malformed("accounts.password_memory_kib", "must be between 8 and 4194304");
    }
    if !(1..=64).contains(&passes) {
        return malformed("accounts.password_passes", "must be between 1 and 64");
    }
    let (least, times) = PASSWORD_COST;
    if config.is_production() && u64::from(memory) * u64::from(passes) < u64::from(least) * u64::from(times) {
        return malformed("accounts.password_memory_kib", "with these passes it is too cheap for production");
    }
    if !(1..=1 << 50).contains(&config.uploads.max_bytes) {
        return malformed("uploads.max_bytes", "must be between 1 and 2^50");
    }
    if !(1..=60_000).contains(&config.uploads.max_minutes) {
        return malformed("uploads.max_minutes", "must be between 1 and 60000");
    }
    if !(1..=64).contains(&config.speech.threads) {
        return malformed("speech.threads", "must be between 1 and 64");
    }
    if config.tasks.concurrency > 64 {
        return malformed("tasks.concurrency", "must be at most 64");
    }
    if !(2..=3_600).contains(&config.tasks.lease_seconds) {
        return malformed("tasks.lease_seconds", "must be between 2 and 3600");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EngineChoice, Environment};
    use secrecy::ExposeSecret;

    fn env(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect()
    }

    fn from_file(text: &str, vars: &[(&str, &str)]) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().expect("a directory");
        let file = dir.path().join("huddle.toml");
        std::fs::write(&file, text).expect("written");
        load(&Overrides { file: Some(file), ..Overrides::default() }, &env(vars))
    }

    #[test]
    fn flags_beat_the_environment_beats_the_file() {
        let text = "[server]\nport = 1\n[speech]\nengine = \"off\"";
        assert_eq!(from_file(text, &[]).expect("good").server.port, 1);
        let config = from_file(text, &[("PORT", "2"), ("HUDDLE_PORT", "3"), ("ENVIRONMENT", "Production")]);
        let config = config.expect("good");
        assert_eq!(config.server.port, 3);
        assert_eq!(config.server.environment, Environment::Production);
        assert_eq!(config.speech.engine, EngineChoice::Off);
        let flags = Overrides { port: Some(4), ..Overrides::default() };
        assert_eq!(load(&flags, &env(&[("PORT", "2")])).expect("good").server.port, 4);
    }

    #[test]
    fn what_is_unknown_or_malformed_is_named() {
        for (text, vars, name) in [
            ("[server]\nprot = 1", &[][..], "prot"),
            ("[serve]\nport = 1", &[], "serve"),
            ("[server]\nport = \"x\"", &[], "port"),
            ("", &[("HUDDLE_PROT", "1")], "HUDDLE_PROT"),
            ("", &[("PORT", "eighty")], "PORT"),
            ("", &[("PORT", "70000")], "PORT"),
            ("", &[("HUDDLE_SPEECH_ENGINE", "ears")], "HUDDLE_SPEECH_ENGINE"),
            ("", &[("CORS_ORIGINS", "example.com")], "cors_origins"),
            ("[speech]\nthreads = 0", &[], "speech.threads"),
            ("[speech]\nlanguage = \"in English\"", &[], "speech.language"),
            ("", &[("HUDDLE_DEEPGRAM_LIVE", "yes")], "HUDDLE_DEEPGRAM_LIVE"),
            ("", &[("HUDDLE_SPEECH_MODELS_URL", "ftp://x")], "speech.models_url"),
            ("[deepgram]\nkey = \"x\"", &[], "key"),
            ("", &[("HUDDLE_UPLOADS_KEEP_ORIGINAL", "perhaps")], "HUDDLE_UPLOADS_KEEP_ORIGINAL"),
            ("[uploads]\nmax_minutes = 0", &[], "uploads.max_minutes"),
            ("", &[("LOG_LEVEL", "loud")], "log.level"),
            ("", &[("DB_HOST", "db"), ("DB_USER", "u")], "DB_NAME"),
            ("[accounts]\npassword_passes = 0", &[], "accounts.password_passes"),
            (
                "[server]\nenvironment = \"production\"\n[accounts]\npassword_memory_kib = 64",
                &[],
                "accounts.password_memory_kib",
            ),
        ] {
            let message = from_file(text, vars).expect_err(name).to_string();
            assert!(message.contains(name), "{message} does not name {name}");
        }
    }

    #[test]
    fn an_empty_variable_hides_no_weaker_one() {
        let config = from_file("", &[("HUDDLE_PORT", ""), ("PORT", "2"), ("JWT_SECRET", " ")]);
        let config = config.expect("good");
        assert_eq!(config.server.port, 2);
        assert!(config.secrets.jwt.is_none());
    }

    #[test]
    fn a_database_in_parts_is_taken_where_no_address_is_given() {
        let parts = [("DB_HOST", "db"), ("DB_NAME", "h"), ("DB_USER", "u"), ("DB_PASSWORD", "p")];
        let url = |config: Config| config.storage.database_url.map(|u| u.expose_secret().to_owned());
        assert_eq!(url(from_file("", &parts).expect("good")).as_deref(), Some("postgres://u:p@db:5432/h"));
        let given = [&parts[..], &[("DATABASE_URL", "postgres://elsewhere/x")]].concat();
        assert_eq!(url(from_file("", &given).expect("good")).as_deref(), Some("postgres://elsewhere/x"));
        let file = "[storage]\ndatabase_url = \"sqlite:here.db\"";
        assert_eq!(url(from_file(file, &parts).expect("good")).as_deref(), Some("sqlite:here.db"));
    }

    /// Settings whose value in the example is only an example: there is no default.
    const EXAMPLES: &[&str] = &[
        "server.public_url",
        "storage.database_url",
        "secrets.jwt",
        "secrets.jwt_refresh",
        "secrets.signing",
        "speech.language",
        "speech.model",
        "speech.grammar",
        "speech.script",
        "deepgram.api_key",
        "openai.api_key",
        "assemblyai.api_key",
        "assemblyai.model",
    ];

    #[test]
    fn the_example_documents_every_setting_with_its_default() {
        let text = include_str!("../../../../huddle.example.toml");
        let shown: String =
            text.lines().map(|l| l.strip_prefix("#: ").unwrap_or(l)).collect::<Vec<_>>().join("\n");
        let table: Table = shown.parse().expect("the example is TOML once its settings are uncommented");
        Value::Table(table.clone())
            .try_into::<Config>()
            .expect("every setting of the example exists and fits");
        for setting in SETTINGS {
            let (section, key) = setting.path.split_once('.').expect("section.key");
            assert!(
                table.get(section).is_some_and(|s| s.get(key).is_some()),
                "{} is not documented",
                setting.path
            );
            assert!(
                setting.env.iter().all(|name| text.contains(name)),
                "{:?} is not documented",
                setting.env
            );
        }
        assert!(database::PARTS.iter().all(|name| text.contains(name)), "{:?}", database::PARTS);
        let mut defaults = table;
        for (section, key) in EXAMPLES.iter().filter_map(|path| path.split_once('.')) {
            defaults.get_mut(section).and_then(Value::as_table_mut).and_then(|s| s.remove(key));
        }
        let shown = Value::Table(defaults).try_into::<Config>().expect("it fitted before");
        assert_eq!(format!("{shown:#?}"), format!("{:#?}", Config::default()));
    }
}
