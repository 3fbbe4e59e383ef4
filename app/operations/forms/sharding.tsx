'use client';
import { NumberInput, Select, TextInput } from '@mantine/core';
import { bucketHashes, rebalanceModes } from '~/contract/shapes/sharding.ts';
import { listOf, textOf, type FormProps } from './form.ts';

/** Which buckets. */
export function ChooseBuckets({ draft, set, errors }: FormProps) {
  return <TextInput label="Buckets" placeholder="7,10-20" value={listOf(draft.buckets).join(',')} error={errors.buckets} onChange={(event) => set('buckets', event.currentTarget.value.split(',').map((text) => text.trim()))} />;
}

/** Which buckets, and where they go. */
export function MoveBuckets(props: FormProps) {
  const { draft, set, errors, overview } = props;
  return (
    <>
      <ChooseBuckets {...props} />
      <Select label="To" data={overview.replicasets.filter(({ roles }) => roles.includes('storage')).map(({ alias }) => alias)} value={textOf(draft.to) || null} error={errors.to} onChange={(next) => set('to', next ?? undefined)} />
    </>
  );
}

const lengths = ['15m', '1h', '4h', '1d'];
const open = 'open';

/** A pause that ends by itself is not forgotten. */
export function PauseSharding({ draft, set, errors }: FormProps) {
  return <Select label="Ends" allowDeselect={false} data={[...lengths.map((value) => ({ value, label: `by itself after ${value}` })), { value: open, label: 'when somebody resumes' }]} value={textOf(draft.expires) || open} error={errors.expires} onChange={(next) => set('expires', next === open ? undefined : (next ?? undefined))} />;
}

const numbers = [['buckets', 'Buckets (fixed once it is bootstrapped)'], ['movesMax', 'Most buckets under way from or to a storage'], ['bucketsPerSecond', 'Most buckets a second'], ['batch', 'Buckets moved by one order']] as const;

/** What is left empty stays as it is. */
export function ConfigureSharding({ draft, set, errors }: FormProps) {
  return (
    <>
      <Select label="Rebalancing" clearable data={[...rebalanceModes]} value={textOf(draft.rebalance) || null} error={errors.rebalance} onChange={(next) => set('rebalance', next ?? undefined)} />
      <Select label="Hash" clearable data={[...bucketHashes]} value={textOf(draft.hash) || null} error={errors.hash} onChange={(next) => set('hash', next ?? undefined)} />
      {numbers.map(([field, label]) => <NumberInput key={field} label={label} min={1} value={typeof draft[field] === 'number' ? draft[field] : ''} error={errors[field]} onChange={(next) => set(field, typeof next === 'number' ? next : undefined)} />)}
    </>
  );
}
