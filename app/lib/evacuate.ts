import type { ClusterOverview, InstanceView } from '~/contract/shapes/view.ts';
import { compare } from './rows.ts';

/** From where masters can be taken away. */
export type Place = 'zone' | 'host' | 'instance';

/** `10.0.0.1` of `10.0.0.1:3301`. */
export const hostOf = (uri: string): string => uri.slice(0, uri.lastIndexOf(':'));

export const hostsOf = ({ instances }: Pick<ClusterOverview, 'instances'>): string[] => [...new Set(instances.filter(({ configured }) => configured).map(({ uri }) => hostOf(uri)))].toSorted(compare);

/** Who leads there now. */
export function mastersAt({ instances }: Pick<ClusterOverview, 'instances'>, place: Place, name: string): InstanceView[] {
  const of = (one: InstanceView): string | null => ({ zone: one.zone, host: hostOf(one.uri), instance: one.alias })[place];
  return instances.filter((one) => one.leadership === 'master' && of(one) === name);
}
