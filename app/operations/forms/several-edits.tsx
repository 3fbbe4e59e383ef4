'use client';
import { Checkbox } from '@mantine/core';
import { useState } from 'react';
import { editText } from '~/app/lib/batch.ts';
import type { Edit } from '~/contract/shapes/edit.ts';
import type { FormProps } from './form.ts';
import styles from './forms.module.css';

/** A list of changes made as one; each can be left out. */
export function SeveralEdits({ draft, set }: FormProps) {
  const chosen = Array.isArray(draft.edits) ? (draft.edits as Edit[]) : [];
  const [all] = useState(chosen);
  const choose = (edit: Edit, is: boolean) => set('edits', all.filter((one) => (one === edit ? is : chosen.includes(one))));
  return (
    <div role="group" aria-label="Changes" className={styles.edits}>
      {all.map((edit) => (
        <Checkbox key={JSON.stringify(edit)} size="sm" label={editText(edit)} checked={chosen.includes(edit)} onChange={(event) => choose(edit, event.currentTarget.checked)} />
      ))}
    </div>
  );
}
