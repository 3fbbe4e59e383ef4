'use client';
import { Button, Group, SegmentedControl, Select } from '@mantine/core';
import { choicesIn, type Filter } from '~/app/lib/filter.ts';
import { zoneNames } from '~/app/lib/groups.ts';
import { healthWords, markOf, type Mark } from '~/app/lib/health.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { roleNames, unconfiguredOf } from '~/app/lib/rows.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Plus, Radar, Sliders } from '~/app/ui/icons.tsx';
import { SearchField } from '~/app/ui/search-field.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { healths, type ClusterOverview } from '~/contract/shapes/view.ts';
import { SearchHelp } from './search-help.tsx';
import styles from './toolbar.module.css';

type Props = {
  readonly overview: ClusterOverview;
  readonly filter: Filter;
  readonly onFilter: (filter: Filter) => void;
  /** On a phone, the choices take the place of the first instances: they are shown when asked for. */
  readonly choosing: boolean;
  readonly onChoosing: () => void;
};

/** What is shown: by words, and by the choices that are made most. */
export function Toolbar({ overview, filter, onFilter, choosing, onChoosing }: Props) {
  const chosen = choicesIn(filter);
  const shownHealths: readonly Mark[] = filter.health === 'off' || overview.instances.some((one) => one.configured && markOf(one) === 'off') ? [...healths, 'off'] : healths;
  const zones = zoneNames(overview);
  const add = (term: string) => onFilter({ ...filter, search: [filter.search.trim(), term].filter((text) => text !== '').join(' ') });
  return (
    <div className={styles.toolbar}>
      <SearchField label="Search instances" placeholder="Alias, address, zone:…" value={filter.search} onChange={(search) => onFilter({ ...filter, search })} help={<SearchHelp onChoose={add} />} />
      <Button variant="default" className={styles.open!} leftSection={<Sliders />} aria-expanded={choosing} onClick={onChoosing}>{chosen === 0 ? 'Filters' : `Filters: ${chosen}`}</Button>
      <SegmentedControl
        className={styles.choice!}
        aria-label="Health"
        size="sm"
        value={filter.health ?? 'all'}
        onChange={(value) => onFilter({ ...filter, health: value === 'all' ? null : (value as Mark) })}
        data={[{ value: 'all', label: 'All' }, ...shownHealths.map((health) => ({ value: health, label: healthWords[health] }))]}
      />
      <Select aria-label="Role" placeholder="Any role" clearable clearButtonProps={{ 'aria-label': 'Any role' }} className={`${styles.choice} ${styles.select}`} data={roleNames(overview)} value={filter.role} onChange={(role) => onFilter({ ...filter, role })} />
      {(zones.length > 1 || filter.zone !== null) && (
        <Select aria-label="Zone" placeholder="Any zone" clearable searchable={zones.length > 8} clearButtonProps={{ 'aria-label': 'Any zone' }} className={`${styles.choice} ${styles.select}`} data={filter.zone === null || zones.includes(filter.zone) ? zones : [...zones, filter.zone]} value={filter.zone} onChange={(zone) => onFilter({ ...filter, zone })} />
      )}
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
