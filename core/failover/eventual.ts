import type { ReplicasetSettings } from './settings.ts';

/**
 * Mode `eventual`: who leads by what one agent hears, without a provider. The one idea: the first in priority that is
 * alive. It is unsafe: two agents that hear different things have two masters; it is there for those who come from it.
 */
export function eventualMaster({ members }: ReplicasetSettings, alive: (uuid: string) => boolean): string | null {
  const able = members.filter(({ uuid, electable, disabled, anonymous }) => electable && !disabled && !anonymous && alive(uuid));
  return able.toSorted((a, b) => a.priority - b.priority)[0]?.uuid ?? null;
}
