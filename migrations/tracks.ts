// The parameters a constitution starts with, read from a JSON file. Their bounds are the program's to check.
import { readFileSync } from "node:fs";

const TRACKS = ["policy", "treasury", "amendment", "ratification"] as const;

/** As the IDL names the fields. Shares in basis points, times in seconds, the deposit in lamports. */
export interface Track {
  thresholdBps: number;
  quorumBps: number;
  minForBps: number;
  entrenchedThresholdBps: number;
  vetoBps: number;
  slashBps: number;
  discussionSeconds: number;
  votingSeconds: number;
  extensionSeconds: number;
  cooloffSeconds: number;
  timelockSeconds: number;
  windowSeconds: number;
  depositLamports: number;
}

/** Where the file has each field. */
const FIELDS: Record<keyof Track, string> = {
  thresholdBps: "threshold_bps",
  quorumBps: "quorum_bps",
  minForBps: "min_for_bps",
  entrenchedThresholdBps: "entrenched_threshold_bps",
  vetoBps: "veto_bps",
  slashBps: "slash_bps",
  discussionSeconds: "discussion_seconds",
  votingSeconds: "voting_seconds",
  extensionSeconds: "extension_seconds",
  cooloffSeconds: "cooloff_seconds",
  timelockSeconds: "timelock_seconds",
  windowSeconds: "window_seconds",
  depositLamports: "deposit_lamports",
};

/**
 * The tracks policy, treasury, amendment and ratification, in the order of their numbers.
 *
 * @throws where a track or a field is missing, unknown, or no whole number.
 */
export function readTracks(file: string): Track[] {
  let tracks: unknown;
  try {
    tracks = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : error}`);
  }
  const fields = entries(tracks, file, TRACKS);
  return TRACKS.map((track) => readTrack(fields[track], `${file}: ${track}`));
}

function readTrack(value: unknown, place: string): Track {
  const fields = entries(value, place, Object.values(FIELDS));
  const numbers = Object.entries(FIELDS).map(([name, field]) => {
    const number = fields[field];
    if (!Number.isInteger(number) || (number as number) < 0) throw new Error(`${place}: ${field} is no whole number`);
    return [name, number];
  });
  return Object.fromEntries(numbers);
}

/** An object with exactly these keys. */
function entries(value: unknown, place: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new Error(`${place}: expected an object`);
  const missing = keys.find((key) => !(key in value));
  if (missing) throw new Error(`${place}: ${missing} is missing`);
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown) throw new Error(`${place}: ${unknown} is unknown`);
  return value as Record<string, unknown>;
}
