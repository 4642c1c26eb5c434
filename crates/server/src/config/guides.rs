//! What the guides of the systems that Huddle succeeds tell people to set starts Huddle as well.

use super::{Config, Environment, Overrides, Secrets, load};
use secrecy::ExposeSecret;
use std::collections::BTreeMap;

const A: &str = "6f1d0c9a7b5e4f3288c1d2e3f4a5b6c76f1d0c9a7b5e4f3288c1d2e3f4a5b6c7";
const B: &str = "0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5e";
const C: &str = "c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f9";

/// A guide's block, with real secrets in place of its placeholders.
type Block = &'static [(&'static str, &'static str)];

/// In parts: a database on another machine, one secret.
const PARTS: Block = &[
    ("SECRET_KEY", A),
    ("DEBUG", "False"),
    ("DB_NAME", "defaultdb"),
    ("DB_USER", "doadmin"),
    ("DB_PASSWORD", "pass"),
    ("DB_HOST", "db.example"),
    ("DB_PORT", "25060"),
    ("DO_SPACES_KEY", "key"),
    ("AWS_STORAGE_BUCKET_NAME", "meetings"),
    ("REDIS_URL", "redis://localhost"),
    ("CELERY_BROKER_URL", "redis://localhost"),
];

/// A key for everything.
const KEYS: Block = &[
    ("DATABASE_URL", "postgresql://user:password@host:25060/defaultdb?sslmode=require"),
    ("REDIS_URL", "rediss://default:password@host:25061"),
    ("JWT_SECRET", A),
    ("JWT_REFRESH_SECRET", B),
    ("SESSION_SECRET", C),
    ("ENCRYPTION_KEY", C),
    ("SIGNING_KEY", C),
    ("DO_SPACES_ENDPOINT", "https://nyc3.example.com"),
    ("CORS_ORIGINS", "https://your-frontend.example"),
    ("SMTP_HOST", "smtp.example.com"),
    ("SMTP_PORT", "587"),
];

/// A platform that names the port.
const PLATFORM: Block = &[
    ("NODE_ENV", "production"),
    ("PORT", "4000"),
    ("DATABASE_URL", "postgresql://user:password@host/db"),
    ("REDIS_URL", "redis://host"),
    ("JWT_SECRET", A),
    ("FRONTEND_URL", "https://your-app.example"),
    ("CORS_ORIGINS", "https://your-app.example,https://your-custom-domain.example"),
];

/// At home.
const HOME: Block = &[
    ("FLASK_ENV", "development"),
    ("SECRET_KEY", A),
    ("PORT", "5000"),
    ("DEEPGRAM_API_KEY", "key"),
    ("DATABASE_URL", "postgresql://username:password@host:5432/database"),
    ("REDIS_URL", "redis://username:password@host:6379"),
    ("LOG_LEVEL", "INFO"),
];

/// Two secrets by other names.
const NAMES: Block = &[
    ("FLASK_SECRET_KEY", B),
    ("JWT_SECRET_KEY", A),
    ("ENVIRONMENT", "production"),
    ("REDIS_URL", "redis://localhost:6379/0"),
    ("GEMINI_API_KEY", "key"),
];

fn started(block: Block, more: &[(&str, &str)]) -> (Config, Secrets) {
    let env: BTreeMap<String, String> =
        block.iter().chain(more).map(|(k, v)| ((*k).into(), (*v).into())).collect();
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("huddle.toml");
    std::fs::write(&file, "").expect("written");
    let overrides = Overrides { file: Some(file), data_dir: Some(dir.path().into()), port: None };
    let config = load(&overrides, &env).unwrap_or_else(|error| panic!("{error}"));
    let secrets = Secrets::open(&config).unwrap_or_else(|error| panic!("{error}"));
    (config, secrets)
}

#[test]
fn every_guides_block_starts_huddle_in_production() {
    for block in [PARTS, KEYS, PLATFORM, HOME, NAMES] {
        let (config, secrets) = started(block, &[("ENVIRONMENT", "production")]);
        assert_eq!(config.server.environment, Environment::Production);
        assert_eq!(secrets.jwt.expose_secret(), A, "{block:?}");
    }
}

#[test]
fn a_guides_words_keep_their_meaning() {
    let url =
        |block: Block| started(block, &[]).0.storage.database_url.map(|url| url.expose_secret().to_owned());
    assert_eq!(url(PARTS).as_deref(), Some("postgres://doadmin:pass@db.example:25060/defaultdb"));
    assert_eq!(url(KEYS).as_deref(), Some(KEYS[0].1));
    assert_eq!(url(NAMES), None, "the embedded one");

    let (config, secrets) = started(KEYS, &[]);
    assert_eq!(config.server.cors_origins, ["https://your-frontend.example"]);
    assert_eq!(secrets.jwt_refresh.expose_secret(), B);
    assert_eq!(secrets.signing.expose_secret(), C);

    let (config, _) = started(PLATFORM, &[]);
    assert!(config.is_production());
    assert_eq!((config.server.port, config.public_url(1)), (4000, "https://your-app.example".into()));

    let (config, _) = started(HOME, &[]);
    assert!(!config.is_production());
    assert_eq!((config.server.port, config.log.level.as_str()), (5000, "info"));

    assert_eq!(started(&[("SESSION_SECRET", B)], &[]).1.jwt.expose_secret(), B);
    assert_eq!(started(&[("FLASK_SECRET_KEY", B)], &[]).1.jwt.expose_secret(), B);
}
