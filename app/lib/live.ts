import type { ClusterOverview, ClusterUpdate } from '~/contract/shapes/view.ts';

/**
 * What the page knows of the cluster, folded from the messages of `cluster.watch`: a snapshot, then what changed.
 * Objects that did not change keep their identity, so a row is drawn again only when its instance changed.
 */
export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The stream is cut; what is shown is from before. */
  | { readonly kind: 'reconnecting'; readonly sinceMs: number };

export type Live = {
  readonly overview: ClusterOverview | null;
  readonly connection: Connection;
  /** Browser clock minus server clock: ages are told by the server's clock. */
  readonly skewMs: number;
  readonly updatedAt: number | null;
};

export const initialLive: Live = { overview: null, connection: { kind: 'connecting' }, skewMs: 0, updatedAt: null };

export type LiveEvent =
  | { readonly kind: 'update'; readonly update: ClusterUpdate }
  | { readonly kind: 'opened' }
  | { readonly kind: 'lost' };

/** `now` is the browser's clock, in ms. */
export function reduceLive(live: Live, event: LiveEvent, now: number): Live {
  switch (event.kind) {
    case 'opened':
      return live.overview ? { ...live, connection: { kind: 'live' } } : live;
    case 'lost':
      return live.connection.kind === 'reconnecting' ? live : { ...live, connection: { kind: 'reconnecting', sinceMs: now } };
    case 'update':
      return reduceUpdate(live, event.update, now);
  }
}

function reduceUpdate(live: Live, update: ClusterUpdate, now: number): Live {
  switch (update.kind) {
    case 'snapshot':
      return { overview: update.overview, connection: { kind: 'live' }, skewMs: now - update.overview.serverTime, updatedAt: now };
    case 'gap':
      // A fresh snapshot follows; until it is here, what is shown may be old.
      return { ...live, connection: { kind: 'reconnecting', sinceMs: now } };
    case 'delta': {
      if (live.overview === null) return live;
      return { overview: withDelta(live.overview, update), connection: { kind: 'live' }, skewMs: now - update.serverTime, updatedAt: now };
    }
  }
}

type Delta = Extract<ClusterUpdate, { kind: 'delta' }>;

function withDelta(overview: ClusterOverview, delta: Delta): ClusterOverview {
  const newVersion = delta.configVersion !== overview.configVersion;
  const replicasets = merged(overview.replicasets, delta.replicasets, delta.removedReplicasets);
  const instances = merged(overview.instances, delta.instances, delta.removedInstances);
  const issues = delta.issues ?? overview.issues;
  return {
    ...overview,
    serverTime: delta.serverTime,
    configVersion: delta.configVersion,
    configAt: newVersion ? delta.serverTime : overview.configAt,
    run: delta.run,
    replicasets,
    instances,
    issues,
    suggestions: delta.suggestions ?? overview.suggestions,
    health: worst([...replicasets.map(({ health }) => health), ...issues.map(({ severity, muted }) => (severity === 'info' || muted ? 'ok' : severity))]),
  };
}

/** The same array when nothing changed. */
function merged<T extends { uuid: string }>(rows: T[], changed: readonly T[], removed: readonly string[]): T[] {
  if (changed.length === 0 && removed.length === 0) return rows;
  const fresh = new Map(changed.map((row) => [row.uuid, row]));
  const gone = new Set(removed);
  const kept = rows.flatMap((row) => {
    if (gone.has(row.uuid)) return [];
    const next = fresh.get(row.uuid) ?? row;
    fresh.delete(row.uuid);
    return [next];
  });
  return [...kept, ...fresh.values()];
}

type Health = ClusterOverview['health'];
const badness: readonly Health[] = ['ok', 'unknown', 'warning', 'critical'];

/** `ok` for none. */
export function worst(healths: readonly Health[]): Health {
  return healths.reduce<Health>((sofar, health) => (badness.indexOf(health) > badness.indexOf(sofar) ? health : sofar), 'ok');
}
