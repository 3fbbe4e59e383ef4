'use client';
import { ActionIcon, Text } from '@mantine/core';
import { editText } from '~/app/lib/batch.ts';
import { moved } from '~/app/lib/draft.ts';
import { useChangeSet } from '~/app/operations/change-set-provider.tsx';
import { ArrowDown, ArrowUp, Cross } from '~/app/ui/icons.tsx';
import type { Edit } from '~/contract/shapes/edit.ts';
import { CollectedConflict } from './collected-conflict.tsx';
import type { FormProps } from './form.ts';
import styles from './forms.module.css';

/** The collected changes in the order in which they are made; what is taken out here is taken out of the collection. */
export function CollectedChanges({ draft, set, overview }: FormProps) {
  const changes = useChangeSet();
  const edits = Array.isArray(draft.edits) ? (draft.edits as Edit[]) : [];
  const put = (next: readonly Edit[]) => {
    set('edits', next);
    changes.replace(next);
  };
  return (
    <>
      {changes.set && changes.behind && <CollectedConflict set={changes.set} overview={overview} onContinue={changes.rebase} />}
      <ol className={styles.collected} aria-label="Changes" data-testid="collected">
        {edits.map((edit, index) => {
          const text = editText(edit);
          return (
            <li key={JSON.stringify(edit)}>
              <span className={styles.place}>{index + 1}</span>
              <span className={styles.label}>{text}</span>
              <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" disabled={index === 0} aria-label={`Earlier: ${text}`} onClick={() => put(moved(edits, index, index - 1))}><ArrowUp size={14} /></ActionIcon>
              <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" disabled={index === edits.length - 1} aria-label={`Later: ${text}`} onClick={() => put(moved(edits, index, index + 1))}><ArrowDown size={14} /></ActionIcon>
              <ActionIcon className={styles.step!} variant="subtle" color="gray" size="sm" aria-label={`Take out: ${text}`} onClick={() => put(edits.filter((one) => one !== edit))}><Cross size={13} /></ActionIcon>
            </li>
          );
        })}
      </ol>
      {edits.length === 0 && <Text size="sm" c="dimmed">All are taken out: nothing would change.</Text>}
    </>
  );
}
