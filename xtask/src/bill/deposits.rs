//! Instructions of a token electorate: pools, deposits, votes with them.

use anyhow::Result;
use quantumagi_interface::{Address, accounts, instructions as ix, pda, types};
use quantumagi_rules::action::Action;
use quantumagi_rules::electorate::ElectorateKind;
use solana_instruction::AccountMeta;

use super::chain::{TOKEN, TOKEN_2022};
use super::community::{AGAINST, Community, FOR};
use super::cost::Sent;
use super::figures::Rows;
use super::people::{crank, hash, person, voter};

const MATURITY: u32 = 3_600;

/// A community with a pool of three.
struct Pool {
    community: Community,
    pool: Address,
    mint: Address,
    /// Of the mint.
    program: Address,
}

/// Measures them in the order in which a community meets them.
pub(super) fn measure(rows: &mut Rows) -> Result<()> {
    let mut pool = founding("deposits", TOKEN, rows)?;
    tokens(&mut pool, rows)?;
    votes(&mut pool, rows)?;
    endings(&mut pool, rows)?;
    let mut pool = founding("deposits of Token-2022", TOKEN_2022, rows)?;
    tokens(&mut pool, rows)?;
    endings(&mut pool, rows)
}

fn founding(name: &'static str, program: Address, rows: &mut Rows) -> Result<Pool> {
    let mut community = Community::before(name, 3)?;
    community.send(community.create())?;
    community.send(community.principle_add(0))?;
    let mint = person("deposits: mint");
    community.chain.put_mint(&mint, program, 1_000_000_000)?;
    let Community { founder, constitution, .. } = community;
    let pool = pda::deposit_pool(&constitution, 1);
    let pool_vault = pda::pool_vault(&pool);
    let create = ix::DepositPoolCreate { payer: founder, constitution, mint, pool, pool_vault, token_program: program };
    let cost = community.send(create.instruction(MATURITY, 1_000))?;
    rows.note(&with_name("with the token account", program), cost);
    let adopt = ix::ElectorateAdopt { authority: founder, constitution, proposal: None, electorate: pool };
    let cost = community.send(adopt.instruction(ElectorateKind::Deposit as u8))?;
    if program == TOKEN {
        rows.note("a pool of tokens, by the founder", cost);
    }
    community.send(community.seal())?;
    community.send(community.proposer_open())?;
    Ok(Pool { community, pool, mint, program })
}

fn tokens(pool: &mut Pool, rows: &mut Rows) -> Result<()> {
    for index in 0..3 {
        let owner = pool.owner(index);
        let (program, mint) = (pool.program, pool.mint);
        let wallet = pool.wallet(index);
        pool.community.chain.put_tokens(&wallet, program, &mint, &owner, 1_000_000)?;
        let constitution = pool.community.constitution;
        let open = ix::DepositOpen { payer: owner, constitution, pool: pool.pool, deposit: pool.deposit(index) };
        let opened = pool.community.send(open.instruction(owner))?;
        let added = pool.add(index)?;
        if index == 0 {
            if pool.program == TOKEN {
                rows.note("", opened);
            }
            rows.note(&with_name("", pool.program), added);
        }
    }
    pool.wait();
    for index in 0..3 {
        let cost = pool.mature(index)?;
        if (index, pool.program) == (0, TOKEN) {
            rows.note("for the first time", cost);
        }
    }
    Ok(())
}

