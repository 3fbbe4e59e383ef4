'use client';
import { Button, Group, Skeleton, Text } from '@mantine/core';
import { columnsOf, fits, matrixMembersMax, observersOfMany, verdictOf } from '~/app/lib/gossip.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import styles from './gossip.module.css';
import { Matrix } from './matrix.tsx';
import { Opinions } from './opinions.tsx';
import type { Shown } from './use-filter.ts';
import type { GossipQueries } from './use-gossip.ts';

/** Who sees whom as what: every pair where they fit on a page, otherwise one row a member. */
export function Views({ gossip: { views, many }, shown, onShow }: { gossip: GossipQueries; shown: Shown; onShow: (next: Shown) => void }) {
  const observers = views.data?.observers ?? [];
  const of = views.data?.of ?? 0;
  const columns = columnsOf(observers);
  const compact = many || columns.length > matrixMembersMax;
  const verdict = verdictOf(observers);
  const to = Math.min(shown.from + observersOfMany, of);
  return (
    <section aria-labelledby="views-title" className={styles.section}>
      <div className={styles.sectionHead}>
        <h2 id="views-title">Who sees whom as what</h2>
        {observers.length > 0 && <span data-testid="verdict"><HealthMark health={verdict.health}>{verdict.sentence}</HealthMark></span>}
      </div>
      <Text size="sm" c="dimmed">
        {compact
          ? 'Each row is one member, what is not well first, and how those who were asked see it. Each has 2 s to answer.'
          : 'Each row is one member’s own view, asked of itself with 2 s to answer; each cell says how it sees the member above, with the round trip where it has measured one.'}
      </Text>
      {views.error && <ProblemAlert problem={problemFrom(views.error)} />}
      {views.isPending ? <Skeleton height={200} radius="lg" /> : observers.length === 0 ? null : compact ? (
        <>
          <Group gap="xs">
            <Text size="sm" c="dimmed" className="number">Asked: this server and agents {of === 0 ? 0 : shown.from + 1} to {to} of {of}</Text>
            <Button size="compact-sm" variant="default" disabled={shown.from === 0} onClick={() => onShow({ ...shown, from: Math.max(0, shown.from - observersOfMany) })}>Ask the ones before</Button>
            <Button size="compact-sm" variant="default" disabled={to >= of} onClick={() => onShow({ ...shown, from: shown.from + observersOfMany })}>Ask the next ones</Button>
          </Group>
          <Opinions observers={observers} search={shown.search} />
        </>
      ) : (
        <Matrix observers={observers} columns={columns.filter(({ uuid, name }) => fits({ uuid, name, address: '', state: 'alive' }, { search: shown.search, state: null }))} />
      )}
    </section>
  );
}
