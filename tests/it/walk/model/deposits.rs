//! Tokens that are locked away as weight.

use quantumagi_interface::calls::Call;

use super::*;

/// A season.
const SEASON: i64 = 365 * 86_400;

impl Model {
    pub(super) fn deposits(&self, call: &Call, at: &At) -> Option<Result<Foreseen, Why>> {
        Some(match call.clone() {
            Call::DepositPoolCreate { accounts, maturity_seconds, floor } => {
                self.pool_create(&accounts, maturity_seconds, floor, at)
            }
            Call::DepositPoolClose { accounts } => self.pool_close(&accounts),
            Call::DepositOpen { accounts, owner } => self.deposit_open(&accounts, owner, at),
            Call::DepositAdd { accounts, amount } => self.deposit_add(&accounts, amount, at),
            Call::DepositWithdraw { accounts, amount } => self.deposit_withdraw(&accounts, amount, at),
            Call::DepositMature { accounts } => self.deposit_mature(&accounts, at),
            Call::DepositDelegate { accounts: a, delegate, expires_at } => {
                self.deposit(&a.deposit, &a.constitution).and_then(|known| {
                    need!(a.authority == known.owner, "only the owner may");
                    let is_revoked = delegate == Address::default() && expires_at == 0;
                    let is_season = at.now < expires_at && i128::from(expires_at) - i128::from(at.now) <= SEASON.into();
                    need!(is_revoked || (delegate != Address::default() && is_season), "longer than a season");
                    sure(move |model| {
                        let known = model.deposits.get_mut(&a.deposit).unwrap();
                        (known.delegate, known.delegated_until) = (delegate, expires_at);
                    })
                })
            }
            Call::DepositClose { accounts: a } => self.deposit(&a.deposit, &a.constitution).and_then(|known| {
                need!(a.payer == known.payer, "another payer");
                need!(a.authority == known.payer || a.authority == known.owner, "neither payer nor owner");
                need!(known.fresh == 0 && known.matured() == 0, "it holds tokens");
                need!(known.locked_until <= at.now, "it backs a vote");
                sure(move |model| {
                    model.deposits.remove(&a.deposit);
                    model.close(a.deposit, a.payer);
                })
            }),
            _ => return None,
        })
    }

    fn pool(&self, pool: &Address, of: &Address) -> Result<&Pool, Why> {
        let known = self.pools.get(pool).ok_or("there is no such pool")?;
        need!(known.constitution == *of, "a pool of another constitution");
        Ok(known)
    }

    fn deposit(&self, deposit: &Address, of: &Address) -> Result<&Deposit, Why> {
        let known = self.deposits.get(deposit).ok_or("there is no such deposit")?;
        need!(known.constitution == *of, "a deposit of another constitution");
        Ok(known)
    }

    /// What counts for proposals created now, added up anew.
    pub fn matured_in(&self, pool: &Address) -> u128 {
        let deposits = self.deposits.values().filter(|deposit| deposit.pool == *pool);
        deposits.map(|deposit| u128::from(deposit.matured())).sum()
    }

    /// All tokens in a pool's deposits.
    pub fn held_in(&self, pool: &Address) -> u128 {
        let deposits = self.deposits.values().filter(|deposit| deposit.pool == *pool);
        deposits.map(|deposit| u128::from(deposit.matured()) + u128::from(deposit.fresh)).sum()
    }

