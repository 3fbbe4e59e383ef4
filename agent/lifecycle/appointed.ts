import type { DatabaseFacts, Facts } from './facts.ts';
import { replicasetOf } from './peers-of.ts';
import { doing, resting, waiting, type Part } from './parts.ts';

/**
 * A database whose master is appointed: failover says who writes and whom it replicates from, by orders to the instance.
 * The plan starts processes, has data begun or copied where failover asks for that, and keeps its hands off the rest.
 */
export function planAppointed(facts: Facts, database: DatabaseFacts): Part {
  const { config, memory, listen, forgottenFor, version } = facts;
  if (memory.held !== null) return doing('configuring', { kind: 'yield' });
  if (!database.configured) return planBegin(facts, database);
  if (database.status !== 'running') return waiting('configuring', `the database is ${database.status}`, facts.now + 50);
  if (database.listen !== listen) return doing('configuring', { kind: 'configure', listen, peers: null });
  const replicaset = replicasetOf(facts);
  const expelled = Object.entries(config?.expelled ?? {}).flatMap(([uuid, row]) => (row.replicaset === replicaset ? [uuid] : []));
  if (!database.readOnly && expelled.length > 0 && forgottenFor !== version) return doing('ready', { kind: 'forget', uuids: expelled });
  return resting('ready');
}

function planBegin(facts: Facts, { status }: DatabaseFacts): Part {
  const { files, memory, listen, wish, peers } = facts;
  const replicaset = replicasetOf(facts);
  if (status === 'loading') return waiting('configuring', 'the database reads its files');
  if (files === 'data') {
    if (memory.dataOf !== null && memory.dataOf !== replicaset) return waiting('failed', `Its files belong to replicaset ${memory.dataOf}. Rebuild it to move them aside and copy those of its own replicaset.`);
    return doing('configuring', { kind: 'startDatabase', how: 'recover', replicaset, listen, peers: [] });
  }
  switch (wish?.kind) {
    case undefined:
      return waiting('connecting', 'waits for a master of its replicaset to be appointed');
    case 'bootstrap':
      if (memory.dataOf === replicaset) return waiting('failed', 'The data of this instance is gone, and no other has any. Put the files back, or expel it and start over.');
      return doing('bootstrapping', { kind: 'startDatabase', how: 'bootstrap', replicaset, listen, peers: [] });
    case 'join': {
      const source = peers.find(({ uri }) => uri === wish.uri);
      // Registered already, it needs nobody who can write.
      if (source && source.readOnly !== false && memory.dataOf !== replicaset) return waiting('connecting', `waits until ${source.alias} can be written: only then can a new member be registered`, facts.now + 20);
      return doing('connecting', { kind: 'startDatabase', how: 'join', replicaset, listen, peers: [wish.uri] }, `copies the data of ${source?.alias ?? wish.uri}`);
    }
  }
}
