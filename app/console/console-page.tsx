'use client';
import { EmptyState, Group, MultiSelect, Stack, Text, Title } from '@mantine/core';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { targetsChosen, targetsFrom } from '~/app/lib/console.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { compare, refOf } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Terminal } from '~/app/ui/icons.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';
import { ConsolePanel } from './console-panel.tsx';

/** One statement on one instance, on masters, or on all, with the answers side by side. */
export function ConsolePage() {
  const { overview } = useLive();
  const { role } = useSession();
  const [{ on }, change] = useAddress(['on']);
  const why = refusalFor('console.eval', role);
  const chosen = targetsFrom(on);
  if (why !== null) return <EmptyState py="xl" icon={<Terminal size={32} />} title="The console is for operators" description={`${why}: it shows the data of users.`} />;
  const groups = overview === null ? [] : optionsOf(overview);
  const known = new Set(groups.flatMap(({ items }) => items.map(({ value }) => value)));
  const others = chosen.filter((name) => !known.has(name));
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1} size={20}>Console</Title>
      </Group>
      <StaleBanner />
      <MultiSelect
        label="Where"
        description="The masters of all replicasets, all instances, or those you name; a replicaset stands for its master"
        searchable
        maw={760}
        nothingFoundMessage="Nothing of that name"
        data={others.length === 0 ? groups : [...groups, { group: 'Not known now', items: others.map((name) => ({ value: name, label: name })) }]}
        value={chosen}
        onChange={(next) => { const names = targetsChosen(chosen, next); change({ on: names.length === 0 || names.join(',') === 'masters' ? null : names.join(',') }); }}
      />
      {overview !== null && overview.instances.length === 0 && <Text size="sm" c="dimmed">There are no instances yet.</Text>}
      <ConsolePanel name="cluster" on={chosen.join(',')} />
    </Stack>
  );
}

function optionsOf({ instances, replicasets }: ClusterOverview) {
  const items = (names: readonly { value: string; label: string }[]) => names.toSorted((a, b) => compare(a.label, b.label));
  const aliases = new Set(instances.map(({ alias }) => alias));
  return [
    { group: 'Everywhere', items: [{ value: 'masters', label: 'Masters' }, { value: 'all', label: 'All instances' }] },
    // One that has the name of an instance is meant by its uuid.
    { group: 'Replicasets', items: items(replicasets.map((one) => ({ value: aliases.has(one.alias) ? one.uuid : refOf(one, replicasets), label: `${one.alias} (its master)` }))) },
    { group: 'Instances', items: items(instances.filter(({ configured }) => configured).map((one) => ({ value: replicasets.some(({ alias }) => alias === one.alias) ? one.uuid : refOf(one, instances), label: one.alias }))) },
  ];
}
