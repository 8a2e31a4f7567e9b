// Sending transactions over HTTP alone: a provider's own way of confirming needs a websocket at the next port, which
// not every network has.
import { setTimeout as pause } from "node:timers/promises";

import { AnchorProvider, web3 } from "@anchor-lang/core";

/** How often the network is asked about transactions under way, milliseconds. */
const ASK_EVERY_MS = 400;
/** When to give up on a network that neither confirms nor lets a blockhash expire, milliseconds. */
const GIVE_UP_AFTER_MS = 120_000;
/** Most signatures that one request may ask about: the limit of getSignatureStatuses. */
const MOST_AT_ONCE = 256;

/** A transaction and who signs it besides the wallet. */
export interface Order {
  instruction: web3.TransactionInstruction;
  signers?: web3.Keypair[];
}

/** The program's errors by their numbers. */
export type Words = ReadonlyMap<number, string>;

/**
 * Sends each order in a transaction of its own and waits until all are confirmed.
 *
 * @throws with the program's own words where it refuses one.
 */
export async function send(provider: AnchorProvider, orders: Order[], words: Words): Promise<void> {
  for (let from = 0; from < orders.length; from += MOST_AT_ONCE) {
    await sendTogether(provider, orders.slice(from, from + MOST_AT_ONCE), words);
  }
}

/**
 * Asks the network what would come of an order, at no cost.
 *
 * @throws with the program's own words where it would refuse.
 */
export async function rehearse(provider: AnchorProvider, { instruction }: Order, words: Words): Promise<void> {
  const { connection, wallet } = provider;
  const { blockhash: recentBlockhash } = await connection.getLatestBlockhash("confirmed");
  const payerKey = wallet.publicKey;
  const message = new web3.TransactionMessage({ payerKey, recentBlockhash, instructions: [instruction] });
  const transaction = new web3.VersionedTransaction(message.compileToLegacyMessage());
  const config = { sigVerify: false, commitment: "confirmed" } as const;
  const { err } = (await connection.simulateTransaction(transaction, config)).value;
  if (err) throw new Error(inWords(JSON.stringify(err), words));
}

async function sendTogether(provider: AnchorProvider, orders: Order[], words: Words): Promise<void> {
  const { connection, wallet } = provider;
  const { blockhash, lastValidBlockHeight } = await connection.getLatestBlockhash("confirmed");
  const signatures: string[] = [];
  for (const { instruction, signers = [] } of orders) {
    const transaction = new web3.Transaction({ feePayer: wallet.publicKey, blockhash, lastValidBlockHeight });
    transaction.add(instruction);
    if (signers.length > 0) transaction.partialSign(...signers);
    const signed = await wallet.signTransaction(transaction);
    try {
      signatures.push(await connection.sendRawTransaction(signed.serialize(), { preflightCommitment: "confirmed" }));
    } catch (error) {
      throw new Error(inWords(error, words));
    }
  }
  await confirm(connection, signatures, lastValidBlockHeight, words);
}

async function confirm(
  connection: web3.Connection,
  signatures: string[],
  lastValidBlockHeight: number,
  words: Words,
): Promise<void> {
  const giveUpAt = Date.now() + GIVE_UP_AFTER_MS;
  let missing = signatures;
  for (;;) {
    // Order: the height is read before the statuses, or a transaction could land in between and be called expired.
    const height = await connection.getBlockHeight("confirmed");
    const statuses = (await connection.getSignatureStatuses(missing)).value;
    for (const [index, status] of statuses.entries()) {
      if (status?.err) throw new Error(`${missing[index]}: ${inWords(JSON.stringify(status.err), words)}`);
    }
    missing = missing.filter((_, index) => {
      const level = statuses[index]?.confirmationStatus;
      return level !== "confirmed" && level !== "finalized";
    });
    if (missing.length === 0) return;
    if (lastValidBlockHeight < height || giveUpAt < Date.now()) {
      throw new Error(`${missing.length} transactions were not confirmed, the first is ${missing[0]}; run this again`);
    }
    await pause(ASK_EVERY_MS);
  }
}

/** The rule that the program says was broken, where it was the program. */
function inWords(error: unknown, words: Words): string {
  const message = error instanceof Error ? error.message : String(error);
  const code = /custom program error: 0x([0-9a-f]+)/iu.exec(message)?.[1] ?? "";
  const decimal = /"Custom":(\d+)/u.exec(message)?.[1];
  const number = decimal ? Number(decimal) : Number.parseInt(code, 16);
  return words.get(number) ?? message;
}
