'use client';
import { ActionIcon, Button, Checkbox, Select } from '@mantine/core';
import { addItem, moveItem, put, removeItem, renameField, retypeField } from '~/app/lib/schema-form.ts';
import { CommitInput } from '~/app/ui/commit-input.tsx';
import { ArrowDown, ArrowUp, Cross, Plus } from '~/app/ui/icons.tsx';
import { fieldTypes, SchemaName } from '~/contract/shapes/space-definition.ts';
import styles from './form.module.css';
import { RowFaults } from './row-faults.tsx';
import type { SpaceFormProps } from './space-form.tsx';

export const wrongName = (name: string): string | null => (SchemaName.safeParse(name).success ? null : 'Letters, digits and underscores, at most 64, not starting with a digit');

/** The fields of a space in their order, which is that of the values in a row. */
export function FieldsForm({ space, text, onText, errorAt }: SpaceFormProps) {
  const list = ['spaces', space.name, 'format'] as const;
  const readOnly = onText === undefined;
  const more = { name: freeName(space.fields.map(({ name }) => name)), type: 'string', is_nullable: true };
  return (
    <fieldset className={styles.group}>
      <legend>Fields</legend>
      {errorAt('format') && <p className={styles.error} role="alert">{errorAt('format')}</p>}
      <ol className={styles.rows}>
        {space.fields.map((field, at) => (
          // A field has no other name than its place: rows are lists.
          <li key={at} className={styles.row} data-field={field.name}>
            <CommitInput aria-label={`Name of field ${at + 1}`} className={styles.wide} readOnly={readOnly} value={field.name} error={errorAt('format', at, 'name') !== undefined} refuse={(name) => wrongName(name) ?? (space.fields.some((other) => other.name === name) ? 'Another field is called so' : null)} onCommit={(name) => onText?.(renameField(text, { space, field: at }, name))} />
            <Select aria-label={`Type of ${field.name}`} className={styles.type} allowDeselect={false} readOnly={readOnly} data={withOdd(fieldTypes, field.type)} value={field.type} error={errorAt('format', at, 'type') !== undefined} onChange={(type) => type && onText?.(retypeField(text, { space, field: at }, type))} />
            <Checkbox label="may be null" aria-label={`${field.name} may be null`} disabled={readOnly} checked={field.nullable} error={errorAt('format', at, 'is_nullable') !== undefined} onChange={(event) => onText?.(put(text, [...list, at, 'is_nullable'], event.currentTarget.checked))} />
            {!readOnly && (
              <span className={styles.rowTools}>
                <ActionIcon variant="subtle" color="gray" aria-label={`Move ${field.name} up`} disabled={at === 0} onClick={() => onText(moveItem(text, list, { from: at, to: at - 1 }))}><ArrowUp size={14} /></ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={`Move ${field.name} down`} disabled={at === space.fields.length - 1} onClick={() => onText(moveItem(text, list, { from: at, to: at + 1 }))}><ArrowDown size={14} /></ActionIcon>
                <ActionIcon variant="subtle" color="gray" aria-label={`Remove field ${field.name}`} onClick={() => onText(removeItem(text, list, at))}><Cross size={14} /></ActionIcon>
              </span>
            )}
            <RowFaults errorAt={errorAt} of={['format', at]} fields={['name', 'type', 'is_nullable']} />
          </li>
        ))}
      </ol>
      {!readOnly && <Button className={styles.add} size="compact-sm" variant="default" leftSection={<Plus size={13} />} onClick={() => onText(addItem(text, list, more))}>Add field</Button>}
    </fieldset>
  );
}

/** What the text says is shown, also where it is none of the choices. */
export const withOdd = (choices: readonly string[], value: string): string[] => (choices.includes(value) ? [...choices] : [...choices, value]);

export function freeName(taken: readonly string[], stem = 'field'): string {
  for (let number = taken.length + 1; ; number += 1) if (!taken.includes(`${stem}${number}`)) return `${stem}${number}`;
}
