//! Passwords into hashes (argon2id, RFC 9106) and back into yes or no. Each takes tens of milliseconds of
//! a core and megabytes of memory on purpose, so few run at once, off the async threads, and few may wait.

use super::{AppError, AppResult};
use crate::config::Accounts;
use anyhow::Context;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use huddle_domain::Refusal;
use std::{sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// Hashes that may wait for their turn.
const WAITING: usize = 64;

/// The one place where passwords are hashed.
#[derive(Debug)]
pub struct Hashing {
    params: Params,
    /// Those that run.
    turns: Arc<Semaphore>,
    /// Those that run or wait.
    queue: Arc<Semaphore>,
    /// What the password of an address that nobody has is compared with.
    decoy: String,
}

/// What comparing a password with a hash says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// It is the password.
    pub is_right: bool,
    /// The hash was made with other parameters than are set now.
    pub is_stale: bool,
}

impl Hashing {
    /// Prepares hashing with the parameters that are set.
    pub fn new(settings: &Accounts) -> anyhow::Result<Self> {
        let params = Params::new(settings.password_memory_kib, settings.password_passes, 1, None)
            .map_err(|e| anyhow::anyhow!("the settings for password hashing do not fit: {e}"))?;
        let cores = std::thread::available_parallelism().map_or(1, Into::into);
        let decoy = hash(params.clone(), &crate::ids::random::<16>())?;
        Ok(Self {
            params,
            turns: Arc::new(Semaphore::new(cores)),
            queue: Arc::new(Semaphore::new(cores + WAITING)),
            decoy,
        })
    }

    /// The hash of a password, in PHC format.
    pub async fn hash(&self, password: &str) -> AppResult<String> {
        let (params, password) = (self.params.clone(), password.as_bytes().to_vec());
        Ok(self.in_turn(move || hash(params, &password)).await??)
    }

    /// Whether this is the password of that hash. Without a hash it takes the same time and says no.
    pub async fn verify(&self, password: &str, of: Option<&str>) -> AppResult<Verdict> {
        let (password, params) = (password.as_bytes().to_vec(), self.params.clone());
        let (known, of) = (of.is_some(), of.unwrap_or(&self.decoy).to_owned());
        let verdict = self.in_turn(move || -> anyhow::Result<Verdict> {
            let of = PasswordHash::new(&of).map_err(|e| anyhow::anyhow!("a stored hash is damaged: {e}"))?;
            let is_right = hasher(params.clone()).verify_password(&password, &of).is_ok();
            let costs = |p: &Params| (p.m_cost(), p.t_cost(), p.p_cost());
            let is_stale = Params::try_from(&of).is_ok_and(|made_with| costs(&made_with) != costs(&params));
            Ok(Verdict { is_right: is_right && known, is_stale })
        });
        Ok(verdict.await??)
    }

    async fn in_turn<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> AppResult<T> {
        let _place = self.queue.try_acquire().map_err(|_| BUSY)?;
        let turn = self.turns.clone().acquire_owned().await.context("this semaphore is never closed")?;
        let work = tokio::task::spawn_blocking(move || {
            // It moves in here: whoever goes away meanwhile does not let another one begin too early.
            let _turn = turn;
            work()
        });
        work.await.map_err(|e| AppError::Fault(anyhow::Error::new(e).context("hashing a password")))
    }
}

fn hasher(params: Params) -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash(params: Params, password: &[u8]) -> anyhow::Result<String> {
    let hash = hasher(params).hash_password(password);
    Ok(hash.map_err(|e| anyhow::anyhow!("a password could not be hashed: {e}"))?.to_string())
}

const BUSY: Refusal = Refusal::Exhausted {
    code: "too_many_requests",
    message: "Too many people are signing in at this moment. Try again in a few seconds.",
    retry_after: Some(Duration::from_secs(3)),
};

#[cfg(test)]
mod tests {
    use super::*;

    fn light() -> Accounts {
        Accounts { password_memory_kib: 64, password_passes: 1, ..Accounts::default() }
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let hashing = Hashing::new(&light()).expect("fits");
        let hash = hashing.hash("correct horse").await.expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        assert!(hashing.verify("correct horse", Some(&hash)).await.expect("compared").is_right);
        assert!(!hashing.verify("correct horsf", Some(&hash)).await.expect("compared").is_right);
        assert_ne!(hash, hashing.hash("correct horse").await.expect("hashed"), "every hash has its own salt");
    }

    #[tokio::test]
    async fn nobody_has_no_password() {
        let hashing = Hashing::new(&light()).expect("fits");
        assert!(!hashing.verify("", None).await.expect("compared").is_right);
    }

    #[tokio::test]
    async fn a_hash_of_other_parameters_still_works_and_is_stale() {
        let old = Hashing::new(&light()).expect("fits").hash("correct horse").await.expect("hashed");
        let new = Hashing::new(&Accounts { password_passes: 2, ..light() }).expect("fits");
        let verdict = new.verify("correct horse", Some(&old)).await.expect("compared");
        assert_eq!(verdict, Verdict { is_right: true, is_stale: true });
    }

    #[tokio::test]
    async fn a_crowd_is_refused_rather_than_queued_without_end() {
        let hashing = Arc::new(Hashing::new(&light()).expect("fits"));
        let _all = hashing.turns.clone().acquire_many_owned(hashing.turns.available_permits() as u32).await;
        let room = hashing.queue.available_permits();
        let waiting: Vec<_> = (0..room)
            .map(|_| {
                let hashing = hashing.clone();
                tokio::spawn(async move { hashing.hash("one of many").await })
            })
            .collect();
        while hashing.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = hashing.hash("one too many").await.expect_err("there is no room");
        assert_eq!(refused.code(), "too_many_requests");
        waiting.into_iter().for_each(|task| task.abort());
    }
}
