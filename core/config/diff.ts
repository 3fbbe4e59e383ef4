import type { Change, ClusterConfig } from '~/contract/shapes/config.ts';
import { canonicalJson } from './canonical.ts';
import { changeOf, keysOf, type Table } from './change.ts';
import { databaseChanges } from './database-diff.ts';
import { addedSentence, changedSentence, removedSentence } from './sentences.ts';
import { utf8Bytes } from './limits.ts';
import { shardingChanges } from './sharding-diff.ts';

/**
 * Every difference between two configurations, one a field, by JSON pointer (RFC 6901) into the document.
 * Nothing differs exactly when the list is empty; laid over `before`, the changes give `after`, but for passwords of the
 * database, which are in no list.
 */

/** Longer section texts are left out of `before` and `after`: a change also goes into the audit log and to every page. */
export const sectionTextCharsMax = 64 * 1024;

export function diffConfigs(before: ClusterConfig | null, after: ClusterConfig): Change[] {
  const changes: Change[] = [];
  const context = { before, after };
  for (const [field, old, now] of headFields(before, after)) {
    if (canonicalJson(old) !== canonicalJson(now)) changes.push(changeOf({ path: `/${field}`, old, now, sentence: changedSentence({ ...context, path: [field], old, now }) }));
  }
  changes.push(...shardingChanges(before?.sharding, after.sharding), ...databaseChanges(before?.database, after.database));
  for (const table of ['replicasets', 'instances', 'expelled'] as const) changes.push(...rowsOf(table, context));
  changes.push(...sectionsOf(before?.sections ?? {}, after.sections));
  return changes;
}

type Context = { readonly before: ClusterConfig | null; readonly after: ClusterConfig };

/** An absent `before` reads as an empty configuration of the same name: only what is really there is new. */
function headFields(before: ClusterConfig | null, after: ClusterConfig): (readonly [string, unknown, unknown])[] {
  return [
    ['name', before?.name ?? after.name, after.name],
    ...failoverFields(before ?? after, after),
  ];
}

function failoverFields(before: ClusterConfig, after: ClusterConfig): (readonly [string, unknown, unknown])[] {
  const [old, now]: [Table, Table] = [before.failover, after.failover];
  return keysOf(old, now).map((field) => [`failover/${field}`, old[field], now[field]] as const);
}

function rowsOf(table: 'replicasets' | 'instances' | 'expelled', context: Context): Change[] {
  const before: Table = context.before?.[table] ?? {};
  const after: Table = context.after[table];
  return keysOf(before, after).flatMap((uuid): Change[] => {
    const path = `/${table}/${uuid}`;
    const old = before[uuid] as Table | undefined;
    const now = after[uuid] as Table | undefined;
    if (!old) return [{ path, kind: 'added', after: now, sentence: addedSentence(context, table, uuid) }];
    if (!now) return [{ path, kind: 'removed', before: old, sentence: removedSentence(context, table, uuid) }];
    return keysOf(old, now)
      .filter((field) => canonicalJson(old[field]) !== canonicalJson(now[field]))
      .map((field) => changeOf({ path: `${path}/${field}`, old: old[field], now: now[field], sentence: changedSentence({ ...context, path: [table, uuid, field], old: old[field], now: now[field] }) }));
  });
}

function sectionsOf(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): Change[] {
  return keysOf(before, after)
    .filter((name) => before[name] !== after[name])
    .map((name) => {
      const old = before[name];
      const now = after[name];
      const long = Math.max(old?.length ?? 0, now?.length ?? 0) > sectionTextCharsMax;
      const bytes = { old: old === undefined ? null : utf8Bytes(old), now: now === undefined ? null : utf8Bytes(now) };
      const sentence = changedSentence({ before: null, after: null, path: ['sections', name], old: bytes.old, now: bytes.now });
      return changeOf({ path: `/sections/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, old, now, sentence }, !long);
    });
}
