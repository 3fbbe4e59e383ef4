import type { Change, StoreOutcome } from '~/core/failover/messages.ts';
import { coordinatorKey, leaseKey, manualKey, stateKey, type LeaseRecord, type ManualRecord, type Records, type StateRecord } from '~/core/failover/records.ts';

/** The records of one replicaset in a rehearsal, changed by compare-and-set as the real ones are. */
export class RehearsalStore {
  readonly #replicaset: string;
  readonly #revisions = new Map<string, number>();
  #records: Records;
  #revision = 2;
  manual: ManualRecord | null = null;

  constructor(replicaset: string, records: { readonly state: StateRecord; readonly lease: LeaseRecord }) {
    this.#replicaset = replicaset;
    this.#records = { state: { value: records.state, revision: 1 }, lease: { value: records.lease, revision: 1 } };
    this.#revisions.set(coordinatorKey, this.term).set(stateKey(replicaset), 1).set(leaseKey(replicaset), 1);
  }

  /** Of whoever coordinates. */
  readonly term = 2;

  records(): Records {
    return this.#records;
  }

  commit({ when, put }: Change): StoreOutcome {
    if (!when.every(({ key, revision }) => (this.#revisions.get(key) ?? null) === revision)) return { kind: 'refused', records: this.#records };
    const revision = ++this.#revision;
    for (const { key, value } of put) {
      this.#revisions.set(key, revision);
      // What stands below a key is what is written there by the machines, which share these types.
      if (key === stateKey(this.#replicaset)) this.#records = { ...this.#records, state: { value: value as StateRecord, revision } };
      if (key === leaseKey(this.#replicaset)) this.#records = { ...this.#records, lease: { value: value as LeaseRecord, revision } };
      if (key === manualKey(this.#replicaset)) this.manual = value as ManualRecord;
    }
    return { kind: 'done', revision };
  }
}
