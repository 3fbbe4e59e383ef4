import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { hashOf } from '~/link/hash.ts';
import type { AgentClient, Committed } from '~/link/protocol.ts';
import type { Store } from '~/server/store/index.ts';
import { settle } from './settle.ts';
import { parsedConfig, type Versions } from './versions.ts';

/**
 * A control plane whose database was lost takes the cluster's configuration back from the agents: each of them has it whole.
 * Until then nothing may be changed: a server that knows nothing must not overwrite a cluster that is configured.
 */

export type Holder = { readonly uuid: string; readonly alias: string; readonly version: number; /** First 16 digits or all of them. */ readonly hash: string };

export type AdoptionComponents = {
  readonly versions: Versions;
  readonly store: Pick<Store, 'versions'>;
  /** Instances with a committed configuration, as they say. */
  readonly holders: () => Holder[];
  readonly client: (uuid: string, alias: string) => AgentClient;
};

const callMs = 10_000;

export class Adoption {
  constructor(readonly components: AdoptionComponents) {}

  /** Why no change may be made now. */
  refusals(): Refusal[] {
    const { versions, holders } = this.components;
    const ours = versions.current?.version ?? 0;
    const ahead = holders().filter(({ version }) => version > ours);
    const newest = ahead.toSorted((a, b) => b.version - a.version)[0];
    if (newest === undefined) return [];
    const sentence = ours === 0 ? `This server's database is empty, but ${newest.alias} has configuration version ${newest.version}.` : `${newest.alias} has configuration version ${newest.version}, this server only ${ours}.`;
    return [{ code: 'databaseBehind', target: newest.uuid, sentence, wayOut: 'Stop this server and run `coterie server adopt`: it takes the configuration back from the agents.' }];
  }

  /** Takes the newest version that an agent gives whole. With several of the same number, all must be equal. */
  async adopt(): Promise<{ committed: Committed; from: Holder[] }> {
    const { holders, client, store } = this.components;
    const answers = await settle(holders(), ({ uuid, alias }) => client(uuid, alias).config({}, { timeoutMs: callMs }));
    const found = answers.flatMap(({ item, value }) => (value && sound(value) ? [{ holder: item, committed: value }] : []));
    const version = Math.max(0, ...found.map(({ committed }) => committed.meta.version));
    const newest = found.filter(({ committed }) => committed.meta.version === version);
    const first = newest[0];
    if (first === undefined) throw new CoterieError('NOT_FOUND', answers.length === 0 ? 'No agent with a configuration has been found: give the gossip address of one with --seeds.' : `None of ${answers.length} agents gave its configuration: ${answers.map(({ item, error }) => `${item.alias}: ${error?.message ?? 'none'}`).join('; ')}`);
    const other = newest.find(({ committed }) => committed.meta.hash !== first.committed.meta.hash);
    if (other) throw new CoterieError('CONFLICT', `${first.holder.alias} and ${other.holder.alias} have different configurations of version ${version}: stop the agent of the wrong one, then adopt.`, { version, hashes: [first.committed.meta.hash, other.committed.meta.hash] });
    const stored = await store.versions.adopt(first.committed);
    if (stored === 'not ahead') throw new CoterieError('CONFLICT', `This database has version ${version} or a newer one already: nothing has to be adopted. To take the agents' history instead, move the database aside first, or name a new one with DATABASE_URL.`);
    return { committed: first.committed, from: newest.map(({ holder }) => holder) };
  }
}

/** What names itself rightly and is a configuration. */
function sound(committed: Committed): ClusterConfig | null {
  if (hashOf(committed.text) !== committed.meta.hash) return null;
  try {
    return parsedConfig(committed);
  } catch {
    return null;
  }
}

