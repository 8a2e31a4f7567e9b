//! What principles forbid in numbers.

use quantumagi_interface::calls::Call;

use super::founding::numbers;
use super::*;

/// What a guardrail's bytes mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RailKind {
    Lamports { limit: u64, window: i64 },
    Tokens { mint: Address, limit: u64, window: i64 },
    Program(Address),
    Delay { track: u8, seconds: u32 },
    Range { track: u8, parameter: u8, least: u32, most: u32 },
    Sunset(i64),
    NoWrite(Address),
}

impl RailKind {
    /// `None` where the bytes mean nothing.
    pub fn read(bytes: &[u8; 48]) -> Option<Self> {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let [kind, track, parameter, zero] = [bytes[0], bytes[1], bytes[2], bytes[3]];
        let (seconds, low, high) = (word(4), word(8), word(12));
        let limit = u64::from(high) << 32 | u64::from(low);
        let address = Address::new_from_array(bytes[16..].try_into().unwrap());
        let (no_address, no_limit) = (address == Address::default(), limit == 0);
        let plain = zero == 0 && (kind == 4 || kind == 5 || track == 0) && (kind == 5 || parameter == 0);
        let is_window = (3_600..=366 * 86_400).contains(&seconds);
        let known = match kind {
            1 if is_window && no_address => Self::Lamports { limit, window: seconds.into() },
            2 if is_window => Self::Tokens { mint: address, limit, window: seconds.into() },
            3 if seconds == 0 && no_limit => Self::Program(address),
            4 if track < 4 && (3_600..=7_776_000).contains(&seconds) && no_limit && no_address => {
                Self::Delay { track, seconds }
            }
            5 if track < 4 && parameter < 13 && low <= high && seconds == 0 && no_address => {
                Self::Range { track, parameter, least: low, most: high }
            }
            6 if (86_400..=3_660 * 86_400).contains(&seconds) && no_limit && no_address => Self::Sunset(seconds.into()),
            7 if seconds == 0 && no_limit => Self::NoWrite(address),
            _ => return None,
        };
        plain.then_some(known)
    }

    fn allows_parameters(self, track: u8, parameters: &types::TrackConfig) -> bool {
        match self {
            Self::Delay { track: of, seconds } => track != of || parameters.timelock_seconds >= seconds,
            Self::Range { track: of, parameter, least, most } => {
                track != of || (least..=most).contains(&numbers(parameters)[usize::from(parameter)])
            }
            _ => true,
        }
    }
}

