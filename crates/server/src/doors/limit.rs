//! How often one address may knock at the doors that strangers find. Memory stays bounded however many
//! addresses come.

use super::{House, error::ApiError};
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};
use huddle_domain::Refusal;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

/// Addresses that are counted one by one; beyond that all new ones share a count.
const ADDRESSES_MAX: usize = 50_000;
/// Addresses that have rested are forgotten once in so many questions.
const TIDY_EVERY: u32 = 1_000;

/// Where a request comes from. An IPv6 network of 64 bits counts as one address: one house has them all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Address(IpAddr);

impl Address {
    /// The peer's, or behind `proxies` proxies what the outermost of them saw.
    fn of(peer: Option<IpAddr>, headers: &HeaderMap, proxies: u8) -> Self {
        let forwarded = (proxies > 0).then(|| {
            // Each proxy adds the address that it saw at the right; what is further left anybody may invent.
            let seen = headers.get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok());
            let seen: Vec<&str> = seen.flat_map(|v| v.split(',')).map(str::trim).collect();
            seen.len().checked_sub(usize::from(proxies)).and_then(|at| read(seen[at]))
        });
        Self(network(forwarded.flatten().or(peer).unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))))
    }
}

/// An address with or without a port.
fn read(text: &str) -> Option<IpAddr> {
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX)).into(),
        v4 => v4,
    }
}

impl FromRequestParts<House> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        Ok(Self::of(peer, &parts.headers, house.app.config.server.trusted_proxies))
    }
}

/// The counts.
#[derive(Debug)]
pub struct Limits {
    sign_in: Limit,
    session: Limit,
    join: Limit,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in: Limit::new(Duration::from_secs(6), 10),
            session: Limit::new(Duration::from_secs(1), 60),
            join: Limit::new(Duration::from_secs(1), 30),
        }
    }
}

#[derive(Debug)]
struct Limit {
    counts: DefaultKeyedRateLimiter<IpAddr>,
    asked: AtomicU32,
}

impl Limit {
    fn new(one_every: Duration, burst: u32) -> Self {
        let burst = NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::with_period(one_every).expect("it is some time").allow_burst(burst);
        Self { counts: RateLimiter::keyed(quota), asked: AtomicU32::new(0) }
    }

    fn ask(&self, address: Address) -> Result<(), Refusal> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            self.counts.retain_recent();
            self.counts.shrink_to_fit();
        }
        let is_full = self.counts.len() >= ADDRESSES_MAX;
        let key = if is_full { IpAddr::V6(Ipv6Addr::UNSPECIFIED) } else { address.0 };
        self.counts.check_key(&key).map_err(|until| Refusal::Exhausted {
            code: "too_many_requests",
            message: "Too many attempts from your address. Wait a little.",
            // Whole seconds, rounded up: who waits as long as told is let in.
            retry_after: Some(
                until.wait_time_from(DefaultClock::default().now()) + Duration::from_millis(999),
            ),
        })
    }
}

/// One more sign-in or registration from this address.
pub fn sign_in(house: &House, address: Address) -> Result<(), ApiError> {
    Ok(house.limits.sign_in.ask(address)?)
}

/// One more refreshing or signing out from this address.
pub fn session(house: &House, address: Address) -> Result<(), ApiError> {
    Ok(house.limits.session.ask(address)?)
}

/// One more look at a meeting's code from this address.
pub fn join(house: &House, address: Address) -> Result<(), ApiError> {
    Ok(house.limits.join.ask(address)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    fn seen(peer: &str, forwarded: Option<&str>, proxies: u8) -> IpAddr {
        let mut headers = HeaderMap::new();
        if let Some(text) = forwarded {
            headers.insert("x-forwarded-for", text.parse().expect("plain"));
        }
        Address::of(Some(ip(peer)), &headers, proxies).0
    }

    #[test]
    fn only_what_a_trusted_proxy_saw_counts() {
        assert_eq!(seen("10.0.0.1", Some("6.6.6.6"), 0), ip("10.0.0.1"), "nobody is trusted");
        assert_eq!(seen("10.0.0.1", Some("6.6.6.6, 1.2.3.4"), 1), ip("1.2.3.4"), "the left one is invented");
        assert_eq!(seen("10.0.0.1", Some("1.2.3.4, 10.0.0.2"), 2), ip("1.2.3.4"));
        assert_eq!(seen("10.0.0.1", Some("1.2.3.4:5678"), 1), ip("1.2.3.4"));
        assert_eq!(seen("10.0.0.1", Some("1.2.3.4"), 2), ip("10.0.0.1"), "a proxy was passed by");
        assert_eq!(seen("10.0.0.1", None, 1), ip("10.0.0.1"));
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        assert_eq!(seen("2001:db8:1:2:3::4", None, 0), seen("2001:db8:1:2:ffff::9", None, 0));
        assert_ne!(seen("2001:db8:1:2::4", None, 0), seen("2001:db8:1:3::4", None, 0));
        assert_eq!(seen("::ffff:1.2.3.4", None, 0), ip("1.2.3.4"));
    }

    #[test]
    fn a_burst_is_let_in_and_then_one_must_wait() {
        let limit = Limit::new(Duration::from_secs(3_600), 3);
        let address = Address(ip("1.2.3.4"));
        assert!((0..3).all(|_| limit.ask(address).is_ok()));
        let refused = limit.ask(address).expect_err("it was the fourth");
        assert!(
            matches!(refused, Refusal::Exhausted { retry_after: Some(wait), .. } if wait > Duration::from_secs(3_000))
        );
        assert!(limit.ask(Address(ip("1.2.3.5"))).is_ok(), "others notice nothing");
    }

    #[test]
    fn a_flood_of_addresses_fills_no_memory() {
        let limit = Limit::new(Duration::from_secs(3_600), 1);
        for n in 0..60_000_u32 {
            let _ = limit.ask(Address(Ipv4Addr::from_bits(n).into()));
        }
        assert!(limit.counts.len() <= ADDRESSES_MAX + 1);
    }
}
