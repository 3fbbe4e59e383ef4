'use client';
import { Select, Text } from '@mantine/core';
import { countText } from '~/app/lib/format.ts';
import type { MemberRow } from '~/app/lib/gossip.ts';
import { SearchField } from '~/app/ui/search-field.tsx';
import { gossipStates } from '~/contract/shapes/view.ts';
import styles from './gossip.module.css';
import type { Shown } from './use-filter.ts';

export function Toolbar({ rows, shown, onShow }: { rows: readonly MemberRow[]; shown: Shown; onShow: (next: Shown) => void }) {
  const alive = rows.filter(({ state }) => state === 'alive').length;
  return (
    <div className={styles.toolbar}>
      <SearchField label="Search members" placeholder="Search by alias, address, uuid…" value={shown.search} onChange={(search) => onShow({ ...shown, search })} />
      <Select aria-label="State" placeholder="Any state" clearable clearButtonProps={{ 'aria-label': 'Any state' }} w={150} data={gossipStates.filter((state) => state !== 'unknown')} value={shown.state} onChange={(value) => onShow({ ...shown, state: gossipStates.find((state) => state === value) ?? null })} />
      <Text size="sm" c="dimmed" className="number">{countText(rows.length, 'member')}, {alive} alive</Text>
    </div>
  );
}