fn votes(pool: &mut Pool, rows: &mut Rows) -> Result<()> {
    // Checkpoint upon checkpoint, until all four are used.
    for round in 0..3 {
        let (proposal, create) = pool.propose(false);
        pool.community.send(create)?;
        pool.community.send(ix::ProposalCancel { proposer: pool.owner(0), proposal }.instruction())?;
        let close = ix::ProposalClose {
            constitution: pool.community.constitution,
            vault: pool.community.vault,
            veto_roster: None,
            proposal,
            electorate: pool.pool,
            candidate: None,
            proposer: pool.owner(0),
            record: pda::proposer(&pool.community.constitution, &pool.owner(0)),
        };
        pool.community.send(close.instruction())?;
        pool.add(0)?;
        pool.wait();
        let matured = pool.mature(0)?;
        if round == 2 {
            rows.note("the fourth checkpoint", matured);
        }
    }
    let (proposal, create) = pool.propose(false);
    let cost = pool.community.send(create)?;
    rows.note("by a depositor, 1 citation", cost);
    let (authority, constitution) = (pool.owner(1), pool.community.constitution);
    let delegation = ix::DepositDelegate { authority, constitution, deposit: pool.deposit(1) };
    let expires_at = pool.community.chain.now() + 30 * 86_400;
    let cost = pool.community.send(delegation.instruction(pool.owner(2), expires_at))?;
    rows.note("", cost);
    pool.community.open_voting(&proposal)?;
    for (index, by, choice, case) in
        [(0, 0, FOR, "four checkpoints"), (0, 0, AGAINST, "four checkpoints, changed"), (1, 2, FOR, "by a delegate")]
    {
        let cost = pool.vote(&proposal, index, by, choice, None)?;
        rows.note(case, cost);
    }
    pool.community.end_voting(&proposal)?;
    pool.community.send(Community::finalize(&proposal))?;
    pool.community.open_window(&proposal)?;
    page(pool, rows)?;
    final_ballots(pool, rows)
}

/// Ballots that cannot be changed, so that voting ends once nothing can change the outcome.
fn final_ballots(pool: &mut Pool, rows: &mut Rows) -> Result<()> {
    let (proposal, create) = pool.propose(true);
    pool.community.send(create)?;
    pool.community.open_voting(&proposal)?;
    for (index, case) in [(1, "a final ballot"), (0, "a final ballot that settles the outcome")] {
        let cost = pool.vote(&proposal, index, index, FOR, None)?;
        rows.note(case, cost);
    }
    Ok(())
}

/// A ballot of somebody whom the proposal itself has no room for.
fn page(pool: &mut Pool, rows: &mut Rows) -> Result<()> {
    let mut account = accounts::DepositPool::decode(&pool.community.chain.data(&pool.pool)?)?;
    account.next_index = 300;
    let mut deposit = accounts::Deposit::decode(&pool.community.chain.data(&pool.deposit(2))?)?;
    deposit.index = 299;
    pool.community.chain.put(&pool.pool, quantumagi_interface::PROGRAM_ID, account.to_bytes())?;
    pool.community.chain.put(&pool.deposit(2), quantumagi_interface::PROGRAM_ID, deposit.to_bytes())?;
    let (proposal, create) = pool.propose(false);
    pool.community.send(create)?;
    let (payer, ballot_page) = (crank(), pda::ballot_page(&proposal, 0));
    pool.community.send(ix::BallotPageOpen { payer, proposal, ballot_page }.instruction(0))?;
    pool.community.open_voting(&proposal)?;
    let cost = pool.vote(&proposal, 2, 2, FOR, Some(ballot_page))?;
    rows.note("on a ballot page", cost);
    Ok(())
}

fn endings(pool: &mut Pool, rows: &mut Rows) -> Result<()> {
    // Beyond every lock.
    pool.community.chain.set_time(pool.community.chain.now() + 30 * 86_400);
    if pool.program == TOKEN {
        let cost = pool.withdraw(0)?;
        rows.note("four checkpoints", cost);
    }
    let cost = pool.withdraw(1)?;
    rows.note(&with_name("", pool.program), cost);
    let owner = pool.owner(1);
    let constitution = pool.community.constitution;
    let close = ix::DepositClose { authority: owner, constitution, deposit: pool.deposit(1), payer: owner };
    let cost = pool.community.send(close.instruction())?;
    if pool.program == TOKEN {
        rows.note("", cost);
    }

    let payer = crank();
    let candidate = pda::deposit_pool(&constitution, 2);
    let pool_vault = pda::pool_vault(&candidate);
    let (mint, token_program) = (pool.mint, pool.program);
    let create = ix::DepositPoolCreate { payer, constitution, mint, pool: candidate, pool_vault, token_program };
    let (treasury, vault) = (person("the vault's tokens"), pool.community.vault);
    pool.community.chain.put_tokens(&treasury, token_program, &mint, &vault, 0)?;
    pool.community.send(create.instruction(MATURITY, 1_000))?;
    let close = ix::DepositPoolClose {
        payer,
        constitution,
        pool: candidate,
        pool_vault,
        mint,
        token_program,
        treasury: Some(treasury),
    };
    if token_program == TOKEN {
        let cost = pool.community.send(close.instruction())?;
        rows.note("", cost);
        return Ok(());
    }
    // Somebody sent a token without depositing it.
    pool.community.chain.put_tokens(&pool_vault, token_program, &mint, &candidate, 1)?;
    let cost = pool.community.send(close.instruction())?;
    rows.note("with a token that nobody deposited, of Token-2022", cost);
    Ok(())
}

