//! How many requests are answered: in all, and of one client where others than this machine can ask.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Requests that are answered in a second, on average, and at once after a pause.
const TOTAL: Rate = Rate { per_second: 20.0, burst: 40.0 };
/// The same for one client: half of it, so that nobody alone takes all.
const CLIENT: Rate = Rate { per_second: 10.0, burst: 20.0 };
/// Clients that are told apart; whoever was silent for longest makes room.
const MOST_CLIENTS: usize = 1_024;

/// How fast tokens come, and how many are kept.
#[derive(Clone, Copy, Debug)]
struct Rate {
    per_second: f64,
    burst: f64,
}

/// A token for each request that may be answered.
#[derive(Debug)]
struct Bucket {
    rate: Rate,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    fn full(rate: Rate, now: Instant) -> Self {
        Self { rate, tokens: rate.burst, filled: now }
    }

    fn take(&mut self, now: Instant) -> bool {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (elapsed.mul_add(self.rate.per_second, self.tokens)).min(self.rate.burst);
        self.filled = now;
        let is_there = self.tokens >= 1.0;
        if is_there {
            self.tokens -= 1.0;
        }
        is_there
    }
}

/// Whoever shares an address, or the part of one that a single customer gets: 64 bits of IPv6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Client(IpAddr);

impl Client {
    pub(super) fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(address.into()),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Self(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into())
            }
        }
    }
}

/// Which clients are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exposure {
    /// Only this machine can ask: all are one.
    Loopback,
    /// Others can.
    Network,
}

/// Tokens for all, and for each client.
#[derive(Debug)]
pub(super) struct Quota {
    total: Bucket,
    clients: HashMap<Client, Bucket>,
    exposure: Exposure,
}

impl Quota {
    pub(super) fn new(exposure: Exposure, now: Instant) -> Self {
        Self { total: Bucket::full(TOTAL, now), clients: HashMap::new(), exposure }
    }

    /// Whether this client's request is answered. What a client asks beyond its own part takes nothing from others.
    pub(super) fn take(&mut self, client: Client, now: Instant) -> bool {
        if self.exposure == Exposure::Network {
            if MOST_CLIENTS <= self.clients.len() && !self.clients.contains_key(&client) {
                let silent = self.clients.iter().min_by_key(|(_, bucket)| bucket.filled).map(|(client, _)| *client);
                silent.map(|client| self.clients.remove(&client));
            }
            if !self.clients.entry(client).or_insert_with(|| Bucket::full(CLIENT, now)).take(now) {
                return false;
            }
        }
        self.total.take(now)
    }
}

/// What is told to whoever asks too often.
pub(super) fn refusal() -> (Duration, String) {
    let words = format!(
        "more than {} requests in a second, or {} from one address: ask less often\n",
        TOTAL.per_second, CLIENT.per_second
    );
    (Duration::from_secs(1), words)
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    fn client(number: u32) -> Client {
        Client::of(Ipv4Addr::from_bits(number).into())
    }

    #[test]
    fn this_machine_gets_its_burst_and_then_its_rate() {
        let now = Instant::now();
        let mut quota = Quota::new(Exposure::Loopback, now);
        assert_eq!((0..100).filter(|_| quota.take(client(1), now)).count(), 40);
        let later = now + Duration::from_millis(500);
        assert_eq!((0..100).filter(|_| quota.take(client(1), later)).count(), 10);
        let much_later = later + Duration::from_secs(3_600);
        assert_eq!((0..100).filter(|_| quota.take(client(1), much_later)).count(), 40);
        assert!(quota.clients.is_empty(), "nobody is told apart");
    }

    #[test]
    fn a_client_that_floods_leaves_others_their_part() {
        let now = Instant::now();
        let mut quota = Quota::new(Exposure::Network, now);
        assert_eq!((0..1_000).filter(|_| quota.take(client(1), now)).count(), 20);
        assert_eq!((0..1_000).filter(|_| quota.take(client(2), now)).count(), 20, "the other half of the total");
        assert!(!quota.take(client(3), now), "the total is spent");
        let later = now + Duration::from_secs(1);
        assert_eq!((0..1_000).filter(|_| quota.take(client(1), later)).count(), 10);
        assert_eq!((0..1_000).filter(|_| quota.take(client(2), later)).count(), 10);
    }

    #[test]
    fn clients_are_forgotten_the_longest_silent_first() {
        let now = Instant::now();
        let mut quota = Quota::new(Exposure::Network, now);
        let at = |number: u32| now + Duration::from_millis(number.into());
        for number in 0..5_000 {
            quota.take(client(number), at(number));
        }
        assert_eq!(quota.clients.len(), MOST_CLIENTS);
        assert!(quota.clients.contains_key(&client(4_999)) && !quota.clients.contains_key(&client(3_975)));
    }

    #[test]
    fn addresses_of_one_customer_are_one_client() {
        let of = |text: &str| Client::of(text.parse().expect("an address"));
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::7"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_eq!(of("::ffff:192.0.2.1"), of("192.0.2.1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
