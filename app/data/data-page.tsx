'use client';
import { Alert, Button, EmptyState, Group, Stack, Text, Title } from '@mantine/core';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthShapes, Plus, Search } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { ExportRows } from './export-rows.tsx';
import { Filters } from './filters.tsx';
import { RowDrawer } from './row-drawer.tsx';
import { idOf, RowsTable } from './rows-table.tsx';
import { useRows, useSpaces } from './use-data.ts';

export const dataKeys = ['space', 'on', 'index', 'op', 'key', 'order', 'system', 'row'] as const;

/** Rows of any space, over all storages or of one instance. */
export function DataPage() {
  const { role } = useSession();
  const { open } = useOperations();
  const [address, change] = useAddress(dataKeys);
  const mayNot = refusalFor('data.browse', role);
  const spaces = useSpaces(address.on, address.system !== null);
  const space = spaces.data?.spaces.find(({ name }) => name === address.space) ?? null;
  const rows = useRows(address, mayNot === null);
  const pages = rows.data?.pages ?? [];
  const [page] = pages;
  const all = pages.flatMap((one) => one.rows);
  const missing = pages.at(-1)?.missing ?? spaces.data?.missing ?? [];
  const warnings = [...new Set(pages.flatMap((one) => one.warnings))];
  const shown = page ? (all.find((row) => idOf(page, row) === address.row) ?? null) : null;
  const why = refusalFor('data.insert', role) ?? (space === null ? 'Choose a space first' : space.system ? 'Spaces of the system are only looked at' : null);
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="sm">
        <Title order={1} size={20}>Data</Title>
        <Group gap="xs">
          <ExportRows address={address} disabled={mayNot ?? (address.space === null ? 'Choose a space first' : null)} />
          <WhyDisabled why={why}><Button size="compact-sm" leftSection={<Plus size={14} />} disabled={why !== null} onClick={() => open('data.insert', { space: address.space, ...(address.on === null ? {} : { on: address.on }) })}>Insert</Button></WhyDisabled>
        </Group>
      </Group>
      <StaleBanner />
      <Filters address={address} change={change} spaces={spaces.data ?? null} space={space} />
      {spaces.error && <ProblemAlert problem={problemFrom(spaces.error)} />}
      {missing.map(({ replicaset, instance, sentence }) => <Alert key={`${replicaset} ${instance}`} color="yellow" p="sm" icon={<HealthShapes.warning size={18} />} role="alert" data-missing={replicaset ?? instance}>{`Nothing here is of ${replicaset ?? instance}: ${sentence}`}</Alert>)}
      {warnings.map((warning) => <Alert key={warning} color="yellow" p="sm" icon={<HealthShapes.warning size={18} />}>{warning}</Alert>)}
      {mayNot !== null ? (
        <EmptyState py="xl" icon={<Search size={32} />} title="Rows are for operators" description={`They are data of users. ${mayNot}. The names of spaces and their columns are shown above.`} />
      ) : address.space === null ? (
        <EmptyState py="xl" icon={<Search size={32} />} title={spaces.data?.spaces.length === 0 ? 'No spaces yet' : 'Choose a space'} description={spaces.data?.spaces.length === 0 ? 'A space is Tarantool’s table. The first one that is created on a storage appears here.' : 'Its rows come here, from all storages at once, in the order of an index.'} />
      ) : rows.error ? (
        <ProblemAlert problem={problemFrom(rows.error)}><Button size="compact-sm" variant="default" mt={8} onClick={() => void rows.refetch()}>Try again</Button></ProblemAlert>
      ) : !page ? (
        <Waiting label="Loading the rows" height={260} />
      ) : all.length === 0 && !rows.hasNextPage ? (
        <EmptyState py="xl" icon={<Search size={32} />} title="No rows" description={address.key ? 'No row fits that condition.' : 'The space is empty.'} />
      ) : (
        <>
          <RowsTable page={page} rows={all} open={address.row} onOpen={(row) => change({ row: idOf(page, row) })} />
          <Group gap="sm">
            <Text size="sm" c="dimmed" data-testid="row-count" data-count={all.length}>{countText(all.length, 'row')}{rows.hasNextPage ? ', and more' : ''}{page.ordered ? '' : '; this index knows no order'}</Text>
            {rows.hasNextPage && <Button size="compact-sm" variant="default" loading={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>Show more</Button>}
            <Button size="compact-sm" variant="subtle" color="gray" loading={rows.isRefetching} onClick={() => void rows.refetch()}>Look again</Button>
          </Group>
        </>
      )}
      <RowDrawer page={page ?? null} row={shown} fixed={space?.system ? 'Spaces of the system are only looked at' : null} onClose={() => change({ row: null })} />
    </Stack>
  );
}
