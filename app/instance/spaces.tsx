'use client';
import { ActionIcon, Alert, Button, Checkbox, CloseButton, Group, Select, Text, TextInput } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { bytesText, countText } from '~/app/lib/format.ts';
import { oneOf } from '~/app/lib/params.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { ChevronDown, ChevronRight, Search } from '~/app/ui/icons.tsx';
import { Listing, type Row } from '~/app/ui/listing.tsx';
import page from '~/app/ui/page.module.css';
import { useAddress } from '~/app/ui/use-address.ts';
import { spaceSorts, type SpaceInfo, type SpacesPage } from '~/contract/shapes/inspect.ts';
import type { InstanceView } from '~/contract/shapes/view.ts';
import { AskedAt } from './asked-at.tsx';
import styles from './instance.module.css';

const pageSize = 100;
const sorts = [{ value: 'bytes', label: 'Biggest first' }, { value: 'rows', label: 'Most rows first' }, { value: 'name', label: 'By name' }];
const columns = [{ label: 'Space', kind: 'title', width: '30%' }, { label: 'Engine', width: 110 }, { label: 'Rows', kind: 'number' }, { label: 'Data', kind: 'number' }, { label: 'Indexes', kind: 'number' }, { label: 'On disk', kind: 'number' }] as const;

/** Asked of its Tarantool when it is shown, and when told to: it is not in the status. */
export function Spaces({ instance }: { instance: InstanceView }) {
  const api = useApi();
  const [{ q, system, sort, from }, change] = useAddress(['q', 'system', 'sort', 'from'] as const);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  const order = oneOf(spaceSorts, sort) ?? 'bytes';
  const offset = Math.max(0, Math.trunc(Number(from ?? 0)) || 0);
  const input = { instance: instance.uuid, system: system !== null, sort: order, limit: pageSize, offset, ...(q ? { search: q } : {}) };
  const spaces = useQuery({ queryKey: ['instance', instance.uuid, 'spaces', input], queryFn: () => api.instance.spaces.query(input), placeholderData: keepPreviousData });
  const { data } = spaces;
  const toggle = (id: number) => setOpen((before) => (before.has(id) ? new Set([...before].filter((one) => one !== id)) : new Set([...before, id])));
  return (
    <section aria-labelledby="spaces">
      <h2 id="spaces" className={styles.heads}>Spaces{data && <span className="number">{data.of}</span>}</h2>
      <Group gap="sm" className={page.filters!} mb="sm">
        <TextInput aria-label="Search spaces" placeholder="Search by name…" leftSection={<Search size={15} />} rightSection={q ? <CloseButton size="sm" aria-label="Clear the search" onClick={() => change({ q: null, from: null })} /> : null} value={q ?? ''} maxLength={200} onChange={({ currentTarget }) => change({ q: currentTarget.value, from: null })} />
        <Select aria-label="Order" allowDeselect={false} w={170} data={sorts} value={order} onChange={(value) => change({ sort: value === 'bytes' ? null : value, from: null })} />
        <Checkbox label="System spaces too" checked={system !== null} onChange={({ currentTarget }) => change({ system: currentTarget.checked ? 'yes' : null, from: null })} />
        <AskedAt query={spaces} />
      </Group>
      {data && !data.complete && <Alert color="yellow" p="sm" mb="sm">There are more spaces than it looks at in its time: this list is not whole. Search for the one you need.</Alert>}
      <Listing
        caption={`Spaces of ${instance.alias}`}
        rows={data ? data.spaces.map((space) => rowOf(space, { open: open.has(space.id), onToggle: () => toggle(space.id) })) : null}
        columns={columns}
        problem={spaces.error ? problemFrom(spaces.error) : null}
        onRetry={() => void spaces.refetch()}
        empty={q ? { icon: <Search size={32} />, title: 'No such space', text: 'No space has that in its name.' } : { icon: <Search size={32} />, title: 'No spaces yet', text: 'A space is Tarantool’s table. The first one that is created on the master appears here and on its replicas.' }}
      />
      {data && data.of > pageSize && (
        <Group gap="xs" mt="sm">
          <Text size="sm" c="dimmed" className="number">{offset + 1} to {Math.min(offset + pageSize, data.of)} of {data.of}</Text>
          <Button size="compact-sm" variant="default" disabled={offset === 0} onClick={() => change({ from: offset <= pageSize ? null : String(offset - pageSize) })}>Before</Button>
          <Button size="compact-sm" variant="default" disabled={offset + pageSize >= data.of} onClick={() => change({ from: String(offset + pageSize) })}>Next</Button>
        </Group>
      )}
      {data?.vinyl && vinylText(data.vinyl) && <Text size="sm" c="dimmed" mt="sm">{vinylText(data.vinyl)}</Text>}
    </section>
  );
}

