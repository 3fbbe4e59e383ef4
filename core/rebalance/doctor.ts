import { isOwner, rangesText, type BucketsTable } from './buckets-table.ts';
import { leftover, lost, outdated, outOfRange, several, stranded, unknown, type BucketFinding, type Finding, type FindingCode, type Seen } from './findings.ts';

/** What is wrong with the buckets of a group, by the tables of all its masters, and how it is mended. */

export type Scan = {
  readonly group: string;
  readonly buckets: number;
  readonly tables: readonly BucketsTable[];
  /** Aliases of storages whose master did not answer. */
  readonly unheard: readonly string[];
};

/**
 * Tables are read one after another while buckets move, so one scan alone sees losses and doubles that are none.
 * With the scan `before`, only what both of them say counts.
 */
export function findingsOf(scan: Scan, before: Scan | null): Finding[] {
  const told = before === null ? null : new Set(bucketFindings(before).map(identity));
  const foreigners = scan.tables.filter((table) => !isOwn(table, scan)).toSorted((a, b) => (a.replicaset < b.replicaset ? -1 : 1));
  return [...foreigners.map((table) => foreign(table, scan)), ...together(bucketFindings(scan).filter((finding) => told?.has(identity(finding)) ?? true))];
}

const isOwn = ({ group }: BucketsTable, { group: name, buckets }: Scan): boolean => group === null || (group.name === name && group.buckets === buckets);

/** Of the same bucket, with the same words and the same rows to mend. Who gets a lost one anew may be another one each time. */
const identity = ({ code, bucket, key, repairs }: BucketFinding): string => JSON.stringify([code, bucket, key, repairs.filter(({ expected }) => expected !== null)]);

function bucketFindings(scan: Scan): BucketFinding[] {
  const byBucket = new Map<number, Seen[]>();
  for (const table of scan.tables.toSorted((a, b) => (a.replicaset < b.replicaset ? -1 : 1))) {
    if (!isOwn(table, scan)) continue;
    for (const row of table.rows) {
      const rows = byBucket.get(row.id);
      if (rows) rows.push({ ...row, table });
      else byBucket.set(row.id, [{ ...row, table }]);
    }
  }
  const findings: BucketFinding[] = [];
  for (let bucket = 1; bucket <= scan.buckets; bucket++) findings.push(...ofBucket(bucket, byBucket.get(bucket) ?? [], scan));
  for (const [bucket, rows] of byBucket) if (bucket < 1 || bucket > scan.buckets) findings.push(...rows.filter(({ state }) => state !== 'garbage').map((row) => outOfRange(bucket, row, scan.buckets)));
  return findings;
}

function ofBucket(bucket: number, rows: readonly Seen[], scan: Scan): BucketFinding[] {
  const { unheard, tables } = scan;
  const owners = rows.filter(isOwner);
  const [owner] = owners;
  const sent = rows.filter(({ state }) => state === 'sent').toSorted((a, b) => b.generation - a.generation)[0];
  const leftovers = rows.filter((row) => row.state === 'receiving' && !isArriving(row, rows) && heard(row.peer, tables)).map((row) => leftover(bucket, row));
  const peer = sent && tables.find(({ replicaset }) => replicaset === sent.peer);
  const arriving = sent && rows.some((row) => row.state === 'receiving' && row.attempt === sent.attempt && row.table.replicaset === sent.peer);
  if (owner && sent && owners.every(({ generation }) => generation <= sent.generation)) return [outdated(bucket, owners, { sent, given: arriving ? 'arriving' : peer ? 'unknownThere' : 'unheard' }), ...leftovers];
  if (owner) return [...(owners.length > 1 ? [several(bucket, owners)] : []), ...leftovers];
  if (sent) return arriving || !peer ? [] : [stranded(bucket, sent, peer.alias)];
  return [unheard.length > 0 ? unknown(bucket, unheard) : lost(bucket, rows, tables.every((table) => isOwn(table, scan)) ? tables : [])];
}

/** The other end is still at it: what arrives is not left over. */
const isArriving = (row: Seen, rows: readonly Seen[]): boolean => rows.some((other) => other.table.replicaset === row.peer && (other.state === 'sending' || other.state === 'sent') && other.attempt === row.attempt);
const heard = (replicaset: string | null, tables: readonly BucketsTable[]): boolean => replicaset === null || tables.some((table) => table.replicaset === replicaset);

function foreign({ alias, group, rows }: BucketsTable, scan: Scan): Finding {
  return {
    code: 'foreign',
    severity: 'critical',
    buckets: rows.map(({ id }) => id).toSorted((a, b) => a - b),
    sentence: `${alias} was bootstrapped for group ${group?.name} of ${group?.buckets} buckets, and stands in group ${scan.group} of ${scan.buckets}: its ${rows.length} buckets count for nobody.`,
    wayOut: 'Give it its old group in the configuration; or, if its data is given up, expel its instances and join them anew with --forget.',
    repairs: [],
  };
}

const order: readonly FindingCode[] = ['disputed', 'doubled', 'outdated', 'stranded', 'lost', 'unknown', 'outOfRange', 'leftover', 'foreign'];

/** Thousands of buckets that have the same fate are one finding. */
function together(ones: readonly BucketFinding[]): Finding[] {
  const groups = new Map<string, BucketFinding[]>();
  for (const row of ones) {
    const key = `${row.code} ${row.key}`;
    const rows = groups.get(key);
    if (rows) rows.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()]
    .toSorted(([a], [b]) => order.indexOf(a!.code) - order.indexOf(b!.code) || a!.bucket - b!.bucket)
    .map((rows): Finding => {
      const [{ code, severity, wayOut, sentenceOf }] = rows as [BucketFinding];
      const buckets = rows.map(({ bucket }) => bucket).toSorted((a, b) => a - b);
      return { code, severity, buckets, sentence: sentenceOf(`Bucket${buckets.length > 1 ? 's' : ''} ${rangesText(buckets)}`), wayOut, repairs: rows.flatMap((row) => row.repairs) };
    });
}
