//! Reading an action from its canonical bytes.

use super::*;

impl<'a> Action<'a> {
    /// Reads an action and checks that it makes sense by itself.
    ///
    /// # Errors
    /// [`ActionError`]; bytes after the end are refused, so that a digest has one preimage.
    #[inline(never)]
    pub fn decode(bytes: &'a [u8]) -> Result<Self, ActionError> {
        if bytes.len() > MAX_ACTION_BYTES {
            return Err(ActionError::TooLong { len: bytes.len() });
        }
        let mut reader = Reader(bytes);
        let action = match reader.byte()? {
            0 => Self::PolicyAdopt { text_hash: reader.array()?, sunset_at: reader.i64()? },
            1 => Self::PolicyAmend { policy_id: reader.u64()?, text_hash: reader.array()?, sunset_at: reader.i64()? },
            2 => Self::PolicyRepeal { policy_id: reader.u64()? },
            10 => match (reader.array()?, reader.u64()?) {
                (_, 0) => return Err(ActionError::NothingToTransfer),
                (recipient, lamports) => Self::TransferLamports { recipient, lamports },
            },
            INVOKE => {
                let Invocation { program, accounts, data } = reader.invocation()?;
                Self::Invoke { program, accounts, data }
            }
            INVOKE_SERIES => Self::InvokeSeries { steps: reader.series()? },
            13 => match (reader.array()?, reader.array()?, reader.u64()?) {
                (_, _, 0) => return Err(ActionError::NothingToTransfer),
                (mint, recipient, amount) => Self::TransferTokens { mint, recipient, amount },
            },
            14 => Self::ProgramUpgrade {
                program: reader.array()?,
                buffer: reader.array()?,
                buffer_hash: reader.array()?,
                spill: reader.array()?,
            },
            20 => Self::ConstitutionAmend { text_hash: reader.array()?, parent_hash: reader.array()? },
            21 => Self::PrincipleAdd {
                text_hash: reader.array()?,
                class: reader.checked(Class::from_u8)?,
                category: reader.checked(Category::from_u8)?,
                priority: reader.checked(|value| (value <= MAX_PRIORITY).then_some(value))?,
            },
            22 => {
                Self::PrincipleAmend { principle_id: reader.u32()?, version: reader.u32()?, text_hash: reader.array()? }
            }
            23 => Self::PrincipleRetire { principle_id: reader.u32()?, version: reader.u32()? },
            ROSTER_ADOPT => Self::RosterAdopt { roster_version: reader.u32()?, members_hash: reader.array()? },
            ELECTORATE_ADOPT => {
                Self::ElectorateAdopt { kind: reader.checked(ElectorateKind::from_u8)?, electorate: reader.array()? }
            }
            26 => Self::ParametersAmend(reader.change()?),
            VETO_BODY_ADOPT => match (reader.u32()?, reader.array()?) {
                // No body has one encoding.
                (roster_version, members_hash) if (roster_version == 0) != (members_hash == [0; 32]) => {
                    return Err(ActionError::Meaningless)
                }
                (roster_version, members_hash) => Self::VetoBodyAdopt { roster_version, members_hash },
            },
            28 => Self::SettingsAmend(reader.settings()?),
            GUARDIANS_ADOPT => Self::GuardiansAdopt {
                threshold: reader.byte()?,
                term_seconds: reader.u32()?,
                members: reader.addresses(MAX_GUARDIANS)?,
            },
            40 => Self::EmergencyRatify { emergency_id: reader.u32()? },
            41 => Self::EmergencyEnd { emergency_id: reader.u32()? },
            42 => Self::GuardiansRemove,
            29 => Self::GuardrailSet {
                principle_id: reader.u32()?,
                version: reader.u32()?,
                guardrail: Guardrail::from_bytes(&reader.array()?).map_err(ActionError::Guardrail)?,
            },
            30 => Self::GuardrailClear { principle_id: reader.u32()?, version: reader.u32()? },
            number => return Err(ActionError::UnknownAction { number }),
        };
        if reader.0.is_empty() {
            Ok(action)
        } else {
            Err(ActionError::TrailingBytes)
        }
    }
}
