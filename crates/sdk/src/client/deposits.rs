//! Orders about token electorates: pools, deposits, and votes with them.

use quantumagi_interface::accounts::{Constitution, Deposit, DepositPool, Proposal};
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_rpc::Filter;
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::deposit::{Asker, check_terms};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::emergency::Subsystem;
use quantumagi_rules::lifecycle::Step;
use quantumagi_rules::mint::{MintError, check_mint};
use quantumagi_rules::{UnixSeconds, Weight};

use super::{AtSlot, Quantumagi};
use crate::builders::{self, Mandate, Pool, PoolTerms, Standing};
use crate::check::{self, DepositRefusal, SnapshotRefusal};
use crate::error::Result;
use crate::words::electorate_name;

/// SPL Token.
pub const TOKEN: Address = Address::from_str_const("TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA");
/// Token-2022.
pub const TOKEN_2022: Address = Address::from_str_const("TokenzQdBNbLqP5VEhdkAS6EPFLC1PHnBqCXEpPxuEb");
/// Finds and creates the token account that wallets use by default.
const ASSOCIATED_TOKEN: Address = Address::from_str_const("ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL");

/// The token account that wallets use by default for this owner and mint.
#[must_use]
pub fn associated_token_account(owner: &Address, mint: &Address, token_program: &Address) -> Address {
    let seeds = [owner.as_ref(), token_program.as_ref(), mint.as_ref()];
    Address::find_program_address(&seeds, &ASSOCIATED_TOKEN).0
}