    fn pool_create(
        &self,
        accounts: &ix::DepositPoolCreate,
        maturity: u32,
        floor: u64,
        at: &At,
    ) -> Result<Foreseen, Why> {
        let ix::DepositPoolCreate { payer, constitution, mint, pool, pool_vault, token_program } = *accounts;
        let version = self.check_may_prepare(&constitution, &payer)?.next_electorate;
        let program = at.world.account(&mint).map(|mint| mint.owner);
        need!(
            [TOKEN, TOKEN_2022].contains(&token_program) && program == Some(token_program),
            "no mint of that program"
        );
        need!(self.tokens.values().any(|tokens| tokens.mint == mint), "no mint that people hold");
        need!((3_600..=7_776_000).contains(&maturity) && floor > 0, "terms out of range");
        need!(floor <= Mint::default().supply, "more than there is");
        self.check_new(&pool, pda::deposit_pool(&constitution, version), &payer, at)?;
        need!(pool_vault == pda::pool_vault(&pool), "another vault");
        sure(move |model| {
            model.open(pool, payer);
            model.moves.push(Move::Opened { address: pool_vault, payer });
            model.tokens.insert(pool_vault, Tokens { mint, owner: pool, amount: 0 });
            model.polity_mut(&constitution).next_electorate += 1;
            let (maturity, next_index, bound) = (maturity.into(), 0, 0);
            let created = Pool { constitution, payer, mint, vault: pool_vault, floor, maturity, next_index, bound };
            model.pools.insert(pool, created);
        })
    }

    fn pool_close(&self, accounts: &ix::DepositPoolClose) -> Result<Foreseen, Why> {
        let ix::DepositPoolClose { payer, constitution, pool, pool_vault, mint, token_program, treasury } = *accounts;
        let known = self.pool(&pool, &constitution)?;
        let polity = self.polity(&constitution)?;
        need!(known.payer == payer, "another payer");
        need!(known.vault == pool_vault && known.mint == mint && token_program == TOKEN, "other tokens");
        need!(polity.electorate != pool && known.bound == 0, "the pool is in use");
        need!(self.held_in(&pool) == 0, "the pool is not empty");
        let surplus = self.tokens[&pool_vault].amount;
        let treasury_tokens = treasury.map(|treasury| self.tokens.get(&treasury).ok_or("no token account"));
        let treasury_tokens = treasury_tokens.transpose()?;
        need!(treasury_tokens.is_none_or(|tokens| tokens.owner == polity.vault), "another's treasury");
        need!(surplus == 0 || treasury_tokens.is_some_and(|tokens| tokens.mint == mint), "tokens are left");
        sure(move |model| {
            if let (Some(treasury), true) = (treasury, surplus > 0) {
                model.tokens.get_mut(&treasury).unwrap().amount += surplus;
            }
            model.tokens.remove(&pool_vault);
            model.pools.remove(&pool);
            model.moves.push(Move::Closed { address: pool_vault, to: payer });
            model.close(pool, payer);
        })
    }

    fn deposit_open(&self, accounts: &ix::DepositOpen, owner: Address, at: &At) -> Result<Foreseen, Why> {
        let ix::DepositOpen { payer, constitution, pool, deposit } = *accounts;
        self.pool(&pool, &constitution)?;
        self.check_new(&deposit, pda::deposit(&pool, &owner), &payer, at)?;
        sure(move |model| {
            model.open(deposit, payer);
            let opened = Deposit {
                constitution,
                pool,
                owner,
                payer,
                delegate: Address::default(),
                delegated_until: 0,
                fresh: 0,
                fresh_at: 0,
                layers: Vec::new(),
                locked_until: 0,
                index: None,
            };
            model.deposits.insert(deposit, opened);
        })
    }

    /// The accounts between somebody's tokens and a pool belong together.
    fn check_transfer(&self, a: &ix::DepositAdd) -> Result<(&Pool, &Deposit, &Tokens), Why> {
        let pool = self.pool(&a.pool, &a.constitution)?;
        let deposit = self.deposits.get(&a.deposit).ok_or("there is no such deposit")?;
        need!(deposit.pool == a.pool && deposit.owner == a.owner, "another's deposit");
        need!(a.pool_vault == pool.vault && a.mint == pool.mint && a.token_program == TOKEN, "other tokens");
        let tokens = self.tokens.get(&a.token_account).ok_or("no token account")?;
        need!(tokens.mint == pool.mint, "tokens of another mint");
        Ok((pool, deposit, tokens))
    }

