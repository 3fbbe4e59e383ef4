import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { restoredConfig } from '~/core/config/restore.ts';
import { shownConfig } from '~/core/topology/database-settings.ts';
import { change, editing, planned, type Changed, type Intent, type Make } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { versionAt } from './history.ts';

/** Versions of the configuration, and its user sections. */
export const configHandlers: HandlersOf<Pick<typeof contract, 'config'>>['config'] = {
  history: async ({ services }, page) => services.store.versions.list(page),

  get: async (context, { version }) => {
    const found = await versionAt(context, version);
    if (found === null) throw new CoterieError('NOT_FOUND', 'There is no configuration yet: create a replicaset, or apply a cluster file.');
    return { ...found, config: shownConfig(found.config) };
  },

  diff: async (context, { from, to }) => {
    const [before, after] = await Promise.all([versionAt(context, from), versionAt(context, to)]);
    return diffConfigs(before!.config, after!.config);
  },

  restore: async (context, { version, ...intent }) => {
    const old = await versionAt(context, version);
    return outcome(intent, await change(context, intent, (current) => ({ config: restoredConfig({ old: old!.config, current }), refusals: [], again: true })));
  },

  download: async (context, { version }) => {
    const found = await versionAt(context, version);
    return { version: found?.version ?? 0, sections: found?.config.sections ?? {} };
  },

  upload: async (context, { sections, replaceAll, ...intent }) => outcome(intent, await change(context, intent, uploading(context, { sections, replaceAll }))),

  validate: async (context, { sections }) => (await planned(context, uploading(context, { sections, replaceAll: false }))).plan,
};

type Upload = { sections: Record<string, string | null>; replaceAll: boolean };

const uploading =
  (context: Context, upload: Upload): Make =>
  (base, known) =>
    editing(context, editsOf(base, upload))(base, known);

function editsOf(base: ClusterConfig, { sections, replaceAll }: Upload): Edit[] {
  const named: Edit[] = Object.entries(sections).map(([name, text]) => (text === null ? { kind: 'deleteSection', name } : { kind: 'setSection', name, text }));
  const rest = replaceAll ? Object.keys(base.sections).filter((name) => !(name in sections)) : [];
  return [...named, ...rest.map((name): Edit => ({ kind: 'deleteSection', name }))];
}

const outcome = ({ dryRun }: Intent, { plan, run, version }: Changed) => ({ dryRun, plan, run, data: dryRun ? null : { version, changed: run !== null } });
