'use client';
import { Button, TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { faultsByField, faultsWithPlace, keyOf } from '~/app/lib/schema-faults.ts';
import { addSpace, formOf } from '~/app/lib/schema-form.ts';
import { Plus } from '~/app/ui/icons.tsx';
import { wrongName } from './fields-form.tsx';
import styles from './form.module.css';
import { SpaceForm } from './space-form.tsx';
import type { SchemaVerdict } from './use-schema.ts';

type Props = { readonly text: string; readonly verdict: SchemaVerdict | null; readonly chosen: string | null; readonly onChoose: (space: string | null) => void; /** Absent: read-only. */ readonly onText?: ((text: string) => void) | undefined };

/** The spaces of the text as a form. One at a time: a role may have many. */
export function SchemaForm({ text, verdict, chosen, onChoose, onText }: Props) {
  const spaces = useMemo(() => formOf(text), [text]);
  const errors = useMemo(() => (spaces && verdict ? faultsByField(text, spaces, faultsWithPlace(verdict)) : new Map<string, string>()), [text, spaces, verdict]);
  if (spaces === null) return <section className={styles.form} aria-label="Spaces as a form" data-testid="schema-form"><p className={styles.quiet} role="status">The text cannot be read as spaces at the moment: the form is back when it can.</p></section>;
  const space = spaces.find(({ name }) => name === chosen) ?? spaces[0];
  const names = spaces.map(({ name }) => name);
  const faulty = (name: string) => [...errors.keys()].some((key) => key === `spaces/${name}` || key.startsWith(`spaces/${name}/`));
  return (
    <section className={styles.form} aria-label="Spaces as a form" data-testid="schema-form">
      <div className={styles.names} role="group" aria-label="Spaces">
        {names.map((name) => <Button key={name} size="compact-sm" variant={name === space?.name ? 'filled' : 'default'} aria-pressed={name === space?.name} data-faulty={faulty(name) || undefined} onClick={() => onChoose(name)}>{name}{faulty(name) ? ' · error' : ''}</Button>)}
        {onText && <AddSpace taken={names} onAdd={(name) => { onText(addSpace(text, name)); onChoose(name); }} />}
      </div>
      {space === undefined ? <p className={styles.quiet}>The role wants no space yet.</p> : <SpaceForm key={space.name} space={space} taken={names} text={text} onText={onText} onNamed={onChoose} errorAt={(...path) => errors.get(keyOf(['spaces', space.name, ...path]))} />}
    </section>
  );
}

function AddSpace({ taken, onAdd }: { taken: readonly string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState<string | null>(null);
  if (name === null) return <Button size="compact-sm" variant="default" leftSection={<Plus size={13} />} onClick={() => setName('')}>Add space</Button>;
  const why = name === '' ? null : (wrongName(name) ?? (name.startsWith('_') ? 'Names that begin with an underscore belong to Tarantool' : taken.includes(name) ? 'Another space is called so' : null));
  return (
    <form className={styles.adding} onSubmit={(event) => { event.preventDefault(); if (name !== '' && why === null) { onAdd(name); setName(null); } }}>
      <TextInput aria-label="Name of the new space" data-autofocus autoFocus size="xs" value={name} error={why} onChange={(event) => setName(event.currentTarget.value)} onKeyDown={(event) => { if (event.key === 'Escape') setName(null); }} />
      <Button size="compact-sm" type="submit" disabled={name === '' || why !== null}>Add</Button>
    </form>
  );
}
