'use client';
import { MultiSelect, TextInput } from '@mantine/core';
import { refOf, unconfiguredOf } from '~/app/lib/rows.ts';
import { AllRwField, RolesField, WeightField } from './fields.tsx';
import { listOf, textOf, type FormProps } from './form.ts';
import { PriorityList } from './priority-list.tsx';

export function CreateReplicaset({ draft, set, errors, overview }: FormProps) {
  const free = unconfiguredOf(overview).map((one) => ({ value: refOf(one, overview.instances), label: one.alias, note: one.uri }));
  const chosen = listOf(draft.instances);
  const roles = listOf(draft.roles);
  return (
    <>
      <TextInput label="Name" spellCheck={false} data-autofocus value={textOf(draft.alias)} error={errors.alias} onChange={(event) => set('alias', event.currentTarget.value)} />
      <MultiSelect
        label="Instances"
        placeholder={chosen.length === 0 ? 'Choose unconfigured instances' : ''}
        searchable
        hidePickedOptions
        data={free.map(({ value, label }) => ({ value, label }))}
        renderOption={({ option }) => <span>{option.label} <span style={{ color: 'var(--quiet)' }} className="mono">{free.find(({ value }) => value === option.value)?.note}</span></span>}
        nothingFoundMessage="No unconfigured instance left"
        value={chosen}
        error={errors.instances}
        onChange={(instances) => set('instances', instances)}
      />
      {chosen.length > 0 && (
        <PriorityList
          items={chosen.map((ref) => ({ ref, label: free.find(({ value }) => value === ref)?.label ?? ref, note: free.find(({ value }) => value === ref)?.note ?? '' }))}
          onChange={(instances) => set('instances', instances)}
          allWritable={draft.allRw === true}
        />
      )}
      <RolesField value={roles} infos={overview.roles} error={errors.roles} onChange={(next) => set('roles', next)} />
      {roles.includes('storage') && <WeightField value={typeof draft.weight === 'number' ? draft.weight : null} error={errors.weight} onChange={(weight) => set('weight', weight)} />}
      <AllRwField value={draft.allRw === true} onChange={(allRw) => set('allRw', allRw, false)} />
    </>
  );
}
