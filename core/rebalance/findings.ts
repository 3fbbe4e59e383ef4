import type { BucketRow, BucketsTable } from './buckets-table.ts';

/** What can be wrong with one bucket, in words, and what mends it. */

export type FindingCode = 'lost' | 'doubled' | 'disputed' | 'stranded' | 'outdated' | 'foreign' | 'outOfRange' | 'leftover' | 'unknown';

/** What a master is to make of its row, and only as long as that is as it was seen. */
export type Repair = {
  readonly replicaset: string;
  readonly bucket: number;
  /** Null: it has no row of that bucket. */
  readonly expected: Pick<BucketRow, 'state' | 'generation'> | null;
  /** `garbage`: its rows are deleted. `active`: it owns the bucket from now on. */
  readonly to: { readonly state: 'active' | 'garbage'; readonly generation: number };
};

export type Finding = {
  readonly code: FindingCode;
  readonly severity: 'critical' | 'warning' | 'info';
  readonly buckets: readonly number[];
  readonly sentence: string;
  readonly wayOut: string;
  /** Empty: nothing has to be done, or only a person can say what. */
  readonly repairs: readonly Repair[];
};

export type Seen = BucketRow & { readonly table: BucketsTable };

/** A finding about one bucket. Those with the same code and `key` have the same fate, and read as one. */
export type BucketFinding = Omit<Finding, 'buckets' | 'sentence'> & { readonly bucket: number; readonly key: string; sentenceOf(buckets: string): string };

export function several(bucket: number, owners: readonly Seen[]): BucketFinding {
  const [winner, ...others] = owners.toSorted((a, b) => b.generation - a.generation) as [Seen, ...Seen[]];
  const places = owners.map(({ table }) => table.alias).join(' and ');
  const equal = others.filter(({ generation }) => generation === winner.generation);
  if (equal.length > 0) {
    return one('disputed', bucket, {
      severity: 'critical',
      key: places,
      sentenceOf: (buckets) => `${buckets}: ${places} own it by the same right, so both may have taken writes.`,
      wayOut: `Compare the rows, then say which one keeps the bucket: the rows of the other are deleted.`,
      repairs: [],
    });
  }
  const losers = others.map(({ table }) => table.alias).join(' and ');
  return one('doubled', bucket, {
    severity: 'critical',
    key: `${places}>${winner.table.alias}`,
    sentenceOf: (buckets) => `${buckets}: owned by ${places}; ${winner.table.alias} got it later, so the one of ${losers} is from before the hand-over, such as out of an old backup.`,
    wayOut: `Repair: ${winner.table.alias} keeps the bucket, and its rows on ${losers} are deleted.`,
    repairs: others.map((row) => repair(row, { state: 'garbage', generation: row.generation })),
  });
}

/** The hand-over gave its bucket a later generation than any owner has: they are from before it. `given`: what became of it at the other end. */
export function outdated(bucket: number, owners: readonly Seen[], { sent, given }: { sent: Seen; given: 'arriving' | 'unknownThere' | 'unheard' }): BucketFinding {
  const [from, to] = [sent.table.alias, owners.map(({ table }) => table.alias).join(' and ')];
  const dropped = owners.map((row) => repair(row, { state: 'garbage', generation: row.generation }));
  const waysOut = {
    arriving: `Repair: the older rows on ${to} are deleted; the hand-over goes on.`,
    unknownThere: `Repair: ${from} owns the bucket again, and the older rows on ${to} are deleted.`,
    unheard: 'Bring back the replicaset to which it was handed over, then look again.',
  };
  return one('outdated', bucket, {
    severity: 'critical',
    key: `${to}<${from} ${given}`,
    sentenceOf: (buckets) => `${buckets}: owned by ${to} with what it had before ${from} handed it over, such as out of an old backup; the newer rows are still on ${from}.`,
    wayOut: waysOut[given],
    repairs: given === 'unheard' ? [] : given === 'arriving' ? dropped : [...dropped, takenBack(sent)],
  });
}

