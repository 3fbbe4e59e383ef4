/**
 * Data in buckets, when all is quiet: each bucket has one owner and rest, its rows are there and nowhere else, every
 * balance follows from the notes, and what clients were told holds. `kept`: ids that were put aside by a failover.
 */
import { say, those, type History, type Operation } from '../history/operation.ts';
import type { ShardRows } from '../scenario/system.ts';
import { accountsEach, accountStart, ballastEach, bucketsOfBank } from '../workloads/routed-workload.ts';
import { verdict, type Verdict } from './verdict.ts';

export type ShardsSeen = {
  readonly shards: readonly ShardRows[];
  readonly kept: ReadonlySet<number>;
  /** A payment was acknowledged when enough copies had it: none may be put aside. */
  readonly paymentsLast: boolean;
};

const owning = new Set(['active', 'pinned']);
/** A row of the table for a bucket that went. */
const left = 'gone';

export function checkShards(history: History, seen: ShardsSeen): Verdict {
  const { owners, problems } = ownersOf(seen.shards);
  const pays = those(history, 'pay');
  const adds = those(history, 'add');
  const of = (outcome: Operation['outcome']) => [...pays, ...adds].filter((one) => one.outcome === outcome).length;
  return verdict('shards', [...problems, ...misplaced(seen.shards, owners), ...ballast(seen.shards, owners), ...balances(seen.shards), ...promises(history, seen), ...readings(history, seen)], {
    moved: seen.shards.flatMap(({ buckets }) => buckets).filter(([, state]) => owning.has(state)).reduce((sum, [, , generation]) => sum + generation - 1, 0),
    acknowledged: of('ok'), unknown: of('info'), refused: of('fail'), buckets: owners.size, reads: those(history, 'sum').length + those(history, 'look').length,
  });
}

function ownersOf(shards: readonly ShardRows[]): { owners: ReadonlyMap<number, string>; problems: string[] } {
  const owners = new Map<number, string>();
  const problems: string[] = [];
  for (const { name, buckets } of shards) {
    for (const [bucket, state] of buckets) {
      const other = owners.get(bucket);
      if (!owning.has(state)) problems.push(...(state === left ? [] : [`bucket ${bucket} is still ${state} at ${name}`]));
      else if (other !== undefined) problems.push(`bucket ${bucket} is ${other}'s and ${name}'s`);
      else owners.set(bucket, name);
    }
  }
  for (let bucket = 1; bucket <= bucketsOfBank; bucket += 1) if (!owners.has(bucket)) problems.push(`bucket ${bucket} is nobody's`);
  return { owners, problems };
}

function misplaced(shards: readonly ShardRows[], owners: ReadonlyMap<number, string>): string[] {
  return shards.flatMap(({ name, accounts, notes, set }) =>
    ([['account', accounts], ['note', notes], ['row', set]] as const).flatMap(([what, rows]) =>
      rows.filter(([, bucket]) => owners.get(bucket) !== name).map(([id, bucket]) => `${what} ${id} of bucket ${bucket} is at ${name}, and the bucket is ${owners.get(bucket) ?? 'nobody'}'s`)));
}

/** All of it at the owner, and none elsewhere. */
function ballast(shards: readonly ShardRows[], owners: ReadonlyMap<number, string>): string[] {
  const rowsAt = shards.map((shard) => ({ name: shard.name, rows: new Map(shard.ballast) }));
  return [...owners].flatMap(([bucket, owner]) => rowsAt.flatMap(({ name, rows }) => {
    const [has, owes] = [rows.get(bucket) ?? 0, name === owner ? ballastEach : 0];
    return has === owes ? [] : [`${name} has ${has} rows of bucket ${bucket} and not ${owes}`];
  }));
}

function balances(shards: readonly ShardRows[]): string[] {
  const owed = new Map<number, number>();
  for (let bucket = 1; bucket <= bucketsOfBank; bucket += 1) for (let at = 1; at <= accountsEach; at += 1) owed.set(bucket * 10 + at, accountStart);
  for (const [, bucket, from, to, amount] of shards.flatMap(({ notes }) => notes)) {
    owed.set(bucket * 10 + from, owed.get(bucket * 10 + from)! - amount);
    owed.set(bucket * 10 + to, owed.get(bucket * 10 + to)! + amount);
  }
  const accounts = shards.flatMap((shard) => shard.accounts);
  const has = new Map(accounts.map(([id, , balance]) => [id, balance]));
  const wrong = [...owed].filter(([id, balance]) => has.get(id) !== balance).map(([id, balance]) => `account ${id} has ${has.get(id) ?? 'no money'}, and its notes say ${balance}`);
  const total = accounts.reduce((sum, [, , balance]) => sum + balance, 0);
  const expected = bucketsOfBank * accountsEach * accountStart;
  return total === expected ? wrong : [`all money is ${total} and not ${expected}`, ...wrong];
}

/** What was acknowledged is there once, what was refused is not, and nothing is there that nobody asked for. */
function promises(history: History, { shards, kept, paymentsLast }: ShardsSeen): string[] {
  const each = <T extends Operation>(operations: readonly T[], ids: readonly number[], { idOf, mayBeKept }: { idOf: (one: T) => number; mayBeKept: boolean }): string[] => {
    const there = new Set(ids);
    const asked = new Set(operations.map(idOf));
    const twice = ids.filter(((once) => (id: number) => once.size === once.add(id).size)(new Set<number>()));
    return [
      ...operations.filter((one) => one.outcome === 'ok' && !there.has(idOf(one)) && !(mayBeKept && kept.has(idOf(one)))).map((one) => `lost: acknowledged, and not there at the end: ${say(one)}`),
      ...operations.filter((one) => one.outcome === 'fail' && there.has(idOf(one))).map((one) => `refused, and there all the same: ${say(one)} ${one.reason ?? ''}`),
      ...[...new Set(twice)].map((id) => `doubled: ${id} is there twice`),
      ...ids.filter((id) => !asked.has(id)).map((id) => `nobody asked for ${id}`),
    ];
  };
  return [
    ...each(those(history, 'pay'), shards.flatMap(({ notes }) => notes.map(([id]) => id)), { idOf: ({ value }) => value.id, mayBeKept: !paymentsLast }),
    ...each(those(history, 'add'), shards.flatMap(({ set }) => set.map(([id]) => id)), { idOf: ({ value }) => value, mayBeKept: true }),
  ];
}

/** While buckets moved. */
function readings(history: History, { kept, paymentsLast }: ShardsSeen): string[] {
  const paid = new Map(those(history, 'pay').filter(({ outcome }) => outcome === 'ok').map((pay) => [pay.value.id, pay.returned!]));
  const sums = those(history, 'sum').filter(({ outcome, value }) => outcome === 'ok' && value.sum !== accountsEach * accountStart);
  const missed = those(history, 'look').filter(({ outcome, value: { id, there }, invoked }) => outcome === 'ok' && there === false && (paid.get(id) ?? Infinity) <= invoked && !(kept.has(id) && !paymentsLast));
  return [...sums.map((sum) => `the bucket had other money: ${say(sum)}`), ...missed.map((look) => `acknowledged before, and not seen: ${say(look)}`)];
}
