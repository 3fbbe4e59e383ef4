import * as z from 'zod';
import { TimeMs, Uuid } from '~/contract/shapes/basics.ts';
import { bucketHashes } from '~/contract/shapes/sharding.ts';
import { ShardingPause } from '~/contract/shapes/sharding-view.ts';
import { ProviderUnavailable } from '~/state/errors.ts';
import type { Condition, Entry, StateProvider } from '~/state/provider.ts';

/**
 * What of a group's sharding must outlive the coordinator, as it stands in the state provider at `sharding/<group>`.
 * Where the buckets are is not in it: that the storages themselves say.
 */
export const GroupRecord = z.object({
  buckets: z.number().int().min(1).max(100_000),
  hash: z.enum(bucketHashes),
  by: z.string(),
  at: TimeMs,
  /** Which storages are to make which buckets, until all of them have. Null: they have; what is made once more would be there twice. */
  founding: z.array(z.object({ uuid: Uuid, first: z.number().int(), last: z.number().int() })).max(1000).nullable(),
  pause: ShardingPause.nullable(),
  run: z.object({ by: z.string(), at: TimeMs }).nullable(),
  /** Of the coordinator that wrote it. */
  term: z.number().int().nonnegative(),
});
export type GroupRecord = z.output<typeof GroupRecord>;

export type KeptRecord = { readonly record: GroupRecord; readonly revision: number };

export const shardingPrefix = 'sharding/';
const keyOf = (group: string): string => `${shardingPrefix}${group}`;
const storeMs = 2000;

/** By group. One that cannot be read is told as a sentence: nobody may act on a guess. */
export async function readRecords(provider: Pick<StateProvider, 'list'>): Promise<ReadonlyMap<string, KeptRecord | string>> {
  const { entries } = await provider.list(shardingPrefix, { timeoutMs: storeMs });
  return new Map([...entries].map(([key, entry]) => [key.slice(shardingPrefix.length), parsed(key, entry)]));
}

function parsed(key: string, { value, revision }: Entry): KeptRecord | string {
  try {
    return { record: GroupRecord.parse(JSON.parse(value)), revision };
  } catch {
    return `What stands in the state provider under ${key} cannot be read.`;
  }
}

/** By compare-and-set, and only while the lock is held. Answers what it is now. */
export async function writeRecord(provider: Pick<StateProvider, 'commit'>, { group, before, record, guard }: { group: string; before: KeptRecord | null; record: GroupRecord; guard: Condition | null }): Promise<KeptRecord> {
  if (guard === null) throw new ProviderUnavailable('This coordinator is not active any more.');
  const key = keyOf(group);
  const answer = await provider.commit({ when: [{ key, revision: before?.revision ?? null }, guard], put: [{ key, value: JSON.stringify(record) }] }, { timeoutMs: storeMs });
  if (!answer.done) throw new ProviderUnavailable('Somebody else has changed it at the same moment: look, and do it again.');
  return { record, revision: answer.revision };
}
