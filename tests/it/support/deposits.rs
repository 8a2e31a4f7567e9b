//! A community whose electorate is a deposit pool, and how its people put tokens in and vote with them.

use std::ops::{Deref, DerefMut};

use quantumagi_interface::{Address, Instruction, accounts, instructions as ix, pda};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{Place, place};
use quantumagi_rules::electorate::ElectorateKind;

use super::{Community, DAY, Done, Draft, Founding, Mint, World, hash, person};

/// How long tokens wait.
pub const MATURITY: u32 = 3 * 86_400;
/// What shares are counted against at least.
pub const FLOOR: u64 = 1_000;
/// A deposit pool, as a kind of electorate.
pub const DEPOSITS: u8 = ElectorateKind::Deposit as u8;

/// A community with a pool, in force or not.
#[derive(Clone)]
pub struct Depositors {
    pub community: Community,
    pub pool: Address,
    pub vault: Address,
    pub mint: Address,
    pub token_program: Address,
}

impl Deref for Depositors {
    type Target = Community;

    fn deref(&self) -> &Community {
        &self.community
    }
}

impl DerefMut for Depositors {
    fn deref_mut(&mut self) -> &mut Community {
        &mut self.community
    }
}

impl Depositors {
    /// Founds a community and its pool, which is not adopted.
    pub fn beside_a_council(founding: Founding, mint: &Mint) -> Self {
        Self::in_a_community(founding.found(), mint)
    }

    /// Gives a community a pool, which is not adopted.
    pub fn in_a_community(mut community: Community, mint: &Mint) -> Self {
        let mint_address = person("mint");
        community.put_mint(&mint_address, mint);
        let founder = community.founder;
        let create = create_pool(&community, founder, mint_address, mint.program);
        community.send(create.instruction(MATURITY, FLOOR));
        let (pool, vault) = (create.pool, create.pool_vault);
        Self { community, pool, vault, mint: mint_address, token_program: mint.program }
    }

    /// A sealed community that votes with deposits: Ana has 600, Ben 300 and Cleo 100, all matured.
    pub fn found() -> Self {
        Self::with_mint(&Mint::default())
    }

    /// The same with tokens of this mint.
    pub fn with_mint(mint: &Mint) -> Self {
        Self::governing(Founding::default().unsealed().found(), mint)
    }

    /// Makes a community that is not sealed such a one.
    pub fn governing(community: Community, mint: &Mint) -> Self {
        let mut depositors = Self::in_a_community(community, mint);
        let adopt = depositors.adopt();
        depositors.send(adopt.instruction(DEPOSITS));
        let (founder, constitution) = (depositors.founder, depositors.constitution);
        depositors.send(ix::ConstitutionSeal { founder, constitution }.instruction());
        for (name, amount) in [("ana", 600), ("ben", 300), ("cleo", 100)] {
            depositors.join(name, amount);
        }
        depositors.pass(i64::from(MATURITY));
        for name in ["ana", "ben", "cleo"] {
            depositors.mature(name);
        }
        depositors
    }

    /// The founder's adoption of the pool.
    pub fn adopt(&self) -> ix::ElectorateAdopt {
        let (authority, constitution) = (self.founder, self.constitution);
        ix::ElectorateAdopt { authority, constitution, electorate: self.pool, proposal: None }
    }

    /// Somebody's tokens outside the pool.
    pub fn wallet(&self, name: &str) -> Address {
        person(&format!("{name}: tokens"))
    }

    /// Somebody's deposit.
    pub fn deposit_of(&self, name: &str) -> Address {
        pda::deposit(&self.pool, &person(name))
    }

    /// Somebody with 1,000,000 tokens outside opens a deposit and puts this much in.
    #[track_caller]
    pub fn join(&mut self, name: &str, amount: u64) {
        let (owner, wallet, mint) = (person(name), self.wallet(name), self.mint);
        self.fund(&owner, 10_000_000_000);
        self.put_tokens(&wallet, &mint, &owner, 1_000_000);
        let open = self.open(name).instruction(owner);
        self.send(open);
        self.add(name, amount);
        let (payer, constitution) = (owner, self.constitution);
        let record = pda::proposer(&constitution, &owner);
        self.send(ix::ProposerOpen { payer, constitution, record }.instruction(owner));
    }

    pub fn open(&self, name: &str) -> ix::DepositOpen {
        let owner = person(name);
        let (constitution, pool) = (self.constitution, self.pool);
        ix::DepositOpen { payer: owner, constitution, pool, deposit: self.deposit_of(name) }
    }

    pub fn transfer(&self, name: &str) -> ix::DepositAdd {
        ix::DepositAdd {
            owner: person(name),
            constitution: self.constitution,
            pool: self.pool,
            pool_vault: self.vault,
            mint: self.mint,
            token_program: self.token_program,
            deposit: self.deposit_of(name),
            token_account: self.wallet(name),
        }
    }

    #[track_caller]
    pub fn add(&mut self, name: &str, amount: u64) -> Done {
        let add = self.transfer(name).instruction(amount);
        self.send(add)
    }

    pub fn withdrawal(&self, name: &str, amount: u64) -> Instruction {
        withdraw(&self.transfer(name)).instruction(amount)
    }

    #[track_caller]
    pub fn withdraw(&mut self, name: &str, amount: u64) -> Done {
        let withdrawal = self.withdrawal(name, amount);
        self.send(withdrawal)
    }

