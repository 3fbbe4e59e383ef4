/** etcd v3 as a store, over its JSON gateway. Every read goes through the leader (linearizable), never a member's own copy. */
import type { Clock } from '~/iproto/clock.ts';
import { NoSession, type Backend, type StoreHealth, type Sink, type Transaction, type Verdict, type Wanted } from '../client/backend.ts';
import { ProviderUnavailable } from '../errors.ts';
import type { CallOptions } from '../provider.ts';
import { Caller } from './caller.ts';
import { Codec, leaseOf } from './codec.ts';
import { Endpoint } from './endpoint.ts';
import { memberCount, memberHealth } from './health.ts';
import type { Etcd } from './settings.ts';
import { watchMember } from './watch.ts';

export class EtcdBackend implements Backend {
  readonly kind = 'etcd';
  readonly place: string;
  readonly wayOut: string;
  readonly #caller: Caller;
  readonly #codec: Codec;
  readonly #clock: Clock;
  readonly #streams = new Set<() => void>();

  constructor({ clock }: { readonly clock: Clock }, { endpoints, prefix, credentials, tls }: Etcd) {
    this.place = `etcd ${endpoints.map(({ origin }) => origin).join(', ')} under ${prefix}`;
    this.wayOut = `etcdctl del --prefix ${prefix}`;
    this.#clock = clock;
    this.#codec = new Codec(prefix);
    this.#caller = new Caller({ clock, endpoints: endpoints.map((url) => new Endpoint({ clock }, { url, tls })) }, { credentials });
  }

  async look(wanted: Wanted, options: CallOptions) {
    const { body } = await this.#caller.call('/v3/kv/txn', this.#codec.look(wanted), options);
    return this.#codec.looked(body, wanted.keys);
  }

  async transact(transaction: Transaction, options: CallOptions): Promise<Verdict> {
    const { body, copies } = await this.#caller.call('/v3/kv/txn', this.#codec.transaction(transaction), { ...options, changes: true });
    return this.#codec.verdict(body, transaction, copies);
  }

  async openSession(id: string, ttlMs: number, options: CallOptions): Promise<void> {
    try {
      await this.#caller.call('/v3/lease/grant', JSON.stringify({ ID: leaseOf(id), TTL: String(Math.ceil(ttlMs / 1000)) }), options);
    } catch (error) {
      // Another copy was faster.
      if (!(error instanceof ProviderUnavailable && /lease already exists/.test(error.message))) throw error;
    }
  }

  async renewSession(id: string, options: CallOptions): Promise<boolean> {
    const { body } = await this.#caller.call('/v3/lease/keepalive', JSON.stringify({ ID: leaseOf(id) }), options);
    return Number((body as { result?: { TTL?: string } }).result?.TTL ?? 0) > 0;
  }

  async endSession(id: string, options: CallOptions): Promise<void> {
    try {
      await this.#caller.call('/v3/lease/revoke', JSON.stringify({ ID: leaseOf(id) }), options);
    } catch (error) {
      if (!(error instanceof NoSession)) throw error;
    }
  }

  stream(prefix: string, after: number, sink: Sink): () => void {
    const endpoint = this.#caller.hedge.order[0]!;
    const forget = () => this.#streams.delete(stop);
    const stopWatching = watchMember({ caller: this.#caller, clock: this.#clock, codec: this.#codec }, { endpoint, prefix, after }, {
      ...sink,
      ended: (end) => {
        forget();
        sink.ended(end);
      },
    });
    const stop = () => {
      forget();
      stopWatching();
    };
    this.#streams.add(stop);
    return stop;
  }

  async health(options: CallOptions): Promise<StoreHealth> {
    const startedAt = this.#clock.now();
    const [looked, members] = await Promise.all([
      this.look({ keys: [] }, options).then(({ revision }) => ({ revision, error: null, roundTripMs: this.#clock.now() - startedAt }), (error: Error) => ({ revision: null, error: error.message, roundTripMs: null })),
      memberCount(this.#caller, options).then((count) => Promise.all(this.#caller.endpoints.map((endpoint) => memberHealth({ caller: this.#caller, clock: this.#clock }, endpoint, { timeoutMs: Math.max(options.timeoutMs - (this.#clock.now() - startedAt), 1), members: count })))),
    ]);
    const versions = members.flatMap(({ version }) => version ?? []);
    return { kind: 'etcd', place: this.place, ...looked, settlingMs: 0, preVote: versions.length > 0 && versions.every(preVotes) ? 'default' : 'unknown', endpoints: members };
  }

  close(): void {
    for (const stop of this.#streams) stop();
    this.#caller.close();
  }
}

/** On by default since 3.5. */
function preVotes(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 3 || (major === 3 && minor >= 5);
}

