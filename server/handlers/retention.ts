import type { contract } from '~/contract/index.ts';
import { Retention, retentionDefaults } from '~/contract/retention.ts';
import type { Change } from '~/contract/shapes/config.ts';
import { present } from '~/contract/present.ts';
import { carryOut, storePlan } from './carry-out.ts';
import { signedIn } from '~/server/access/signed-in.ts';
import { keptKinds } from '~/server/store/index.ts';
import type { HandlersOf } from './context.ts';

const nouns: Record<keyof Retention, string> = { eventDays: 'Events', auditDays: 'Audit entries', deliveryDays: 'Alert messages', runDays: 'Apply runs' };
const kinds = { eventDays: 'event', auditDays: 'audit', deliveryDays: 'delivery', runDays: 'run' } as const;
const names = Object.keys(retentionDefaults) as (keyof Retention)[];

/** How long history is kept. What ends it: server/runtime/retention.ts. */
export const retentionHandlers: HandlersOf<Pick<typeof contract, 'retention'>>['retention'] = {
  get: async ({ services: { runtime, store } }) => {
    const { days, by, at } = await runtime.retention.get();
    const [event, audit, delivery, run] = await Promise.all(keptKinds.map((kind) => store.retention.oldest(kind)));
    return { ...days, by, at, oldest: { event: event ?? null, audit: audit ?? null, delivery: delivery ?? null, run: run ?? null } };
  },

  edit: async (context, { dryRun, reason: _reason, expectedVersion: _version, ...input }) => {
    const { runtime, now } = context.services;
    const { days: before } = await runtime.retention.get();
    const after = { ...before, ...present(input) };
    const changed = names.filter((name) => before[name] !== after[name]);
    const changes = changed.map((name): Change => ({ path: `retention.${name}`, kind: 'changed', before: before[name], after: after[name], sentence: `${nouns[name]}: ${before[name]} -> ${after[name]} days` }));
    const shorter = changed.filter((name) => after[name] < before[name]);
    const gone = shorter.length === 0 ? null : await runtime.retention.wouldGo(after);
    const warnings = gone === null ? [] : shorter.map((name) => {
      const count = gone[kinds[name]];
      return `${nouns[name]} older than ${after[name]} days are deleted, and do not come back: ${count === 0 ? 'none' : count.toLocaleString('en')} now.`;
    });
    const summary = changed.length === 0 ? 'Nothing changes.' : `${changes.map(({ sentence }) => sentence).join('; ')}.`;
    return carryOut({ context, dryRun }, storePlan('retention', summary, { changes, warnings }), async () => {
      await runtime.retention.set(after, { by: signedIn(context).user, at: now() });
      return { ...after, sentence: summary };
    });
  },
};
