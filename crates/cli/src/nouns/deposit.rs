//! `quantumagi deposit`: tokens put away as voting weight.

use clap::{Args, Subcommand};
use quantumagi_interface::accounts::DepositPool;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::builders::{Pool, deposit_open};
use quantumagi_sdk::words::decimal;

use crate::amount;
use crate::context::Context;
use crate::exit::UsageError;
use crate::moment;
use crate::order::Order;

mod show;

pub(crate) use show::PoolRow;

/// What to do with deposits. Amounts are in tokens, with the mint's decimals: 1.5.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Create a pool: the founder before the seal, anybody after it. It becomes the electorate when it is adopted.
    Pool {
        /// Whose tokens will weigh: a mint of SPL Token or Token-2022 over which nobody but the holders has power.
        #[arg(long)]
        mint: Address,
        /// How long tokens wait before they count: 3d, 12h or seconds; 1 hour to 90 days.
        #[arg(long, value_name = "TIME", value_parser = moment::duration)]
        maturity: u32,
        /// What shares are counted against at least, in base units: a pool that most have left decides nothing.
        #[arg(long, value_name = "BASE_UNITS")]
        floor: u64,
    },
    /// List the pools that are not closed.
    Pools,
    /// Close an empty pool that is not in use; the rent goes back to whoever created it.
    ClosePool {
        /// Its version.
        version: u32,
    },
    /// Open a deposit for somebody. `add` opens one's own by itself.
    Open {
        /// Whose.
        owner: Address,
        #[command(flatten)]
        pool: Which,
    },
    /// Put tokens in. They are fresh: they count once they have matured.
    Add {
        /// How many tokens: 1.5.
        amount: String,
        /// The token account they come from [default: the owner's associated one].
        #[arg(long, value_name = "ADDRESS")]
        from: Option<Address>,
        #[command(flatten)]
        pool: Which,
    },
    /// Make tokens that have waited long enough count for later proposals. Anybody may, for anybody.
    Mature {
        /// Whose [default: who signs].
        owner: Option<Address>,
        #[command(flatten)]
        pool: Which,
    },
    /// Take tokens out, fresh ones first. Matured ones leave when no vote that they back can change any more.
    Withdraw {
        /// How many tokens: 1.5.
        amount: String,
        /// The token account they go to [default: the owner's associated one].
        #[arg(long, value_name = "ADDRESS")]
        to: Option<Address>,
        #[command(flatten)]
        pool: Which,
    },
    /// Name who votes until the owner does, for at most 365 days; or nobody.
    Delegate {
        /// Who. Leave it out to revoke.
        #[arg(requires = "until")]
        delegate: Option<Address>,
        /// When it ends: 2027-01-31, 2027-01-31T14:30:00Z or Unix seconds.
        #[arg(long, value_name = "MOMENT", requires = "delegate", value_parser = moment::unix_seconds)]
        until: Option<i64>,
        #[command(flatten)]
        pool: Which,
    },
    /// Show a deposit, or all of a pool.
    Show {
        /// Whose [default: everybody's].
        owner: Option<Address>,
        #[command(flatten)]
        pool: Which,
    },
    /// Close an empty deposit; the rent goes back to whoever opened it.
    Close {
        /// Whose [default: who signs].
        owner: Option<Address>,
        #[command(flatten)]
        pool: Which,
    },
}

/// Which pool is meant.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Which {
    /// Version of the pool [default: the electorate in force].
    #[arg(long, value_name = "VERSION")]
    pool: Option<u32>,
}

