'use client';
import { ActionIcon, Autocomplete, Button, Checkbox, Select } from '@mantine/core';
import { addItem, moveItem, put, removeItem } from '~/app/lib/schema-form.ts';
import type { FormIndex } from '~/app/lib/schema-form.ts';
import { CommitInput } from '~/app/ui/commit-input.tsx';
import { ArrowDown, ArrowUp, Cross, Plus } from '~/app/ui/icons.tsx';
import { fieldTypes, indexTypes } from '~/contract/shapes/space-definition.ts';
import { freeName, withOdd, wrongName } from './fields-form.tsx';
import styles from './form.module.css';
import { RowFaults } from './row-faults.tsx';
import type { SpaceFormProps } from './space-form.tsx';

/** The indexes of a space; the first is the primary one. */
export function IndexesForm(props: SpaceFormProps) {
  const { space, text, onText, errorAt } = props;
  const list = ['spaces', space.name, 'indexes'] as const;
  const [field] = space.fields;
  const more = { name: freeName(space.indexes.map(({ name }) => name), 'index'), unique: false, parts: [{ path: field?.name ?? '', type: field?.type ?? 'unsigned', ...(field?.nullable ? { is_nullable: true } : {}) }] };
  return (
    <fieldset className={styles.group}>
      <legend>Indexes</legend>
      {errorAt('indexes') && <p className={styles.error} role="alert">{errorAt('indexes')}</p>}
      <ol className={styles.rows}>{space.indexes.map((index, at) => <li key={at} className={styles.index} data-index={index.name}><IndexForm {...props} index={index} at={at} /></li>)}</ol>
      {onText && <Button className={styles.add} size="compact-sm" variant="default" leftSection={<Plus size={13} />} onClick={() => onText(addItem(text, list, more))}>Add index</Button>}
    </fieldset>
  );
}

function IndexForm({ space, text, onText, errorAt, index, at }: SpaceFormProps & { index: FormIndex; at: number }) {
  const list = ['spaces', space.name, 'indexes'] as const;
  const readOnly = onText === undefined;
  const set = (key: string, value: unknown) => onText?.(put(text, [...list, at, key], value));
  return (
    <>
      <div className={styles.row}>
        <CommitInput aria-label={`Name of index ${at + 1}`} className={styles.wide} readOnly={readOnly} value={index.name} error={errorAt('indexes', at, 'name') !== undefined} refuse={(name) => wrongName(name) ?? (space.indexes.some((other) => other.name === name) ? 'Another index is called so' : null)} onCommit={(name) => set('name', name)} />
        <Select aria-label={`Type of index ${index.name}`} className={styles.type} allowDeselect={false} readOnly={readOnly} data={withOdd(indexTypes, index.type)} value={index.type} error={errorAt('indexes', at, 'type') !== undefined} onChange={(type) => type && set('type', type)} />
        {at === 0 ? <span className={styles.primary}>primary</span> : <Checkbox label="unique" aria-label={`${index.name} is unique`} disabled={readOnly} checked={index.unique} error={errorAt('indexes', at, 'unique') !== undefined} onChange={(event) => set('unique', event.currentTarget.checked)} />}
        {!readOnly && (
          <span className={styles.rowTools}>
            <ActionIcon variant="subtle" color="gray" aria-label={`Move index ${index.name} up`} disabled={at === 0} onClick={() => onText(moveItem(text, list, { from: at, to: at - 1 }))}><ArrowUp size={14} /></ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={`Move index ${index.name} down`} disabled={at === space.indexes.length - 1} onClick={() => onText(moveItem(text, list, { from: at, to: at + 1 }))}><ArrowDown size={14} /></ActionIcon>
            <ActionIcon variant="subtle" color="gray" aria-label={`Remove index ${index.name}`} disabled={space.indexes.length === 1} onClick={() => onText(removeItem(text, list, at))}><Cross size={14} /></ActionIcon>
          </span>
        )}
        <RowFaults errorAt={errorAt} of={['indexes', at]} fields={['name', 'type', 'unique']} />
      </div>
      <Parts space={space} text={text} onText={onText} errorAt={errorAt} index={index} at={at} />
      {at > 0 && <CommitInput label="Key by function" description="Of this role; its parts are then the positions 1, 2 … in what it returns" size="xs" placeholder="None" readOnly={readOnly} value={index.func} error={errorAt('indexes', at, 'func')} onCommit={(func) => set('func', func === '' ? undefined : func)} />}
    </>
  );
}

function Parts({ space, text, onText, errorAt, index, at }: SpaceFormProps & { index: FormIndex; at: number }) {
  const list = ['spaces', space.name, 'indexes', at, 'parts'] as const;
  const readOnly = onText === undefined;
  const names = space.fields.map(({ name }) => name);
  const left = space.fields.find(({ name }) => !index.parts.some(({ path }) => path === name)) ?? space.fields[0];
  /** A part that names a field takes its type with it. */
  const choose = (part: number, path: string) => {
    const field = space.fields.find(({ name }) => name === path);
    const named = put(text, [...list, part, 'path'], path);
    onText?.(field ? put(put(named, [...list, part, 'type'], field.type), [...list, part, 'is_nullable'], field.nullable || undefined) : named);
  };
  return (
    <>
      {errorAt('indexes', at, 'parts') && <p className={styles.error} role="alert">{errorAt('indexes', at, 'parts')}</p>}
      <ol className={styles.parts} aria-label={`Parts of ${index.name}`}>
        {index.parts.map((part, position) => (
          <li key={position} className={styles.row}>
            <Autocomplete aria-label={`Path of part ${position + 1} of ${index.name}`} size="xs" className={styles.wide} readOnly={readOnly} data={names} filter={({ options }) => options} value={part.path} error={errorAt('indexes', at, 'parts', position, 'path') !== undefined} onChange={(path) => choose(position, path)} />
            <Select aria-label={`Type of part ${position + 1} of ${index.name}`} size="xs" className={styles.type} allowDeselect={false} readOnly={readOnly} data={withOdd(fieldTypes, part.type)} value={part.type} error={errorAt('indexes', at, 'parts', position, 'type') !== undefined} onChange={(type) => type && onText?.(put(text, [...list, position, 'type'], type))} />
            {at > 0 && <Checkbox size="xs" label="may be null" aria-label={`Part ${position + 1} of ${index.name} may be null`} disabled={readOnly} checked={part.nullable} error={errorAt('indexes', at, 'parts', position, 'is_nullable') !== undefined} onChange={(event) => onText?.(put(text, [...list, position, 'is_nullable'], event.currentTarget.checked))} />}
            {!readOnly && <ActionIcon variant="subtle" color="gray" aria-label={`Remove part ${position + 1} of ${index.name}`} disabled={index.parts.length === 1} onClick={() => onText(removeItem(text, list, position))}><Cross size={13} /></ActionIcon>}
            <RowFaults errorAt={errorAt} of={['indexes', at, 'parts', position]} fields={['path', 'type', 'is_nullable']} />
          </li>
        ))}
      </ol>
      {!readOnly && left && <Button className={styles.add} size="compact-xs" variant="subtle" leftSection={<Plus size={12} />} onClick={() => onText(addItem(text, list, { path: left.name, type: left.type, ...(left.nullable ? { is_nullable: true } : {}) }))}>Add part to {index.name}</Button>}
    </>
  );
}
