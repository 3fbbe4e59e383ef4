'use client';
import { Button, Group } from '@mantine/core';
import teach from '~/app/failover/failover.module.css';
import { countText } from '~/app/lib/format.ts';
import type { MutationName } from '~/app/lib/operation-types.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { compare } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import type { ShardingStatus } from '~/contract/shapes/sharding-status.ts';

/** What it takes to shard, with what is there of it: until a group has its buckets. */
export function EmptySharding({ status: { groups, enabled } }: { status: ShardingStatus }) {
  const { overview } = useLive();
  const { open } = useOperations();
  const { role } = useSession();
  const fresh = groups.find(({ state }) => state === 'notBootstrapped');
  const bootstrapped = groups.some(({ bootstrapped: made, storages }) => made !== null || storages.some(({ owned }) => (owned ?? 0) > 0));
  if (enabled && groups.length > 0 && (bootstrapped || fresh === undefined)) return null;
  const storages = groups.flatMap((group) => group.storages.map(({ alias }) => alias)).toSorted(compare);
  const weightless = fresh !== undefined && fresh.storages.every(({ weight }) => weight === 0);
  const routers = (overview?.instances ?? []).filter(({ configured, disabled, roles }) => configured && !disabled && roles.includes('router')).map(({ alias }) => alias);
  const button = (operation: MutationName, label: string, input = {}) => {
    const why = refusalFor(operation, role);
    return <WhyDisabled why={why}><Button disabled={why !== null} onClick={() => open(operation, input)}>{label}</Button></WhyDisabled>;
  };
  return (
    <section className={teach.teach} data-testid="sharding-empty">
      <h2>{groups.length === 0 ? 'No storage yet: there is nowhere to put buckets' : enabled ? 'Ready to be sharded' : 'Sharding needs a state provider'}</h2>
      <p>Data is cut into buckets by a hash of each key, and every storage keeps a share of them. Buckets move while clients go on, so storages can be added and removed at any time; a router sends each request to where its bucket is.</p>
      <ol>
        <li><b>Storages</b>{storages.length > 0 ? <HealthMark health="ok" size={13}>{`${countText(storages.length, 'replicaset')} with role storage: ${shown(storages)}`}</HealthMark> : <HealthMark health="warning" size={13}>no replicaset has role storage</HealthMark>}</li>
        <li><b>Somebody who moves buckets</b>{enabled ? <HealthMark health="ok" size={13}>the coordinator of failover, with its state provider</HealthMark> : <HealthMark health="warning" size={13}>failover has no state provider: turn it on</HealthMark>}</li>
        <li><b>A way for clients</b>{routers.length > 0 ? <HealthMark health="ok" size={13}>{`role router: ${shown(routers)}`}</HealthMark> : <HealthMark health="warning" size={13}>no instance has role router yet; it can be given later</HealthMark>}</li>
      </ol>
      <Group gap={10}>
        {groups.length === 0 ? button('replicaset.create', 'Create a storage') : !enabled ? button('failover.configure', 'Turn on failover', { mode: 'stateful' }) : weightless ? button('sharding.weigh', 'Give a weight', { group: fresh.group }) : fresh && button('sharding.bootstrap', 'Bootstrap', { group: fresh.group })}
      </Group>
    </section>
  );
}

const shownMax = 6;
const shown = (names: readonly string[]): string => (names.length > shownMax ? `${names.slice(0, shownMax).join(', ')} and ${names.length - shownMax} more` : names.join(', '));
