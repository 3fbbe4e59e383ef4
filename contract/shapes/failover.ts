import * as z from 'zod';
import { HostPort, Zone } from './basics.ts';

/**
 * How the masters of a cluster are appointed. A field that is absent has its default, which `core/failover/settings.ts`
 * tells: so a configuration says only what somebody chose.
 */

/** `disabled`: priority decides, without leases. `manual`: leases, but only people appoint. `eventual`: gossip alone, unsafe. */
export const failoverModes = ['disabled', 'manual', 'eventual', 'stateful'] as const;
/** Of how many members a master needs the promise to go on while the state provider is lost. */
export const failsafes = ['off', 'majority', 'all'] as const;
/** `availability`: the master alone acknowledges. `quorum`: a majority of the copies has the row. `strict`: every copy has. */
export const durabilities = ['availability', 'quorum', 'strict'] as const;

export const StateProviderConfig = z.discriminatedUnion('kind', [
  /** The one instance whose replicaset has role `stateboard`. */
  z.strictObject({ kind: z.literal('stateboard') }),
  z.strictObject({
    kind: z.literal('etcd'),
    endpoints: z.array(HostPort).min(1).max(9),
    /** Below it all keys of this cluster stand. */
    prefix: z.string().regex(/^\/[A-Za-z0-9._/-]{1,200}$/, 'a path such as /coterie/main').optional(),
    /** Its password is a setting of the agents, never of the configuration. */
    user: z.string().min(1).max(100).optional(),
    /** By https; the files of certificates are settings of the agents. */
    tls: z.boolean().optional(),
  }),
]);
export type StateProviderConfig = z.output<typeof StateProviderConfig>;

export const FailoverConfig = z.strictObject({
  mode: z.enum(failoverModes),
  provider: StateProviderConfig.optional(),
  /** How long a master may write without having renewed, in ms. */
  leaseMs: z.number().int().min(1000).max(60_000).optional(),
  /** Whose promises keep a master while the state provider cannot be reached. */
  failsafe: z.enum(failsafes).optional(),
  /** Leadership goes back to the first of the priority when that one has followed without lag for so long; absent: it does not. */
  autoreturnSeconds: z.number().int().min(1).max(86_400).optional(),
  preferredZone: Zone.optional(),
  /** In durability `availability`: so many rows may a promotion leave behind without a person; absent: as many as it must. */
  lossRowsMax: z.number().int().min(0).max(1_000_000).optional(),
  /** More automatic failovers of one replicaset than this within the window: then a person has to look. */
  failoversMax: z.number().int().min(1).max(100).optional(),
  failoverWindowSeconds: z.number().int().min(10).max(86_400).optional(),
});
export type FailoverConfig = z.output<typeof FailoverConfig>;