function rowOf(space: SpaceInfo, { open, onToggle }: { open: boolean; onToggle: () => void }): Row {
  const { id, name, engine, rows, bytes, indexBytes, diskBytes, indexes, temporary, localOnly, system } = space;
  const marks = [system ? 'system' : null, temporary ? 'temporary' : null, localOnly ? 'local, not replicated' : null].filter((mark) => mark !== null).join(', ');
  return {
    key: name,
    cells: {
      Space: (
        <span className={styles.who}>
          <ActionIcon variant="subtle" color="gray" size="sm" onClick={onToggle} aria-expanded={open} aria-label={`Indexes of ${name}`}>{open ? <ChevronDown size={14} /> : <ChevronRight size={14} />}</ActionIcon>
          <span>{name} <span className={styles.small}>{`#${id}`}{marks !== '' && `, ${marks}`}</span></span>
        </span>
      ),
      Engine: engine,
      Rows: <span className="number">{rows === null ? '—' : `${engine === 'vinyl' ? '≈ ' : ''}${rows.toLocaleString('en')}`}</span>,
      Data: <span className="number">{bytes === null ? '—' : bytesText(bytes)}</span>,
      Indexes: <span className="number">{indexes.length === 0 ? 'none' : `${indexes.length} · ${bytesText(indexBytes)}`}</span>,
      'On disk': diskBytes === null ? null : <span className="number">{bytesText(diskBytes)}</span>,
    },
    ...(open ? { below: <Indexes space={space} /> } : {}),
  };
}

function Indexes({ space: { indexes } }: { space: SpaceInfo }) {
  if (indexes.length === 0) return <Text size="sm" c="dimmed" pt={8}>It has no index, so no row can be put into it.</Text>;
  return (
    <ul className={styles.indexes} aria-label={countText(indexes.length, 'index', 'indexes')}>
      {indexes.map(({ id, name, type, unique, parts, bytes }) => <li key={id}><b>{name}</b> <span className={styles.quiet}>{[type.toLowerCase(), unique ? 'unique' : 'not unique', `fields ${parts.join('; ')}`, bytes === null ? null : bytesText(bytes)].filter((part) => part !== null).join(' · ')}</span></li>)}
    </ul>
  );
}

/** Nothing where vinyl holds nothing. */
function vinylText({ level0Bytes, cacheBytes, pageIndexBytes, bloomBytes, dataBytes, indexBytes, memoryBytesMax, cacheBytesMax }: NonNullable<SpacesPage['vinyl']>): string | null {
  if (dataBytes + indexBytes + level0Bytes + cacheBytes === 0) return null;
  return `Vinyl as a whole: ${bytesText(level0Bytes)} of ${bytesText(memoryBytesMax)} in memory (level 0), cache ${bytesText(cacheBytes)} of ${bytesText(cacheBytesMax)}, page index ${bytesText(pageIndexBytes)}, bloom filters ${bytesText(bloomBytes)}; on disk ${bytesText(dataBytes)} of data and ${bytesText(indexBytes)} of indexes.`;
}