    fn deposit_add(&self, accounts: &ix::DepositAdd, amount: u64, at: &At) -> Result<Foreseen, Why> {
        let a = *accounts;
        let (pool, deposit, tokens) = self.check_transfer(&a)?;
        let (from, until) = self.polity(&a.constitution)?.pauses[3];
        need!((from, until) == (0, 0) || until <= at.now, "deposits are paused");
        need!(amount > 0, "nothing to add");
        need!(!deposit.is_ripe(pool.maturity, at.now), "what is ripe would wait anew");
        need!(tokens.owner == a.owner && amount <= tokens.amount, "another's tokens, or too few");
        let now = at.now;
        sure(move |model| {
            model.move_tokens(a.token_account, a.pool_vault, amount);
            let deposit = model.deposits.get_mut(&a.deposit).unwrap();
            deposit.fresh += amount;
            deposit.fresh_at = now;
        })
    }

    fn move_tokens(&mut self, from: Address, to: Address, amount: u64) {
        self.tokens.get_mut(&from).unwrap().amount -= amount;
        self.tokens.get_mut(&to).unwrap().amount += amount;
    }

    fn deposit_withdraw(&self, accounts: &ix::DepositWithdraw, amount: u64, at: &At) -> Result<Foreseen, Why> {
        let ix::DepositWithdraw { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account } =
            *accounts;
        let a = ix::DepositAdd { owner, constitution, pool, pool_vault, mint, token_program, deposit, token_account };
        let (_, known, _) = self.check_transfer(&a)?;
        let matured = known.matured();
        need!(
            amount > 0 && u128::from(amount) <= u128::from(known.fresh) + u128::from(matured),
            "nothing, or too much"
        );
        let from_fresh = known.fresh.min(amount);
        let from_matured = amount - from_fresh;
        need!(from_matured == 0 || known.locked_until <= at.now, "they back a vote");
        let rest = matured - from_matured;
        let mut layers: Vec<(u64, u64)> = Vec::new();
        for (from, amount) in &known.layers {
            // Whoever takes out has less on every proposal.
            let amount = (*amount).min(rest);
            if amount > layers.last().map_or(0, |(_, last)| *last) {
                layers.push((*from, amount));
            }
        }
        let now = at.now;
        sure(move |model| {
            if from_matured > 0 {
                model.let_go_at = now;
            }
            model.move_tokens(a.pool_vault, a.token_account, amount);
            let known = model.deposits.get_mut(&a.deposit).unwrap();
            known.fresh -= from_fresh;
            known.fresh_at = if known.fresh == 0 { 0 } else { known.fresh_at };
            known.layers = layers;
        })
    }

    fn deposit_mature(&self, accounts: &ix::DepositMature, at: &At) -> Result<Foreseen, Why> {
        let ix::DepositMature { authority, constitution, deposit, pool } = *accounts;
        let known = self.deposit(&deposit, &constitution)?;
        need!(known.pool == pool, "another pool");
        let pool_known = &self.pools[&pool];
        need!(known.is_ripe(pool_known.maturity, at.now), "nothing is ripe");
        let next = self.polity(&constitution)?.next_proposal;
        let amount = known.matured() + known.fresh;
        let mut layers = known.layers.clone();
        if layers.last().is_some_and(|(from, _)| *from == next) {
            layers.pop();
        } else if layers.len() == 4 {
            need!(authority == known.owner, "only the owner gives up weight");
            need!(known.locked_until <= at.now, "they back a vote");
            layers.remove(0);
        }
        layers.push((next, amount));
        sure(move |model| {
            let pool = model.pools.get_mut(&pool).unwrap();
            let known = model.deposits.get_mut(&deposit).unwrap();
            if known.index.is_none() {
                known.index = Some(pool.next_index);
                pool.next_index += 1;
            }
            (known.layers, known.fresh, known.fresh_at) = (layers, 0, 0);
        })
    }
}