    /// Maturing, asked for by the owner.
    pub fn maturing(&self, name: &str) -> ix::DepositMature {
        let (authority, constitution) = (person(name), self.constitution);
        ix::DepositMature { authority, constitution, deposit: self.deposit_of(name), pool: self.pool }
    }

    #[track_caller]
    pub fn mature(&mut self, name: &str) -> Done {
        let mature = self.maturing(name).instruction();
        self.send(mature)
    }

    /// The owner names a delegate until some day from now.
    #[track_caller]
    pub fn delegate(&mut self, name: &str, delegate: &str, days: i64) -> Done {
        let expires_at = self.now() + days * DAY;
        let delegate = self.delegation(name).instruction(person(delegate), expires_at);
        self.send(delegate)
    }

    pub fn delegation(&self, name: &str) -> ix::DepositDelegate {
        let (authority, constitution) = (person(name), self.constitution);
        ix::DepositDelegate { authority, constitution, deposit: self.deposit_of(name) }
    }

    /// A ballot with somebody's deposit, cast by the owner.
    pub fn ballot_of(&self, proposal: &Address, name: &str) -> ix::DepositVote {
        let deposit = self.deposit_of(name);
        let ballot_page = match place(self.deposit(name).index) {
            Place::Page { page, .. } if page == 0 => Some(pda::ballot_page(proposal, page)),
            _ => None,
        };
        ix::DepositVote { voter: person(name), proposal: *proposal, deposit, ballot_page }
    }

    #[track_caller]
    pub fn cast(&mut self, proposal: &Address, name: &str, choice: u8) -> Done {
        let ballot = self.ballot_of(proposal, name).instruction(choice);
        self.send(ballot)
    }

    /// Somebody else casts it.
    pub fn ballot_by(&self, proposal: &Address, name: &str, voter: &str, choice: u8) -> Instruction {
        ix::DepositVote { voter: person(voter), ..self.ballot_of(proposal, name) }.instruction(choice)
    }

    #[track_caller]
    pub fn deposit(&self, name: &str) -> accounts::Deposit {
        self.community.world.deposit(&self.deposit_of(name))
    }

    #[track_caller]
    pub fn pool(&self) -> accounts::DepositPool {
        self.community.world.deposit_pool(&self.pool)
    }

    /// A proposal by somebody who has a deposit.
    pub fn draft_of(&self, name: &str, action: &Action) -> Draft {
        let mut draft = self.draft(action);
        draft.accounts.proposer = person(name);
        draft.accounts.membership = Some(self.deposit_of(name));
        draft.accounts.record = pda::proposer(&self.constitution, &person(name));
        draft
    }

    /// Ana proposes a policy.
    #[track_caller]
    pub fn propose_policy(&mut self) -> Address {
        let draft = self.draft_of("ana", &Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
        self.create(&draft)
    }

    /// The same, in its first second of voting.
    #[track_caller]
    pub fn voting(&mut self) -> Address {
        let proposal = self.propose_policy();
        self.open_voting(&proposal);
        proposal
    }

    pub fn closing(&self, name: &str) -> ix::DepositClose {
        let owner = person(name);
        let (constitution, deposit) = (self.constitution, self.deposit_of(name));
        ix::DepositClose { authority: owner, constitution, deposit, payer: owner }
    }

    pub fn pool_closing(&self) -> ix::DepositPoolClose {
        ix::DepositPoolClose {
            payer: self.pool().payer,
            constitution: self.constitution,
            pool: self.pool,
            pool_vault: self.vault,
            mint: self.mint,
            token_program: self.token_program,
            treasury: None,
        }
    }

    /// What the vault must hold and what the pool must say, whatever happened.
    #[track_caller]
    pub fn check_totals(&self, names: &[&str]) {
        let pool = self.pool();
        let deposits = names.iter().filter(|name| self.account(&self.deposit_of(name)).is_some());
        let (mut total, mut matured) = (0, 0);
        for name in deposits {
            let deposit = self.deposit(name);
            let latest = deposit.checkpoints.iter().map(|checkpoint| checkpoint.amount).max().unwrap();
            total += deposit.fresh + latest;
            matured += latest;
        }
        assert_eq!((pool.total, pool.matured_total), (total, matured));
        assert!(self.tokens(&self.vault) >= pool.total);
    }
}

/// The creation of a community's next pool.
pub fn create_pool(
    community: &Community,
    payer: Address,
    mint: Address,
    token_program: Address,
) -> ix::DepositPoolCreate {
    let constitution = community.constitution;
    let version = community.world.constitution(&constitution).next_electorate_version;
    let pool = pda::deposit_pool(&constitution, version);
    ix::DepositPoolCreate { payer, constitution, mint, pool, pool_vault: pda::pool_vault(&pool), token_program }
}

/// A withdrawal has the accounts of an addition.
pub fn withdraw(accounts: &ix::DepositAdd) -> ix::DepositWithdraw {
    let ix::DepositAdd { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account } =
        *accounts;
    ix::DepositWithdraw { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account }
}

impl World {
    #[track_caller]
    pub fn deposit(&self, address: &Address) -> accounts::Deposit {
        self.read(address, accounts::Deposit::decode)
    }

    #[track_caller]
    pub fn deposit_pool(&self, address: &Address) -> accounts::DepositPool {
        self.read(address, accounts::DepositPool::decode)
    }
}
