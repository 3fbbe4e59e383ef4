'use client';
import { Alert, Button, Text } from '@mantine/core';
import { conflictsOf, type SectionsDraft } from '~/app/lib/config-draft.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import type { ConfigVersion } from '~/contract/shapes/config.ts';
import styles from './sections.module.css';

type Props = {
  readonly draft: SectionsDraft;
  readonly now: ConfigVersion;
  readonly noun: 'section' | 'file';
  readonly onRebase: () => void;
  readonly onResolve: (name: string, keep: 'theirs' | 'mine') => void;
  readonly onLook: (name: string) => void;
};

/** Somebody else was faster: what that means for this draft, and the ways on. Nothing of the draft is lost unless its owner takes theirs. */
export function Conflict({ draft, now, noun, onRebase, onResolve, onLook }: Props) {
  const both = conflictsOf(draft, { version: now.version, sections: now.config.sections });
  const there = (name: string) => Object.hasOwn(now.config.sections, name);
  return (
    <Alert variant="light" color={both.length > 0 ? 'red' : 'yellow'} title={`Version ${now.version} was applied meanwhile`} icon={<HealthShapes.warning size={18} />} role="alert" data-testid="conflict">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }} suppressHydrationWarning>
        {now.author} applied it at {dateTimeText(now.at)}{now.reason === null ? '' : ` (${now.reason})`}. Your draft is kept as it is; it was begun on version {draft.baseVersion}.{' '}
        {both.length === 0 ? `It changes none of the ${noun}s that you change.` : `You have both changed ${both.join(', ')}: applied as it is, the draft would replace what was written there.`}
      </Text>
      {both.length > 0 && (
        <ul className={styles.both}>
          {both.map((name) => (
            <li key={name}>
              <span className="mono">{name}{there(name) ? '' : ', which is deleted there'}</span>
              <span className={styles.ways}>
                <Button size="compact-sm" variant="default" aria-label={`Compare ${name}`} onClick={() => onLook(name)}>Compare</Button>
                <Button size="compact-sm" variant="default" aria-label={`Take theirs of ${name}`} onClick={() => onResolve(name, 'theirs')}>Take theirs</Button>
                <Button size="compact-sm" variant="default" aria-label={`Keep mine of ${name}`} onClick={() => onResolve(name, 'mine')}>Keep mine</Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {both.length !== 1 && <Button size="compact-sm" variant="default" mt={8} onClick={onRebase}>{both.length === 0 ? `Continue on version ${now.version}` : `Continue on version ${now.version} with my texts`}</Button>}
    </Alert>
  );
}
