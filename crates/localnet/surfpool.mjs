// Runs one local Solana network (Surfpool) and obeys the process that started it.
//
// One JSON request a line comes in on standard input, one JSON answer a line goes out on descriptor 3:
//   {"id":1,"op":"travel","unix_seconds":1800000000}  ->  {"id":1,"ok":{...}} or {"id":1,"error":"..."}
// Descriptors 1 and 2 stay free for whatever the native library prints. The network ends when
// standard input closes, which the kernel does even when the starter is killed, unless "detach" was asked.

import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const ANSWERS = 3;
const CLOCK = 'SysvarC1ock11111111111111111111111111111111';
const PACKAGE = '@solana/surfpool-linux-x64-gnu';

const answer = (line) => writeSync(ANSWERS, `${JSON.stringify(line)}\n`);

const { slot_ms: slotMs } = JSON.parse(process.argv[2]);

function load() {
  try {
    return createRequire(import.meta.url)(PACKAGE).Surfnet;
  } catch (error) {
    const missing = error.code === 'MODULE_NOT_FOUND';
    answer({ id: 0, [missing ? 'not_installed' : 'error']: missing ? PACKAGE : String(error) });
    process.exit(1);
  }
}

const surfnet = load().startWithConfig({
  offline: true,
  blockProductionMode: 'clock',
  slotTimeMs: slotMs,
});

// The native library keeps an event of every block and transaction for a reader, 1,024 of them. When that is full it
// stops making blocks and answering, without a word: so they are read, and nobody wants them.
setInterval(() => surfnet.drainEvents(), 50);

async function clock() {
  const response = await fetch(surfnet.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'getAccountInfo',
      params: [CLOCK, { encoding: 'base64', commitment: 'processed' }],
    }),
  });
  const { context, value } = (await response.json()).result;
  const bytes = Buffer.from(value.data[0], 'base64');
  return {
    current: context.slot,
    slot: Number(bytes.readBigUInt64LE(0)),
    unix_seconds: Number(bytes.readBigInt64LE(32)),
  };
}

// Right after a jump the Clock account holds the slot counted from the start of its epoch; the next
// block puts it right. A program that ran in between would see the clock's slot go back.
async function settledClock() {
  for (;;) {
    const now = await clock();
    if (now.slot === now.current) return now;
    await new Promise((resolve) => setTimeout(resolve, Math.min(slotMs, 20)));
  }
}

// Jumps by slots, not by timestamp: surfnet's jump to a timestamp lets the slot step back by an epoch,
// and with it the order of the transaction history. A jump by slots moves the clock by slots times their
// length. Rounding down approaches the asked second from below and never passes it.
async function travel(target) {
  let now = await settledClock();
  if (target < now.unix_seconds) throw new Error(`the clock is already at ${now.unix_seconds}`);
  while (now.unix_seconds < target) {
    const missingMs = (target - now.unix_seconds) * 1000;
    surfnet.timeTravelToSlot(now.slot + Math.max(1, Math.floor(missingMs / slotMs)));
    now = await settledClock();
  }
  return { slot: now.slot, unix_seconds: now.unix_seconds };
}

let detached = false;

const operations = {
  travel: ({ unix_seconds }) => travel(unix_seconds),
  fund: ({ address, lamports }) => surfnet.fundSol(address, lamports),
  set_account: ({ address, lamports, owner, data }) =>
    surfnet.setAccount(address, lamports, [...Buffer.from(data, 'base64')], owner),
  deploy: ({ program, path }) => surfnet.deploy({ programId: program, soPath: path }),
  detach: () => {
    detached = true;
    process.on('SIGHUP', () => {});
  },
};

function end() {
  surfnet.stop();
  process.exit(0);
}

// For whoever steers a detached network by hand. Two signals at once make two days.
let days = Promise.resolve();
process.on('SIGUSR2', () => {
  days = days.then(async () => travel((await settledClock()).unix_seconds + 86_400));
});

process.on('SIGTERM', end);
process.on('SIGINT', end);

const requests = createInterface({ input: process.stdin });
requests.on('close', () => detached || end());

answer({ id: 0, ok: { rpc_url: surfnet.rpcUrl, ws_url: surfnet.wsUrl } });

for await (const line of requests) {
  const { id, op, ...args } = JSON.parse(line);
  try {
    answer({ id, ok: (await operations[op](args)) ?? null });
  } catch (error) {
    answer({ id, error: String(error.message ?? error) });
  }
}
// A detached network has no more requests to read; the timer keeps the process, and so the network, alive.
setInterval(() => {}, 2 ** 30);
