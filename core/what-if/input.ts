import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { Policy } from '~/core/failover/quorum.ts';
import type { Timing } from '~/core/failover/timing.ts';

/** What is looked at: the configuration, and what is known of the cluster at this moment. Plain data. */

export type InstanceNow = {
  /** Its agent answers, and its database runs if it has one. */
  readonly alive: boolean;
  readonly hasData: boolean;
  /** Rows that it lacks of its master; 0: in sync. */
  readonly lagRows: number;
};

export type EtcdMember = {
  /** host:port, as configured. */
  readonly endpoint: string;
  /** Null: not known. Then it is taken from an instance of the same host, if there is one. */
  readonly zone: string | null;
  readonly alive: boolean;
};

export type ProviderNow = { readonly kind: 'stateboard'; readonly instance: string } | { readonly kind: 'etcd'; readonly members: readonly EtcdMember[] };

export type WhatIfInput = {
  readonly config: ClusterConfig;
  /** By replicaset; absent or null: nobody leads. */
  readonly masters: Readonly<Record<string, string | null>>;
  /** By instance; absent: not heard of, so not alive. */
  readonly instances: Readonly<Record<string, InstanceNow>>;
  /** Instances whose agent coordinates. */
  readonly coordinators: readonly string[];
  readonly activeCoordinator: string | null;
  /** Null: this mode needs none. */
  readonly provider: ProviderNow | null;
  readonly timing: Timing;
  /** How long the provider takes, at worst, to be there again after it lost one of its members. */
  readonly providerFailoverMs: number;
  /** How long the lock of a coordinator outlives it, at worst. */
  readonly lockMs: number;
  /** Mode `eventual`: how long gossip takes, at worst, to call a lost instance dead. */
  readonly gossipDeadMs: number;
  /** Policies as they stand in the records, by replicaset; absent: what the configuration wants. */
  readonly policies: Readonly<Record<string, Policy>>;
  /** People have stopped everything automatic. */
  readonly paused: boolean;
  /** Replicasets that wait until a person has looked at them. */
  readonly held: ReadonlySet<string>;
};
