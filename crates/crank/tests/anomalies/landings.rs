//! What a crank's duties look like: sparse, in bursts, more by day than by night, with whatever goes wrong put in.

use crate::dice::Dice;

pub(crate) const DAY: f64 = 86_400.0;
/// Nothing is put in for so long: detectors that learn may learn.
pub(crate) const QUIET_DAYS: f64 = 14.0;
pub(crate) const DAYS: f64 = 44.0;

/// What is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// Six times slower, at once.
    Slow,
    /// Six times slower in the end, over a day.
    Creep,
    /// Two of five transactions land.
    Lossy,
    /// None lands.
    Halt,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Slow, Self::Creep, Self::Lossy, Self::Halt];
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Anomaly {
    pub(crate) kind: Kind,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

/// One transaction, when its end is known.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempt {
    pub(crate) at: f64,
    pub(crate) has_landed: bool,
}

/// One duty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Done {
    pub(crate) due: f64,
    pub(crate) at: f64,
}

/// Forty-four days of one crank.
pub(crate) struct Site {
    pub(crate) anomalies: Vec<Anomaly>,
    /// In order of time.
    pub(crate) attempts: Vec<Attempt>,
    /// In order of time.
    pub(crate) done: Vec<Done>,
}

fn anomalies(dice: &mut Dice) -> Vec<Anomaly> {
    let (mut all, mut from) = (Vec::new(), QUIET_DAYS * DAY);
    loop {
        from += dice.between(0.5, 2.0) * DAY;
        let kind = Kind::ALL[(dice.share() * 4.0) as usize];
        let hours = match kind {
            Kind::Slow => dice.between(1.0, 4.0),
            Kind::Creep => 24.0,
            Kind::Lossy => dice.between(1.0, 6.0),
            Kind::Halt => dice.between(0.4, 1.5),
        };
        let to = from + hours * 3_600.0;
        if DAYS * DAY < to + DAY / 4.0 {
            return all;
        }
        all.push(Anomaly { kind, from, to });
        from = to;
    }
}

impl Site {
    /// A crank with so many duties a day.
    pub(crate) fn new(seed: u64, a_day: f64) -> Self {
        let dice = &mut Dice::of(seed);
        let anomalies = anomalies(dice);
        // How fast duties are done differs from cluster to cluster, and with the crank's rank among others.
        let usual = dice.between(0.8, 6.0);
        let (clump, mut at) = (4.0, 0.0);
        let (mut attempts, mut done) = (Vec::new(), Vec::new());
        while at < DAYS * DAY {
            at += dice.pause(clump * DAY / a_day / 1.8);
            let by_day = 1.0 + 0.8 * (std::f64::consts::TAU * at / DAY).sin();
            if !dice.is_one_of(by_day / 1.8) {
                continue;
            }
            // Votes that began together end together; now and then it is a campaign.
            let size = if dice.is_one_of(0.01) { 40 } else { dice.run(clump) };
            for _ in 0..size {
                let due = at + dice.between(0.0, 60.0);
                let now = Self::carry_out(dice, &anomalies, usual, due, &mut attempts);
                done.push(Done { due, at: now });
            }
        }
        attempts.sort_by(|one, other| one.at.total_cmp(&other.at));
        done.sort_by(|one, other| one.at.total_cmp(&other.at));
        Self { anomalies, attempts, done }
    }

    fn carry_out(dice: &mut Dice, anomalies: &[Anomaly], usual: f64, due: f64, to: &mut Vec<Attempt>) -> f64 {
        let mut now = due;
        loop {
            let (mut slower, mut lands) = (1.0, 0.995);
            let present = anomalies.iter().find(|it| it.from <= now && now < it.to);
            if let Some(Anomaly { kind, from, to }) = present {
                match kind {
                    Kind::Slow => slower = 6.0,
                    Kind::Creep => slower = 1.0 + 5.0 * (now - from) / (to - from),
                    Kind::Lossy => lands = 0.4,
                    Kind::Halt => lands = 0.0,
                }
            }
            let has_landed = dice.is_one_of(lands);
            // One that does not land is known to be lost when its blockhash is, 60 to 90 s later.
            now += if has_landed { usual * slower * (0.5 * dice.normal()).exp() } else { dice.between(60.0, 90.0) };
            to.push(Attempt { at: now, has_landed });
            if has_landed {
                return now;
            }
        }
    }
}
