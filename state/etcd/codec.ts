/** Our words in etcd's JSON and back: keys and values are base64 there, 64-bit numbers text. */
import { ProviderUnavailable } from '../errors.ts';
import { limits } from '../limits.ts';
import { LimitExceeded } from '../errors.ts';
import type { Transaction, Verdict, Wanted } from '../client/backend.ts';
import type { Entry, Snapshot } from '../provider.ts';

type KeyValue = { readonly key: string; readonly value?: string; readonly mod_revision: string };
type Range = { readonly kvs?: readonly KeyValue[] };
type Response = { readonly response_range?: Range; readonly response_txn?: TransactionAnswer };
export type TransactionAnswer = { readonly header?: { readonly revision?: string }; readonly succeeded?: boolean; readonly responses?: readonly Response[] };
export type WatchAnswer = {
  readonly result?: {
    readonly header?: { readonly revision?: string };
    readonly created?: boolean;
    readonly canceled?: boolean;
    readonly cancel_reason?: string;
    readonly compact_revision?: string;
    readonly events?: readonly { readonly type?: string; readonly kv: KeyValue }[];
  };
  readonly error?: unknown;
};

export const base64 = (text: string): string => Buffer.from(text).toString('base64');
const text = (encoded: string | undefined): string => Buffer.from(encoded ?? '', 'base64').toString('utf8');

export function revisionOf(given: string | undefined): number {
  const revision = Number(given ?? 0);
  if (!Number.isSafeInteger(revision)) throw new ProviderUnavailable(`etcd: a revision beyond 2^53: ${given}`);
  return revision;
}

/** One instance for each prefix. */
export class Codec {
  readonly #prefix: string;

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  look({ keys, prefix }: Wanted): string {
    return JSON.stringify({ success: [...keys.map((key) => this.#range(key)), ...(prefix === undefined ? [] : [{ requestRange: { ...this.span(prefix), limit: String(limits.listedMax + 1) } }])] });
  }

  looked(body: unknown, keys: readonly string[]): Snapshot {
    const { header, responses = [] } = body as TransactionAnswer;
    const entries = new Map<string, Entry | null>(keys.map((key) => [key, null]));
    const kvs = responses.flatMap(({ response_range: range }) => range?.kvs ?? []);
    for (const kv of kvs) entries.set(this.#key(kv), entryOf(kv));
    if (kvs.length > limits.listedMax + keys.length) throw new LimitExceeded('keys under one prefix', kvs.length, limits.listedMax);
    return { revision: revisionOf(header?.revision), entries };
  }

  transaction({ slot, id, when, put, remove }: Transaction): string {
    const mark = (word: string) => ({ requestPut: { key: this.#encoded(slot.key), value: base64(`${id} ${word}`) } });
    const attempt = {
      compare: when.map(({ key, revision }) => this.#at(key, revision)),
      success: [
        ...put.map(({ key, value, session }) => ({ requestPut: { key: this.#encoded(key), value: base64(value), ...(session === undefined ? {} : { lease: leaseOf(session) }) } })),
        ...remove.map((key) => ({ requestDeleteRange: { key: this.#encoded(key) } })),
        mark('done'),
      ],
      failure: [...when.map(({ key }) => this.#range(key)), mark('refused')],
    };
    return JSON.stringify({ compare: [this.#at(slot.key, slot.revision)], success: [{ requestTxn: attempt }], failure: [this.#range(slot.key)] });
  }

  verdict(body: unknown, { when, slot }: Transaction, attempts: number): Verdict {
    const { header, succeeded, responses = [] } = body as TransactionAnswer;
    if (succeeded !== true) return { kind: 'moved', slot: this.looked(body, [slot.key]).entries.get(slot.key) ?? null, attempts };
    const inner = responses[0]?.response_txn ?? {};
    const revision = revisionOf(header?.revision);
    if (inner.succeeded === true) return { kind: 'done', revision };
    return { kind: 'refused', revision, found: this.looked(inner, when.map(({ key }) => key)).entries };
  }

  /** All keys that begin with the prefix. */
  span(prefix: string): { readonly key: string; readonly rangeEnd: string } {
    const from = Buffer.from(this.#prefix + prefix);
    const to = Buffer.from(from);
    // The last byte is never 255: keys are ASCII.
    to[to.length - 1]! += 1;
    return { key: from.toString('base64'), rangeEnd: to.toString('base64') };
  }

  /** Changes of a watch's answer, by revision in their order. */
  changes({ events = [] }: NonNullable<WatchAnswer['result']>): ReadonlyMap<number, ReadonlyMap<string, Entry | null>> {
    const batches = new Map<number, Map<string, Entry | null>>();
    for (const { type, kv } of events) {
      const revision = revisionOf(kv.mod_revision);
      const batch = batches.get(revision) ?? new Map<string, Entry | null>();
      batches.set(revision, batch.set(this.#key(kv), type === 'DELETE' ? null : entryOf(kv)));
    }
    return batches;
  }

  #at(key: string, revision: number | null) {
    return { target: 'MOD', result: 'EQUAL', key: this.#encoded(key), modRevision: String(revision ?? 0) };
  }

  #range(key: string) {
    return { requestRange: { key: this.#encoded(key) } };
  }

  #encoded(key: string): string {
    return base64(this.#prefix + key);
  }

  #key({ key }: KeyValue): string {
    return text(key).slice(this.#prefix.length);
  }
}

const entryOf = (kv: KeyValue): Entry => ({ value: text(kv.value), revision: revisionOf(kv.mod_revision) });

export const leaseOf = (session: string): string => BigInt(`0x${session}`).toString();
