//! X8: a call may spend what the vault has, and may give nobody a power over it.

use quantumagi_rules::action::{FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount};

use crate::support::*;

const AMOUNT: u64 = 1_000;

/// The vault's token account and its mint.
fn with_tokens(program: Address) -> (Community, Address, Address) {
    let mut community = Founding::default().found();
    let [mint, tokens] = ["mint", "the vault's tokens"].map(person);
    let vault = community.vault;
    community.put_mint(&mint, &Mint::of(program));
    community.put_tokens(&tokens, &mint, &vault, AMOUNT);
    (community, mint, tokens)
}

fn account(address: &Address, flags: u8) -> InvokeAccount {
    InvokeAccount { address: address.to_bytes(), flags }
}

/// A call of a token program about this account, ordered by the vault, with another account between them.
fn call(community: &Community, program: Address, tokens: &Address, between: &[InvokeAccount], data: Vec<u8>) -> Call {
    let accounts = [&[account(tokens, FLAG_WRITABLE)], between, &[account(&community.vault, FLAG_SIGNER)]].concat();
    Call { program, program_data: community.program_data(&program), accounts, data }
}

/// `SetAuthority`: number 6, which authority, then the new one.
fn set_authority(kind: u8, new: Address) -> Vec<u8> {
    [&[6, kind, 1][..], new.as_ref()].concat()
}

/// `Approve`: number 4, amount.
fn approve(amount: u64) -> Vec<u8> {
    [&[4][..], &amount.to_le_bytes()].concat()
}

/// Approves the call and lets it run.
#[track_caller]
fn run(community: &Community, call: &Call, expected: Result<(), GovError>) -> Community {
    let mut community = community.clone();
    let proposal = call.approved(&mut community);
    let execute = call.execute(&community, proposal);
    match expected {
        Ok(()) => drop(community.send(execute)),
        Err(refusal) => check_refused(&mut community, execute, refusal),
    }
    community
}

#[test]
fn x8_a_call_that_gives_the_vaults_tokens_away_is_undone() {
    let thief = person("thief");
    for program in [TOKEN, TOKEN_2022] {
        let (community, _, tokens) = with_tokens(program);
        let delegate = [account(&thief, 0)];
        for (between, data, refusal) in [
            (&[][..], set_authority(2, thief), GovError::TokensSeized),
            (&[], set_authority(3, thief), GovError::TokensClosable),
            (&delegate, approve(1), GovError::TokensDelegated),
        ] {
            let call = call(&community, program, &tokens, between, data);
            run(&community, &call, Err(refusal));
        }
    }
}

#[test]
fn x8_a_call_may_spend_and_may_take_powers_back() {
    let friend = person("friend");
    for program in [TOKEN, TOKEN_2022] {
        let (mut community, mint, tokens) = with_tokens(program);
        let other = person("bob's tokens");
        community.put_tokens(&other, &mint, &person("bob"), 0);
        // Somebody was given powers before the vault's community made a constitution.
        let mut powers = community.account(&tokens).unwrap();
        powers.data[72] = 1;
        powers.data[76..108].copy_from_slice(friend.as_ref());
        powers.data[121..129].copy_from_slice(&500u64.to_le_bytes());
        powers.data[129] = 1;
        powers.data[133..165].copy_from_slice(friend.as_ref());
        community.put(&tokens, powers);
        let spend = [&[3][..], &10u64.to_le_bytes()].concat();
        let spent =
            run(&community, &call(&community, program, &tokens, &[account(&other, FLAG_WRITABLE)], spend), Ok(()));
        assert_eq!((spent.tokens(&tokens), spent.tokens(&other)), (AMOUNT - 10, 10));
        run(&community, &call(&community, program, &tokens, &[], vec![5]), Ok(()));
        let delegate = [account(&friend, 0)];
        let call_of = |data| call(&community, program, &tokens, &delegate, data);
        run(&community, &call_of(approve(500)), Ok(()));
        run(&community, &call_of(approve(499)), Ok(()));
        run(&community, &call_of(approve(501)), Err(GovError::TokensDelegated));
    }
}

#[test]
fn x8_the_vault_may_close_its_own_token_account() {
    for program in [TOKEN, TOKEN_2022] {
        let (mut community, mint, tokens) = with_tokens(program);
        let vault = community.vault;
        community.put_tokens(&tokens, &mint, &vault, 0);
        let rent = community.lamports(&tokens);
        let before = community.lamports(&vault);
        let to_vault = [account(&vault, FLAG_WRITABLE)];
        let after = run(&community, &call(&community, program, &tokens, &to_vault, vec![9]), Ok(()));
        assert_eq!((after.account(&tokens), after.lamports(&vault)), (None, before + rent));
    }
}

#[test]
fn x8_what_is_not_the_vaults_may_change_hands() {
    for program in [TOKEN, TOKEN_2022] {
        let (mut community, mint, _) = with_tokens(program);
        // The vault is the delegate of an account that is somebody else's, and its close authority.
        let theirs = person("a friend's tokens");
        community.put_tokens(&theirs, &mint, &person("friend"), 0);
        let vault = community.vault;
        let mut powers = community.account(&theirs).unwrap();
        powers.data[129] = 1;
        powers.data[133..165].copy_from_slice(vault.as_ref());
        community.put(&theirs, powers);
        run(&community, &call(&community, program, &theirs, &[], set_authority(3, person("heir"))), Ok(()));
    }
}