/// A case that costs more with the larger token program.
fn with_name(case: &str, program: Address) -> String {
    match (program == TOKEN_2022, case.is_empty()) {
        (false, _) => case.to_owned(),
        (true, true) => "of Token-2022".to_owned(),
        (true, false) => format!("{case}, of Token-2022"),
    }
}

impl Pool {
    fn owner(&self, index: u32) -> Address {
        voter(self.community.name, index)
    }

    fn wallet(&self, index: u32) -> Address {
        person(&format!("deposits: tokens {index}"))
    }

    fn deposit(&self, index: u32) -> Address {
        pda::deposit(&self.pool, &self.owner(index))
    }

    fn transfer(&self, index: u32) -> ix::DepositAdd {
        ix::DepositAdd {
            owner: self.owner(index),
            constitution: self.community.constitution,
            pool: self.pool,
            pool_vault: pda::pool_vault(&self.pool),
            mint: self.mint,
            token_program: self.program,
            deposit: self.deposit(index),
            token_account: self.wallet(index),
        }
    }

    fn add(&mut self, index: u32) -> Result<Sent> {
        self.community.send(self.transfer(index).instruction(1_000))
    }

    fn withdraw(&mut self, index: u32) -> Result<Sent> {
        let ix::DepositAdd { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account } =
            self.transfer(index);
        let withdraw =
            ix::DepositWithdraw { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account };
        self.community.send(withdraw.instruction(1_000))
    }

    /// Anybody asks for it.
    fn mature(&mut self, index: u32) -> Result<Sent> {
        let (constitution, deposit) = (self.community.constitution, self.deposit(index));
        let mature = ix::DepositMature { authority: crank(), constitution, deposit, pool: self.pool };
        self.community.send(mature.instruction())
    }

    fn wait(&mut self) {
        let ripe_at = self.community.chain.now() + i64::from(MATURITY);
        self.community.chain.set_time(ripe_at);
    }

    /// The proposal of a policy that voter 0 makes next.
    fn propose(&self, is_final: bool) -> (Address, quantumagi_interface::Instruction) {
        let constitution = self.community.constitution;
        let next = self.community.stored().map_or(0, |stored| stored.next_proposal_id);
        let proposal = pda::proposal(&constitution, next);
        let create = ix::ProposalCreate {
            proposer: self.owner(0),
            constitution,
            electorate: self.pool,
            membership: Some(self.deposit(0)),
            record: pda::proposer(&constitution, &self.owner(0)),
            proposal,
            veto_roster: None,
            guardrails: None,
            subject: None,
            candidate: None,
            payload: None,
            program_data: None,
        };
        let action = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }.to_bytes();
        let content_hash = hash("why this is right");
        let args = types::ProposalCreateArgs { content_hash, member_index: 0, ballot_rule: u8::from(is_final), action };
        let mut instruction = create.instruction(&args);
        instruction.accounts.push(AccountMeta::new_readonly(pda::principle(&constitution, 0), false));
        (proposal, instruction)
    }

    fn vote(
        &mut self,
        proposal: &Address,
        index: u32,
        by: u32,
        choice: u8,
        ballot_page: Option<Address>,
    ) -> Result<Sent> {
        let (voter, deposit) = (self.owner(by), self.deposit(index));
        let vote = ix::DepositVote { voter, proposal: *proposal, deposit, ballot_page };
        self.community.send(vote.instruction(choice))
    }
}
