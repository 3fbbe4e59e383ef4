import { wantedMaster } from '~/core/topology/master.ts';
import type { Facts, PeerFacts } from './facts.ts';
import { listed, overtaken, replicasetOf, sources, unanswered } from './peers-of.ts';
import { doing, waiting, type Part } from './parts.ts';

/** A process that runs and has no box.cfg yet: read the files that are there, copy a peer's, or begin a replicaset. */
export function planFounding(facts: Facts): Part {
  const { memory, files, listen } = facts;
  const replicaset = replicasetOf(facts);
  if (files === 'data') {
    if (memory.dataOf !== null && memory.dataOf !== replicaset) {
      return waiting('failed', `Its files belong to replicaset ${memory.dataOf}. Rebuild it to move them aside and copy those of its own replicaset.`);
    }
    return doing('configuring', { kind: 'startDatabase', how: 'recover', replicaset, listen, peers: sources(facts) });
  }
  const withDatabase = facts.peers.filter((peer) => peer.alive && !peer.leaving && peer.readOnly !== null);
  const join = (peer: PeerFacts) => doing('connecting', { kind: 'startDatabase', how: 'join', replicaset, listen, peers: [peer.uri] }, `copies the data of ${peer.alias}`);
  const writable = withDatabase.find(({ readOnly }) => readOnly === false);
  if (writable) return join(writable);
  // Known to its peers already, it needs nobody who can write: it is not registered again.
  if (memory.dataOf === replicaset && withDatabase[0]) return join(withDatabase[0]);
  if (withDatabase[0]) return waiting('connecting', `waits until ${listed(withDatabase, 'or')} can be written: only then can a new member be registered`);
  return planBootstrap(facts, replicaset);
}

function planBootstrap(facts: Facts, replicaset: string): Part {
  const { memory, config, uuid, listen, newestHeard, version } = facts;
  const wanted = config && wantedMaster(config, replicaset);
  if (memory.dataOf === replicaset) {
    const holders = facts.peers.filter(({ leaving }) => !leaving);
    if (holders.length === 0) return waiting('failed', 'The data of this instance is gone, and its replicaset has no other. Put the files back, or expel it and start over.');
    return waiting('connecting', `The data of this instance is gone: waits for ${listed(holders, 'or')} to copy it from.`);
  }
  if (wanted === null) return waiting('failed', 'No instance of the replicaset may become master: make one electable.');
  if (wanted !== uuid) return waiting('connecting', `waits for ${config?.instances[wanted]?.alias ?? wanted} to begin the replicaset`);
  if (newestHeard > version) return waiting('bootstrapping', `version ${newestHeard} of the configuration is on its way`);
  const bound = overtaken(facts);
  if (bound) return waiting('bootstrapping', bound);
  // A disabled one may be the only one with data: to begin anew, it has to be expelled.
  const members = facts.peers.filter(({ expelled }) => !expelled);
  const open = unanswered(facts, members);
  if (open !== null) return { ...open, state: 'bootstrapping' };
  const holders = members.filter(({ answer }) => answer !== null && Object.keys(answer.vclock).length > 0);
  if (holders.length > 0) return waiting('connecting', `${listed(holders, 'and')} has data of this replicaset: waits for its database, to copy it`);
  return doing('bootstrapping', { kind: 'startDatabase', how: 'bootstrap', replicaset, listen, peers: [] });
}