/** One generation was promised to the other end: it is passed over. */
const takenBack = (sent: Seen): Repair => repair(sent, { state: 'active', generation: sent.generation + 2 });

export function stranded(bucket: number, sent: Seen, peer: string): BucketFinding {
  return one('stranded', bucket, {
    severity: 'critical',
    key: `${sent.table.alias}>${peer}`,
    sentenceOf: (buckets) => `${buckets}: ${sent.table.alias} handed it over to ${peer}, which knows nothing of it, and keeps the rows; nobody serves it.`,
    wayOut: `Repair: ${sent.table.alias} owns the bucket again.`,
    repairs: [takenBack(sent)],
  });
}

/** `heirs`: who may get it anew, when it is nowhere; none where it may still be somewhere. */
export function lost(bucket: number, rows: readonly Seen[], heirs: readonly BucketsTable[]): BucketFinding {
  const kept = newest(rows.filter(({ state }) => state === 'garbage' || state === 'receiving'));
  if (kept) {
    const what = kept.state === 'garbage' ? 'rows of it that were not deleted yet' : 'a part of its rows';
    return one('lost', bucket, {
      severity: 'critical',
      key: `${kept.table.alias} ${kept.state}`,
      sentenceOf: (buckets) => `${buckets}: nobody owns it; ${kept.table.alias} still has ${what}.`,
      wayOut: `Stop ${kept.table.alias} from deleting them, bring back the replicaset or the backup that had the bucket, or say that ${kept.table.alias} owns it with what it has.`,
      repairs: [],
    });
  }
  const heir = fewest(heirs);
  return one('lost', bucket, {
    severity: 'critical',
    key: 'nowhere',
    sentenceOf: (buckets) => `${buckets}: no replicaset knows of it, so requests for it fail.`,
    wayOut: `Bring back the replicaset or the backup that had it.${heir ? ` If its rows are given up, repair: ${heir.alias} gets it empty.` : ''}`,
    repairs: heir ? [{ replicaset: heir.replicaset, bucket, expected: null, to: { state: 'active', generation: 1 } }] : [],
  });
}

const fewest = (tables: readonly BucketsTable[]): BucketsTable | undefined => tables.toSorted((a, b) => a.rows.length - b.rows.length || (a.replicaset < b.replicaset ? -1 : 1))[0];

export const unknown = (bucket: number, unheard: readonly string[]): BucketFinding =>
  one('unknown', bucket, {
    severity: 'warning',
    key: '',
    sentenceOf: (buckets) => `${buckets}: nobody who answered owns it; ${unheard.join(', ')} did not answer.`,
    wayOut: `Bring ${unheard.join(', ')} back, then look again.`,
    repairs: [],
  });

export const leftover = (bucket: number, row: Seen): BucketFinding =>
  one('leftover', bucket, {
    severity: 'info',
    key: row.table.alias,
    sentenceOf: (buckets) => `${buckets}: ${row.table.alias} has rows of a hand-over that was given up.`,
    wayOut: 'They are deleted by themselves; the owner is not touched.',
    repairs: [],
  });

export const outOfRange = (bucket: number, row: Seen, total: number): BucketFinding =>
  one('outOfRange', bucket, {
    severity: 'warning',
    key: row.table.alias,
    sentenceOf: (buckets) => `${buckets} on ${row.table.alias}: the group has buckets 1 to ${total}, so no key leads there.`,
    wayOut: `Repair: they are deleted on ${row.table.alias}, with the rows that name them.`,
    repairs: [repair(row, { state: 'garbage', generation: row.generation })],
  });

const repair = (row: Seen, to: Repair['to']): Repair => ({ replicaset: row.table.replicaset, bucket: row.id, expected: { state: row.state, generation: row.generation }, to });
const one = (code: FindingCode, bucket: number, rest: Omit<BucketFinding, 'code' | 'bucket'>): BucketFinding => ({ code, bucket, ...rest });

const newest = (rows: readonly Seen[]): Seen | undefined => rows.toSorted((a, b) => b.generation - a.generation)[0];
