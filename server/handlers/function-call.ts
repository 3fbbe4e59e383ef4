import { CoterieError } from '~/contract/errors.ts';
import type { FunctionDetail } from '~/contract/shapes/function-view.ts';
import type { Value } from '~/iproto/index.ts';
import { BucketHash, UnhashableKey } from '~/core/buckets/hash.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import { encode } from '~/iproto/index.ts';
import { parsedJson } from '~/server/data/encode.ts';
import { asked, scopeOf, type Source } from '~/server/data/scope.ts';
import { fromShown } from '~/server/data/values.ts';
import type { Context } from './context.ts';
import { findReplicaset, masterOf } from './names.ts';

/** Where a call by hand goes, and the Lua that makes it: on the master of a replicaset, or of the one that has the bucket of a key. */

type Master = { readonly uuid: string; readonly alias: string };
export type Target = { readonly master: Master; readonly where: string; readonly code: string };
type Asked = { readonly replicaset?: string | undefined; readonly key?: string | undefined; readonly group: string; readonly given: readonly unknown[] };

export async function targetOf(context: Context, detail: FunctionDetail, { replicaset, key, group, given }: Asked): Promise<Target> {
  if ((replicaset === undefined) === (key === undefined)) throw new CoterieError('BAD_INPUT', key === undefined ? 'Say where it runs: a replicaset, or a key whose bucket decides.' : 'Say where it runs by a replicaset or by a key, not by both.');
  if (replicaset !== undefined) return onReplicaset(context, detail, { replicaset, given });
  const bucket = bucketOf(context, { key: key!, group });
  const master = await ownerOf(context, { bucket, group });
  needRole(context, detail, master.replicaset?.uuid ?? '');
  const code = `local function call(...) return coterie.bucket_call(require('lease').epoch(), ${bucket}, '${detail.mode}', '${detail.name}', {...}) end return call(${argumentsOf(given)})`;
  return { master: master.instance, where: `${master.instance.alias}, the master of ${master.replicaset?.alias ?? '?'}, which has bucket ${bucket} of the key ${key}`, code };
}

function onReplicaset(context: Context, detail: FunctionDetail, { replicaset, given }: { replicaset: string; given: readonly unknown[] }): Target {
  const found = findReplicaset(context, replicaset);
  needRole(context, detail, found.uuid);
  const master = masterOf(context, found);
  if (master === null) throw new CoterieError('UNAVAILABLE', `${found.alias} has no master now; see \`coterie failover status\`.`, { replicaset: found.alias });
  return { master, where: `${master.alias}, the master of ${found.alias}`, code: `return ${detail.name}(${argumentsOf(given)})` };
}

function needRole(context: Context, { name, role }: FunctionDetail, replicaset: string): void {
  const { alias, roles } = findReplicaset(context, replicaset);
  if (!roles.includes(role)) throw new CoterieError('CONFLICT', `${alias} has no role ${role}, which function ${name} is of. Give it that role, by \`replicaset edit ${alias} --roles\`.`, { replicaset: alias, role });
}

/** As routers reckon it. */
function bucketOf(context: Context, { key, group }: { key: string; group: string }): number {
  const read = parsedJson(key, 'The key');
  const { hash, buckets } = groupSettings(context.services.runtime.versions.current?.config ?? {}, group);
  const parts: Value[] = (Array.isArray(read) ? (read as unknown[]) : [read]).map((part, at) => fromShown(part, { type: 'any', field: `part ${at + 1} of the key` }));
  try {
    return new BucketHash({ hash, buckets }).ofKey(encode(Array.isArray(read) ? parts : parts[0]!));
  } catch (error) {
    if (error instanceof UnhashableKey) throw new CoterieError('BAD_INPUT', `The key ${key} has no bucket: ${error.message}.`);
    throw error;
  }
}

const askMs = 5000;

/** Who says that the bucket is there; the call itself is refused where that is no longer so. */
async function ownerOf(context: Context, { bucket, group }: { bucket: number; group: string }): Promise<Source> {
  const scope = scopeOf(context, { group });
  const code = `local space = box.space._coterie_buckets local row = space ~= nil and space:get(${bucket}) return row and row[2] or 'none'`;
  const { answers, failures } = await asked(scope.sources, ({ client }) => client.eval({ language: 'lua', code, timeoutMs: askMs, rowsMax: 1 }, { timeoutMs: askMs + 1000 }));
  const owner = answers.find(({ answer }) => ['active', 'pinned', 'sending'].includes(String(answer.values[0])))?.source;
  if (owner) return owner;
  const unheard = [...scope.missing.map(({ sentence }) => sentence), ...failures.map(({ source }) => `${source.instance.alias} did not answer.`)];
  throw new CoterieError(unheard.length > 0 ? 'UNAVAILABLE' : 'CONFLICT', `No storage of group ${group} has bucket ${bucket} now. ${unheard.length > 0 ? unheard.join(' ') : 'It is on its way, or the buckets were not made yet: see `coterie sharding status`.'}`, { bucket, group });
}

/** The arguments are text to Lua until they are decoded. A level of brackets that they do not have ends them. */
function argumentsOf(given: readonly unknown[]): string {
  const text = JSON.stringify(given);
  let level = '=';
  while (text.includes(`]${level}]`)) level += '=';
  return `unpack(require('json').decode([${level}[${text}]${level}]), 1, ${given.length})`;
}
