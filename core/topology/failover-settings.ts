import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { ReplicasetSettings } from '~/core/failover/settings.ts';
import type { FailoverConfig, StateProviderConfig } from '~/contract/shapes/failover.ts';

/** What a configuration means where it says nothing: the settings of failover, whole. */
export type FailoverSettings = {
  readonly mode: FailoverConfig['mode'];
  /** Null only where the mode needs none. */
  readonly provider: StateProviderConfig | null;
  readonly leaseMs: number;
  readonly failsafe: NonNullable<FailoverConfig['failsafe']>;
  readonly autoreturnSeconds: number | null;
  readonly preferredZone: string | null;
  /** Null: as many as it must. */
  readonly lossRowsMax: number | null;
  readonly failoversMax: number;
  readonly failoverWindowSeconds: number;
};

export const failoverDefaults = {
  leaseMs: 2000,
  failsafe: 'majority',
  failoversMax: 3,
  failoverWindowSeconds: 600,
} as const satisfies Omit<FailoverConfig, 'mode'>;

export function failoverOf({ failover }: Pick<ClusterConfig, 'failover'>): FailoverSettings {
  const { mode } = failover;
  return {
    mode,
    provider: failover.provider ?? (needsProvider(mode) ? { kind: 'stateboard' } : null),
    leaseMs: failover.leaseMs ?? failoverDefaults.leaseMs,
    failsafe: failover.failsafe ?? failoverDefaults.failsafe,
    autoreturnSeconds: failover.autoreturnSeconds ?? null,
    preferredZone: failover.preferredZone ?? null,
    lossRowsMax: failover.lossRowsMax ?? null,
    failoversMax: failover.failoversMax ?? failoverDefaults.failoversMax,
    failoverWindowSeconds: failover.failoverWindowSeconds ?? failoverDefaults.failoverWindowSeconds,
  };
}

/** `disabled` follows the priority of the configuration, `eventual` what gossip says; neither keeps appointments anywhere. */
export const needsProvider = (mode: FailoverConfig['mode']): boolean => mode === 'manual' || mode === 'stateful';

/** What the machines of failover are told of one replicaset. */
export function replicasetSettingsOf(config: ClusterConfig, uuid: string): ReplicasetSettings {
  const { mode, failsafe, lossRowsMax, preferredZone, autoreturnSeconds, failoversMax, failoverWindowSeconds } = failoverOf(config);
  return {
    uuid,
    mode,
    durability: config.replicasets[uuid]?.durability ?? 'availability',
    failsafe,
    minReplicas: config.replicasets[uuid]?.minReplicas ?? 0,
    lossRowsMax,
    preferredZone,
    autoreturnMs: autoreturnSeconds === null ? null : autoreturnSeconds * 1000,
    flapping: { failoversMax, windowMs: failoverWindowSeconds * 1000 },
    diverged: 'rebuild',
    members: (config.replicasets[uuid]?.priority ?? []).flatMap((member, priority) => {
      const instance = config.instances[member];
      return instance ? [{ uuid: member, zone: instance.zone, priority, electable: instance.electable, voter: true, anonymous: false, disabled: instance.disabled }] : [];
    }),
  };
}
