import { hkdfSync, randomBytes } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import type { Store } from '~/server/store/index.ts';
import type { Agents } from './agents.ts';
import type { Gossip } from './gossip.ts';
import { settle, type Settled } from './settle.ts';

/**
 * Rotation of the gossip keys over all members: install, use, remove, each refused until all have done the one before.
 * A new key is derived from the cluster secret and a random salt. Only the salt is kept in the database, so that the
 * other servers, and this one after a restart, make the same key without a secret lying there.
 */

export type GossipKeysComponents = { readonly gossip: Gossip; readonly agents: Agents; readonly store: Pick<Store, 'meta'>; readonly secret: string };
export type KeyRow = { readonly id: string; readonly primary: boolean; /** How many members have it, of how many. */ readonly members: number; readonly of: number };

type Kept = { readonly salts: readonly { readonly id: string; readonly salt: string }[]; readonly primary: string | null; readonly removed: readonly string[] };

const metaKey = 'gossip.keys';
const callMs = 5000;
const nothing: Kept = { salts: [], primary: null, removed: [] };

export class GossipKeys {
  #seen: string | null = null;

  constructor(readonly components: GossipKeysComponents) {}

  /** Takes over what was installed here before, or by another server. */
  async refresh(): Promise<void> {
    const { store, gossip } = this.components;
    const text = await store.meta.get(metaKey);
    if (text === null || text === this.#seen) return;
    const { salts, primary, removed } = JSON.parse(text) as Kept;
    for (const { salt } of salts) await gossip.keyring.install(this.#keyOf(salt));
    const have = new Set((await gossip.keyring.list()).map(({ id }) => id));
    if (primary !== null && have.has(primary)) await gossip.keyring.use(primary);
    for (const id of removed) if (have.has(id) && id !== primary) await gossip.keyring.remove(id);
    this.#seen = text;
  }

  async list(): Promise<KeyRow[]> {
    const { rings, of } = await this.#rings();
    const ids = [...new Set(rings.flatMap((ring) => ring.map(({ id }) => id)))].toSorted();
    return ids.map((id) => ({ id, primary: rings.some((ring) => ring.some((key) => key.id === id && key.primary)), members: rings.filter((ring) => ring.some((key) => key.id === id)).length, of }));
  }

  async install(): Promise<KeyRow> {
    const salt = randomBytes(16).toString('hex');
    const bytes = this.#keyOf(salt);
    const id = await this.components.gossip.keyring.install(bytes);
    await this.#keep((kept) => ({ ...kept, salts: [...kept.salts, { id, salt }] }));
    const key = Buffer.from(bytes).toString('base64');
    this.#all(await this.#ask({ action: 'install', id, key }), `It was installed on the others; install again, or remove it.`);
    return this.#row(id);
  }

  async use(id: string): Promise<KeyRow> {
    this.#refuse(await this.refusalsOfUse(id));
    await this.components.gossip.keyring.use(id);
    await this.#keep((kept) => ({ ...kept, primary: id }));
    this.#all(await this.#ask({ action: 'use', id }), 'The others seal with it and every member can open it; use it again to reach the rest.');
    return this.#row(id);
  }

  async remove(id: string): Promise<{ id: string }> {
    this.#refuse(await this.refusalsOfRemove(id));
    await this.components.gossip.keyring.remove(id);
    await this.#keep((kept) => ({ ...kept, salts: kept.salts.filter((known) => known.id !== id), removed: [...kept.removed.filter((old) => old !== id), id].slice(-20) }));
    this.#all(await this.#ask({ action: 'remove', id }), 'The others have forgotten it; remove it again to reach the rest.');
    return { id };
  }

  async refusalsOfUse(id: string): Promise<Refusal[]> {
    const row = await this.#row(id);
    if (row.members === row.of) return [];
    return [{ code: 'keyMissing', target: id, sentence: `${row.members} of ${row.of} members have key ${id}.`, wayOut: 'Wait until all are reachable and have it, or install a new one.' }];
  }

  async refusalsOfRemove(id: string): Promise<Refusal[]> {
    const row = await this.#row(id);
    if (!row.primary) return [];
    return [{ code: 'keyInUse', target: id, sentence: `Members still seal with key ${id}.`, wayOut: 'Use another key first.' }];
  }

  async #row(id: string): Promise<KeyRow> {
    const row = (await this.list()).find((known) => known.id === id);
    if (row === undefined) throw new CoterieError('NOT_FOUND', `No member has a gossip key ${id}; see \`gossip keyring\`.`, { id });
    return row;
  }

  #refuse(refusals: readonly Refusal[]): void {
    const first = refusals[0];
    if (first) throw new CoterieError('REFUSED', `${first.sentence} ${first.wayOut}`, { refusals });
  }

  /** Rings of this server and of every agent that answers; `of` counts the silent ones too. */
  async #rings() {
    const own = await this.components.gossip.keyring.list();
    const answers = await this.#ask({ action: 'list' });
    return { rings: [own, ...answers.flatMap(({ value }) => (value ? [value.keys] : []))], of: answers.length + 1 };
  }

  #ask(input: { action: 'list' | 'install' | 'use' | 'remove'; id?: string; key?: string }) {
    return settle(this.components.agents.all(), (link) => link.client.keyring(input, { timeoutMs: callMs }));
  }

  #all(answers: readonly Settled<{ target: { alias: string } }, unknown>[], wayOut: string): void {
    const failed = answers.filter(({ error }) => error !== null);
    if (failed.length === 0) return;
    throw new CoterieError('UNAVAILABLE', `${failed.map(({ item, error }) => `${item.target.alias}: ${error!.message}`).join(' ')} ${wayOut}`, { failed: failed.map(({ item }) => item.target.alias) });
  }

  async #keep(change: (kept: Kept) => Kept): Promise<void> {
    const { meta } = this.components.store;
    const text = await meta.get(metaKey);
    const changed = JSON.stringify(change(text === null ? nothing : (JSON.parse(text) as Kept)));
    await meta.set(metaKey, changed);
    this.#seen = changed;
  }

  #keyOf(salt: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.components.secret, Buffer.from(salt, 'hex'), 'coterie rotated gossip key', 32));
  }
}
