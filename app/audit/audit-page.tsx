'use client';
import { Anchor, Button, EmptyState, Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { auditKeys } from '~/app/lib/audit.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useSession } from '~/app/session/session-provider.tsx';
import { Book, Lock } from '~/app/ui/icons.tsx';
import { Listing } from '~/app/ui/listing.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { AuditFilters } from './audit-filters.tsx';
import { auditColumns, auditRow } from './audit-row.tsx';
import { useAudit } from './use-audit.ts';

/** Who did what, when, from where and why. Nothing can be changed here, nor anywhere else. */
export function AuditPage() {
  const { role } = useSession();
  const why = refusalFor('audit.list', role);
  return (
    <Stack gap="md">
      <Title order={1} size={20}>Audit</Title>
      {why === null ? <Log /> : <EmptyState py="xl" icon={<Lock size={32} />} title="The audit log is for admins" description={why} />}
    </Stack>
  );
}

function Log() {
  const [filter, change] = useAddress(auditKeys);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const log = useAudit(filter);
  const filtering = auditKeys.some((key) => filter[key] !== null);
  const toggle = (id: number) =>
    setOpened((before) => {
      const next = new Set(before);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const rows = log.data?.pages.flat().map((entry) => auditRow(entry, { open: opened.has(entry.id), onToggle: () => toggle(entry.id) })) ?? null;
  const clear = () => change({ actor: null, operation: null, outcome: null, since: null });
  return (
    <>
      <AuditFilters filter={filter} onFilter={change} />
      <Listing
        caption="Audit log"
        rows={rows}
        columns={auditColumns}
        problem={log.error ? problemFrom(log.error) : null}
        onRetry={() => void log.refetch()}
        empty={
          filtering
            ? { icon: <Book size={32} />, title: 'Nothing matches', text: <>No entry fits the filters. <Anchor component="button" type="button" size="sm" onClick={clear}>Clear them</Anchor></> }
            : { icon: <Book size={32} />, title: 'Nothing yet', text: 'Every change, and every attempt that was refused, is written down here: from this dashboard, the CLI and the API alike.' }
        }
      />
      {rows !== null && rows.length > 0 && (
        log.hasNextPage ? <Button variant="default" mx="auto" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>Show older</Button> : <Text size="sm" c="dimmed" ta="center">That is all there is{filtering ? ' for these filters' : ''}.</Text>
      )}
    </>
  );
}
