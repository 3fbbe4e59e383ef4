import type { contract } from '~/contract/index.ts';
import { healths } from '~/contract/shapes/view.ts';
import type { HandlersOf } from './context.ts';

/** The cluster as a whole: all of it is read from the last picture, none of it asks an instance. */
export const clusterHandlers: HandlersOf<Pick<typeof contract, 'cluster'>>['cluster'] = {
  overview: async ({ services }) => services.runtime.state.overview,

  watch: ({ services }, _input, signal, lastEventId) => services.runtime.state.feed.follow(signal, lastEventId),

  health: async ({ services }) => {
    const { health, instances, replicasets, issues } = services.runtime.state.overview;
    const counted = Object.fromEntries(healths.map((name) => [name, instances.filter((view) => view.health === name && !view.expelled).length])) as Record<(typeof healths)[number], number>;
    const count = (severity: string) => issues.filter((issue) => issue.severity === severity).length;
    const replicasetsWithoutMaster = replicasets.filter(({ wantedMaster, masters }) => wantedMaster !== null && masters.length === 0).map(({ alias }) => alias);
    const worst = issues.find(({ severity }) => severity === 'critical') ?? issues.find(({ severity }) => severity === 'warning');
    const total = instances.filter(({ configured, expelled }) => configured && !expelled).length;
    const sentence = worst ? worst.sentence : `${total} instance${total === 1 ? '' : 's'}, nothing wrong.`;
    return { health, sentence, instances: counted, replicasetsWithoutMaster, critical: count('critical'), warnings: count('warning') };
  },

  issues: async ({ services }, { severity, object }) =>
    services.runtime.state.overview.issues.filter((issue) => (severity === undefined || issue.severity === severity) && (object === undefined || issue.object.id === object || issue.object.name === object)),

  events: async ({ services }, filter) => services.store.events.list(filter),

  suggestions: async ({ services }) => services.runtime.state.overview.suggestions,
};
