import { randomBytes } from 'node:crypto';
import { CoterieError } from '~/contract/errors.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import type { AgentStatus } from '~/contract/shapes/status.ts';
import { lacksGossipKey, serverMissedKeys } from '~/core/view/gossip-keys.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { Gossip } from './gossip.ts';

/** Rotation of the gossip keys as people see it: which key how many members have, and why a step may not be taken yet. */

export type KeyRow = { readonly id: string; readonly primary: boolean; /** How many members have it, of how many. */ readonly members: number; readonly of: number; /** Uuids of those without it. */ readonly missing: readonly string[] };

export type GossipKeysComponents = {
  readonly gossip: Pick<Gossip, 'keyring' | 'probe'>;
  readonly client: (uuid: string, alias: string) => AgentClient;
  /** For the agent of this uuid alone. */
  readonly sealRing: (keys: readonly Uint8Array[], callee: string) => string;
  /** What each agent said last. */
  readonly statuses: () => readonly AgentStatus[];
};

const keyBytes = 32;
const callMs = 10_000;

export class GossipKeys {
  constructor(readonly components: GossipKeysComponents) {}

  async list(): Promise<KeyRow[]> {
    const rings = await this.components.gossip.keyring.survey();
    const ids = [...new Set(rings.flatMap(({ keys }) => keys.map(({ id }) => id)))].toSorted();
    return ids.map((id) => {
      const missing = rings.filter(({ keys }) => !keys.some((key) => key.id === id)).map(({ uuid }) => uuid);
      return { id, primary: rings.some(({ keys }) => keys.some((key) => key.id === id && key.primary)), members: rings.length - missing.length, of: rings.length, missing };
    });
  }

  async install(): Promise<KeyRow> {
    return this.#row(await this.components.gossip.keyring.install(randomBytes(keyBytes)));
  }

  async use(id: string): Promise<KeyRow> {
    await this.components.gossip.keyring.use(id);
    return this.#row(id);
  }

  async remove(id: string): Promise<{ id: string }> {
    await this.components.gossip.keyring.remove(id);
    return { id };
  }

  /** The ring of this server to an agent that was away while it changed: over its HTTP port, since gossip does not reach it. */
  async give(uuid: string, alias: string): Promise<string> {
    const { gossip, client, sealRing, statuses } = this.components;
    const { keys } = await client(uuid, alias).takeKeys({ sealed: sealRing(await gossip.keyring.export(), uuid) }, { timeoutMs: callMs });
    const address = statuses().find((status) => status.uuid === uuid)?.gossip;
    // Who was taken for dead is pinged no more.
    if (address !== undefined) await gossip.probe(address);
    return `${alias} has the gossip key${keys.length === 1 ? '' : 's'} ${keys.map(({ id }) => id).join(', ')} now.`;
  }

  async refusalsOfGive({ uuid, alias, expelled }: { uuid: string; alias: string; expelled: boolean }): Promise<Refusal[]> {
    const statuses = this.components.statuses();
    const inUse = (await this.components.gossip.keyring.own()).find(({ primary }) => primary)?.id ?? null;
    const status = statuses.find((one) => one.uuid === uuid) ?? null;
    const refusal = (code: string, sentence: string, wayOut: string): Refusal[] => [{ code, target: uuid, sentence, wayOut }];
    if (expelled) return refusal('expelled', `${alias} was expelled.`, 'Who was expelled gets no keys. Start its agent with --forget to use it anew.');
    if (!lacksGossipKey(status, inUse)) return refusal('hasKey', `${alias} lacks no key, as far as it tells.`, 'There is nothing to give.');
    if (serverMissedKeys(statuses, inUse)) return refusal('serverBehind', `Most agents lack the key ${inUse}: it was this server that was away while the keys were changed.`, 'Stop this server, copy `gossip-keys.json` from the data directory of an agent into its own, and start it again.');
    return [];
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
