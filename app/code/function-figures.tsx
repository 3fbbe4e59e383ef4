'use client';
import { Button, Drawer, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '~/app/api.tsx';
import { unaskedText } from '~/app/lib/code-faults.ts';
import { latencyText } from '~/app/lib/code-function-figures.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { Search } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { useReturnFocus } from '~/app/ui/return-focus.tsx';
import { Ago } from '~/app/ui/time.tsx';
import styles from './code.module.css';

const againMs = 5000;
const columns: readonly Column[] = [{ label: 'Instance', kind: 'title' }, ...['Calls', 'Errors', 'Refused', 'p50', 'p95', 'p99'].map((label): Column => ({ label, kind: 'number' }))];

/** How often the function was called, on all instances together; one by one in a drawer. */
export function FunctionFigures({ name }: { name: string }) {
  const api = useApi();
  const [opened, setOpened] = useState(false);
  const layer = useReturnFocus('function-figures', opened);
  const stats = useQuery({ queryKey: ['function-stats', name], queryFn: () => api.function.stats.query({ function: name }), refetchInterval: againMs, retry: false });
  const found = stats.data && stats.data.instances.length > 0 ? stats.data : undefined;
  const unasked = stats.data?.unasked ?? [];
  return (
    <section className={styles.figures} aria-label={`Calls of ${name}`} data-testid="function-figures" data-calls={found?.calls}>
      <h3>Calls</h3>
      {stats.error && !stats.data ? <Text size="xs" c="dimmed">{problemFrom(stats.error).detail}</Text> : stats.data === undefined ? <Text size="xs" c="dimmed">Asking…</Text> : found === undefined ? <Text size="xs" c="dimmed">No instance runs it yet.</Text> : (
        <>
          <dl>
            <dt>Calls</dt><dd>{found.calls.toLocaleString('en')}{found.running > 0 ? `, ${found.running} running` : ''}</dd>
            <dt>Errors</dt><dd>{found.errors.toLocaleString('en')}</dd>
            <dt>Refused</dt><dd>{found.refused.toLocaleString('en')}</dd>
            <dt>Half within</dt><dd>{latencyText(found.p50Ms)}</dd>
            <dt>95 % within</dt><dd>{latencyText(found.p95Ms)}</dd>
            <dt>99 % within</dt><dd>{latencyText(found.p99Ms)}</dd>
          </dl>
          {found.lastError !== null && <Text size="xs" c="dimmed" style={{ overflowWrap: 'anywhere' }}>Last error{found.lastErrorAt !== null && <> <Ago at={found.lastErrorAt} /></>}: {found.lastError}</Text>}
          <Button size="compact-xs" variant="default" onClick={() => setOpened(true)}>On {countText(found.instances.length, 'instance')}</Button>
        </>
      )}
      {unasked.length > 0 && <Text size="xs" c="dimmed">{unaskedText(unasked).replaceAll('Not checked', 'Not counted')}</Text>}
      <Drawer opened={opened && found !== undefined} onClose={() => setOpened(false)} returnFocus={false} attributes={{ content: layer }} position="right" size={620} title={`Calls of ${name}`} closeButtonProps={{ 'aria-label': 'Close' }}>
        {found && (
          <>
            <Listing caption={`Calls of ${name} by instance`} columns={columns} problem={null} empty={{ icon: <Search size={32} />, title: 'Nobody runs it', text: 'No instance has its role.' }} rows={found.instances.map(({ instance, calls, errors, refused, p50Ms, p95Ms, p99Ms }) => ({ key: instance, cells: { Instance: instance, Calls: calls.toLocaleString('en'), Errors: errors.toLocaleString('en'), Refused: refused.toLocaleString('en'), p50: latencyText(p50Ms), p95: latencyText(p95Ms), p99: latencyText(p99Ms) } }))} />
            <Text size="xs" c="dimmed" mt={10}>Counted by each database process since it began. Latencies are read from a histogram.</Text>
          </>
        )}
      </Drawer>
    </section>
  );
}
