//! The grammar of emergency powers, model-checked: every order of acts, votes, silence and time, by the very functions and
//! tables that the program runs.
//!
//! The guardians are as hostile as can be: whatever they are allowed, they may do at once. Votes may go either way at any
//! moment, so nothing here rests on how long a vote takes. Time moves to the next moment at which anything
//! changes; the second before each is a case in the rules' own tests.
#![allow(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::unwrap_used,
    reason = "a failed count is a failed test"
)]

use quantumagi_rules::{
    emergency::{
        check_cooldown, check_length,
        course::{check_step, phase, Outcome, Phase, Step, Times},
        gates::{Gate, UNSTOPPABLE},
        guardians::is_present,
        power::{Power, Spent},
        Pause, Subsystem, BUDGET_SECONDS, BUDGET_WINDOW_SECONDS, COOLDOWN_SECONDS, EFFECT_SECONDS, HEARTBEAT_SECONDS,
        MAX_ACTS, MAX_STRIKES, RATIFY_SECONDS,
    },
    parameters::{Track, DAY},
    UnixSeconds,
};
use stateright::{Checker, Model, Property};

/// The first second.
const START: i64 = 1_000_000_000;
/// How far the model looks: past the end of every effect, of silence and of the term.
const HORIZON: i64 = START + 42 * DAY as i64;
/// How many guardians there are, all of whom must agree.
const GUARDIANS: u8 = 2;
const TERM: i64 = START + 40 * DAY as i64;

/// What can be acted on here. A suspended policy and a held proposal are a moment in their target like a pause, under the
/// same cooldown, so two targets stand for all.
const TARGETS: [Subsystem; 2] = [Subsystem::Treasury, Subsystem::Proposals];
/// Two short acts and a long one are the budget to the second; the long one needs a vote after a week.
const LENGTHS: [u32; 2] = [2 * DAY, 10 * DAY];

/// One act that took effect.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Taken {
    target: usize,
    times: Times,
    outcome: Outcome,
    /// First second after the effect, as last written into the target.
    until: i64,
}

/// A constitution, as far as emergencies go.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    now: i64,
    power: Power,
    /// When the guardians fell silent; `None` while they are heard of.
    silent_since: Option<i64>,
    pauses: [Pause; TARGETS.len()],
    /// Everything that ever took effect.
    log: Vec<Taken>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Move {
    /// Enough guardians approve a pause of this target.
    Act { target: usize, seconds: u32 },
    /// A vote confirms, or ends, the act with this place in the log.
    Vote { act: usize, step: Step },
    /// Somebody writes a lapse down.
    Lapse { act: usize },
    /// The guardians fall silent.
    Silence,
    /// A vote removes the guardians.
    Remove,
    /// Time passes, to the next moment that matters.
    Wait,
}

impl State {
    fn present(&self) -> u8 {
        let seen_at = self.silent_since.unwrap_or(self.now);
        if is_present(UnixSeconds(seen_at), UnixSeconds(self.now)) {
            GUARDIANS
        } else {
            0
        }
    }

    fn phase(&self, act: &Taken) -> Phase {
        phase(act.outcome, &act.times, 0, UnixSeconds(self.now))
    }

    /// Whether an instruction is stopped now.
    fn is_stopped(&self, gate: Gate) -> bool {
        let paused = |subsystem| {
            let place = TARGETS.iter().position(|target| *target == subsystem);
            place.is_some_and(|place| self.pauses[place].holds(UnixSeconds(self.now)))
        };
        gate.stopped_by().is_some_and(paused)
    }

    /// Writes where an effect ends, as the program does.
    fn write(&mut self, act: usize, until: UnixSeconds) {
        let Taken { target, until: end, .. } = &mut self.log[act];
        self.pauses[*target].until = until;
        *end = until.0;
    }

