/** How the parts of one machine are put together. */

import { Awareness } from './awareness.ts';
import { Changes } from './changes.ts';
import type { Config } from './config.ts';
import { Contacts } from './contacts.ts';
import { zeroCounters, type Counters } from './counters.ts';
import { Deadlines } from './deadlines.ts';
import { News } from './dissemination.ts';
import { FlapDamping } from './flapDamping.ts';
import { Gossip } from './gossip.ts';
import { HardEvidence } from './hardEvidence.ts';
import { Hearing } from './hearing.ts';
import { Identity } from './identity.ts';
import { Relays } from './indirect.ts';
import { Member } from './member.ts';
import { Members } from './members.ts';
import type { Address, MemberRecord } from './message.ts';
import { Outbox } from './outbox.ts';
import { Postman, type Rumour } from './postman.ts';
import { Detector } from './probe.ts';
import { Suspicions } from './suspicion.ts';
import { Sync } from './sync.ts';
import type { Timer } from './timer.ts';

export type ProtocolOptions = {
  readonly uuid: string;
  /** Where others reach this member. */
  readonly address: Address;
  /** max(microseconds since the epoch, last one used + 1): with an equal or lower one, peers ignore us. */
  readonly generation: bigint;
  /** One of `profiles`, or a difference from one. */
  readonly config: Config;
  readonly seeds: readonly Address[];
  readonly payload?: Uint8Array;
  /** Members believed alive from the start, for example from the last run; they are probed like any other. */
  readonly known?: readonly MemberRecord[];
  /**
   * Nobody can forge a datagram, so only recorded ones have to be told from new ones: a stranger becomes a member when it
   * echoes a number of this life of ours. Without it whoever pings is one; Tarantool cannot echo.
   */
  readonly strangersProve?: true;
};

export type Parts = {
  readonly random: () => number;
  readonly members: Members;
  readonly deadlines: Deadlines<Timer>;
  readonly counters: Counters;
  readonly health: Awareness;
  readonly outbox: Outbox;
  readonly news: News<Rumour>;
  readonly postman: Postman;
  readonly gossip: Gossip;
  readonly changes: Changes;
  readonly suspicions: Suspicions;
  readonly detector: Detector;
  readonly evidence: HardEvidence;
  readonly contacts: Contacts;
  readonly sync: Sync;
  readonly identity: Identity;
  readonly relays: Relays;
  readonly hearing: Hearing;
};

const flapsMax = 256;
/** Two lives of a member hardly ever use the same numbers, which take four bytes each. */
const firstSequenceMax = 2 ** 27;

export function build({ random }: { random: () => number }, options: ProtocolOptions): Parts {
  const { config } = options;
  const deadlines = new Deadlines<Timer>();
  const counters = zeroCounters();
  const health = new Awareness(config.healthMax);
  const outbox = new Outbox({ eventsMax: config.eventsPerCallMax });
  const news = new News<Rumour>();
  const flaps = new FlapDamping({ levelMax: config.flapLevelMax, decayMs: config.flapDecayMs, entriesMax: flapsMax });
  const members = new Members({ random, self: selfOf(options) }, { membersMax: config.membersMax });
  for (const record of options.known ?? []) if (record.uuid !== options.uuid && !members.full && members.get(record.uuid) === undefined) members.add(record);

  const firstSequence = options.strangersProve ? Math.floor(random() * firstSequenceMax) : 0;
  const postman = new Postman({ members, news, outbox, counters }, config, { firstSequence });
  const gossip = new Gossip({ members, news, postman, deadlines }, config);
  const changes = new Changes({ members, gossip, news, outbox, flaps, counters, deadlines }, config);
  const suspicions = new Suspicions({ members, changes, gossip, flaps, counters, deadlines }, config);
  const detector = new Detector({ members, suspicions, postman, outbox, health, counters, deadlines }, config);
  const evidence = new HardEvidence({ members, detector, suspicions, outbox, deadlines }, config);
  const contacts = new Contacts({ members, postman, deadlines, random }, config, { seeds: options.seeds });
  const sync = new Sync({ members, changes, outbox, counters, deadlines }, config);
  const identity = new Identity({ members, gossip, health, outbox, counters }, config);
  const relays = new Relays({ members, outbox, postman, counters, deadlines }, config);
  const hearing = new Hearing({ members, identity, contacts, changes, suspicions, detector, evidence }, config);
  return { random, members, deadlines, counters, health, outbox, news, postman, gossip, changes, suspicions, detector, evidence, contacts, sync, identity, relays, hearing };
}

function selfOf({ uuid, address, generation, payload }: ProtocolOptions): Member {
  return new Member({ uuid, address, status: 'alive', incarnation: { generation, version: 0n }, payload: payload ?? new Uint8Array() });
}
