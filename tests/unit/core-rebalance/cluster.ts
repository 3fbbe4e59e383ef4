import type { BucketsSeen, Order, StorageSeen, Transit } from '~/core/rebalance/observed.ts';
import type { Random } from '../../simulation/apply/random.ts';

/**
 * Storages that keep buckets and hand them over line by line, as sharding.md says, with nothing else in them. Any line
 * can be the last for a while: transfers stop, are given up, answers get lost, masters go away and come back.
 */

type Row = { state: 'active' | 'pinned' | 'sending' | 'receiving' | 'sent' | 'garbage'; attempt: string; peer: string };
type Storage = { uuid: string; rows: Map<number, Row>; term: number; up: boolean };
type Attempt = { order: Order; term: number; deadline: number; line: 'ordered' | 'sending' | 'receiving' | 'sent' | 'active' | 'ended'; buckets: number[] };
type Answer = { readonly id: string; readonly moved: number; readonly sentence: string | null };

export class SimulatedStorages {
  readonly storages = new Map<string, Storage>();
  readonly attempts = new Map<string, Attempt>();
  /** Buckets that changed hands. */
  moved = 0;
  answers: Answer[] = [];
  readonly #random: Random;

  constructor(random: Random, sizes: readonly { readonly owned: number; readonly pinned: number }[]) {
    this.#random = random;
    let bucket = 1;
    sizes.forEach(({ owned, pinned }, index) => {
      const rows = Array.from({ length: owned }, (_, at): [number, Row] => [bucket++, { state: at < pinned ? 'pinned' : 'active', attempt: '', peer: '' }]);
      this.storages.set(`s${index}`, { uuid: `s${index}`, rows: new Map(rows), term: 0, up: true });
    });
  }

  order(order: Order, { term, deadline }: { term: number; deadline: number }): void {
    this.attempts.set(order.id, { order, term, deadline, line: 'ordered', buckets: [] });
  }

  /** What a coordinator of this term is told; null: nobody answers. */
  seen(uuid: string, term: number): BucketsSeen | null {
    const storage = this.storages.get(uuid)!;
    if (!storage.up) return null;
    storage.term = Math.max(storage.term, term);
    const count = (state: Row['state']) => [...storage.rows.values()].filter((row) => row.state === state).length;
    const transits = new Map<string, Transit>();
    for (const { state, attempt, peer } of storage.rows.values()) {
      if (state !== 'sending' && state !== 'sent' && state !== 'receiving') continue;
      const transit = transits.get(`${attempt}${peer}`) ?? { attempt, peer, sending: 0, sent: 0, receiving: 0 };
      transits.set(`${attempt}${peer}`, { ...transit, [state]: transit[state] + 1 });
    }
    return { active: count('active'), pinned: count('pinned'), garbage: count('garbage'), transits: [...transits.values()] };
  }

