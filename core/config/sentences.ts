import type { ClusterConfig, InstanceConfig, ReplicasetConfig } from '~/contract/shapes/config.ts';
import type { FailoverConfig, StateProviderConfig } from '~/contract/shapes/failover.ts';
import { sizeOf } from './limits.ts';

/** How one difference reads to a person: aliases instead of uuids, the thing first, then what becomes of it. */

type Context = { readonly before: ClusterConfig | null; readonly after: ClusterConfig | null };
type Table = 'replicasets' | 'instances' | 'expelled';

/** The newest alias that any of the two versions knows for it. */
export function aliasIn({ before, after }: Context, table: 'replicasets' | 'instances', uuid: string): string {
  const expelled = table === 'instances' ? (after?.expelled[uuid] ?? before?.expelled[uuid]) : undefined;
  return (after?.[table][uuid] ?? before?.[table][uuid] ?? expelled)?.alias ?? uuid;
}

export function addedSentence(context: Context, table: Table, uuid: string): string {
  switch (table) {
    case 'replicasets': {
      const replicaset = context.after?.replicasets[uuid];
      return `replicaset ${replicaset?.alias}: new, ${listOf(replicaset?.roles ?? [], 'no roles')}`;
    }
    case 'instances': {
      const instance = context.after?.instances[uuid];
      return `${instance?.alias}: joins ${aliasIn(context, 'replicasets', instance?.replicaset ?? '')}, ${instance?.uri}`;
    }
    case 'expelled':
      return `${context.after?.expelled[uuid]?.alias}: expelled, and fenced wherever it shows up`;
  }
}

export function removedSentence(context: Context, table: Table, uuid: string): string {
  switch (table) {
    case 'replicasets':
      return `replicaset ${context.before?.replicasets[uuid]?.alias}: deleted`;
    case 'instances':
      return `${context.before?.instances[uuid]?.alias}: leaves ${aliasIn(context, 'replicasets', context.before?.instances[uuid]?.replicaset ?? '')}`;
    case 'expelled':
      return `${context.before?.expelled[uuid]?.alias}: no longer remembered as expelled`;
  }
}

/** `path`: table, key and field. Sections come with their sizes in bytes instead of their texts. */
export function changedSentence(difference: Context & { readonly path: readonly string[]; readonly old: unknown; readonly now: unknown }): string {
  const [table, key = '', field = ''] = difference.path;
  const { old, now } = difference;
  switch (table) {
    case 'sections':
      if (old === null) return `section ${key}: new, ${sizeOf(Number(now))}`;
      return now === null ? `section ${key}: deleted` : `section ${key}: changed, ${old === now ? sizeOf(Number(now)) : `${sizeOf(Number(old))} -> ${sizeOf(Number(now))}`}`;
    case 'replicasets':
      return replicasetSentence(difference, aliasIn(difference, 'replicasets', key), field as keyof ReplicasetConfig);
    case 'instances':
      return instanceSentence(difference, aliasIn(difference, 'instances', key), field as keyof InstanceConfig);
    case 'expelled':
      return `${aliasIn(difference, 'instances', key)} (expelled): ${field} ${shown(old)} -> ${shown(now)}`;
    default:
      return table?.startsWith('failover/') ? failoverSentence(table.slice('failover/'.length) as keyof FailoverConfig, { old, now }) : `cluster ${table}: ${shown(old)} -> ${shown(now)}`;
  }
}

type Difference = Context & { readonly old: unknown; readonly now: unknown };

function replicasetSentence(difference: Difference, alias: string, field: keyof ReplicasetConfig): string {
  const { old, now } = difference;
  const aliases = (value: unknown) => listOf((value as string[]).map((uuid) => aliasIn(difference, 'instances', uuid)), 'none');
  switch (field) {
    case 'alias':
      return `replicaset ${shown(old)}: renamed to ${shown(now)}`;
    case 'priority':
      return `${alias}: priority ${aliases(old)} -> ${aliases(now)}`;
    case 'roles':
      return `${alias}: roles ${listOf(old as string[], 'none')} -> ${listOf(now as string[], 'none')}`;
    case 'weight':
      return `${alias}: weight ${shown(old)} -> ${shown(now)}`;
    case 'group':
      return `${alias}: group ${shown(old ?? 'default')} -> ${shown(now ?? 'default')}`;
    case 'allRw':
      return now ? `${alias}: every instance writable` : `${alias}: only the master writable`;
    case 'minReplicas':
      return `${alias}: writes only with ${shown(now ?? 0)} replicas or more (before: ${shown(old ?? 0)})`;
    case 'durability':
      return `${alias}: durability ${shown(old ?? 'availability')} -> ${shown(now ?? 'availability')}`;
  }
}

function instanceSentence(difference: Difference, alias: string, field: keyof InstanceConfig): string {
  const { old, now } = difference;
  switch (field) {
    case 'alias':
      return `${shown(old)}: renamed to ${shown(now)}`;
    case 'uri':
      return `${alias}: address ${shown(old)} -> ${shown(now)}`;
    case 'replicaset':
      return `${alias}: moves from ${aliasIn(difference, 'replicasets', String(old))} to ${aliasIn(difference, 'replicasets', String(now))}`;
    case 'zone':
      return `${alias}: zone ${shown(old)} -> ${shown(now)}`;
    case 'electable':
      return now ? `${alias}: may become master` : `${alias}: may not become master`;
    case 'disabled':
      return now ? `${alias}: disabled` : `${alias}: enabled`;
    case 'router':
      return `${alias}: router at ${shown(old ?? 'the default address')} -> ${shown(now ?? 'the default address')}`;
  }
}

function failoverSentence(field: keyof FailoverConfig, { old, now }: { old: unknown; now: unknown }): string {
  const [name, unit] = failoverWords[field];
  const text = (value: unknown) => (value === undefined ? 'default' : field === 'provider' ? providerText(value as StateProviderConfig) : `${shown(value)}${unit}`);
  return `failover ${name}: ${text(old)} -> ${text(now)}`;
}

const failoverWords = {
  mode: ['mode', ''],
  provider: ['state provider', ''],
  leaseMs: ['lease', ' ms'],
  failsafe: ['failsafe', ''],
  autoreturnSeconds: ['autoreturn after', ' s'],
  preferredZone: ['preferred zone', ''],
  lossRowsMax: ['rows that may be lost', ''],
  failoversMax: ['most failovers in a window', ''],
  failoverWindowSeconds: ['window', ' s'],
} as const satisfies Record<keyof FailoverConfig, readonly [string, string]>;

export function providerText(provider: StateProviderConfig): string {
  return provider.kind === 'stateboard' ? 'stateboard' : `etcd at ${provider.endpoints.join(', ')}`;
}

export const listOf = (names: readonly string[], none: string): string => (names.length === 0 ? none : names.join(', '));
const shown = (value: unknown): string => (value === null || value === undefined ? 'none' : String(value));
