/**
 * How a storage says no (lua/lease/refusal.lua): a code word, facts as JSON, a sentence. What a router does about it is
 * one row of a table.
 */
import { errorCodes } from '~/iproto/index.ts';

/**
 * - `follow`: nothing was done; the bucket is elsewhere.
 * - `master`: nothing was done; another instance leads.
 * - `wait`: nothing was done; the same may go in a moment.
 * - `tell`: the client has to know.
 */
export type Verdict = 'follow' | 'master' | 'wait' | 'tell';

const verdicts = {
  WRONG_BUCKET: 'follow',
  WRONG_EPOCH: 'master',
  BUCKET_MOVING: 'wait',
  LEASE_EXPIRED: 'wait',
  GATED: 'wait',
  NOT_SHARDED: 'tell',
  OUTCOME_UNKNOWN: 'tell',
} as const satisfies Record<string, Verdict>;

export type RefusalCode = keyof typeof verdicts;

export type Refusal = {
  readonly code: RefusalCode;
  readonly verdict: Verdict;
  readonly facts: { readonly [name: string]: unknown };
  readonly sentence: string;
};

/** Undefined for any other error. `code` of the error: a storage's own refusal is Lua's error, not that of a write inside a function. */
export function readRefusal(code: number, message: string): Refusal | undefined {
  if (code !== errorCodes.PROC_LUA) return undefined;
  const word = /^[A-Z_]+(?= \{)/.exec(message)?.[0];
  if (word === undefined || !isRefusal(word)) return undefined;
  const end = endOfObject(message, word.length + 1);
  const facts = end === -1 ? undefined : parsed(message.slice(word.length + 1, end));
  if (facts === undefined) return undefined;
  return { code: word, verdict: verdicts[word], facts, sentence: message.slice(end).replace(/^: /, '') };
}

function isRefusal(word: string): word is RefusalCode {
  return Object.hasOwn(verdicts, word);
}

export const textOf = (facts: Refusal['facts'], name: string): string | null => (typeof facts[name] === 'string' ? facts[name] : null);
export const numberOf = (facts: Refusal['facts'], name: string): number | null => (typeof facts[name] === 'number' ? facts[name] : null);

/** Where the JSON object that starts at `start` ends; -1 when it does not. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === '\\') at += 1;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === '{') depth += 1;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return -1;
}

function parsed(json: string): Refusal['facts'] | undefined {
  try {
    return JSON.parse(json) as Refusal['facts'];
  } catch {
    return undefined;
  }
}
