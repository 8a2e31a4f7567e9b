// What `anchor migrate` runs: founds a constitution from a file on the chosen cluster and publishes its text.
//
// Run again, it finds the constitution it founded and changes nothing. It deploys no program and seals nothing.
// What it reads from the environment: migrations/README.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";

import { AnchorProvider, Idl, Program, web3 } from "@anchor-lang/core";

import type { QuantumagiCore } from "../idl/quantumagi_core";
import { canonicalize, hash } from "./canonical";
import { Order, rehearse, send } from "./send";
import { readTracks } from "./tracks";

/** Bytes of a text in one part, as the SDK cuts it: what fits a transaction beside everything else. */
const PART_LEN = 850;

const { PublicKey, Keypair } = web3;

async function migrate(provider: AnchorProvider): Promise<void> {
  const { connection, wallet } = provider;
  const program = load(provider);
  const keyFile = process.env.QUANTUMAGI_CREATE_KEY_FILE ?? (await defaultKeyFile(connection));
  const known = existsSync(keyFile);
  const createKey = known ? readKey(keyFile) : Keypair.generate();
  const constitution = find(program, "constitution", createKey.publicKey);
  const vault = find(program, "vault", constitution);
  if (known && (await connection.getAccountInfo(constitution, "confirmed"))) {
    console.log(`constitution: ${constitution}`);
    console.log(`It exists already, founded with the key in ${keyFile}. Nothing was changed.`);
    return;
  }
  const deployed = await connection.getAccountInfo(program.programId, "confirmed");
  if (!deployed?.executable) {
    throw new Error(`the program ${program.programId} is not on this cluster; deploy it first: anchor deploy`);
  }

  const file = process.env.QUANTUMAGI_CONSTITUTION_FILE ?? join(__dirname, "constitution.toml");
  const text = readText(file);
  const tracks = readTracks(process.env.QUANTUMAGI_TRACKS_FILE ?? join(__dirname, "tracks.json"));
  const words = new Map(program.idl.errors.map(({ code, msg }) => [code, msg]));
  const create: Order = {
    instruction: await program.methods
      .constitutionCreate({ textHash: [...hash(text)], tracks })
      .accountsPartial({ founder: wallet.publicKey, createKey: createKey.publicKey, constitution, vault })
      .instruction(),
    signers: [createKey],
  };
  await rehearse(provider, create, words);
  if (!known) keepKey(keyFile, createKey);
  // Order: the text comes first. Were it the other way round, a run that ended in between would leave a constitution
  // that nobody can read, and the next run would find it and stop.
  const parts = await publish(program, wallet.publicKey, text);
  await send(provider, parts, words);
  await send(provider, [create], words);

  console.log(`constitution: ${constitution}`);
  console.log(`vault:        ${vault}`);
  console.log(`founder:      ${wallet.publicKey}`);
  const size = `${Buffer.byteLength(text)} bytes in ${parts.length === 1 ? "one part" : `${parts.length} parts`}`;
  console.log(`text:         ${hash(text).toString("hex")}, ${size}`);
  console.log(`create key:   ${keyFile}`);
}

function load(provider: AnchorProvider): Program<QuantumagiCore> {
  const idl = JSON.parse(readFileSync(join(__dirname, "../idl/quantumagi_core.json"), "utf8")) as Idl;
  return new Program<QuantumagiCore>(idl as unknown as QuantumagiCore, provider);
}

/** The address that the program derives from this name and key. */
function find(program: Program<QuantumagiCore>, name: string, key: web3.PublicKey): web3.PublicKey {
  return PublicKey.findProgramAddressSync([Buffer.from(name), key.toBuffer()], program.programId)[0];
}

/** One file for each cluster, so that a constitution of one is never taken for one of another. */
async function defaultKeyFile(connection: web3.Connection): Promise<string> {
  return join(__dirname, "create-keys", `${await connection.getGenesisHash()}.json`);
}

function readKey(file: string): web3.Keypair {
  try {
    return Keypair.fromSecretKey(Uint8Array.from(JSON.parse(readFileSync(file, "utf8"))));
  } catch {
    throw new Error(`${file} is no key file of 64 bytes`);
  }
}

/** Kept before it is used: a run that ends early is taken up by the next one. */
function keepKey(file: string, key: web3.Keypair): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify([...key.secretKey]), { mode: 0o600, flag: "wx" });
}

/** The canonical text of a file, gzipped or not. */
function readText(file: string): string {
  try {
    const bytes = readFileSync(file);
    return canonicalize(file.endsWith(".gz") ? gunzipSync(bytes) : bytes);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The instructions that publish a text. */
async function publish(program: Program<QuantumagiCore>, publisher: web3.PublicKey, text: string): Promise<Order[]> {
  const bytes = Buffer.from(text, "utf8");
  const orders: Order[] = [];
  for (let offset = 0; offset < bytes.length; offset += PART_LEN) {
    const instruction = await program.methods
      .textPublish(bytes.length, offset, [...bytes.subarray(offset, offset + PART_LEN)])
      .accountsPartial({ publisher, text: new PublicKey(hash(text)) })
      .instruction();
    orders.push({ instruction });
  }
  return orders;
}

// The Anchor CLI does not wait for what this returns, so a refusal ends here: one line, and an exit status that the CLI
// passes on.
export = async function deploy(provider: AnchorProvider): Promise<void> {
  try {
    await migrate(provider);
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = 1;
  }
};
