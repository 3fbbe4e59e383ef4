import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { CoordinatorView, PauseView } from '~/contract/shapes/failover-view.ts';
import type { CoordinatorStanding, FailoverSettingsView, FailoverStatus, Order, PauseStanding } from '~/contract/shapes/failover-status.ts';
import { hasDataRole } from '~/core/roles/registry.ts';
import { failoverOf, needsProvider } from '~/core/topology/failover-settings.ts';
import { ages, type Report } from '~/core/view/report.ts';
import { providerStandingOf } from './provider.ts';
import { namesIn, replicasetStandingOf, type Known } from './replicaset.ts';
import { timingOfSettings } from './timing.ts';

/**
 * Failover as people see it. The one idea: it is whole from the reports of the agents alone, and what the active
 * coordinator says is laid over it; so it is there in the night in which no coordinator answers.
 */
export type StatusInput = Known & {
  /** What the active coordinator said; null with the reason where none did. */
  readonly told: { readonly by: string; readonly view: CoordinatorView } | null;
  readonly why: string | null;
  /** The last word on a pause, and when it was said. */
  readonly pause: { readonly pause: PauseView | null; readonly at: number } | null;
  readonly orders: readonly Order[];
};

/** A pause that nobody has confirmed for so long is not known any more. */
export const pauseKnownMs = 15_000;

export function failoverStatusOf(input: StatusInput): FailoverStatus {
  const { config, now, told, pause, why, orders } = input;
  const settings = failoverOf(config);
  const named = namesIn(config);
  const appoints = needsProvider(settings.mode);
  return {
    at: now,
    mode: settings.mode,
    modeSentence: modeSentences[settings.mode],
    settings,
    timing: timingOfSettings(settings),
    source: told === null ? { kind: 'reports', coordinator: null, term: null, why: appoints ? (why ?? 'No coordinator is known to be active.') : null } : { kind: 'coordinator', coordinator: named(told.by), term: told.view.coordinator.term, why: null },
    provider: providerStandingOf(input, told?.view.provider ?? null),
    coordinators: coordinatorsOf(input),
    pause: appoints && pause !== null ? pauseStandingOf(pause) : null,
    pauseKnown: !appoints || (pause !== null && now - pause.at <= pauseKnownMs),
    replicasets: shownIn(config).map((uuid) => replicasetStandingOf(uuid, input, told?.view.replicasets.find(({ replicaset }) => replicaset === uuid) ?? null)),
    orders: [...orders],
  };
}

export const modeSentences: Readonly<Record<FailoverSettingsView['mode'], string>> = {
  disabled: 'Failover is off: the first of each priority leads, and a lost master is not replaced.',
  manual: 'Masters hold leases; only people appoint another one.',
  eventual: 'Unsafe: the first that gossip calls alive leads, so two masters are possible.',
  stateful: 'Masters hold leases; a lost one is replaced by the coordinator.',
};

/** Those with data, by alias; not the one that keeps the state: nobody is appointed for it. */
export function shownIn({ replicasets }: ClusterConfig): string[] {
  const shown = Object.entries(replicasets).filter(([, { roles }]) => hasDataRole(roles) && !roles.includes('stateboard'));
  return shown.toSorted(([, a], [, b]) => byName.compare(a.alias, b.alias)).map(([uuid]) => uuid);
}

const byName = new Intl.Collator('en', { numeric: true });

export function pauseStandingOf({ pause, at }: { pause: PauseView | null; at: number }): PauseStanding | null {
  return pause && { ...pause, until: pause.leftMs === null ? null : at + Math.max(0, Math.round(pause.leftMs)) };
}

/** Instances that may be the coordinator, by priority of their replicasets' aliases. */
export function coordinatorsIn({ replicasets, instances }: ClusterConfig): string[] {
  const members = Object.values(replicasets).flatMap(({ roles, priority }) => (roles.includes('failover-coordinator') ? priority : []));
  return [...new Set(members)].filter((uuid) => instances[uuid]?.disabled === false).toSorted((a, b) => byName.compare(instances[a]!.alias, instances[b]!.alias));
}

function coordinatorsOf({ config, reports, now }: Known): CoordinatorStanding[] {
  const named = namesIn(config);
  return coordinatorsIn(config).map((uuid) => {
    const report = reports.get(uuid);
    const coordinator = report?.status.failover?.coordinator ?? null;
    const heard = report !== undefined && now - report.receivedAt <= ages.staleMs;
    return { ...named(uuid)!, zone: config.instances[uuid]?.zone ?? null, heard, active: heard && coordinator?.active === true, term: coordinator?.term ?? null, holder: named(coordinator?.holder ?? null), since: sinceOf(report, coordinator?.since) };
  });
}

/** By the server's clock. */
const sinceOf = (report: Report | undefined, since: number | undefined) => (since === undefined ? null : Math.max(0, Math.round(since - (report?.clockOffsetMs ?? 0))));

/** Who says that it is active: the latest term first, since an older one is on its way out. */
export function activeCoordinators({ config, reports, now }: Known): string[] {
  const heard = coordinatorsIn(config).flatMap((uuid) => {
    const report = reports.get(uuid);
    const coordinator = report && now - report.receivedAt <= ages.unreachableMs ? report.status.failover?.coordinator : null;
    return coordinator ? [{ uuid, coordinator }] : [];
  });
  const claims = heard.filter(({ coordinator }) => coordinator.active).toSorted((a, b) => (b.coordinator.term ?? 0) - (a.coordinator.term ?? 0));
  // Named by another one, and perhaps active by now.
  const named = heard.flatMap(({ coordinator }) => (coordinator.holder === null ? [] : [coordinator.holder]));
  return [...new Set([...claims.map(({ uuid }) => uuid), ...named.filter((uuid) => uuid in config.instances)])];
}