impl Quantumagi {
    /// A deposit pool by its address.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn deposit_pool(&self, address: &Address) -> Result<AtSlot<DepositPool>> {
        self.existing("deposit pool", address, DepositPool::decode).await
    }

    /// All deposit pools of a constitution that are not closed, with their addresses, by version.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn deposit_pools(&self, constitution: &Address) -> Result<Vec<(Address, AtSlot<DepositPool>)>> {
        let next = self.constitution(constitution).await?.value.next_electorate_version;
        let addresses: Vec<Address> = (1..next).map(|version| pda::deposit_pool(constitution, version)).collect();
        let found = self.those_of("deposit pool", &addresses, DepositPool::decode).await?;
        Ok(addresses.into_iter().zip(found).filter_map(|(address, pool)| Some((address, pool?))).collect())
    }

    /// Somebody's deposit in a pool.
    ///
    /// # Errors
    /// [`DepositRefusal::NoDeposit`], and as [`Quantumagi::constitution`].
    pub async fn deposit(&self, pool: &Address, owner: &Address) -> Result<AtSlot<Deposit>> {
        let found = self.those_of("deposit", &[pda::deposit(pool, owner)], Deposit::decode).await?;
        let found = found.into_iter().flatten().next();
        Ok(found.ok_or(DepositRefusal::NoDeposit { owner: *owner, pool: *pool })?)
    }

    /// All deposits in a pool, by index, those that never matured last.
    ///
    /// # Errors
    /// [`SdkError::Rpc`](crate::SdkError::Rpc); endpoints may refuse to list a program's accounts.
    pub async fn deposits(&self, pool: &Address) -> Result<Vec<AtSlot<Deposit>>> {
        let kind = Filter::Bytes { offset: 0, bytes: Deposit::DISCRIMINATOR.to_vec() };
        // Behind the discriminator: the constitution, then the pool.
        let of_pool = Filter::Bytes { offset: 40, bytes: pool.to_bytes().to_vec() };
        let filters = [Filter::DataSize(Deposit::LEN as u64), kind, of_pool];
        let found = self.rpc.program_accounts(&PROGRAM_ID, &filters).await?;
        let mut deposits = Vec::with_capacity(found.len());
        for (address, account) in found {
            deposits.extend(super::decoded("deposit", &address, Some(account), Deposit::decode)?);
        }
        deposits.sort_by_key(|deposit: &AtSlot<Deposit>| (deposit.value.index, deposit.value.owner));
        Ok(deposits)
    }

    /// Who can vote on a proposal of a deposit pool, by index, as [`crate::words::describe_proposal`] wants them. An index
    /// whose deposit was closed is nobody's and weighs nothing.
    ///
    /// # Errors
    /// As [`Quantumagi::deposits`].
    pub async fn depositors(&self, proposal: &Proposal) -> Result<Vec<Member>> {
        let nobody = Member { voter: Address::default(), weight: 0 };
        let mut members = vec![nobody; proposal.voters as usize];
        for AtSlot { value: deposit, .. } in self.deposits(&proposal.electorate).await? {
            if let Some(place) = deposit.index().and_then(|index| members.get_mut(index as usize)) {
                *place = Member { voter: deposit.owner, weight: deposit.weight_for(proposal.id) };
            }
        }
        Ok(members)
    }

    /// Creates the constitution's next pool; anybody may after the seal. Its address comes with it.
    ///
    /// # Errors
    /// [`DepositRefusal::NotAMint`], [`DepositRefusal::Mint`], [`DepositRefusal::Terms`], and as
    /// [`Quantumagi::constitution`].
    pub async fn deposit_pool_create(
        &self,
        constitution: &Address,
        payer: &Address,
        mint: &Address,
        maturity_seconds: u32,
        floor: u64,
    ) -> Result<(Address, Instruction)> {
        let account = self.constitution(constitution).await?.value;
        if !account.is_sealed() {
            check::signer(&account.founder, payer)?;
        }
        let (token_program, supply) = self.check_mint(mint).await?;
        check_terms(maturity_seconds, Weight(floor), Weight(supply)).map_err(DepositRefusal::Terms)?;
        let version = account.next_electorate_version;
        let terms = PoolTerms { mint: *mint, token_program, maturity_seconds, floor };
        let create = builders::deposit_pool_create(payer, constitution, version, &terms);
        Ok((pda::deposit_pool(constitution, version), create))
    }

    /// Closes an empty pool that is not in use.
    ///
    /// # Errors
    /// [`DepositRefusal::PoolNeeded`], [`CheckError::WrongSigner`](crate::check::CheckError::WrongSigner), and as [`Quantumagi::constitution`].
    pub async fn deposit_pool_close(&self, pool: &Address, payer: &Address) -> Result<Instruction> {
        let account = self.deposit_pool(pool).await?.value;
        check::signer(&account.payer, payer)?;
        let constitution = self.constitution(&account.constitution).await?.value;
        let is_adopted = constitution.electorate() == Some(*pool);
        let (bound, total) = (account.bound_proposals, account.total);
        if is_adopted || bound > 0 || total > 0 {
            return Err(DepositRefusal::PoolNeeded { is_adopted, bound, total }.into());
        }
        // Where tokens lie in the vault that nobody deposited, they go to the treasury's own account, if it has one.
        let treasury = associated_token_account(&constitution.vault, &account.mint, &account.token_program);
        let treasury = self.rpc.account(&treasury).await?.map(|_| treasury);
        Ok(builders::deposit_pool_close(payer, &Pool::new(*pool, &account), treasury))
    }

    /// Makes a pool the electorate, by the founder before the seal.
    ///
    /// # Errors
    /// [`CheckError::AlreadySealed`](crate::check::CheckError::AlreadySealed), [`CheckError::WrongSigner`](crate::check::CheckError::WrongSigner), and as [`Quantumagi::constitution`].
    pub async fn electorate_adopt(
        &self,
        constitution: &Address,
        founder: &Address,
        kind: ElectorateKind,
        electorate: &Address,
    ) -> Result<Instruction> {
        let (_, mandate): (Constitution, Mandate) = self.founder_of(constitution, founder).await?;
        self.check_adoptable(constitution, kind, electorate).await?;
        Ok(builders::electorate_adopt(constitution, &mandate, kind, electorate))
    }

    /// Puts tokens into `owner`'s deposit, which is opened where there is none yet, and matures what could mature.
    ///
    /// # Errors
    /// [`DepositRefusal::Deposit`], [`CheckError::Paused`](check::CheckError::Paused), and as
    /// [`Quantumagi::constitution`].
    pub async fn deposit_add(
        &self,
        pool: &Address,
        owner: &Address,
        token_account: Option<Address>,
        amount: u64,
    ) -> Result<Vec<Instruction>> {
        let account = self.deposit_pool(pool).await?.value;
        let constitution = self.constitution(&account.constitution).await?.value;
        check::open(&constitution, Subsystem::Deposits, self.now().await?)?;
        let named = Pool::new(*pool, &account);
        let mut instructions = Vec::with_capacity(2);
        let found = self.those_of("deposit", &[named.deposit(owner)], Deposit::decode).await?;
        match found.into_iter().flatten().next() {
            None => instructions.push(builders::deposit_open(owner, &named, owner)),
            Some(deposit) if deposit.value.holding().is_ripe(account.maturity_seconds, self.now().await?) => {
                instructions.push(builders::deposit_mature(owner, &named, owner));
            }
            Some(_) => {}
        }
        let from = token_account.unwrap_or_else(|| associated_token_account(owner, &named.mint, &named.token_program));
        instructions.push(builders::deposit_add(owner, &named, &from, amount));
        Ok(instructions)
    }

    /// Makes `owner`'s fresh tokens count for later proposals. Anybody may ask.
    ///
    /// # Errors
    /// [`DepositRefusal::Deposit`], and as [`Quantumagi::constitution`].
    pub async fn deposit_mature(&self, pool: &Address, owner: &Address, authority: &Address) -> Result<Instruction> {
        let (account, deposit, now) = self.pool_and_deposit(pool, owner).await?;
        let next = self.constitution(&account.constitution).await?.value.next_proposal_id;
        let asker = if authority == owner { Asker::Owner } else { Asker::Stranger };
        check::deposit::change(&deposit, &account, |holding| {
            holding.with_matured(next, account.maturity_seconds, asker, now)
        })?;
        Ok(builders::deposit_mature(authority, &Pool::new(*pool, &account), owner))
    }

    /// Takes tokens out of `owner`'s deposit.
    ///
    /// # Errors
    /// [`DepositRefusal::Deposit`], and as [`Quantumagi::constitution`].
    pub async fn deposit_withdraw(
        &self,
        pool: &Address,
        owner: &Address,
        token_account: Option<Address>,
        amount: u64,
    ) -> Result<Instruction> {
        let (account, deposit, now) = self.pool_and_deposit(pool, owner).await?;
        check::deposit::change(&deposit, &account, |holding| holding.with_withdrawn(Weight(amount), now))?;
        let named = Pool::new(*pool, &account);
        let to = token_account.unwrap_or_else(|| associated_token_account(owner, &named.mint, &named.token_program));
        Ok(builders::deposit_withdraw(owner, &named, &to, amount))
    }

    /// Names who votes with `owner`'s deposit until the owner does, or nobody.
    ///
    /// # Errors
    /// [`DepositRefusal::DelegationOutOfRange`], and as [`Quantumagi::constitution`].
    pub async fn deposit_delegate(
        &self,
        pool: &Address,
        owner: &Address,
        to: Option<(Address, UnixSeconds)>,
    ) -> Result<Instruction> {
        let (account, _, now) = self.pool_and_deposit(pool, owner).await?;
        if let Some((_, expires_at)) = to {
            check::deposit::delegation(expires_at, now)?;
        }
        Ok(builders::deposit_delegate(owner, &Pool::new(*pool, &account), to))
    }

    /// Closes an empty deposit; the rent goes to who opened it.
    ///
    /// # Errors
    /// [`DepositRefusal::Deposit`], [`CheckError::WrongSigner`](crate::check::CheckError::WrongSigner), and as [`Quantumagi::constitution`].
    pub async fn deposit_close(&self, pool: &Address, owner: &Address, authority: &Address) -> Result<Instruction> {
        let (account, deposit, now) = self.pool_and_deposit(pool, owner).await?;
        if *authority != deposit.payer {
            check::signer(&deposit.owner, authority)?;
        }
        check::deposit::change(&deposit, &account, |holding| holding.check_closable(now).map(|()| holding))?;
        Ok(builders::deposit_close(authority, &Pool::new(*pool, &account), owner, &deposit.payer))
    }

    /// Votes with the deposit of `owner`; `voter`, who signs, is the owner or the delegate. Where the ballot page is not
    /// open yet, `voter` opens and pays for it.
    ///
    /// # Errors
    /// As [`Quantumagi::proposal_vote`]; [`DepositRefusal`].
    pub async fn deposit_vote(
        &self,
        address: &Address,
        owner: &Address,
        voter: &Address,
        choice: Choice,
    ) -> Result<Vec<Instruction>> {
        let proposal = self.proposal_at(address).await?.value;
        let now = self.now().await?;
        check::step(&proposal, Step::Vote, now)?;
        let deposit = self.deposit(&proposal.electorate, owner).await?.value;
        let weightless = DepositRefusal::WeighsNothing { proposal: Some(proposal.id) };
        let index = deposit.index().filter(|index| *index < proposal.voters).ok_or(weightless)?;
        let previous = self.choice_of(address, &proposal, index).await?;
        check::vote(&proposal, previous, choice, now)?;
        check::deposit::vote(&deposit, &proposal, voter, previous, now)?;
        let mut instructions = self.page_for(address, &proposal, voter, index).await?;
        let deposit = pda::deposit(&proposal.electorate, owner);
        instructions.push(builders::deposit_vote(address, &deposit, index, voter, choice));
        Ok(instructions)
    }

    /// Who the proposer is in the electorate in force.
    pub(super) async fn standing(
        &self,
        account: &Constitution,
        electorate: &Address,
        proposer: &Address,
        deposit_lamports: u32,
    ) -> Result<Standing> {
        match account.electorate_kind()? {
            ElectorateKind::Council => {
                let (index, _) = self.electorate(electorate).await?.value.member(proposer)?;
                Ok(Standing::Member { index })
            }
            ElectorateKind::Deposit => {
                let deposit = self.deposit(electorate, proposer).await?.value;
                if deposit.holding().matured() == Weight(0) {
                    return Err(DepositRefusal::WeighsNothing { proposal: None }.into());
                }
                Ok(Standing::Depositor)
            }
            ElectorateKind::Snapshot => {
                let operators = self.operators(electorate).await?.value;
                let mut listed = operators.operators.iter().take(usize::from(operators.count));
                let may_propose = deposit_lamports > 0 || listed.any(|operator| operator == proposer);
                let stranger = SnapshotRefusal::NoStanding { proposer: *proposer };
                if may_propose { Ok(Standing::Operator) } else { Err(stranger.into()) }
            }
            // Its plugin has to write the records in the same transaction: `builders::proposal_create` takes them.
            ElectorateKind::WeightRecord => Err(SnapshotRefusal::RecordNeeded.into()),
            kind @ ElectorateKind::None => Err(DepositRefusal::OtherElectorate { kind: electorate_name(kind) }.into()),
        }
    }

    /// Whether an electorate of this kind can be adopted.
    pub(super) async fn check_adoptable(
        &self,
        constitution: &Address,
        kind: ElectorateKind,
        electorate: &Address,
    ) -> Result<()> {
        match kind {
            ElectorateKind::Deposit => {
                let pool = self.deposit_pool(electorate).await?.value;
                check::signer(constitution, &pool.constitution)?;
                Ok(())
            }
            ElectorateKind::Snapshot => {
                let operators = self.operators(electorate).await?.value;
                check::signer(constitution, &operators.constitution)?;
                Ok(())
            }
            ElectorateKind::WeightRecord => {
                let plugin = self.weight_plugin(electorate).await?.value;
                check::signer(constitution, &plugin.constitution)?;
                Ok(())
            }
            kind @ (ElectorateKind::None | ElectorateKind::Council) => {
                Err(DepositRefusal::OtherElectorate { kind: electorate_name(kind) }.into())
            }
        }
    }

    async fn pool_and_deposit(&self, pool: &Address, owner: &Address) -> Result<(DepositPool, Deposit, UnixSeconds)> {
        let account = self.deposit_pool(pool).await?.value;
        Ok((account, self.deposit(pool, owner).await?.value, self.now().await?))
    }

    /// The mint's program and supply, where its tokens can be weight.
    async fn check_mint(&self, mint: &Address) -> Result<(Address, u64)> {
        let not_a_mint = DepositRefusal::NotAMint { address: *mint };
        let account = self.rpc.account(mint).await?.ok_or(not_a_mint.clone())?;
        // A mint: who mints (36 bytes), supply, decimals, whether it is initialized, who freezes (36 bytes).
        let field = |at: usize, len: usize| account.data.get(at..at + len);
        let (Some(supply), Some([1])) = (field(36, 8), field(45, 1)) else { return Err(not_a_mint.into()) };
        let is_ours = [TOKEN, TOKEN_2022].contains(&account.owner);
        let is_mint = account.data.len() == 82 || account.data.get(165) == Some(&1);
        let (true, Some(freezes)) = (is_ours && is_mint, field(46, 4)) else { return Err(not_a_mint.into()) };
        if freezes != [0; 4] {
            return Err(DepositRefusal::Mint(MintError::CanFreeze).into());
        }
        check_mint(&account.data).map_err(DepositRefusal::Mint)?;
        Ok((account.owner, supply.try_into().map(u64::from_le_bytes).map_err(|_| not_a_mint)?))
    }
}
