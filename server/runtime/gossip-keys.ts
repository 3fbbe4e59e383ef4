import { randomBytes } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import type { Gossip } from './gossip.ts';

/** Rotation of the gossip keys as people see it: which key how many members have, and why a step may not be taken yet. */

export type KeyRow = { readonly id: string; readonly primary: boolean; /** How many members have it, of how many. */ readonly members: number; readonly of: number; /** Uuids of those without it. */ readonly missing: readonly string[] };

const keyBytes = 32;

export class GossipKeys {
  constructor(readonly gossip: Pick<Gossip, 'keyring'>) {}

  async list(): Promise<KeyRow[]> {
    const rings = await this.gossip.keyring.survey();
    const ids = [...new Set(rings.flatMap(({ keys }) => keys.map(({ id }) => id)))].toSorted();
    return ids.map((id) => {
      const missing = rings.filter(({ keys }) => !keys.some((key) => key.id === id)).map(({ uuid }) => uuid);
      return { id, primary: rings.some(({ keys }) => keys.some((key) => key.id === id && key.primary)), members: rings.length - missing.length, of: rings.length, missing };
    });
  }

  async install(): Promise<KeyRow> {
    return this.#row(await this.gossip.keyring.install(randomBytes(keyBytes)));
  }

  async use(id: string): Promise<KeyRow> {
    await this.gossip.keyring.use(id);
    return this.#row(id);
  }

  async remove(id: string): Promise<{ id: string }> {
    await this.gossip.keyring.remove(id);
    return { id };
  }

  async refusalsOfUse(id: string): Promise<Refusal[]> {
    const row = await this.#row(id);
    if (row.members === row.of) return [];
    return [{ code: 'keyMissing', target: id, sentence: `${row.members} of ${row.of} members have key ${id}.`, wayOut: 'Install a new one: it reaches all members or is refused.' }];
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
}
