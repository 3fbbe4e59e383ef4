'use client';
import { NumberInput } from '@mantine/core';
import { useRetention } from '~/app/alerts/use-alerts.ts';
import { retentionRows } from '~/app/lib/alerts.ts';
import { retentionDaysMax } from '~/contract/retention.ts';
import type { FormProps } from './form.ts';

export function EditRetention({ draft, set, errors }: FormProps) {
  const { data } = useRetention();
  if (data === undefined) return null;
  return (
    <>
      {retentionRows.map(({ field, label, note }) => (
        <NumberInput key={field} label={label} description={note} suffix=" days" min={1} max={retentionDaysMax} allowDecimal={false} error={errors[field]} value={typeof draft[field] === 'number' ? draft[field] : data[field]} onChange={(days) => set(field, typeof days === 'number' ? days : undefined, data[field])} />
      ))}
    </>
  );
}
