import type { Obstacle, StorageSeen } from './observed.ts';

/** Why buckets do not move from a replicaset or to it, in a sentence. */

export type Wait = {
  readonly code: Obstacle['kind'] | 'notHeard' | 'failed';
  /** The replicaset. */
  readonly target: string;
  readonly sentence: string;
  readonly blocks: 'source' | 'destination' | 'both' | 'nothing';
};

/** What its master said is good for so long; then it may have no master any more. */
export const observedMaxMs = 5000;

export function waitsOf(storage: StorageSeen, now: number): Wait[] {
  const { uuid, alias, buckets, observedAt, obstacles } = storage;
  const rows = obstacles.map((obstacle): Wait => ({ code: obstacle.kind, target: uuid, ...words(alias, obstacle) }));
  if (rows.some(({ code }) => code === 'noMaster')) return rows;
  if (!buckets) rows.push({ code: 'notHeard', target: uuid, sentence: `The master of ${alias} has not told its buckets yet.`, blocks: 'both' });
  else if (now - observedAt > observedMaxMs) rows.push({ code: 'notHeard', target: uuid, sentence: `The master of ${alias} has not told its buckets for ${Math.floor((now - observedAt) / 1000)} s.`, blocks: 'both' });
  return rows;
}

function words(alias: string, obstacle: Obstacle): Pick<Wait, 'sentence' | 'blocks'> {
  switch (obstacle.kind) {
    case 'noMaster':
      return { sentence: `${alias} has no master.`, blocks: 'both' };
    case 'voterAway': {
      const { names } = obstacle;
      return { sentence: `${names.join(', ')} of ${alias} ${names.length > 1 ? 'are' : 'is'} away, and a bucket changes hands only when enough copies know.`, blocks: 'both' };
    }
    case 'diskFull':
      return { sentence: `The disk of ${obstacle.name}, the master of ${alias}, is full.`, blocks: 'both' };
    case 'memoryLow':
      return { sentence: `${alias} has used ${Math.round(obstacle.usedRatio * 100)} % of the memory for its rows: it takes no more buckets.`, blocks: 'destination' };
    case 'foreignGroup':
      return { sentence: `${alias}: ${obstacle.sentence}`, blocks: 'both' };
    case 'requestsHold':
      return { sentence: `Requests hold bucket ${obstacle.bucket} of ${alias}: it is tried again, and others move meanwhile.`, blocks: 'nothing' };
  }
}

export const blocksSource = ({ blocks }: Wait): boolean => blocks === 'source' || blocks === 'both';
export const blocksDestination = ({ blocks }: Wait): boolean => blocks === 'destination' || blocks === 'both';
