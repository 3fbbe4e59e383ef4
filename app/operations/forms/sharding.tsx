'use client';
import { NumberInput, Radio, Select, Stack, Text, TextInput } from '@mantine/core';
import { compare, refOf } from '~/app/lib/rows.ts';
import { useShardingStatus } from '~/app/live/use-sharding.ts';
import { bucketHashes, rebalanceModes } from '~/contract/shapes/sharding.ts';
import { listOf, textOf, type FormProps } from './form.ts';

const useGroup = (name: string) => useShardingStatus()?.groups.find(({ group }) => group === name) ?? null;

/** Which buckets. */
export function ChooseBuckets({ draft, set, errors }: FormProps) {
  const group = useGroup(textOf(draft.group));
  const most = group?.bootstrapped?.buckets ?? group?.settings.buckets;
  const change = (text: string) => set('buckets', text.trim() === '' ? undefined : text.split(',').map((one) => one.trim()));
  return <TextInput label="Buckets" description={`Numbers and ranges${most === undefined ? '' : `, of 1 to ${most}`}; the router says which one a key is in`} placeholder="7, 10-20" spellCheck={false} data-autofocus value={listOf(draft.buckets).join(',')} error={errors.buckets} onChange={(event) => change(event.currentTarget.value)} />;
}

/** Which buckets, and where they go. */
export function MoveBuckets(props: FormProps) {
  const { draft, set, errors, overview } = props;
  const storages = useGroup(textOf(draft.group))?.storages ?? [];
  const data = storages.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => ({ value: refOf(one, overview.replicasets), label: `${one.alias}${one.owned === null ? '' : ` (has ${one.owned})`}` }));
  return (
    <>
      <ChooseBuckets {...props} />
      <Select label="To" placeholder="Choose a storage" searchable nothingFoundMessage="None of that name" data={data} value={textOf(draft.to) || null} error={errors.to} onChange={(next) => set('to', next ?? undefined)} />
    </>
  );
}

const lengths = [['15m', '15 minutes'], ['30m', '30 minutes'], ['1h', '1 hour'], ['4h', '4 hours'], ['1d', '1 day'], ['7d', '7 days']] as const;
const open = 'open';

/** A pause that ends by itself is not forgotten. */
export function PauseSharding({ draft, set, errors }: FormProps) {
  const chosen = textOf(draft.expires);
  const data = [...lengths.map(([value, label]) => ({ value, label: `by itself after ${label}` })), { value: open, label: 'when somebody resumes' }];
  return (
    <>
      <Select label="Ends" allowDeselect={false} data={chosen === '' || lengths.some(([value]) => value === chosen) ? data : [{ value: chosen, label: `by itself after ${chosen}` }, ...data]} value={chosen || open} error={errors.expires} onChange={(next) => set('expires', next === open ? undefined : (next ?? undefined))} />
      <Text size="sm" c="dimmed">Buckets under way arrive; no other one begins to move. Clients notice nothing.</Text>
    </>
  );
}

const modes = {
  auto: { label: 'Automatic', means: 'Buckets move when the weights ask for it.' },
  manual: { label: 'By hand', means: 'Buckets move when somebody starts it, until they are even.' },
  off: { label: 'Off', means: 'Buckets stay: a new storage gets none, and none is drained.' },
} as const;

/** How the buckets of a group are evened out; and, until they are made, how many there are. */
export function ConfigureSharding({ draft, set, errors }: FormProps) {
  const group = useGroup(textOf(draft.group));
  const now: Readonly<Record<string, unknown>> = group?.settings ?? {};
  const value = (field: string) => (field in draft ? draft[field] : now[field]);
  const change = (field: string, next: unknown) => set(field, next, now[field]);
  const number = (field: string, label: string, description: string) => <NumberInput label={label} description={description} min={1} allowDecimal={false} allowNegative={false} value={typeof value(field) === 'number' ? Number(value(field)) : ''} error={errors[field]} onChange={(next) => change(field, typeof next === 'number' ? next : undefined)} />;
  return (
    <>
      <Radio.Group label="Rebalancing" value={textOf(value('rebalance'))} error={errors.rebalance} onChange={(next) => change('rebalance', next)}>
        <Stack gap={8} mt={6}>{rebalanceModes.map((mode) => <Radio key={mode} size="sm" value={mode} label={modes[mode].label} description={modes[mode].means} />)}</Stack>
      </Radio.Group>
      {number('movesMax', 'Most buckets under way at a storage', 'From it, or to it')}
      {number('batch', 'Buckets moved by one order', 'The next order waits until one of them has ended')}
      <NumberInput label="Most buckets a second" description="Of the whole group; empty: as many as they can" placeholder="no limit" min={1} allowDecimal={false} allowNegative={false} value={typeof value('bucketsPerSecond') === 'number' ? Number(value('bucketsPerSecond')) : ''} error={errors.bucketsPerSecond} onChange={(next) => set('bucketsPerSecond', typeof next === 'number' ? next : null, now.bucketsPerSecond)} />
      {group?.bootstrapped != null ? (
        <Text size="sm" c="dimmed">{group.bootstrapped.buckets} buckets by {group.bootstrapped.hash} are fixed for good.</Text>
      ) : (
        <>
          {number('buckets', 'Buckets', 'Fixed for good once the group is bootstrapped; at most 100 000')}
          <Select label="Hash" description="How a key becomes a bucket, by the names of vshard; fixed for good as well" allowDeselect={false} data={[...bucketHashes]} value={textOf(value('hash')) || null} error={errors.hash} onChange={(next) => change('hash', next ?? undefined)} />
        </>
      )}
    </>
  );
}
