'use client';
import { Button, Group, SegmentedControl, Select } from '@mantine/core';
import { healthWords } from '~/app/lib/health.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { roleNames, unconfiguredOf, type Filter } from '~/app/lib/rows.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Plus, Radar } from '~/app/ui/icons.tsx';
import { SearchField } from '~/app/ui/search-field.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { healths, type ClusterOverview, type Health } from '~/contract/shapes/view.ts';
import styles from './table.module.css';

export function Toolbar({ overview, filter, onFilter }: { overview: ClusterOverview; filter: Filter; onFilter: (filter: Filter) => void }) {
  return (
    <div className={styles.toolbar}>
      <SearchField label="Search instances" placeholder="Search by alias, address, zone, role, state…" value={filter.search} onChange={(search) => onFilter({ ...filter, search })} />
      <SegmentedControl
        aria-label="Health"
        size="sm"
        value={filter.health ?? 'all'}
        onChange={(value) => onFilter({ ...filter, health: value === 'all' ? null : (value as Health) })}
        data={[{ value: 'all', label: 'All' }, ...healths.map((health) => ({ value: health, label: healthWords[health] }))]}
      />
      <Select aria-label="Role" placeholder="Any role" clearable clearButtonProps={{ 'aria-label': 'Any role' }} w={150} data={roleNames(overview)} value={filter.role} onChange={(role) => onFilter({ ...filter, role })} />
      <MainActions overview={overview} />
    </div>
  );
}

/** The two things that start from nothing. */
export function MainActions({ overview, first = false }: { overview: ClusterOverview; first?: boolean }) {
  const { open } = useOperations();
  const { role } = useSession();
  const forbidden = refusalFor('replicaset.create', role);
  const none = unconfiguredOf(overview).length === 0 ? 'No unconfigured instance: start an agent first' : null;
  return (
    <Group gap="xs" {...(first ? { style: { flexFlow: 'row-reverse wrap-reverse', justifyContent: 'flex-end' } } : { wrap: 'nowrap', ml: 'auto' })}>
      <WhyDisabled why={refusalFor('instance.probe', role)}>
        <Button variant="default" leftSection={<Radar />} disabled={refusalFor('instance.probe', role) !== null} onClick={() => open('instance.probe')}>Probe address</Button>
      </WhyDisabled>
      <WhyDisabled why={forbidden ?? none}>
        <Button leftSection={<Plus />} disabled={(forbidden ?? none) !== null} onClick={() => open('replicaset.create')}>Create replicaset</Button>
      </WhyDisabled>
    </Group>
  );
}
