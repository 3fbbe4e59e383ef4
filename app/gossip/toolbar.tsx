'use client';
import { CloseButton, Select, Text, TextInput } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { useRef } from 'react';
import { countText } from '~/app/lib/format.ts';
import type { MemberRow } from '~/app/lib/gossip.ts';
import { Search } from '~/app/ui/icons.tsx';
import { gossipStates } from '~/contract/shapes/view.ts';
import styles from './gossip.module.css';
import type { Shown } from './use-filter.ts';

export function Toolbar({ rows, shown, onShow }: { rows: readonly MemberRow[]; shown: Shown; onShow: (next: Shown) => void }) {
  const search = useRef<HTMLInputElement>(null);
  useHotkeys([['/', () => search.current?.focus()]]);
  const alive = rows.filter(({ state }) => state === 'alive').length;
  return (
    <div className={styles.toolbar}>
      <TextInput
        ref={search}
        className={styles.search}
        aria-label="Search members"
        placeholder="Search by alias, address, uuid…  /"
        leftSection={<Search size={15} />}
        rightSection={shown.search === '' ? null : <CloseButton size="sm" aria-label="Clear the search" onClick={() => onShow({ ...shown, search: '' })} />}
        value={shown.search}
        onChange={(event) => onShow({ ...shown, search: event.currentTarget.value })}
        onKeyDown={(event) => event.key === 'Escape' && onShow({ ...shown, search: '' })}
      />
      <Select aria-label="State" placeholder="Any state" clearable clearButtonProps={{ 'aria-label': 'Any state' }} w={150} data={gossipStates.filter((state) => state !== 'unknown')} value={shown.state} onChange={(value) => onShow({ ...shown, state: gossipStates.find((state) => state === value) ?? null })} />
      <Text size="sm" c="dimmed" className="number">{countText(rows.length, 'member')}, {alive} alive</Text>
    </div>
  );
}
