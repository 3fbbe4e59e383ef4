import type { ClusterOverview } from '~/contract/shapes/view.ts';
import type { Draft, MutationName } from './operation-types.ts';
import { compare, refOf, unconfiguredOf } from './rows.ts';

/** What a dialog has filled in when it opens: the likely answer, to be changed. */
export function startOf(operation: MutationName, given: Draft, overview: ClusterOverview | null): Draft {
  if (overview === null) return given;
  switch (operation) {
    case 'replicaset.create':
      return { alias: nextAlias(overview.replicasets.map(({ alias }) => alias)), instances: [], roles: overview.roles.some(({ name }) => name === 'storage') ? ['storage'] : [], ...given };
    case 'instance.join': {
      const free = unconfiguredOf(overview).map((one) => refOf(one, overview.instances));
      const sets = overview.replicasets.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => refOf(one, overview.replicasets));
      return { ...(free.length === 1 ? { instance: free[0] } : {}), ...(sets.length === 1 ? { replicaset: sets[0] } : {}), ...given };
    }
    case 'alert.addChannel':
      return { kind: 'webhook', ...given };
    case 'alert.silence':
      return { hours: 1, ...given };
    case 'failover.pause':
      return { for: '1h', ...given };
    case 'sharding.pause':
      return { expires: '1h', ...given };
    case 'issue.mute':
      return { hours: 24, ...given };
    default:
      return given;
  }
}

/** s1, s2, ...: the first that nobody has. */
export function nextAlias(taken: readonly string[]): string {
  for (let number = 1; number <= taken.length; number += 1) if (!taken.includes(`s${number}`)) return `s${number}`;
  return `s${taken.length + 1}`;
}
