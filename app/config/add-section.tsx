'use client';
import { Button, TextInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';
import { isCode } from '~/app/lib/code-files.ts';
import { Plus } from '~/app/ui/icons.tsx';
import { SectionName } from '~/contract/shapes/basics.ts';
import styles from './config.module.css';

export function AddSection({ taken, onAdd }: { taken: readonly string[]; onAdd: (name: string) => void }) {
  const [name, setName] = useState('');
  const wrong = name === '' ? null : taken.includes(name) ? 'There is one of this name' : isCode(name) ? 'Files of roles are written on the page Code' : SectionName.safeParse(name).success ? null : 'Letters, digits, dot, dash, underscore, slash';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name === '' || wrong !== null) return;
    onAdd(name);
    setName('');
  };
  return (
    <form onSubmit={submit} className={styles.bar} noValidate>
      <TextInput label="New section" placeholder="Name, such as limits.yml" spellCheck={false} autoComplete="off" maxLength={128} value={name} error={wrong} onChange={(event) => setName(event.currentTarget.value)} />
      <Button type="submit" variant="default" leftSection={<Plus />} disabled={name === '' || wrong !== null}>Add</Button>
    </form>
  );
}
