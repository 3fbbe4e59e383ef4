'use client';
import { Checkbox, Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { opWords, unfit, type DataAddress } from '~/app/lib/data.ts';
import { oneOf } from '~/app/lib/params.ts';
import { compare } from '~/app/lib/rows.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import page from '~/app/ui/page.module.css';
import { dataOps, type SpacesView, type SpaceView } from '~/contract/shapes/data.ts';

type Address = DataAddress & { readonly system: string | null; readonly row: string | null };
type Props = { readonly address: Address; readonly change: (changes: Partial<Record<keyof Address, string | null>>) => void; readonly spaces: SpacesView | null; readonly space: SpaceView | null };

const keyDelayMs = 400;

/** Where, which space, and which rows of it. */
export function Filters({ address, change, spaces, space }: Props) {
  const op = oneOf(dataOps, address.op) ?? 'all';
  const names = (spaces?.spaces ?? []).map(({ name, rows }) => ({ value: name, label: rows === null ? name : `${name} (${rows.toLocaleString('en')})` }));
  const known = address.space === null || names.some(({ value }) => value === address.space);
  const index = space?.indexes.find(({ name }) => name === address.index) ?? space?.indexes[0];
  const parts = index?.parts.map(({ field, type }) => `${space?.columns[field - 1]?.name ?? `field ${field}`} ${type}`).join(', ');
  const why = space === null ? null : unfit(space, address.index, op);
  return (
    <div className={page.filters}>
      <Select label="Space" searchable w={240} placeholder={spaces === null ? 'Loading…' : 'Which space'} nothingFoundMessage="No such space" data={known ? names : [...names, { value: address.space!, label: address.space! }]} value={address.space} onChange={(value) => change({ space: value, index: null, op: null, key: null, row: null })} />
      <Where value={address.on} onChange={(on) => change({ on, row: null })} />
      <Select label="Index" w={180} allowDeselect={false} disabled={space === null} data={space?.indexes.map(({ name, type }) => ({ value: name, label: type === 'TREE' ? name : `${name} (${type})` })) ?? []} value={index?.name ?? null} onChange={(value) => change({ index: value === space?.indexes[0]?.name ? null : value, row: null })} />
      <Select label="Which rows" w={120} allowDeselect={false} disabled={space === null} data={dataOps.map((value) => ({ value, label: opWords[value] }))} value={op} onChange={(value) => change({ op: value === 'all' ? null : value, ...(value === 'all' ? { key: null } : {}), row: null })} />
      {op !== 'all' && <KeyField key={`${address.space} ${address.index}`} value={address.key} hint={parts} error={why} onChange={(key) => change({ key, row: null })} />}
      <Select label="Order" w={130} allowDeselect={false} disabled={space === null || index?.ordered === false} data={[{ value: 'ascending', label: 'Ascending' }, { value: 'descending', label: 'Descending' }]} value={address.order === 'descending' ? 'descending' : 'ascending'} onChange={(value) => change({ order: value === 'descending' ? value : null, row: null })} />
      <Checkbox mb={8} style={{ alignSelf: 'flex-end' }} label="System spaces too" checked={address.system !== null} onChange={({ currentTarget }) => change({ system: currentTarget.checked ? 'yes' : null })} />
    </div>
  );
}

/** Typed in peace: what stands there a moment is asked. */
function KeyField({ value, hint, error, onChange }: { value: string | null; hint: string | undefined; error: string | null; onChange: (key: string | null) => void }) {
  const [text, setText] = useState(value ?? '');
  const tell = useDebouncedCallback((next: string) => onChange(next === '' ? null : next), keyDelayMs);
  return <TextInput label="Key" w={220} placeholder={hint} title={hint} error={error} spellCheck={false} value={text} onChange={({ currentTarget }) => { setText(currentTarget.value); tell(currentTarget.value); }} />;
}

const everywhere = '*';

function Where({ value, onChange }: { value: string | null; onChange: (on: string | null) => void }) {
  const { overview } = useLive();
  const aliases = (rows: readonly { alias: string }[]) => rows.map(({ alias }) => alias).toSorted(compare);
  const replicasets = aliases(overview?.replicasets.filter(({ roles }) => roles.includes('storage')) ?? []);
  const instances = (overview?.instances ?? []).filter(({ configured, alias }) => configured && !replicasets.includes(alias)).toSorted((a, b) => compare(a.alias, b.alias)).map(({ alias, leadership }) => ({ value: alias, label: leadership === 'master' || leadership === 'replica' ? `${alias} (${leadership})` : alias }));
  const other = value !== null && ![...replicasets, ...instances.map((one) => one.value)].includes(value) ? [{ group: 'Other', items: [value] }] : [];
  const data = [{ group: 'The cluster', items: [{ value: everywhere, label: 'All storages' }] }, { group: 'Master of', items: replicasets }, { group: 'Instances', items: instances }, ...other];
  return <Select label="Where" searchable w={180} allowDeselect={false} data={data} value={value ?? everywhere} onChange={(next) => onChange(next === everywhere ? null : next)} />;
}
