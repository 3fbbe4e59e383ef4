'use client';
import { TextInput } from '@mantine/core';
import { wholePriority } from '~/app/lib/draft.ts';
import { refOf } from '~/app/lib/rows.ts';
import { useFailoverStatus } from '~/app/live/use-failover.ts';
import { DurabilityFields } from './durability-fields.tsx';
import { AllRwField, RolesField, WeightField } from './fields.tsx';
import { listOf, textOf, type FormProps } from './form.ts';
import { PriorityList } from './priority-list.tsx';

export function EditReplicaset({ draft, set, errors, overview }: FormProps) {
  const current = overview.replicasets.find(({ alias, uuid }) => alias === draft.replicaset || uuid === draft.replicaset);
  const standing = useFailoverStatus()?.replicasets.find(({ uuid }) => uuid === current?.uuid) ?? null;
  if (!current) return null;
  const members = current.instances.flatMap((uuid) => overview.instances.find((one) => one.uuid === uuid) ?? []);
  const old = members.map((one) => refOf(one, overview.instances));
  const priority = draft.priority === undefined ? old : wholePriority(listOf(draft.priority), old);
  const roles = draft.roles === undefined ? current.roles : listOf(draft.roles);
  const memberOf = (ref: string) => members[old.indexOf(ref)];
  return (
    <>
      <TextInput label="Name" spellCheck={false} value={draft.alias === undefined ? current.alias : textOf(draft.alias)} error={errors.alias} onChange={(event) => set('alias', event.currentTarget.value, current.alias)} />
      <PriorityList
        items={priority.map((ref) => ({ ref, label: memberOf(ref)?.alias ?? ref, note: noteOf(memberOf(ref)) }))}
        onChange={(next) => set('priority', next, old)}
        appointed={current.appointed}
        allWritable={draft.allRw === undefined ? current.allRw : draft.allRw === true}
      />
      <RolesField value={roles} infos={overview.roles} error={errors.roles} onChange={(next) => set('roles', next.toSorted(), current.roles.toSorted())} />
      {roles.includes('storage') && <WeightField value={typeof draft.weight === 'number' ? draft.weight : current.weight} error={errors.weight} onChange={(weight) => set('weight', weight, current.weight)} />}
      <DurabilityFields draft={draft} set={set} errors={errors} now={standing} others={members.length - 1} />
      <AllRwField value={draft.allRw === undefined ? current.allRw : draft.allRw === true} onChange={(allRw) => set('allRw', allRw, current.allRw)} />
    </>
  );
}

function noteOf(member: FormProps['overview']['instances'][number] | undefined): string {
  if (!member) return '';
  return [member.leadership === 'master' ? 'master now' : null, member.disabled ? 'disabled' : null, member.electable ? null : 'not electable', member.health === 'ok' || member.health === 'disabled' ? null : member.healthSentence, member.zone]
    .filter((word) => word !== null)
    .join(', ');
}
