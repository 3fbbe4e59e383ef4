'use client';
import { Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import styles from '~/app/data/data.module.css';
import { fieldText, operationsOf, rowOf } from '~/app/lib/data.ts';
import type { OutcomeOf } from '~/app/lib/operation-types.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { valueText } from '~/contract/data-value.ts';
import type { DataColumn } from '~/contract/shapes/data.ts';
import { textOf, type FormProps } from './form.ts';

/** Rows in a form: a field for each column, and what the row was and would be. */

const where = (draft: FormProps['draft']) => ({ space: textOf(draft.space), ...(typeof draft.on === 'string' ? { on: draft.on } : {}) });

export function InsertRow({ draft, set, errors, preview }: FormProps) {
  const api = useApi();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const input = { search: textOf(draft.space), ...(typeof draft.on === 'string' ? { on: draft.on } : {}) };
  const spaces = useQuery({ queryKey: ['plan', 'data.spaces', input], queryFn: () => api.data.spaces.query(input) });
  if (spaces.error) return <ProblemAlert problem={problemFrom(spaces.error)} />;
  const space = spaces.data?.spaces.find(({ name }) => name === draft.space);
  if (!spaces.data) return <Skeleton height={180} />;
  const columns = space?.columns ?? [];
  const { faults } = rowOf(columns, texts);
  if (columns.length === 0) return <TextInput label="Row, as JSON" placeholder='[1, "text", null]' spellCheck={false} error={errors.row} value={textOf(draft.row)} onChange={({ currentTarget }) => set('row', currentTarget.value === '' ? undefined : currentTarget.value)} />;
  const change = (name: string, text: string) => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    set('row', rowOf(columns, next).row);
  };
  return (
    <Stack gap="sm">
      {columns.map((column, at) => <Field key={column.name} column={column} value={texts[column.name] ?? ''} error={faults.find(({ field }) => field === column.name)?.sentence} description={space?.sharding?.field === at + 1 ? 'Blank: the bucket of its key' : undefined} onChange={(text) => change(column.name, text)} />)}
      <BeforeAndAfter data={preview} />
    </Stack>
  );
}

export function UpdateRow({ draft, set, preview }: FormProps) {
  const api = useApi();
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>({});
  const input = { ...where(draft), key: textOf(draft.key) };
  const found = useQuery({ queryKey: ['plan', 'data.get', input], queryFn: () => api.data.get.query(input) });
  if (found.error) return <ProblemAlert problem={problemFrom(found.error)} />;
  if (!found.data) return <Skeleton height={180} />;
  const [row] = found.data.rows;
  const { columns, primary } = found.data;
  if (!row) return <Text size="sm">The row is not there any more.</Text>;
  const { faults } = operationsOf(columns, row.values, texts);
  const change = (name: string, text: string) => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    set('operations', operationsOf(columns, row.values, next).operations);
  };
  return (
    <Stack gap="sm">
      {columns.map((column, at) => <Field key={column.name} column={column} value={texts[column.name] ?? fieldText(row.values[at], column)} error={faults.find(({ field }) => field === column.name)?.sentence} disabled={primary.includes(at + 1) || column.name === 'bucket_id'} onChange={(text) => change(column.name, text)} />)}
      {columns.length === 0 && <Text size="sm" c="dimmed">The space has no names of fields: change rows of it by the command line.</Text>}
      <BeforeAndAfter data={preview} />
    </Stack>
  );
}

export const DeleteRow = ({ preview }: FormProps) => <BeforeAndAfter data={preview} />;

type FieldProps = { readonly column: DataColumn; readonly value: string; readonly error?: string | undefined; readonly description?: string | undefined; readonly disabled?: boolean; readonly onChange: (text: string) => void };

const Field = ({ column: { name, type, nullable }, value, error, description, disabled = false, onChange }: FieldProps) => (
  <TextInput label={<>{name} <Text span size="xs" c="dimmed" fw={400}>{type}{nullable ? ', may be null' : ''}</Text></>} spellCheck={false} autoComplete="off" placeholder={nullable ? 'null' : undefined} value={value} error={error} description={description} disabled={disabled} onChange={({ currentTarget }) => onChange(currentTarget.value)} />
);

/** Fields that are not what they were. */
function BeforeAndAfter({ data }: { data: OutcomeOf['data'] }) {
  if (data === null) return null;
  const names = Array.isArray(data.columns) ? data.columns.map(String) : [];
  const [before, after] = [data.before, data.after].map((row) => (Array.isArray(row) ? (row as unknown[]) : null));
  const length = Math.max(before?.length ?? 0, after?.length ?? 0);
  const changed = Array.from({ length }, (_, at) => ({ name: names[at] ?? `field ${at + 1}`, old: before?.[at], now: after?.[at] })).filter(({ old, now }) => JSON.stringify(old) !== JSON.stringify(now));
  if (changed.length === 0) return null;
  return (
    <section aria-label="Before and after" data-testid="before-and-after">
      <Text size="sm" fw={550} mb={4}>Before and after</Text>
      <ul className={styles.changed}>
        {changed.map(({ name, old, now }) => (
          <li key={name}>
            <span>{name}</span>
            {old !== undefined && <code className={styles.before}>− {valueText(old)}</code>}
            {now !== undefined && <code className={styles.after}>+ {valueText(now)}</code>}
          </li>
        ))}
      </ul>
    </section>
  );
}
