//! What was approved is done, and nothing else: tokens, calls one after the other, the code of a program.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::deploy::deploy_program;
use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, Keypair, Signer, VersionedTransaction, ids};
use quantumagi_sdk::words::{hex, sol};
use quantumagi_sdk::{TOKEN, associated_token_account};
use serde_json::{Value, json};

use super::garden::{Garden, only};
use super::tokens::{client, mint, units_of};

/// It logs what it is given, and the network carries it.
const MEMO: Address = Address::from_str_const("MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr");
const SYSTEM: &str = "11111111111111111111111111111111";
/// The program of programs/guarded-sample, `cargo xtask build` builds it.
const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/deploy/guarded_sample.so");

fn vault(garden: &Garden) -> Address {
    pda::vault(&garden.constitution.parse().expect("an address"))
}

fn trial(garden: &Garden, id: &str) -> Value {
    let checked = garden.json(&["proposal", "check", id]);
    assert_eq!(
        only(&checked, &["is_what_is_voted_on", "next"]),
        json!({ "is_what_is_voted_on": true, "next": "execute" })
    );
    checked["trial"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_and_sol_are_paid_after_the_timelock_where_the_vault_has_them() {
    let garden = Garden::new().await;
    let (world, vault, ben) = (&garden.world, vault(&garden), garden.world.ben.address());
    let token = mint(world, &[vault, ben]).await;
    let to = associated_token_account(&ben, &token, &TOKEN);
    let (token_arg, to_arg) = (token.to_string(), to.to_string());
    let pay = |units| ["transfer-tokens", token_arg.as_str(), to_arg.as_str(), units, "--cites", "0"];
    let uncited = garden.refused(&[&["proposal", "create", "--reason", "x"], &pay("1")[..4]].concat(), 1);
    assert!(uncited.starts_with("error: a policy or treasury proposal must cite a principle\n"), "{uncited}");
    let (right, too_much) = (garden.propose(&pay("250")), garden.propose(&pay("1001")));
    let lamports = garden.propose(&["transfer", &ben.to_string(), "1.5", "--cites", "0"]);
    let sentence = format!("pays 250 base units of token {token} from the vault to token account {to}");
    assert_eq!(garden.json(&["proposal", "show", &right])["action"]["sentence"], sentence);
    let undecided = garden.refused(&["proposal", "execute", &right], 75);
    assert!(undecided.starts_with("error: nothing is decided: voting ends at "), "{undecided}");

    garden.approve(&[&right, &too_much, &lamports]).await;
    assert_eq!(
        only(&trial(&garden, &right), &["would_succeed", "refusal"]),
        json!({ "would_succeed": true, "refusal": null })
    );
    let short = format!("the vault holds 1000 base units of token {token}, and 1001 would be paid");
    assert_eq!(trial(&garden, &too_much)["refusal"], short);
    assert_eq!(garden.refused(&["proposal", "execute", &too_much], 1), format!("error: {short}\n"));
    assert_eq!(units_of(world, &vault, &token).await, 1_000);
    let holds = sol(garden.balance(&vault).await);
    assert_eq!(
        garden.refused(&["proposal", "execute", &lamports], 1),
        format!(
            "error: the vault holds {holds}, and 1.5 SOL would be paid\n\n\
             hint: anybody fills it with `quantumagi vault fund`\n"
        )
    );
    garden.json(&["vault", "fund", "1.5"]);
    garden.json(&["proposal", "execute", &lamports]);
    assert_eq!(garden.json(&["proposal", "execute", &right])["done"], format!("proposal 0 executed: it {sentence}"));
    assert_eq!((units_of(world, &vault, &token).await, units_of(world, &ben, &token).await), (750, 1_250));
    let twice = garden.refused(&["proposal", "execute", &right], 1);
    assert_eq!(twice, "error: the proposal is executed and cannot change\n");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

/// Signs and sends the one transaction that was printed.
async fn send(garden: &Garden, printed: &Value) {
    let bytes = STANDARD.decode(printed["transactions"][0]["transaction"].as_str().expect("base64")).expect("base64");
    let mut transaction: VersionedTransaction = bincode::deserialize(&bytes).expect("a transaction");
    transaction.signatures[0] = garden.world.ana.key.sign_message(&transaction.message.serialize());
    let client = client(&garden.world);
    let height = client.rpc().latest_blockhash().await.expect("a blockhash").last_valid_block_height;
    client.rpc().send_and_confirm(&transaction, height, Default::default(), |_| {}).await.expect("it lands");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_series_that_fits_no_transaction_goes_on_where_it_stopped() {
    let garden = Garden::new().await;
    let (world, constitution) = (&garden.world, garden.constitution.parse().expect("an address"));
    garden.json(&["vault", "fund", "2"]);
    let (payee, ana) = (Keypair::new().pubkey(), world.ana.address());
    let transfer = |lamports: u64| format!("{SYSTEM},vault:ws,{payee}:w=02000000{}", hex(&lamports.to_le_bytes()));
    let letter = format!("{MEMO}={}", hex(&[b'a'; 1_300]));
    let rest = world.home.write("rest.txt", format!("# and then\n\n{letter}\n{}\n", transfer(200_000_000)));
    let wrong = world.home.write("wrong.txt", format!("# only this\n{SYSTEM}=0\n"));
    let series = |file| ["proposal", "create", "--reason", "Because", "--cites", "0", "invoke-series", "--file", file];
    let refused = garden.refused(&series(&wrong), 1);
    assert_eq!(refused, format!("error: line 2 of {wrong}: data is an even number of hexadecimal digits\n"));

    // Two parts of a payload, the proposal with the count of its proposer's, and the explanation.
    let first = transfer(100_000_000);
    let created = garden.json(&[&series(&rest)[..], &["--call", &first]].concat());
    let id = created["proposal"].to_string();
    let sent = created["transactions"].as_array().expect("a list");
    let event = |transaction: usize, event: usize| sent[transaction]["events"][event].as_str().expect("an event");
    let payload = event(0, 0).split(' ').nth(1).expect("an address").to_owned();
    assert!(event(3, 1).contains(&format!("which does what is written in payload {payload}; ")), "{}", event(3, 1));
    let kept = garden.json(&["proposal", "payload", &payload]);
    assert_eq!((&kept["author"], &kept["size"]), (&json!(ana.to_string()), &kept["written"]));
    garden.approve(&[&id]).await;

    // Whoever wrote the payload takes it back; it is written again by whoever executes.
    let by_ben = garden.refused(&["proposal", "payload", &payload, "--close", "--keypair", &world.ben.file], 1);
    assert!(by_ben.starts_with(&format!("error: only {ana} may do this, not {}\n", world.ben.address())), "{by_ben}");
    garden.json(&["proposal", "payload", &payload, "--close"]);
    let gone = garden.refused(&["proposal", "payload", &payload], 1);
    assert!(gone.starts_with(&format!("error: there is no payload at {payload}\n")), "{gone}");
    assert_eq!(trial(&garden, &id)["would_succeed"], true);
    let ana = ana.to_string();
    let unsigned = ["proposal", "execute", id.as_str(), "--unsigned", "--signer", ana.as_str()];
    // Begun, and two parts of it.
    for remaining in [5, 4, 3] {
        let printed = garden.json(&unsigned);
        assert_eq!(printed["remaining"], remaining);
        send(&garden, &printed).await;
    }
    let printed = garden.json(&unsigned);
    assert_eq!(printed["remaining"], 2);
    send(&garden, &printed).await;
    assert_eq!(garden.balance(&payee).await, 100_000_000);
    let state = garden.json(&["proposal", "show", &id])["state"].clone();
    assert!(state.as_str().is_some_and(|state| state.ends_with("; 1 of 3 steps done")), "{state}");
    assert_eq!(trial(&garden, &id)["would_succeed"], true, "the letter is read from the payload");
    let cleo = ["--keypair", &world.cleo.file];
    let finished = garden.json(&[&["proposal", "execute", &id][..], &cleo].concat());
    assert_eq!(finished["transactions"].as_array().map(Vec::len), Some(2), "the second step and the third");
    assert_eq!(garden.balance(&payee).await, 300_000_000);
    assert_eq!(garden.json(&["proposal", "show", &id])["phase"], "executed");
    let vault = client(world).rpc().balance(&pda::vault(&constitution)).await.expect("a balance");
    assert_eq!(garden.json(&["vault", "show"])["lamports"], vault);
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}

/// A program that the vault may upgrade, as on any cluster: deployed, and its upgrade authority handed over.
async fn program_of_the_vault(garden: &Garden) -> (Address, Vec<u8>) {
    let (client, ana, program) = (client(&garden.world), &garden.world.ana.key, Keypair::new());
    let code = std::fs::read(SAMPLE).expect("the program was built");
    deploy_program(client.rpc(), ana, &program, &code, ana, |_| {}).await.expect("the program deploys");
    let accounts = vec![
        AccountMeta::new(code_of(&program.pubkey()), false),
        AccountMeta::new_readonly(ana.pubkey(), true),
        AccountMeta::new_readonly(vault(garden), false),
    ];
    // SetAuthority.
    let hand_over = Instruction { program_id: ids::bpf_loader_upgradeable::ID, accounts, data: vec![4, 0, 0, 0] };
    client.send(&[hand_over], &[ana]).await.expect("the vault is the upgrade authority");
    (program.pubkey(), code)
}

fn code_of(program: &Address) -> Address {
    Address::find_program_address(&[program.as_ref()], &ids::bpf_loader_upgradeable::ID).0
}

/// Writes a buffer of the vault's with this code.
async fn write_buffer(garden: &Garden, buffer: &Address, code: &[u8]) {
    let data = [&[1, 0, 0, 0, 1][..], vault(garden).as_ref(), code].concat();
    let loader = ids::bpf_loader_upgradeable::ID;
    garden.world.network.set_account(buffer, &loader, 1_000_000_000, &data).await.expect("the network writes it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_code_that_was_voted_on_and_no_other() {
    let garden = Garden::new().await;
    let (world, vault) = (&garden.world, vault(&garden));
    let client = client(world);
    let (program, old) = program_of_the_vault(&garden).await;
    let buffer = Keypair::new().pubkey();
    let new = client.rpc().existing_account(&MEMO).await.expect("the network carries it").data;
    assert!(new.starts_with(b"\x7fELF") && new.len() < old.len(), "code that fits the program's account");
    let (program_arg, buffer_arg) = (program.to_string(), buffer.to_string());
    let upgrade = ["program-upgrade", program_arg.as_str(), buffer_arg.as_str(), "--cites", "0"];
    let create = [&["proposal", "create", "--reason", "x"][..], &upgrade].concat();
    let absent = format!("error: there is no buffer with code at {buffer}\n");
    assert_eq!(garden.refused(&create, 1), absent);
    world.network.fund(&buffer, 1_000_000).await.expect("the network funds a wallet");
    let wallet = format!("error: {buffer} is not a buffer with code: it belongs to the program {SYSTEM}\n");
    assert_eq!(garden.refused(&create, 1), wallet);
    write_buffer(&garden, &buffer, &new).await;
    let id = garden.propose(&upgrade);
    let sentence = format!("replaces the code of program {program} by the code with hash {}", hex(&sha256(&new)));
    assert_eq!(garden.json(&["proposal", "show", &id])["action"]["sentence"], sentence);
    garden.reach(&id, "starts_at").await;
    garden.json(&["proposal", "vote", &id, "for"]);
    garden.json(&["proposal", "vote", &id, "for", "--keypair", &world.ben.file]);
    garden.reach(&id, "ends_at").await;
    garden.json(&["proposal", "finalize", &id]);
    let early = garden.refused(&["proposal", "execute", &id], 75);
    assert!(early.starts_with("error: the timelock runs until "), "{early}");
    garden.reach(&id, "opens_at").await;

    let mut altered = new.clone();
    *altered.last_mut().expect("code") ^= 1;
    write_buffer(&garden, &buffer, &altered).await;
    let changed = format!(
        "buffer {buffer} holds code with hash {}; what was voted on has {}",
        hex(&sha256(&altered)),
        hex(&sha256(&new))
    );
    assert_eq!(trial(&garden, &id)["refusal"], changed);
    assert_eq!(garden.refused(&["proposal", "execute", &id], 1), format!("error: {changed}\n"));
    let in_place = |account: Vec<u8>, code: &[u8]| account[45..].starts_with(code);
    let code = client.rpc().existing_account(&code_of(&program)).await.expect("its code").data;
    assert!(in_place(code, &old), "nothing was replaced");

    write_buffer(&garden, &buffer, &new).await;
    assert_eq!(trial(&garden, &id)["would_succeed"], true);
    let before = garden.balance(&vault).await;
    garden.json(&["proposal", "execute", &id]);
    let code = client.rpc().existing_account(&code_of(&program)).await.expect("its code").data;
    assert!(in_place(code, &new));
    assert_eq!(garden.balance(&vault).await - before, 1_000_000_000, "the buffer's lamports go to the vault");
    let memo = Instruction { program_id: program, accounts: Vec::new(), data: b"upgraded".to_vec() };
    client.send(&[memo], &[&world.ana.key]).await.expect("the program does what its new code does");
    assert_eq!(garden.json(&["audit", "verify"])["is_proved"], true);
}
