// The canonical form of a text, and its hash. The rule and its reasons: crates/rules/src/text.rs. A test holds the two
// against each other, so that the same words get the same hash whoever publishes them.
import { createHash } from "node:crypto";

/** Longest canonical text, in bytes. */
export const MAX_TEXT_BYTES = 1 << 20;

/** Control characters but line feed, tab and carriage return; overrides of the direction of writing. */
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e]/u;

/**
 * The canonical form: UTF-8 in normal form C, lines end with LF, one LF at the end, no byte order mark.
 *
 * @throws where the bytes are no text, hold what a reader cannot see, show nothing, or are too long.
 */
export function canonicalize(bytes: Uint8Array): string {
  const text = decode(bytes).replace(/^\ufeff+/u, "");
  const hidden = HIDDEN.exec(text);
  if (hidden) {
    const code = (hidden[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    throw new Error(`the text holds the invisible character U+${code}; only line feeds and tabs are allowed`);
  }
  if (/^\p{White_Space}*$/u.test(text)) throw new Error("the text is empty");
  const normal = text.replace(/\r\n?/gu, "\n").normalize("NFC");
  let end = normal.length;
  while (normal[end - 1] === "\n") end -= 1;
  const canonical = `${normal.slice(0, end)}\n`;
  const len = Buffer.byteLength(canonical);
  if (MAX_TEXT_BYTES < len) throw new Error(`the text is ${len} bytes long, more than the ${MAX_TEXT_BYTES} allowed`);
  return canonical;
}

/** The SHA-256 by which a canonical text is known. */
export function hash(canonical: string): Buffer {
  return createHash("sha256").update(canonical, "utf8").digest();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error("the text is not UTF-8");
  }
}
