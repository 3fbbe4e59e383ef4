'use client';
import { Button, Drawer, Group, Stack, Text } from '@mantine/core';
import { keyOf } from '~/app/lib/data.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { CopyIcon } from '~/app/ui/copy.tsx';
import { Pencil } from '~/app/ui/icons.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import { kindText, markOf, valueText } from '~/contract/data-value.ts';
import type { DataPage, DataRow } from '~/contract/shapes/data.ts';
import styles from './data.module.css';

type Props = { readonly page: DataPage | null; readonly row: DataRow | null; /** A space that is only looked at, and why. */ readonly fixed: string | null; readonly onClose: () => void };

/** All of one row: each value in full, with what it is. */
export function RowDrawer({ page, row, fixed, onClose }: Props) {
  const { open } = useOperations();
  const { role } = useSession();
  const key = page && row ? keyOf(page, row) : '';
  const why = refusalFor('data.update', role) ?? fixed;
  // The storage that has it, so that no other one is meant.
  const subject = page && row ? { space: page.space, key, on: row.replicaset?.alias ?? row.instance, ifRow: row.etag } : {};
  return (
    <Drawer opened={row !== null} onClose={onClose} position="right" size={560} title={page && row ? <Text fw={600} style={{ overflowWrap: 'anywhere' }}>{page.space} {key}</Text> : 'Row'} closeButtonProps={{ 'aria-label': 'Close' }}>
      {page && row && (
        <Stack gap="md" data-testid="row">
          <Text size="sm" c="dimmed">On {row.instance}{row.replicaset ? ` of ${row.replicaset.alias}` : ''}{row.bucket === null ? '' : `, bucket ${row.bucket}`}.</Text>
          <Group gap="xs">
            <WhyDisabled why={why}><Button size="compact-sm" variant="default" leftSection={<Pencil size={14} />} disabled={why !== null} onClick={() => open('data.update', subject)}>Edit</Button></WhyDisabled>
            <WhyDisabled why={why}><Button size="compact-sm" variant="default" color="red" disabled={why !== null} onClick={() => open('data.delete', subject)}>Delete</Button></WhyDisabled>
            <CopyIcon value={JSON.stringify(row.values)} what="the row as JSON" />
          </Group>
          <dl className={styles.fields}>
            {Array.from({ length: Math.max(row.values.length, page.columns.length) }, (_, at) => {
              // What is left out at the end of a row is null to whoever reads it.
              const value = row.values[at] ?? null;
              const column = page.columns[at];
              const text = markOf(value) === null && typeof value === 'object' && value !== null ? JSON.stringify(value, null, 2) : valueText(value);
              return (
                <div key={at}>
                  <dt>{column?.name ?? `field ${at + 1}`} <span>{column && column.type !== 'any' ? column.type : kindText(value)}{page.primary.includes(at + 1) ? ', primary key' : ''}</span></dt>
                  <dd data-null={value === null || undefined} tabIndex={text.length > 600 ? 0 : undefined}>{text === '' ? '""' : text}</dd>
                </div>
              );
            })}
          </dl>
        </Stack>
      )}
    </Drawer>
  );
}
