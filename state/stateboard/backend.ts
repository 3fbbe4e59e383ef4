/** A stateboard as a store: one Tarantool, so no fault of it is survived, but nothing that it acknowledged is lost. */
import { formatAddress } from '~/iproto/address.ts';
import type { ClientComponents } from '~/iproto/client/client.ts';
import type { Clock } from '~/iproto/clock.ts';
import type { Backend, StoreHealth, Sink, Transaction, Verdict, Wanted } from '../client/backend.ts';
import { limits } from '../limits.ts';
import type { CallOptions, Entry, Snapshot } from '../provider.ts';
import { StateboardCaller } from './caller.ts';
import { field, integer, orderOf, rows, snapshotOf, verdictOf } from './codec.ts';
import type { Stateboard } from './settings.ts';

/** How long a question for changes waits there; its connection is watched by pings meanwhile. */
const pollMs = 10_000;
const pollSlackMs = 2_000;
const batchesMax = 1_000;

export class StateboardBackend implements Backend {
  readonly kind = 'stateboard';
  readonly place: string;
  readonly wayOut = 'stop it and remove its data directory';
  readonly #address: string;
  readonly #clock: Clock;
  readonly #caller: StateboardCaller;
  readonly #streams = new Set<() => void>();

  constructor(components: Pick<ClientComponents, 'clock' | 'random' | 'open'>, stateboard: Stateboard) {
    this.#address = formatAddress(stateboard.address);
    this.place = `stateboard ${this.#address}`;
    this.#clock = components.clock;
    this.#caller = new StateboardCaller(components, stateboard);
  }

  async look({ keys, prefix }: Wanted, options: CallOptions): Promise<Snapshot> {
    const { value } = await this.#caller.call('look', [keys, prefix ?? null, limits.listedMax + keys.length], options);
    return snapshotOf(value, keys);
  }

  async transact(transaction: Transaction, options: CallOptions): Promise<Verdict> {
    const { value, copies } = await this.#caller.call('transact', [orderOf(transaction)], options);
    return verdictOf(value, transaction, copies);
  }

  async openSession(id: string, ttlMs: number, options: CallOptions): Promise<void> {
    await this.#caller.call('open_session', [id, ttlMs], options);
  }

  async renewSession(id: string, options: CallOptions): Promise<boolean> {
    return (await this.#caller.call('renew_session', [id], options)).value === true;
  }

  async endSession(id: string, options: CallOptions): Promise<void> {
    await this.#caller.call('end_session', [id], options);
  }

  stream(prefix: string, after: number, sink: Sink): () => void {
    const stop = () => void this.#streams.delete(stop);
    const over = () => !this.#streams.has(stop);
    const end = (reason: string, gap: boolean) => {
      if (over()) return;
      stop();
      sink.ended({ reason, gap });
    };
    const follow = async () => {
      let at = after;
      for (let waitMs = 0; !over(); waitMs = pollMs) {
        const answer = await this.#caller.poll('watch', [prefix, at, waitMs / 1000, batchesMax], { timeoutMs: waitMs + pollSlackMs });
        if (over()) return;
        if (field(answer, 'gap') === true) return end('what was missed is not kept any more', true);
        // The first question waits for nothing, so that it is known at once that one hears.
        if (waitMs === 0) sink.opened();
        for (const [revision = null, changes = null] of rows(field(answer, 'changes'))) sink.changed(integer(revision), changesOf(rows(changes), integer(revision)));
        at = integer(field(answer, 'upto'));
        sink.progress(at);
      }
    };
    this.#streams.add(stop);
    follow().catch((error: unknown) => end(error instanceof Error ? error.message : String(error), false));
    return stop;
  }

  async health(options: CallOptions): Promise<StoreHealth> {
    const startedAt = this.#clock.now();
    const answer = await this.#caller.call('health', [], options).catch((error: Error) => error);
    const error = answer instanceof Error ? answer.message : null;
    const told = answer instanceof Error ? null : answer.value;
    const roundTripMs = told === null ? null : this.#clock.now() - startedAt;
    const version = field(told, 'version');
    const full = Number(field(told, 'quota_used') ?? 0);
    return {
      kind: 'stateboard',
      place: this.place,
      roundTripMs,
      error,
      revision: told === null ? null : integer(field(told, 'revision')),
      settlingMs: told === null ? 0 : integer(field(told, 'settling_ms')),
      preVote: 'not needed',
      endpoints: [{
        address: this.#address,
        role: told === null ? null : 'single',
        version: typeof version === 'string' ? version : null,
        roundTripMs,
        error,
        alarms: full > 90 ? [`${full} % of its memory is used`] : [],
        databaseBytes: told === null ? null : Number(field(told, 'bytes')),
      }],
    };
  }

  close(): void {
    for (const stop of this.#streams) stop();
    this.#caller.close();
  }
}

function changesOf(changes: readonly (readonly unknown[])[], revision: number): ReadonlyMap<string, Entry | null> {
  return new Map(changes.map(([key, value]) => [String(key), typeof value === 'string' ? { value, revision } : null]));
}
