import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Change } from '~/contract/shapes/config.ts';
import type { Refusal } from '~/contract/shapes/plan.ts';
import { browsed } from '~/server/data/browse.ts';
import { elsewhere, holder, home, isRow, nameOf, pageOfOne, shownRow, sought, type Sought, type Wish } from '~/server/data/edit.ts';
import { exported } from '~/server/data/export.ts';
import { scopeOf } from '~/server/data/scope.ts';
import { spacesOf } from '~/server/data/spaces.ts';
import type { DataKind } from '~/link/data-messages.ts';
import { act, step } from './action.ts';
import type { Intent } from './change.ts';
import type { Context, HandlersOf } from './context.ts';

/** Rows of users: read from all storages at once, written one at a time where they belong. */

/** Of one storage's part of a page, and of all parts of an export. */
const pageBytesMax = 2 * 1024 * 1024;
const exportBytesMax = 8 * 1024 * 1024;
const exportPageRows = 1000;
const writeMs = 12_000;

export const dataHandlers: HandlersOf<Pick<typeof contract, 'data'>>['data'] = {
  spaces: (context, { on, group, ...filter }) => spacesOf(scopeOf(context, { on, group }), filter),

  browse: (context, { on, group, ...question }) => browsed(scopeOf(context, { on, group }), { ...question, index: question.index, key: question.key, cursor: question.cursor, bytesMax: pageBytesMax }),

  get: async (context, { space, key, on, group }) => pageOfOne(await sought(scopeOf(context, { on, group }), { kind: 'get', space, key })),

  export: async (context, { on, group, format, limit, ...question }) => {
    const scope = scopeOf(context, { on, group });
    let [text, rows, cursor] = ['', 0, question.cursor];
    for (;;) {
      const page = await browsed(scope, { ...question, index: question.index, key: question.key, cursor, limit: Math.min(exportPageRows, limit - rows), bytesMax: pageBytesMax });
      text += exported(page, format, { head: text === '' && question.cursor === undefined });
      rows += page.rows.length;
      cursor = page.cursor ?? undefined;
      const { missing, warnings } = page;
      if (cursor === undefined || rows >= limit || text.length >= exportBytesMax || missing.length > 0) return { text, rows, cut: cursor !== undefined, cursor: cursor ?? null, missing, warnings };
    }
  },

  insert: (context, { space, on, group, row, ...intent }) => written(context, intent, { wish: { kind: 'insert', space, row }, on, group }),
  replace: (context, { space, on, group, row, ifRow, ...intent }) => written(context, intent, { wish: { kind: 'replace', space, row }, on, group, ifRow }),
  update: (context, { space, key, on, group, operations, ifRow, ...intent }) => written(context, intent, { wish: { kind: 'update', space, key, operations }, on, group, ifRow }),
  delete: (context, { space, key, on, group, ifRow, ...intent }) => written(context, intent, { wish: { kind: 'delete', space, key }, on, group, ifRow }),
};

type Order = { readonly wish: Wish & { readonly kind: DataKind }; readonly on: string | undefined; readonly group: string; readonly ifRow?: string | undefined };

const words: Record<DataKind, { readonly does: string; readonly change: Change['kind'] }> = {
  insert: { does: 'Insert', change: 'added' }, replace: { does: 'Write', change: 'changed' }, update: { does: 'Change', change: 'changed' }, delete: { does: 'Delete', change: 'removed' },
};

async function written(context: Context, intent: Intent, { wish, on, group, ifRow }: Order) {
  const { kind, space, key } = wish;
  const seen = await sought(scopeOf(context, { on, group }), wish);
  const { definition, missing } = seen;
  const byKey = kind === 'update' || kind === 'delete';
  const at = byKey ? holder(seen) : home(seen);
  if (at === null) {
    throw new CoterieError('NOT_FOUND', `${space} has no row with the key ${key}${missing.length > 0 ? `, as far as is known: ${missing.map(({ sentence }) => sentence).join(' ')}` : '.'}`);
  }
  const { looked, source, asked } = at;
  const [before, after] = [shownRow(looked.before), shownRow(looked.after)];
  if (!isRow(looked.before, ifRow)) throw new CoterieError('CONFLICT', `${nameOf(definition, before ?? after)} is not what it was when you looked: somebody has written it meanwhile. Look again.`, { before });
  const name = nameOf(definition, before ?? after ?? shownRow(asked.tuple));
  const place = source.replicaset?.alias ?? source.instance.alias;
  const where = looked.bucket === null ? `on ${place}` : `on ${place}, bucket ${looked.bucket}`;
  const sentence = `${words[kind].does} ${name} ${where}.`;
  const changes: Change[] = [{ path: name, kind: before === null ? 'added' : words[kind].change, sentence, ...(before === null ? {} : { before }), ...(after === null ? {} : { after }) }];
  const warnings = [...seen.warnings, ...missing.map((one) => `Not looked at: ${one.sentence}`)];
  const told = { replicaset: place, bucket: looked.bucket, columns: definition.columns.map((column) => column.name), before };
  const outcome = await act(context, intent, {
    action: { summary: sentence, steps: [step('store', source.replicaset?.uuid ?? source.instance.uuid, [sentence, intent.reason ?? 'You asked for it.'])], refusals: refusalsOf(seen, at, wish), warnings },
    changes,
    run: async () => {
      const { after: done } = await source.client.dataWrite({ ...asked, kind, before: looked.before, bucket: looked.bucket, epoch: looked.epoch }, { timeoutMs: writeMs });
      return { sentence: `${name} is ${kind === 'delete' ? 'deleted' : kind === 'insert' ? 'inserted' : 'written'} ${where}.`, ...told, after: shownRow(done) };
    },
  });
  // A preview says what the row would be.
  return intent.dryRun ? { ...outcome, data: { ...told, sentence, after } } : outcome;
}

function refusalsOf(seen: Sought, at: Sought['found'][number], { kind, space }: Wish): Refusal[] {
  const { looked, source } = at;
  const target = source.instance.uuid;
  const refusal = (code: string, sentence: string, wayOut: string): Refusal => ({ code, target, sentence, wayOut });
  const other = kind === 'insert' || kind === 'replace' ? elsewhere(seen, at) : null;
  if (looked.definition.system) return [refusal('system', `${space} is a space of Tarantool or Coterie.`, 'It is changed by what it belongs to: users, roles, sharding. An admin can do anything in a console with `write`.')];
  if (looked.readOnly) return [refusal('readOnly', `${source.instance.alias} is read-only now.`, 'Rows are written on the master: leave `on` out, or name the master.')];
  if (other !== null) return [refusal('elsewhere', `${other.source.replicaset?.alias ?? other.source.instance.alias} has a row with this key, in bucket ${other.looked.bucket}.`, 'Change that one, or delete it first.')];
  if (looked.fault !== null) return [refusal('refused', `Tarantool refuses it: ${looked.fault}`, 'Nothing was written.')];
  return [];
}