    /// The next moment at which anything changes, or the second before it.
    fn next_moment(&self) -> Option<i64> {
        let acts = self.log.iter().flat_map(|act| [act.times.ratify_by.0, act.times.expires_at.0]);
        let targets = self.pauses.iter().map(|pause| pause.until.0 + i64::from(COOLDOWN_SECONDS));
        let budget = self.power.spent.iter().map(|spent| spent.ends_at.0 + i64::from(BUDGET_WINDOW_SECONDS));
        let silence = self.silent_since.map(|since| since + i64::from(HEARTBEAT_SECONDS));
        let moments = acts.chain(targets).chain(budget).chain(silence).chain([self.power.term_ends_at.0]);
        moments.filter(|moment| *moment > self.now).min()
    }
}

struct Emergencies;

impl Model for Emergencies {
    type State = State;
    type Action = Move;

    fn init_states(&self) -> Vec<State> {
        let power = |strikes| Power {
            term_ends_at: UnixSeconds(TERM),
            threshold: GUARDIANS,
            strikes,
            spent: [Spent::default(); MAX_ACTS],
        };
        // With a clean record, and with an act behind them that no vote confirmed.
        let start = |strikes| State {
            now: START,
            power: power(strikes),
            silent_since: None,
            pauses: [Pause::NONE; TARGETS.len()],
            log: Vec::new(),
        };
        vec![start(0), start(1)]
    }

    fn actions(&self, state: &State, moves: &mut Vec<Move>) {
        for target in 0..TARGETS.len() {
            moves.extend(LENGTHS.map(|seconds| Move::Act { target, seconds }));
        }
        for act in 0..state.log.len() {
            moves.extend([Step::Ratify, Step::End].map(|step| Move::Vote { act, step }));
            moves.push(Move::Lapse { act });
        }
        moves.extend([Move::Silence, Move::Remove, Move::Wait]);
    }

    fn next_state(&self, state: &State, action: Move) -> Option<State> {
        let now = UnixSeconds(state.now);
        let mut next = state.clone();
        match action {
            Move::Act { target, seconds } => {
                check_length(seconds).ok()?;
                check_cooldown(state.pauses[target].until, now).ok()?;
                next.power = state.power.with_act(state.present(), seconds, now).ok()?;
                let times = Times::default().activated(now, seconds)?;
                let until = times.effect_until(false);
                next.pauses[target] = Pause { from: now, until };
                next.log.push(Taken { target, times, outcome: Outcome::Active, until: until.0 });
                // The order of two acts of one second makes no difference.
                next.log.sort_by_key(|act| (act.times.activated_at, act.target));
            }
            Move::Vote { act, step } => {
                check_step(state.phase(&state.log[act]), step).ok()?;
                if step == Step::Ratify {
                    next.log[act].outcome = Outcome::Ratified;
                    next.power = state.power.confirmed();
                    if state.log[act].times.needs_longer() {
                        next.write(act, state.log[act].times.effect_until(true));
                    }
                } else {
                    next.log[act].outcome = Outcome::Ended;
                    next.write(act, now);
                }
            }
            Move::Lapse { act } => {
                check_step(state.phase(&state.log[act]), Step::Lapse).ok()?;
                next.log[act].outcome = Outcome::Lapsed;
            }
            Move::Silence if state.silent_since.is_none() => next.silent_since = Some(state.now),
            Move::Silence => return None,
            Move::Remove => next.power.threshold = 0,
            Move::Wait => next.now = state.next_moment()?,
        }
        (next != *state).then_some(next)
    }

