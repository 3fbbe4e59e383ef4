'use client';
import { NumberInput, SegmentedControl, Select } from '@mantine/core';
import { useState } from 'react';
import { hostsOf, mastersAt, type Place } from '~/app/lib/evacuate.ts';
import { countText } from '~/app/lib/format.ts';
import { zoneNames } from '~/app/lib/groups.ts';
import { compare } from '~/app/lib/rows.ts';
import { textOf, type FormProps } from './form.ts';

const places = [{ value: 'zone', label: 'Zone' }, { value: 'host', label: 'Host' }, { value: 'instance', label: 'Instance' }] as const satisfies readonly { value: Place; label: string }[];

/** Where from. Each choice says how many masters it is about; the plan says which, and where they would go. */
export function Evacuate({ draft, set, errors, overview }: FormProps) {
  const [place, setPlace] = useState<Place>(() => places.find(({ value }) => draft[value] !== undefined)?.value ?? (zoneNames(overview).length > 0 ? 'zone' : 'host'));
  const names = { zone: zoneNames(overview), host: hostsOf(overview), instance: overview.instances.filter(({ configured }) => configured).map(({ alias }) => alias).toSorted(compare) }[place];
  return (
    <>
      <SegmentedControl
        aria-label="What is evacuated"
        fullWidth
        data={[...places]}
        value={place}
        onChange={(next) => {
          set(place, undefined);
          setPlace(next as Place);
        }}
      />
      <Select
        label={places.find(({ value }) => value === place)!.label}
        placeholder="Choose one"
        searchable
        nothingFoundMessage="None of that name"
        data={names.map((name) => ({ value: name, label: `${name} (${countText(mastersAt(overview, place, name).length, 'master')})` }))}
        value={textOf(draft[place]) || null}
        error={errors[place]}
        onChange={(next) => set(place, next ?? undefined)}
      />
      <NumberInput label="At a time" description="So many replicasets are switched over at once" min={1} max={20} allowNegative={false} value={typeof draft.concurrency === 'number' ? draft.concurrency : 3} error={errors.concurrency} onChange={(next) => set('concurrency', typeof next === 'number' ? next : undefined, 3)} />
    </>
  );
}
