import * as z from 'zod';
import { mutation, query } from './operation.ts';
import { InstanceRef, page, TimeMs } from './shapes/basics.ts';
import { gossipStates } from './shapes/view.ts';

export const GossipMember = z.object({
  uuid: z.string(),
  name: z.string().nullable(),
  kind: z.enum(['agent', 'server', 'unknown']),
  address: z.string(),
  state: z.enum(gossipStates),
  generation: z.string(),
  incarnation: z.string(),
  rttMs: z.number().nullable(),
  configVersion: z.number().int().nullable(),
  /** By the server's clock, since when this server sees it in this state; null as another member sees it. */
  since: TimeMs.nullable(),
});

/** What one member thinks of the others. */
export const GossipObserver = z.object({
  uuid: z.string(),
  name: z.string().nullable(),
  kind: z.enum(['agent', 'server']),
  /** False: it did not tell in time, and `members` is empty. */
  heard: z.boolean(),
  /** Why it was not heard. */
  sentence: z.string().nullable(),
  members: z.array(GossipMember.pick({ uuid: true, name: true, kind: true, address: true, state: true, incarnation: true, rttMs: true })),
});

const KeyRow = z.object({
  id: z.string(),
  primary: z.boolean(),
  members: z.number().int(),
  of: z.number().int(),
  /** Names of the members without this key. */
  missing: z.array(z.string()),
});

export const gossip = {
  members: query({
    summary: 'Gossip members as one node sees them',
    role: 'viewer',
    input: z.object({ by: z.string().optional().describe('As this instance sees them (alias or uuid); the server itself when absent') }),
    output: z.array(GossipMember),
    columns: ['name', 'kind', 'address', 'state', 'incarnation', 'rttMs', 'configVersion'],
  }),
  views: query({
    summary: 'Who sees whom as what in gossip',
    details: 'Asks this server and one page of its agents, all at once; each has 2 s, and one that does not tell delays no other.',
    role: 'viewer',
    input: z.object({ limit: z.coerce.number().int().min(1).max(100).default(30).describe('Ask at most this many agents'), offset: page.offset }),
    output: z.object({ /** Agents that could be asked. */ of: z.number().int(), /** Where this server is reached by gossip: a seed for a new member. */ address: z.string(), observers: z.array(GossipObserver) }),
  }),
  stats: query({
    summary: 'Counters of the gossip engine of this server',
    role: 'viewer',
    input: z.object({}),
    output: z.record(z.string(), z.number()),
  }),
  keyring: query({ summary: 'Gossip keys and how many members have each', role: 'admin', input: z.object({}), output: z.array(KeyRow), columns: ['id', 'primary', 'members', 'of'] }),
  installKey: mutation({
    summary: 'Make a new gossip key and give it to every member',
    details: 'Rotation is install, use, remove; each step is refused until all members have done the one before.',
    role: 'admin',
    input: {},
    data: KeyRow,
  }),
  giveKeys: mutation({
    summary: 'Give an agent the gossip keys that it lacks',
    details: 'For an agent that was away while the keys were changed: its ring becomes that of this server. Sealed on its way, and refused where it is this server that lacks the key of the others.',
    role: 'operator',
    subject: ['instance'],
    input: { instance: InstanceRef },
    data: z.object({ instance: z.string(), sentence: z.string() }),
  }),
  useKey: mutation({ summary: 'Seal gossip with this key from now on', role: 'admin', subject: ['id'], input: { id: z.string().describe('Key id') }, data: KeyRow }),
  removeKey: mutation({ summary: 'Forget a gossip key', role: 'admin', subject: ['id'], input: { id: z.string().describe('Key id') }, data: z.object({ id: z.string() }) }),
};
