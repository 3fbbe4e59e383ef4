'use client';
import { ActionIcon, Tooltip } from '@mantine/core';
import { Spotlight, spotlight, type SpotlightActionData } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useRouter } from 'next/navigation';
import { useOpenInstance } from '~/app/cluster/use-filter.ts';
import { failoverTabs } from '~/app/lib/failover.ts';
import { pathOfInstance } from '~/app/lib/instance-tabs.ts';
import { paletteMatches } from '~/app/lib/palette.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { compare, refOf } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Search } from '~/app/ui/icons.tsx';
import { pagesFor } from './pages.ts';

const shownMax = 12;

/** Ctrl-K: to any instance, or to what is done most, without leaving the keyboard. */
export function Palette() {
  const { overview } = useLive();
  const { open } = useOperations();
  const { role } = useSession();
  const router = useRouter();
  const [, openInstance] = useOpenInstance();
  if (!overview) return null;
  const instances = overview.instances.toSorted((a, b) => compare(a.alias, b.alias)).map(
    ({ uuid, alias, uri, healthSentence, replicaset, leadership }): SpotlightActionData => ({
      id: uuid,
      label: alias,
      description: [replicaset?.alias ?? 'unconfigured', leadership === 'master' ? 'master' : null, uri, healthSentence].filter(Boolean).join(' · '),
      keywords: [uuid],
      onClick: () => openInstance(uuid),
    }),
  );
  // Found by `page`, so that the plain name still leads to the quick look.
  const instancePages = overview.instances.map((one): SpotlightActionData => ({ id: `page ${one.uuid}`, label: `Page of ${one.alias}`, description: 'Replication, storage, box.cfg, statistics, logs, console, gossip, events', onClick: () => router.push(pathOfInstance(one, overview)) }));
  const replicasets = overview.replicasets.map((one): SpotlightActionData => ({ id: one.uuid, label: `Edit ${one.alias}`, description: one.healthSentence, onClick: () => open('replicaset.edit', { replicaset: refOf(one, overview.replicasets) }) }));
  const actions: SpotlightActionData[] = [
    { id: 'create', label: 'Create replicaset', description: 'From unconfigured instances', onClick: () => open('replicaset.create') },
    { id: 'probe', label: 'Probe address', description: 'Look for an agent that does not appear', onClick: () => open('instance.probe') },
  ];
  const failoverWays = failoverTabs.filter(({ value }) => value !== 'now').map(({ value, label }): SpotlightActionData => ({ id: `failover ${value}`, label: `Failover: ${label}`, onClick: () => router.push(`/failover?tab=${value}`) }));
  const ways = pagesFor(role).map(({ href, label }): SpotlightActionData => ({ id: href, label, onClick: () => router.push(href) }));
  const switches = overview.replicasets.filter(({ instances: of, wantedMaster }) => of.length > 1 && wantedMaster !== null).map((one): SpotlightActionData => ({ id: `switch ${one.uuid}`, label: `Switch the master of ${one.alias}`, description: 'To another instance, without losing a row', onClick: () => open('failover.switch', { replicaset: refOf(one, overview.replicasets) }) }));
  const failover = ([['failover.configure', 'Failover settings', 'Mode, state provider, lease'], ['failover.pause', 'Pause failover', 'Nothing automatic for a while'], ['failover.resume', 'Resume failover', 'End a pause'], ['failover.evacuate', 'Evacuate masters', 'From a zone, a host or an instance']] as const).filter(([operation]) => refusalFor(operation, role) === null).map(([operation, label, description]): SpotlightActionData => ({ id: operation, label, description, onClick: () => open(operation) }));
  const sharding = overview.replicasets.some(({ roles }) => roles.includes('storage')) ? ([['sharding.weigh', 'Weights of storages', 'Who has how many buckets, of group default'], ['sharding.pause', 'Pause rebalancing', 'No bucket of group default begins to move'], ['sharding.resume', 'Resume rebalancing', 'End a pause of group default']] as const).map(([operation, label, description]): SpotlightActionData => ({ id: operation, label, description, onClick: () => open(operation, { group: 'default' }) })) : [];
  const changes = refusalFor('replicaset.edit', role) === null ? [...actions, ...failover, ...sharding, ...replicasets, ...switches] : [];
  const own = { id: 'password', label: 'Change password', description: 'Of your own account', onClick: () => open('session.changePassword') };
  const groups = [{ group: 'Pages', actions: [...ways, ...failoverWays] }, { group: 'Instances', actions: instances }, { group: 'Pages of instances', actions: instancePages }, { group: 'Actions', actions: [...changes, own] }];
  return (
    <>
      <Tooltip label="Go to… (Ctrl K)">
        <ActionIcon variant="subtle" color="gray" size="lg" onClick={spotlight.open} aria-label="Go to an instance or an action">
          <Search size={17} />
        </ActionIcon>
      </Tooltip>
      <Spotlight
        actions={groups}
        filter={(query) => paletteMatches(query, groups)}
        shortcut={['mod + K']}
        limit={shownMax}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: 'region', 'aria-label': 'What fits' } }}
        overlayProps={{ backgroundOpacity: 0.45, blur: 0 }}
        nothingFound="Nothing like that here"
        attributes={{ content: { 'aria-label': 'Go to' } }}
        styles={{ actionDescription: { opacity: 1 }, content: { background: 'var(--surface)' } }}
        searchProps={{ placeholder: 'Instance, address, uuid, or what to do', leftSection: <Search size={16} />, 'aria-label': 'Go to' }}
      />
    </>
  );
}