impl Which {
    /// The pool and its account.
    async fn find(self, context: &Context, constitution: &Address) -> anyhow::Result<(Address, DepositPool)> {
        let address = match self.pool {
            Some(version) => pda::deposit_pool(constitution, version),
            None => {
                let account = context.client.constitution(constitution).await?.value;
                let is_pool = account.electorate_kind()? == ElectorateKind::Deposit;
                let none = "the electorate in force is no deposit pool";
                let hint = "name a pool with --pool VERSION; `quantumagi deposit pools` lists them";
                is_pool.then_some(account.electorate).ok_or_else(|| UsageError::new(none, hint))?
            }
        };
        Ok((address, context.client.deposit_pool(&address).await?.value))
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Pool { mint, maturity, floor } => {
                let actor = context.actor()?;
                let created =
                    client.deposit_pool_create(&constitution, &actor.address(), &mint, maturity, floor).await?;
                let version = client.constitution(&constitution).await?.value.next_electorate_version;
                let order = Order::one(format!("deposit pool {version} created"), vec![created.1]);
                context.carry_out(&actor, order.with("pool", version).with("address", created.0.to_string())).await
            }
            Self::Pools => show::pools(context, &constitution).await,
            Self::ClosePool { version } => {
                let actor = context.actor()?;
                let pool = pda::deposit_pool(&constitution, version);
                let instruction = client.deposit_pool_close(&pool, &actor.address()).await?;
                let order = Order::one(format!("deposit pool {version} closed"), vec![instruction]);
                context.carry_out(&actor, order.with("pool", version)).await
            }
            Self::Open { owner, pool } => {
                let actor = context.actor()?;
                let (address, account) = pool.find(context, &constitution).await?;
                let named = Pool::new(address, &account);
                let open = deposit_open(&actor.address(), &named, &owner);
                let order = Order::one(format!("deposit of {owner} opened"), vec![open]);
                context.carry_out(&actor, order.with("address", named.deposit(&owner).to_string())).await
            }
            Self::Add { amount, from, pool } => {
                let actor = context.actor()?;
                let (address, account) = pool.find(context, &constitution).await?;
                let units = base_units(&amount, &account)?;
                let add = client.deposit_add(&address, &actor.address(), from, units).await?;
                let order = Order::one(format!("{} tokens added", decimal(units, account.decimals)), add);
                let deposit = pda::deposit(&address, &actor.address());
                context.carry_out(&actor, order.with("address", deposit.to_string()).with("base_units", units)).await
            }
            Self::Mature { owner, pool } => {
                let actor = context.actor()?;
                let (address, _) = pool.find(context, &constitution).await?;
                let owner = owner.unwrap_or_else(|| actor.address());
                let mature = client.deposit_mature(&address, &owner, &actor.address()).await?;
                context.carry_out(&actor, Order::one(format!("deposit of {owner} matured"), vec![mature])).await
            }
            Self::Withdraw { amount, to, pool } => {
                let actor = context.actor()?;
                let (address, account) = pool.find(context, &constitution).await?;
                let units = base_units(&amount, &account)?;
                let withdraw = client.deposit_withdraw(&address, &actor.address(), to, units).await?;
                let done = format!("{} tokens withdrawn", decimal(units, account.decimals));
                context.carry_out(&actor, Order::one(done, vec![withdraw]).with("base_units", units)).await
            }
            Self::Delegate { delegate, until, pool } => {
                let actor = context.actor()?;
                let (address, _) = pool.find(context, &constitution).await?;
                let to = delegate.zip(until.map(UnixSeconds));
                let instruction = client.deposit_delegate(&address, &actor.address(), to).await?;
                let done = match delegate {
                    Some(delegate) => format!("{delegate} votes until the owner does"),
                    None => "delegation revoked".to_owned(),
                };
                context.carry_out(&actor, Order::one(done, vec![instruction])).await
            }
            Self::Show { owner, pool } => {
                let (address, account) = pool.find(context, &constitution).await?;
                show::deposits(context, &address, &account, owner).await
            }
            Self::Close { owner, pool } => {
                let actor = context.actor()?;
                let (address, _) = pool.find(context, &constitution).await?;
                let owner = owner.unwrap_or_else(|| actor.address());
                let close = client.deposit_close(&address, &owner, &actor.address()).await?;
                context.carry_out(&actor, Order::one(format!("deposit of {owner} closed"), vec![close])).await
            }
        }
    }
}

fn base_units(amount: &str, pool: &DepositPool) -> Result<u64, UsageError> {
    amount::base_units(amount, pool.decimals)
        .map_err(|problem| UsageError::new(problem, "amounts are in tokens, as wallets show them"))
}
