//! How a verb fails: a refusal of the house, or a fault of the world.

use huddle_domain::Refusal;
use thiserror::Error;

/// How a verb fails.
#[derive(Debug, Error)]
pub enum AppError {
    /// The house refuses, and says why.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The world failed; logged once at the door, and the caller is told nothing but a request id.
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

/// What a verb answers.
pub type AppResult<T> = Result<T, AppError>;

impl From<sea_orm::DbErr> for AppError {
    fn from(error: sea_orm::DbErr) -> Self {
        AppError::Fault(anyhow::Error::new(error).context("the database"))
    }
}

impl AppError {
    /// The refusal's code, or `fault`.
    pub fn code(&self) -> &'static str {
        match self {
            AppError::Refused(refusal) => refusal.code(),
            AppError::Fault(_) => "fault",
        }
    }
}
