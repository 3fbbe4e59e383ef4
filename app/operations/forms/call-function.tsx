'use client';
import { JsonInput, NumberInput, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { argumentsIn } from '~/app/lib/call-arguments.ts';
import { compare, refOf } from '~/app/lib/rows.ts';
import { textOf, type FormProps } from './form.ts';

/** A call by hand: where, and with what. */
export function CallFunction({ draft, set, errors, overview }: FormProps) {
  const [text, setText] = useState(() => JSON.stringify(draft.arguments ?? []));
  const read = argumentsIn(text);
  const sets = overview.replicasets.toSorted((a, b) => compare(a.alias, b.alias)).map((one) => ({ value: refOf(one, overview.replicasets), label: one.alias }));
  const byKey = draft.key !== undefined;
  return (
    <>
      <div>
        <Text size="sm" fw={500} mb={4}>Where</Text>
        <SegmentedControl aria-label="Where it runs" size="xs" data={[{ value: 'replicaset', label: 'On a replicaset' }, { value: 'key', label: 'By a key' }]} value={byKey ? 'key' : 'replicaset'} onChange={(where) => { set('replicaset', where === 'key' ? undefined : sets[0]?.value); set('key', where === 'key' ? '' : undefined); }} />
      </div>
      {byKey ? (
        <>
          <TextInput label="Key" description={'Of the sharding, as JSON: 1, "alice" or [1, "alice"]. It runs on the master that has its bucket'} spellCheck={false} value={textOf(draft.key)} error={textOf(draft.key) === '' ? undefined : errors.key} onChange={(event) => set('key', event.currentTarget.value)} />
          <TextInput label="Group" description="Of storages" value={typeof draft.group === 'string' ? draft.group : 'default'} error={errors.group} onChange={(event) => set('group', event.currentTarget.value, 'default')} />
        </>
      ) : <Select label="Replicaset" description="It runs on the master of this one" allowDeselect={false} data={sets} value={textOf(draft.replicaset) || null} error={errors.replicaset} onChange={(replicaset) => set('replicaset', replicaset ?? undefined)} />}
      <JsonInput
        label="Arguments"
        description={'A JSON list: [1, "alice", {"limit": 10}]'}
        data-autofocus
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        value={text}
        error={read.ok ? errors.arguments : read.why}
        onChange={(next) => {
          setText(next);
          const now = argumentsIn(next);
          // Half of a list is no input: the dialog waits for the other half.
          set('arguments', now.ok ? now.values : null);
        }}
      />
      <NumberInput label="Give up after" description="Milliseconds" min={10} max={60_000} allowDecimal={false} value={typeof draft.timeoutMs === 'number' ? draft.timeoutMs : 5000} error={errors.timeoutMs} onChange={(next) => set('timeoutMs', typeof next === 'number' ? next : undefined, 5000)} />
    </>
  );
}
