'use client';
import { Autocomplete, Switch, TextInput } from '@mantine/core';
import { textOf, type FormProps } from './form.ts';
import { zonesOf } from './join-instance.tsx';

export function EditInstance({ draft, set, errors, overview }: FormProps) {
  const current = overview.instances.find(({ alias, uuid }) => alias === draft.instance || uuid === draft.instance);
  if (!current) return null;
  const shown = (field: 'alias' | 'uri' | 'zone') => (field in draft ? textOf(draft[field]) : (current[field] ?? ''));
  return (
    <>
      <TextInput label="Name" spellCheck={false} data-autofocus value={shown('alias')} error={errors.alias} onChange={(event) => set('alias', event.currentTarget.value, current.alias)} />
      <TextInput label="Address" description="Where the others reach its Tarantool: host:port" spellCheck={false} value={shown('uri')} error={errors.uri} onChange={(event) => set('uri', event.currentTarget.value, current.uri)} />
      {current.roles.includes('router') && <TextInput label="Address of its router" description="Where clients connect: host:port; 0.0.0.0 is every address of the machine. Empty: as it is by default" spellCheck={false} value={'router' in draft ? textOf(draft.router) : (current.router ?? '')} error={errors.router} onChange={(event) => set('router', event.currentTarget.value === '' ? null : event.currentTarget.value, current.router)} />}
      <Autocomplete label="Zone" placeholder="None" data={zonesOf(overview)} value={shown('zone')} error={errors.zone} onChange={(zone) => set('zone', zone === '' ? null : zone, current.zone)} />
      <Switch label="Electable" description="May become master" checked={(draft.electable ?? current.electable) === true} onChange={(event) => set('electable', event.currentTarget.checked, current.electable)} />
    </>
  );
}
