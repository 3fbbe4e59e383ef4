import { CoterieError } from '~/contract/errors.ts';
import type { contract } from '~/contract/index.ts';
import { linksOf } from '~/core/view/links.ts';
import type { HandlersOf } from './context.ts';
import { issuesFor, pageOf } from './lists.ts';

/** Open dashboards of one server; each costs a little at every update. */
const followersMax = 1000;

/** The cluster as a whole: all of it is read from the last picture, none of it asks an instance. */
export const clusterHandlers: HandlersOf<Pick<typeof contract, 'cluster'>>['cluster'] = {
  overview: async ({ services }) => services.runtime.state.overview,

  watch: ({ services }, _input, signal, lastEventId) => {
    const { feed } = services.runtime.state;
    if (feed.followers >= followersMax) throw new CoterieError('LIMITED', `${followersMax} streams are open already.`, { retryAfterMs: 5000 });
    return feed.follow(signal, lastEventId);
  },

  health: async ({ services }) => services.runtime.state.overall,

  issues: async (context, filter) => pageOf(context, issuesFor(context.services.runtime.state.overview.issues, filter), filter),

  events: async ({ services }, filter) => services.store.events.list(filter),

  replication: async ({ services: { runtime } }, { replicaset }) =>
    linksOf(runtime.state.overview, (uuid) => runtime.state.report(uuid)?.status ?? null).filter((link) => replicaset === undefined || link.replicaset === replicaset),

  metrics: async ({ services }, asked) => services.runtime.clusterMetrics.read(asked),

  suggestions: async ({ services }) => services.runtime.state.overview.suggestions,
};