  /** One line of one transfer, or one of its ends. */
  step(now: number, faults: number): void {
    const open = [...this.attempts.values()].filter(({ line }) => line !== 'ended');
    if (open.length > 0) this.#advance(this.#random.pick(open), now, faults);
    for (const storage of this.storages.values()) {
      for (const [bucket, { state }] of storage.rows) if (state === 'garbage' && this.#random.chance(0.5)) storage.rows.delete(bucket);
      if (faults > 0 && this.#random.chance(storage.up ? faults / 10 : 0.1)) storage.up = !storage.up;
    }
  }

  #advance(attempt: Attempt, now: number, faults: number): void {
    const { order, buckets } = attempt;
    const [source, destination] = [this.storages.get(order.from)!, this.storages.get(order.to)!];
    if (!source.up) return;
    switch (attempt.line) {
      case 'ordered': {
        if (attempt.term < source.term || now > attempt.deadline) return this.#end(attempt, { moved: 0, sentence: 'The order was too old.' }, faults);
        const free = [...source.rows].filter(([, { state }]) => state === 'active').map(([bucket]) => bucket);
        while (buckets.length < order.count && free.length > 0) buckets.push(...free.splice(Math.floor(this.#random.between(0, free.length)), 1));
        this.#set(source, buckets, { state: 'sending', attempt: order.id, peer: order.to });
        attempt.line = 'sending';
        return;
      }
      case 'sending':
      case 'receiving': {
        if (!destination.up && attempt.line === 'receiving') return;
        if (!destination.up || this.#random.chance(faults)) {
          this.#set(source, buckets, { state: 'active', attempt: '', peer: '' });
          this.#set(destination, buckets.filter((bucket) => destination.rows.has(bucket)), { state: 'garbage', attempt: '', peer: '' });
          return this.#end(attempt, { moved: 0, sentence: 'Requests hold a bucket.' }, faults);
        }
        if (attempt.line === 'sending') this.#set(destination, buckets, { state: 'receiving', attempt: order.id, peer: order.from });
        else this.#set(source, buckets, { state: 'sent', attempt: order.id, peer: order.to });
        attempt.line = attempt.line === 'sending' ? 'receiving' : 'sent';
        return;
      }
      case 'sent':
        if (!destination.up) return;
        this.#set(destination, buckets, { state: 'active', attempt: '', peer: '' });
        this.moved += buckets.length;
        attempt.line = 'active';
        return;
      case 'active':
        this.#set(source, buckets, { state: 'garbage', attempt: '', peer: '' });
        return this.#end(attempt, { moved: buckets.length, sentence: buckets.length < order.count ? 'There were no more.' : null }, faults);
      case 'ended':
    }
  }

  #end(attempt: Attempt, { moved, sentence }: { moved: number; sentence: string | null }, faults: number): void {
    attempt.line = 'ended';
    this.attempts.delete(attempt.order.id);
    if (!this.#random.chance(faults)) this.answers.push({ id: attempt.order.id, moved, sentence });
  }

  #set(storage: Storage, buckets: readonly number[], row: Row): void {
    for (const bucket of buckets) storage.rows.set(bucket, { ...row });
  }

  /** Buckets with an owner, or on their way for sure. */
  whole(): number {
    const owners = new Map<number, number>();
    for (const { rows } of this.storages.values()) {
      for (const [bucket, { state }] of rows) if (state === 'active' || state === 'pinned' || state === 'sending') owners.set(bucket, (owners.get(bucket) ?? 0) + 1);
    }
    for (const { line, buckets } of this.attempts.values()) if (line === 'sent') for (const bucket of buckets) owners.set(bucket, (owners.get(bucket) ?? 0) + 1);
    return [...owners.values()].every((count) => count === 1) ? owners.size : NaN;
  }

  /** Everything that may be under way from a replicaset or to it: also orders that nobody has begun, if they still can be. */
  inFlight(uuid: string, end: 'from' | 'to', now: number): number {
    return [...this.attempts.values()]
      .filter(({ line, order, term, deadline }) => order[end] === uuid && line !== 'ended' && (line !== 'ordered' || (term >= this.storages.get(order.from)!.term && now <= deadline)))
      .reduce((sum, { line, buckets, order }) => sum + (line === 'ordered' ? order.count : buckets.length), 0);
  }

  owned(uuid: string): number {
    return [...this.storages.get(uuid)!.rows.values()].filter(({ state }) => state === 'active' || state === 'pinned').length;
  }

  heal(): void {
    for (const storage of this.storages.values()) storage.up = true;
  }
}

/** What a coordinator knows of them: each asked now and then, some answers old. */
export class Watching {
  readonly #seen = new Map<string, StorageSeen>();
  readonly #cluster: SimulatedStorages;
  readonly #term: number;

  constructor(cluster: SimulatedStorages, term: number) {
    this.#cluster = cluster;
    this.#term = term;
  }

  ask(now: number, weights: Readonly<Record<string, number>>, { asked }: { asked: (uuid: string) => boolean }): StorageSeen[] {
    return Object.entries(weights).map(([uuid, weight]): StorageSeen => {
      const old = this.#seen.get(uuid);
      const fresh = asked(uuid) ? this.#cluster.seen(uuid, this.#term) : null;
      const seen: StorageSeen = { uuid, alias: uuid, weight, buckets: fresh ?? old?.buckets ?? null, observedAt: fresh ? now : (old?.observedAt ?? 0), obstacles: asked(uuid) && !fresh ? [{ kind: 'noMaster' }] : [] };
      this.#seen.set(uuid, seen);
      return seen;
    });
  }
}