impl Model {
    pub(super) fn guardrails(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::GuardrailsOpen { accounts } => {
                let ix::GuardrailsOpen { payer, constitution, guardrails } = accounts;
                self.polity(&constitution).and_then(|_| {
                    self.check_new(&guardrails, pda::guardrails(&constitution), &payer, at)?;
                    sure(move |model| {
                        model.open(guardrails, payer);
                        model.rails.insert(guardrails, Rails { constitution, list: Vec::new() });
                    })
                })
            }
            Call::GuardrailSet { accounts, version, guardrail } => {
                self.guardrail_set(&accounts, version, guardrail, at)
            }
            Call::GuardrailClear { accounts, version } => self.guardrail_clear(&accounts, version, at),
            Call::PrincipleRetire { accounts, version } => self.principle_retire(&accounts, version, at),
            _ => return None,
        })
    }

    pub fn rails_of(&self, constitution: &Address) -> &[Rail] {
        self.rails.get(&pda::guardrails(constitution)).map_or(&[], |rails| &rails.list)
    }

    pub fn kinds_of(&self, constitution: &Address) -> Vec<RailKind> {
        self.rails_of(constitution).iter().map(|rail| RailKind::read(&rail.bytes).unwrap()).collect()
    }

    /// Where there is a guardrail the account must be named; another constitution's never may.
    pub(super) fn check_rails_passed(&self, constitution: &Address, passed: Option<Address>) -> Result<(), Why> {
        need!(passed.is_some() || self.rails_of(constitution).is_empty(), "the guardrails are missing");
        need!(
            passed.is_none_or(|passed| self.is_rails_of(constitution, &passed)),
            "guardrails of another constitution"
        );
        Ok(())
    }

    fn is_rails_of(&self, constitution: &Address, passed: &Address) -> bool {
        self.rails.get(passed).is_some_and(|rails| rails.constitution == *constitution)
    }

    pub(super) fn required_delay(&self, constitution: &Address, track: u8) -> i64 {
        let delays = self.kinds_of(constitution).into_iter().map(|kind| match kind {
            RailKind::Delay { track: of, seconds } if of == track => i64::from(seconds),
            _ => 0,
        });
        delays.max().unwrap_or(0)
    }

    /// Whether a policy that is put into force at `from` may end then.
    pub(super) fn rails_allow_sunset(&self, constitution: &Address, sunset_at: i64, from: i64) -> bool {
        self.kinds_of(constitution).into_iter().all(|kind| match kind {
            RailKind::Sunset(longest) => sunset_at != 0 && sunset_at <= from + longest,
            _ => true,
        })
    }

    pub(super) fn rails_allow_parameters(&self, of: &Address, track: u8, parameters: &types::TrackConfig) -> bool {
        self.kinds_of(of).into_iter().all(|kind| kind.allows_parameters(track, parameters))
    }

    /// Whether these accounts may be written and these programs be named.
    pub(super) fn rails_allow_deed(&self, of: &Address, written: &[Address], named: &[Address]) -> bool {
        self.kinds_of(of).into_iter().all(|kind| match kind {
            RailKind::NoWrite(account) => !written.contains(&account),
            RailKind::Program(program) => !named.contains(&program),
            _ => true,
        })
    }

    /// Whether anything limits what leaves the vault.
    pub(super) fn is_spending_limited(&self, of: &Address) -> bool {
        let limits = |kind: &RailKind| matches!(kind, RailKind::Lamports { .. } | RailKind::Tokens { .. });
        self.kinds_of(of).iter().any(limits)
    }

    /// Writes down what has left the vault: lamports, or tokens of a mint. In no window is it more than the limit (M3).
    pub(super) fn count_spending(&mut self, of: &Address, mint: Option<Address>, amount: u64, now: i64) {
        let Some(rails) = self.rails.get_mut(&pda::guardrails(of)) else { return };
        for rail in &mut rails.list {
            let (limit, window) = match (RailKind::read(&rail.bytes).unwrap(), mint) {
                (RailKind::Lamports { limit, window }, None) => (limit, window),
                (RailKind::Tokens { mint: of, limit, window }, Some(mint)) if of == mint => (limit, window),
                _ => continue,
            };
            rail.spent.push((now, amount));
            let recent = rail.spent.iter().filter(|(at, _)| now - window < *at && *at <= now);
            let sum: u128 = recent.map(|(_, amount)| u128::from(*amount)).sum();
            assert!(sum <= u128::from(limit), "M3: {sum} left within {window} seconds, and {limit} may");
        }
    }

    fn guardrail_set(
        &self,
        accounts: &ix::GuardrailSet,
        version: u32,
        bytes: [u8; 48],
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::GuardrailSet { authority, constitution, proposal, principle, guardrails } = *accounts;
        let id = self.principle_at(&principle, &constitution, version)?;
        let kind = RailKind::read(&bytes).ok_or("a guardrail without meaning")?;
        self.check_kept(&constitution, kind)?;
        let guardrails = guardrails.ok_or("the guardrails are missing")?;
        need!(self.is_rails_of(&constitution, &guardrails), "guardrails of another constitution");
        let list = self.rails_of(&constitution);
        need!(list.len() < 12 || list.iter().any(|rail| rail.principle == id), "there are twelve");
        let action = action(29, &[&id.to_le_bytes(), &version.to_le_bytes(), &bytes]);
        let order = self.order(&authority, &constitution, proposal, &action, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            let list = &mut model.rails.get_mut(&guardrails).unwrap().list;
            list.retain(|rail| rail.principle != id);
            list.push(Rail { principle: id, bytes, spent: Vec::new() });
        })
    }

    /// The parameters in force must keep a guardrail that is set.
    pub(super) fn check_kept(&self, constitution: &Address, kind: RailKind) -> Result<(), Why> {
        let polity = self.polity(constitution)?;
        let is_kept = (0..4).zip(&polity.tracks).all(|(track, numbers)| kind.allows_parameters(track, numbers));
        need!(is_kept, "the parameters in force break the guardrail");
        Ok(())
    }

    pub(super) fn has_rail(&self, constitution: &Address, principle: u32) -> bool {
        self.rails_of(constitution).iter().any(|rail| rail.principle == principle)
    }

    fn guardrail_clear(&self, accounts: &ix::GuardrailClear, version: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::GuardrailClear { authority, constitution, proposal, principle, guardrails } = *accounts;
        let id = self.principle_at(&principle, &constitution, version)?;
        need!(self.has_rail(&constitution, id), "there is no guardrail");
        self.check_rails_passed(&constitution, guardrails)?;
        let action = action(30, &[&id.to_le_bytes(), &version.to_le_bytes()]);
        let order = self.order(&authority, &constitution, proposal, &action, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            model.clear_rail(&constitution, id);
        })
    }

    fn clear_rail(&mut self, constitution: &Address, principle: u32) {
        if let Some(rails) = self.rails.get_mut(&pda::guardrails(constitution)) {
            rails.list.retain(|rail| rail.principle != principle);
        }
    }

    fn principle_retire(&self, accounts: &ix::PrincipleRetire, version: u32, at: &At) -> Result<Foreseen, Why> {
        let ix::PrincipleRetire { authority, constitution, proposal, principle, guardrails } = *accounts;
        let id = self.principle_at(&principle, &constitution, version)?;
        let is_there = guardrails.is_none_or(|passed| self.is_rails_of(&constitution, &passed));
        need!(is_there, "guardrails of another constitution");
        need!(guardrails.is_some() || !self.has_rail(&constitution, id), "the guardrails are missing");
        let action = action(23, &[&id.to_le_bytes(), &version.to_le_bytes()]);
        let order = self.order(&authority, &constitution, proposal, &action, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(order, now);
            model.clear_rail(&constitution, id);
            model.principles.get_mut(&principle).unwrap().is_retired = true;
        })
    }
}
