import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import type { HandlersOf } from './context.ts';

/** A run under way here is shown as it is now; the database has it as of its last step. */
export const applyRunHandlers: HandlersOf<Pick<typeof contract, 'applyRun'>>['applyRun'] = {
  list: async ({ services }, { state, ...page }) => {
    // So that a run's last step is in the database, by which it is found.
    await services.runtime.applies.written();
    const stored = await services.store.runs.list({ state, ...page });
    return stored.map((run) => services.runtime.applies.live(run.id) ?? run).filter((run) => state === undefined || run.state === state);
  },

  get: async ({ services }, { id }) => {
    const run = services.runtime.applies.live(id) ?? (await services.store.runs.get(id))?.run;
    if (run === undefined) throw new CoterieError('NOT_FOUND', `There is no run ${id}; see \`apply-run list\`.`);
    return run;
  },
};
