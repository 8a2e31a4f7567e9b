//! Policies, what rests on them, and what anybody may write down: texts and payloads.

use quantumagi_interface::calls::Call;
use quantumagi_interface::digest::sha256;

use super::*;

impl Model {
    pub(super) fn policies(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::PolicyAdopt { accounts, text_hash, sunset_at } => {
                self.policy_adopt(&accounts, text_hash, sunset_at, at)
            }
            Call::PolicyAmend { accounts, text_hash, sunset_at } => {
                self.policy_amend(&accounts, text_hash, sunset_at, at)
            }
            Call::PolicyRepeal { accounts: a } => self.check_policies_open(&a.constitution, at).and_then(|_| {
                let policy = self.policy(&a.policy, &a.constitution)?;
                need!(policy.is_in_force(at.now), "the policy is not in force");
                self.check_due(&a.proposal, &a.constitution, &action(2, &[&policy.id.to_le_bytes()]), at)?;
                let now = at.now;
                sure(move |model| {
                    model.spend(Some(a.proposal), now);
                    model.policies.get_mut(&a.policy).unwrap().status = 1;
                })
            }),
            Call::PolicySunset { accounts: a } => self.policy(&a.policy, &a.constitution).and_then(|policy| {
                need!(policy.status == 0, "it has ended already");
                need!(policy.sunset_at != 0 && policy.sunset_at <= at.now, "its time is not over");
                sure(move |model| model.policies.get_mut(&a.policy).unwrap().status = 2)
            }),
            Call::PolicyClose { accounts: a } => self.policy(&a.policy, &a.constitution).and_then(|policy| {
                need!(policy.status != 0 && policy.payer == a.payer, "it is in force, or another's");
                sure(move |model| {
                    model.policies.remove(&a.policy);
                    model.close(a.policy, a.payer);
                })
            }),
            Call::PolicyAuthorize { accounts: a, text_hash, .. } => {
                self.check_carries(&a.policy, &a.constitution, &text_hash, at).and_then(|()| sure(|_| ()))
            }
            Call::PolicyUse { accounts, use_key, text_hash, .. } => self.policy_use(&accounts, use_key, text_hash, at),
            Call::AuthorizationClose { accounts: a } => {
                self.authorizations.get(&a.authorization).ok_or("there is no such record").and_then(|known| {
                    need!(known.constitution == a.constitution, "another constitution");
                    need!(known.policy == a.policy && known.payer == a.payer, "another policy or payer");
                    let has_ended = self.policies.get(&a.policy).is_none_or(|policy| policy.status != 0);
                    need!(has_ended, "the policy can still carry it");
                    self.polity(&a.constitution)?;
                    sure(move |model| {
                        model.authorizations.remove(&a.authorization);
                        model.close(a.authorization, a.payer);
                    })
                })
            }
            Call::TextPublish { accounts, total_len, offset, bytes } => {
                let is_part = u64::from(offset) + bytes.len() as u64 <= u64::from(total_len);
                if bytes.is_empty() || !is_part || total_len > 1 << 20 {
                    return Some(Err("no part of a text"));
                }
                let is_whole = bytes.len() == total_len as usize;
                let is_true = std::str::from_utf8(&bytes).is_ok() && sha256(&bytes) == accounts.text.to_bytes();
                if is_whole && !is_true { Err("not the text") } else { sure(|_| ()) }
            }
            Call::PayloadCreate { accounts, hash, size } => {
                let ix::PayloadCreate { author, payload } = accounts;
                if !(1..=10_240).contains(&size) {
                    return Some(Err("size out of range"));
                }
                self.check_new(&payload, pda::payload(&author, &hash), &author, at).and_then(|()| {
                    sure(move |model| {
                        model.open(payload, author);
                        model.payloads.insert(payload, Payload { author, hash, size, bytes: Vec::new() });
                    })
                })
            }
            Call::PayloadWrite { accounts, offset, bytes } => self.payload_write(&accounts, offset, bytes, at),
            Call::PayloadClose { accounts } => {
                let ix::PayloadClose { author, payload } = accounts;
                self.payloads.get(&payload).ok_or("there is no such payload").and_then(|known| {
                    need!(known.author == author, "another's payload");
                    sure(move |model| {
                        model.payloads.remove(&payload);
                        model.close(payload, author);
                    })
                })
            }
            _ => return None,
        })
    }

    fn policy(&self, policy: &Address, of: &Address) -> Result<&Policy, Why> {
        let known = self.policies.get(policy).ok_or("there is no such policy")?;
        need!(known.constitution == *of, "a policy of another constitution");
        Ok(known)
    }

    fn check_policies_open(&self, constitution: &Address, at: &At) -> Result<&Polity, Why> {
        let polity = self.polity(constitution)?;
        let (from, until) = polity.pauses[2];
        need!((from, until) == (0, 0) || until <= at.now, "policies are paused");
        Ok(polity)
    }

    /// Whether a policy carries an action that rests on this text, or on any where it is zeros.
    fn check_carries(&self, policy: &Address, of: &Address, text: &[u8; 32], at: &At) -> Result<(), Why> {
        let known = self.policy(policy, of)?;
        need!(known.is_in_force(at.now), "the policy is not in force");
        need!(known.suspended_until <= at.now, "the policy is suspended");
        need!(*text == [0; 32] || *text == known.text_hash, "the policy reads otherwise");
        Ok(())
    }

    fn policy_adopt(
        &self,
        accounts: &ix::PolicyAdopt,
        text_hash: [u8; 32],
        sunset_at: i64,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::PolicyAdopt { payer, constitution, proposal, policy } = *accounts;
        let id = self.check_policies_open(&constitution, at)?.next_policy;
        need!(sunset_at == 0 || at.now < sunset_at, "its time is over");
        need!(self.rails_allow_sunset(&constitution, sunset_at, at.now), "a guardrail asks for an end");
        let bytes = action(0, &[&text_hash, &sunset_at.to_le_bytes()]);
        self.check_due(&proposal, &constitution, &bytes, at)?;
        self.check_new(&policy, pda::policy(&constitution, id), &payer, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(Some(proposal), now);
            model.open(policy, payer);
            model.polity_mut(&constitution).next_policy += 1;
            let (version, status, suspended_until) = (1, 0, 0);
            let adopted = Policy { constitution, payer, id, text_hash, version, status, sunset_at, suspended_until };
            model.policies.insert(policy, adopted);
        })
    }

    fn policy_amend(
        &self,
        accounts: &ix::PolicyAmend,
        text_hash: [u8; 32],
        sunset_at: i64,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::PolicyAmend { constitution, policy, proposal } = *accounts;
        self.check_policies_open(&constitution, at)?;
        let known = self.policy(&policy, &constitution)?;
        need!(known.is_in_force(at.now), "the policy is not in force");
        need!(sunset_at == 0 || at.now < sunset_at, "its time is over");
        need!(self.rails_allow_sunset(&constitution, sunset_at, at.now), "a guardrail asks for an end");
        let bytes = action(1, &[&known.id.to_le_bytes(), &text_hash, &sunset_at.to_le_bytes()]);
        self.check_due(&proposal, &constitution, &bytes, at)?;
        let now = at.now;
        sure(move |model| {
            model.spend(Some(proposal), now);
            let policy = model.policies.get_mut(&policy).unwrap();
            (policy.text_hash, policy.sunset_at) = (text_hash, sunset_at);
            policy.version += 1;
        })
    }

    fn policy_use(
        &self,
        accounts: &ix::PolicyUse,
        use_key: [u8; 32],
        text_hash: [u8; 32],
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::PolicyUse { authority, constitution, policy, payer, authorization } = *accounts;
        self.check_carries(&policy, &constitution, &text_hash, at)?;
        self.check_new(&authorization, pda::authorization(&policy, &authority, &use_key), &payer, at)?;
        sure(move |model| {
            model.open(authorization, payer);
            model.authorizations.insert(authorization, Authorization { constitution, policy, payer });
        })
    }

    fn payload_write(
        &self,
        accounts: &ix::PayloadWrite,
        offset: u32,
        bytes: Vec<u8>,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::PayloadWrite { author, payload } = *accounts;
        let known = self.payloads.get(&payload).ok_or("there is no such payload")?;
        need!(known.author == author, "another's payload");
        need!(offset as usize == known.bytes.len(), "not the next part");
        let all = [known.bytes.as_slice(), &bytes].concat();
        let (size, is_last) = (known.size as usize, all.len() == known.size as usize);
        need!((1..=1_184).contains(&bytes.len()) && all.len() <= size, "no such part");
        need!(is_last || bytes.len().is_multiple_of(32), "an odd part in the middle");
        need!(!is_last || sha256(&all) == known.hash, "not the bytes it was made for");
        need!(at.can_pay(&author), "the author cannot pay");
        sure(move |model| {
            model.moves.push(Move::Opened { address: payload, payer: author });
            model.payloads.get_mut(&payload).unwrap().bytes = all;
        })
    }
}