    fn within_boundary(&self, state: &State) -> bool {
        state.now <= HORIZON
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always("e2 no effect outlives what was asked for, nor 14 days", |_, state: &State| {
                state.log.iter().all(|act| {
                    let length = act.until - act.times.activated_at.0;
                    act.until <= act.times.expires_at.0 && length <= i64::from(EFFECT_SECONDS.1)
                })
            }),
            Property::always("e2 what holds is an act in its time, and nothing else", |_, state: &State| {
                let now = UnixSeconds(state.now);
                (0..TARGETS.len())
                    .filter(|target| state.pauses[*target].holds(now))
                    .all(|target| state.log.iter().any(|act| act.target == target && state.phase(act).is_in_effect()))
            }),
            Property::always("e4 without a vote no effect lasts longer than 7 days", |_, state: &State| {
                let unconfirmed = state.log.iter().filter(|act| act.outcome != Outcome::Ratified);
                unconfirmed
                    .filter(|act| act.outcome != Outcome::Ended)
                    .all(|act| act.until - act.times.activated_at.0 <= i64::from(RATIFY_SECONDS))
            }),
            Property::always("e4 never more than three acts that no vote has confirmed", |_, state: &State| {
                let confirmed = |act: &&Taken| !matches!(act.outcome, Outcome::Ratified | Outcome::Ended);
                state.log.iter().filter(confirmed).count() <= usize::from(MAX_STRIKES)
            }),
            Property::always("e5 any 90 days hold at most three acts and 14 days of effect", |_, state: &State| {
                state.log.iter().all(|last| {
                    // The windows that end where an act begins, and those that begin with the last second of one.
                    let begins = [last.times.activated_at.0 + 1 - i64::from(BUDGET_WINDOW_SECONDS), last.until - 1];
                    begins.into_iter().all(|from| {
                        let to = from + i64::from(BUDGET_WINDOW_SECONDS);
                        let inside = |act: &&Taken| act.times.activated_at.0 < to && from < act.until;
                        let within = |act: &Taken| act.until.min(to) - act.times.activated_at.0.max(from);
                        let effect: i64 = state.log.iter().filter(inside).map(within).sum();
                        state.log.iter().filter(inside).count() <= MAX_ACTS && effect <= i64::from(BUDGET_SECONDS)
                    })
                })
            }),
            Property::always("e5 acts on one target do not chain", |_, state: &State| {
                state.log.iter().enumerate().all(|(place, act)| {
                    let before = state.log[..place].iter().rfind(|before| before.target == act.target);
                    before.is_none_or(|before| act.times.activated_at.0 - before.until >= i64::from(COOLDOWN_SECONDS))
                })
            }),
            Property::always("e5 no pause is permanent: every one ends within 14 days from now", |_, state: &State| {
                state.pauses.iter().all(|pause| pause.until.0 - state.now <= i64::from(EFFECT_SECONDS.1))
            }),
            Property::always("e6 nothing stops the guardians' removal, a vote, or a way out", |_, state: &State| {
                let can_propose = Subsystem::of_creation(Track::Ratification).is_none();
                can_propose && UNSTOPPABLE.iter().all(|gate| !state.is_stopped(*gate))
            }),
            Property::always(
                "e8 nobody acts after the removal, the term, three strikes or silence",
                |model, state: &State| {
                    let is_disarmed = state.power.check_armed(state.present(), UnixSeconds(state.now)).is_err();
                    let act = |target, seconds| model.next_state(state, Move::Act { target, seconds });
                    !is_disarmed
                        || (0..TARGETS.len()).all(|target| LENGTHS.iter().all(|length| act(target, *length).is_none()))
                },
            ),
            // That the model reaches what it is about.
            Property::sometimes("a pause stops a payment", |_, state: &State| state.is_stopped(Gate::VaultTransfer)),
            Property::sometimes("a vote confirms a long effect, and it runs to its end", |_, state: &State| {
                state.log.iter().any(|act| {
                    state.phase(act) == Phase::Over && act.until - act.times.activated_at.0 == i64::from(10 * DAY)
                })
            }),
            Property::sometimes("three unconfirmed acts disarm", |_, state: &State| state.power.strikes == MAX_STRIKES),
            Property::sometimes("the term ends", |_, state: &State| state.now >= TERM),
        ]
    }
}

#[test]
fn e1_to_e8_hold_in_every_state_the_grammar_can_reach() {
    let checker = Emergencies.checker().threads(2).spawn_bfs().join();
    println!(
        "emergency grammar: {} states, {} of them different, {} moves deep",
        checker.state_count(),
        checker.unique_state_count(),
        checker.max_depth()
    );
    checker.assert_properties();
    assert!(checker.unique_state_count() > 10_000, "the model has become empty");
}
