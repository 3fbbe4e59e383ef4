'use client';
import { Select } from '@mantine/core';
import { isObject } from '~/app/lib/issues.ts';
import { compare } from '~/app/lib/rows.ts';
import type { ClusterOverview, ObjectRef } from '~/contract/shapes/view.ts';

type Props = { readonly overview: ClusterOverview; readonly value: string | null; readonly onChange: (ref: string | null) => void; /** In a form; a filter bar has none. */ readonly label?: string };

/** Chooses an instance or a replicaset. What a link names stays chosen, also when it is not there any more. */
export function ObjectSelect({ overview, value, onChange, label }: Props) {
  const refs = (kind: ObjectRef['kind'], rows: readonly { uuid: string; alias: string }[]) =>
    rows.map(({ uuid, alias }): ObjectRef => ({ kind, id: uuid, name: alias })).toSorted((a, b) => compare(a.name, b.name));
  const groups = [
    { group: 'Replicasets', refs: refs('replicaset', overview.replicasets) },
    { group: 'Instances', refs: refs('instance', overview.instances) },
    { group: 'Cluster', refs: [{ kind: 'cluster', id: overview.name, name: `${overview.name} (the cluster itself)` } satisfies ObjectRef] },
  ];
  const chosen = value === null ? undefined : groups.flatMap((group) => group.refs).find((ref) => isObject(ref, value));
  const data = groups.filter((group) => group.refs.length > 0).map((group) => ({ group: group.group, items: group.refs.map(({ id, name }) => ({ value: id, label: name })) }));
  return (
    <Select
      {...(label === undefined ? { 'aria-label': 'Object' } : { label })}
      placeholder="Any object"
      searchable
      clearable
      clearButtonProps={{ 'aria-label': 'Any object' }}
      limit={100}
      nothingFoundMessage="Nothing of that name"
      data={value !== null && !chosen ? [...data, { group: 'Other', items: [{ value, label: value }] }] : data}
      value={chosen?.id ?? value}
      onChange={onChange}
    />
  );
}
