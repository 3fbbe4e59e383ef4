'use client';
import { Autocomplete, Select, Switch } from '@mantine/core';
import { compare, refOf, unconfiguredOf } from '~/app/lib/rows.ts';
import { textOf, type FormProps } from './form.ts';

export function JoinInstance({ draft, set, errors, overview }: FormProps) {
  const free = unconfiguredOf(overview).map((one) => ({ value: refOf(one, overview.instances), label: `${one.alias}  ${one.uri}` }));
  const sets = overview.replicasets.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => ({ value: refOf(one, overview.replicasets), label: one.alias }));
  return (
    <>
      <Select label="Instance" allowDeselect={false} placeholder="Choose an unconfigured instance" data={free} value={textOf(draft.instance) || null} error={errors.instance} onChange={(instance) => set('instance', instance ?? undefined)} />
      <Select label="Replicaset" allowDeselect={false} placeholder="Choose a replicaset" data={sets} value={textOf(draft.replicaset) || null} error={errors.replicaset} onChange={(replicaset) => set('replicaset', replicaset ?? undefined)} />
      <Autocomplete label="Zone" placeholder="Optional: data centre, rack, room" data={zonesOf(overview)} value={textOf(draft.zone)} error={errors.zone} onChange={(zone) => set('zone', zone === '' ? undefined : zone)} />
      <Switch label="Electable" description="May become master" checked={draft.electable !== false} onChange={(event) => set('electable', event.currentTarget.checked, true)} />
    </>
  );
}

export const zonesOf = (overview: FormProps['overview']) => [...new Set(overview.instances.flatMap(({ zone }) => zone ?? []))].toSorted(compare);
