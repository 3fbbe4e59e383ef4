'use client';
import { Select, Text } from '@mantine/core';
import { useFailoverStatus } from '~/app/live/use-failover.ts';
import { textOf, type FormProps } from './form.ts';

const lengths = [['15m', '15 minutes'], ['30m', '30 minutes'], ['1h', '1 hour'], ['4h', '4 hours'], ['1d', '1 day'], ['7d', '7 days']] as const;
const open = 'open';

/** A pause that ends by itself is not forgotten. */
export function PauseFailover({ draft, set, errors }: FormProps) {
  const chosen = textOf(draft.for);
  const data = [...lengths.map(([value, label]) => ({ value, label: `by itself after ${label}` })), { value: open, label: 'when somebody resumes' }];
  return (
    <>
      <Select label="Ends" allowDeselect={false} data={chosen === '' || lengths.some(([value]) => value === chosen) ? data : [{ value: chosen, label: `by itself after ${chosen}` }, ...data]} value={chosen || open} error={errors.for} onChange={(next) => set('for', next === open ? undefined : (next ?? undefined))} />
      <Text size="sm" c="dimmed">People can still switch and promote. Masters keep their leases, and a master that can no longer renew is read-only at the end of its own, as always. It survives restarts of everything.</Text>
    </>
  );
}

/** Which coordinator is to take over. */
export function StealCoordinator({ draft, set, errors }: FormProps) {
  const status = useFailoverStatus();
  const others = (status?.coordinators ?? []).filter(({ active }) => !active);
  const any = 'any';
  return (
    <Select
      label="Takes over"
      allowDeselect={false}
      data={[{ value: any, label: 'the first other one that answers' }, ...others.map(({ alias, heard, zone }) => ({ value: alias, label: `${alias}${zone === null ? '' : ` (${zone})`}${heard ? '' : ': not heard'}`, disabled: !heard }))]}
      value={textOf(draft.instance) || any}
      error={errors.instance}
      onChange={(next) => set('instance', next === any ? undefined : (next ?? undefined))}
    />
  );
}
