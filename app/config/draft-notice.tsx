'use client';
import { Button } from '@mantine/core';
import type { SectionsDraft } from '~/app/lib/config-draft.ts';
import { countText } from '~/app/lib/format.ts';
import styles from './config.module.css';

export function DraftNotice({ draft, onContinue, onDiscard }: { draft: SectionsDraft; onContinue: () => void; onDiscard: () => void }) {
  return (
    <div className={styles.notice} role="status">
      <span>A draft is kept in this browser: {countText(Object.keys(draft.sections).length, 'changed section')}, begun on version {draft.baseVersion}. Nothing of it is applied.</span>
      <Button size="compact-sm" variant="default" onClick={onDiscard}>Discard</Button>
      <Button size="compact-sm" onClick={onContinue}>Continue</Button>
    </div>
  );
}
