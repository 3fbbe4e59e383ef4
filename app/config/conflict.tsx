'use client';
import { Alert, Button, Group, Text } from '@mantine/core';
import { conflictsOf, type SectionsDraft } from '~/app/lib/config-draft.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { HealthShapes } from '~/app/ui/icons.tsx';
import type { ConfigVersion } from '~/contract/shapes/config.ts';

type Props = { readonly draft: SectionsDraft; readonly now: ConfigVersion; readonly onRebase: () => void; readonly onLook: (section: string) => void };

/** Somebody else was faster: what that means for this draft, and the ways on. Nothing of the draft is lost by any of them. */
export function Conflict({ draft, now, onRebase, onLook }: Props) {
  const both = conflictsOf(draft, { version: now.version, sections: now.config.sections });
  return (
    <Alert variant="light" color={both.length > 0 ? 'red' : 'yellow'} title={`Version ${now.version} was applied meanwhile`} icon={<HealthShapes.warning size={18} />} role="alert" data-testid="conflict">
      <Text size="sm" style={{ overflowWrap: 'anywhere' }} suppressHydrationWarning>
        {now.author} applied it at {dateTimeText(now.at)}{now.reason === null ? '' : ` (${now.reason})`}. Your draft is kept as it is; it was begun on version {draft.baseVersion}.{' '}
        {both.length === 0 ? 'It changes none of the sections that you change.' : `You have both changed ${both.join(', ')}: applied as it is, the draft would replace what ${now.author} wrote.`}
      </Text>
      <Group gap="xs" mt={8}>
        {both.map((name) => <Button key={name} size="compact-sm" variant="default" onClick={() => onLook(name)}>Compare {name}</Button>)}
        <Button size="compact-sm" variant="default" onClick={onRebase}>{both.length === 0 ? `Continue on version ${now.version}` : `Continue on version ${now.version} with my texts`}</Button>
      </Group>
    </Alert>
  );
}
