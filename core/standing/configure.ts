import { FailoverConfig } from '~/contract/shapes/failover.ts';
import { present } from '~/contract/present.ts';
import { timingFaults, timingOf } from '~/core/failover/timing.ts';
import { failoverDefaults, needsProvider } from '~/core/topology/failover-settings.ts';
import { refusal, type Refusal } from '~/core/topology/refusal.ts';

/** New settings of failover from the old ones and what somebody wants to change: absent stays, null goes back to the default. */

export type Wanted = {
  readonly [Name in 'mode' | 'leaseMs' | 'failsafe' | 'failoversMax' | 'failoverWindowSeconds']?: FailoverConfig[Name] | undefined;
} & {
  readonly provider?: 'stateboard' | 'etcd' | undefined;
  readonly endpoints?: readonly string[] | undefined;
  readonly prefix?: string | undefined;
  readonly user?: string | undefined;
  readonly tls?: boolean | undefined;
  readonly autoreturnSeconds?: number | null | undefined;
  readonly preferredZone?: string | null | undefined;
  readonly lossRowsMax?: number | null | undefined;
};

export type Configured = { readonly settings: FailoverConfig; readonly refusals: readonly Refusal[] };

export function configured(old: FailoverConfig, wanted: Wanted, providerFailoverMs: number): Configured {
  const { provider: kind, endpoints, prefix, user, tls, ...plain } = wanted;
  const etcd = { endpoints, prefix, user, tls };
  const refusals: Refusal[] = [];
  const base = kind === undefined ? old.provider : kind === 'stateboard' ? { kind } : old.provider?.kind === 'etcd' ? old.provider : { kind, endpoints: [] as string[] };
  const given = Object.entries(etcd).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0));
  if (given.length > 0 && base?.kind !== 'etcd') refusals.push(refusal('badProvider', 'failover', [`${given.map(([name]) => name).join(', ')} ${given.length === 1 ? 'is a setting' : 'are settings'} of etcd, and the state provider is ${base?.kind ?? 'not etcd'}.`, 'Name etcd as the provider, or leave them out.']));
  const provider = base?.kind === 'etcd' ? { ...base, ...Object.fromEntries(given.filter(([, value]) => value !== '')) } : base;
  const fields = Object.entries({ ...old, ...present(plain), provider }).filter(([, value]) => value !== null && value !== undefined);
  const parsed = FailoverConfig.safeParse(Object.fromEntries(fields));
  if (!parsed.success) {
    const words = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
    return { settings: old, refusals: [...refusals, refusal('badProvider', 'failover', [`These settings are not whole: ${words}.`, 'etcd needs at least one endpoint, host:port.'])] };
  }
  const settings = parsed.data;
  if (needsProvider(settings.mode) && (wanted.leaseMs !== undefined || wanted.mode !== undefined)) {
    for (const fault of timingFaults(timingOf(settings.leaseMs ?? failoverDefaults.leaseMs), providerFailoverMs)) refusals.push(refusal('badTiming', 'failover', [fault, 'See `failover timing`. Where your state provider changes its leader faster than that, say so with providerFailoverMs.']));
  }
  return { settings, refusals };
}
