import type { WhatIf, WhatIfEffect, WhatIfKind, WhatIfOutcome, WhatIfRisk } from '~/contract/shapes/what-if.ts';
import { compare } from './rows.ts';

/** The What-if page's rows: what may die, group by group, and what each replicaset does then. Shaping only, no drawing. */

/** Short, for a cell; and what it means, for the legend. */
export const outcomeWords = {
  nothing: { word: 'goes on', means: 'The master writes on, and nothing it needs is gone.' },
  degraded: { word: 'goes on with less', means: 'The master writes on; what the next fault would need is gone.' },
  failsOver: { word: 'fails over', means: 'Another instance leads by itself.' },
  readOnly: { word: 'read-only', means: 'No write is acknowledged until what was lost is back.' },
  needsPerson: { word: 'needs a person', means: 'No write is acknowledged; a copy is there that somebody can make lead.' },
} as const satisfies Record<WhatIfOutcome, { readonly word: string; readonly means: string }>;

export const riskWords = {
  none: 'none',
  upToTheLag: 'what was not passed on yet',
  upToALease: 'up to a lease of writes',
  allOfOneSide: 'everything one side writes',
} as const satisfies Record<WhatIfRisk, string>;

/** Above this many replicasets each row says how many do what, instead of a cell for each. */
export const columnsMax = 8;

const groupNames = ['Sites', 'Links between sites', 'The arbiter and one more', 'Hosts and instances', 'Coordinators', 'State provider'] as const;
export type GroupName = (typeof groupNames)[number];

const groupOf = {
  site: 'Sites', arbiterSite: 'Sites', siteCutOff: 'Sites', link: 'Links between sites', allLinks: 'Links between sites', arbiterSiteAndSite: 'The arbiter and one more', arbiterSiteAndLink: 'The arbiter and one more',
  host: 'Hosts and instances', instance: 'Hosts and instances', coordinator: 'Coordinators', providerMember: 'State provider', provider: 'State provider',
} as const satisfies Record<WhatIfKind, GroupName>;

export type Group = { readonly name: GroupName; readonly events: readonly WhatIf[] };

/** `all`, or those that hold writes for longer than a failover does. */
export type Shown = 'all' | 'stops' | 'changes';
export const stopsWrites = ({ worst }: Pick<WhatIf, 'worst'>): boolean => worst === 'readOnly' || worst === 'needsPerson';

export function groupsOf(events: readonly WhatIf[], shown: Shown): Group[] {
  const kept = events.filter((event) => shown === 'all' || stopsWrites(event) || (shown === 'changes' && event.worst !== 'nothing'));
  return groupNames.flatMap((name) => {
    const ofGroup = kept.filter(({ kind }) => groupOf[kind] === name);
    return ofGroup.length > 0 ? [{ name, events: ofGroup }] : [];
  });
}

export type Column = { readonly uuid: string; readonly alias: string };

/** Every replicaset that notices anything of anything. */
export function columnsOf(events: readonly WhatIf[]): Column[] {
  const seen = new Map(events.flatMap(({ effects }) => effects.map(({ replicaset }) => [replicaset.uuid, replicaset] as const)));
  return [...seen.values()].toSorted((a, b) => compare(a.alias, b.alias));
}

export const effectOn = ({ effects }: WhatIf, uuid: string): WhatIfEffect | null => effects.find(({ replicaset }) => replicaset.uuid === uuid) ?? null;

/** How many faults end how, the worst first; those that change nothing last. */
export function tallyOf(events: readonly WhatIf[]): { readonly outcome: WhatIfOutcome; readonly count: number }[] {
  const order = ['needsPerson', 'readOnly', 'failsOver', 'degraded', 'nothing'] as const;
  return order.flatMap((outcome) => {
    const count = events.filter(({ worst }) => worst === outcome).length;
    return count > 0 ? [{ outcome, count }] : [];
  });
}

export const pauseText = (ms: number | null): string => (ms === null ? 'until it is repaired' : ms === 0 ? 'not at all' : `up to ${(ms / 1000).toFixed(1)} s`);

/** What goes with it, by name; empty where a link is cut. */
export function goneText({ takesDown: { instances, providerMembers } }: WhatIf): string | null {
  const names = [...instances.map(({ alias }) => alias), ...providerMembers];
  if (names.length === 0) return null;
  return names.length > 12 ? `${names.slice(0, 12).join(', ')} and ${names.length - 12} more` : names.join(', ');
}
