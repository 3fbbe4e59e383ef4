'use client';
import { Select, TextInput } from '@mantine/core';
import { refOf, unconfiguredOf } from '~/app/lib/rows.ts';
import { AllRwField, RolesField, WeightField } from './fields.tsx';
import { listOf, textOf, type FormProps } from './form.ts';
import { PriorityList } from './priority-list.tsx';

export function CreateReplicaset({ draft, set, errors, overview }: FormProps) {
  const free = new Map(unconfiguredOf(overview).map((one) => [refOf(one, overview.instances), one]));
  const chosen = listOf(draft.instances);
  const left = [...free].filter(([ref]) => !chosen.includes(ref));
  const roles = listOf(draft.roles);
  return (
    <>
      <TextInput label="Name" spellCheck={false} data-autofocus value={textOf(draft.alias)} error={errors.alias} onChange={(event) => set('alias', event.currentTarget.value)} />
      {chosen.length > 0 && (
        <PriorityList
          items={chosen.map((ref) => ({ ref, label: free.get(ref)?.alias ?? ref, note: free.get(ref)?.uri ?? '' }))}
          onChange={(instances) => set('instances', instances)}
          allWritable={draft.allRw === true}
          removable
        />
      )}
      <Select
        label={chosen.length === 0 ? 'Instances' : undefined}
        aria-label="Add an instance"
        placeholder={left.length === 0 ? 'No unconfigured instance left' : 'Add an instance'}
        disabled={left.length === 0}
        searchable
        selectFirstOptionOnChange
        data={left.map(([ref, one]) => ({ value: ref, label: `${one.alias}  ${one.uri}` }))}
        value={null}
        error={errors.instances}
        onChange={(ref) => ref !== null && set('instances', [...chosen, ref])}
      />
      <RolesField value={roles} infos={overview.roles} error={errors.roles} onChange={(next) => set('roles', next)} />
      {roles.includes('storage') && <WeightField value={typeof draft.weight === 'number' ? draft.weight : null} error={errors.weight} onChange={(weight) => set('weight', weight)} />}
      <AllRwField value={draft.allRw === true} onChange={(allRw) => set('allRw', allRw, false)} />
    </>
  );
}
