import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import { diffConfigs } from '~/core/config/diff.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { exportDocument, parseDocument } from '~/core/topology/document.ts';
import { change, editing, planned, type Make } from './change.ts';
import type { Context, HandlersOf } from './context.ts';
import { versionAt } from './history.ts';

type Target = { document?: string | undefined; edits?: Edit[] | undefined };

/** The whole cluster at once: from a file, or by a list of edits. */
export const topologyHandlers: HandlersOf<Pick<typeof contract, 'topology'>>['topology'] = {
  plan: async (context, target) => (await planned(context, making(context, target, false))).plan,

  apply: async (context, { document, edits, prune, ...intent }) => {
    const { plan, run, version } = await change(context, intent, making(context, { document, edits }, prune));
    return { dryRun: intent.dryRun, plan, run, data: intent.dryRun ? null : { version, changed: run !== null } };
  },

  export: async (context, { version }) => {
    const found = await versionAt(context, version);
    return { version: found?.version ?? 0, document: exportDocument(found?.config ?? emptyConfig(context.services.runtime.name)) };
  },

  diff: async (context, { document }) => {
    const { runtime, newUuid } = context.services;
    const base = (await runtime.versions.refresh())?.config ?? emptyConfig(runtime.name);
    const { config, refusals } = parseDocument(document, { base, known: runtime.state.known(), newUuid, prune: true });
    if (config === null) throw new CoterieError('BAD_INPUT', refusals.map(({ sentence, wayOut }) => `${sentence} ${wayOut}`).join(' '), { refusals });
    return diffConfigs(base, config);
  },
};

function making(context: Context, { document, edits }: Target, prune: boolean): Make {
  if ((document === undefined) === (edits === undefined)) throw new CoterieError('BAD_INPUT', 'Give either `document` or `edits`.');
  if (edits !== undefined) return editing(context, edits);
  return (base, known) => parseDocument(document!, { base, known, newUuid: context.services.newUuid, prune });
}
