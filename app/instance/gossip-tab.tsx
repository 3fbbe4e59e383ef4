'use client';
import { Button, Group, Stack, Text } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import Link from 'next/link';
import { useApi } from '~/app/api.tsx';
import { Matrix } from '~/app/gossip/matrix.tsx';
import { MembersTable } from '~/app/gossip/members-table.tsx';
import { matrixMembersMax, memberRows, observersOfMany, viewsOf } from '~/app/lib/gossip.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { useAddress } from '~/app/ui/use-address.ts';
import { Waiting } from '~/app/ui/waiting.tsx';
import type { TabProps } from './instance-page.tsx';
import styles from './instance.module.css';
import { Nothing } from './nothing.tsx';

/** Round trips are not in the stream; a change of state is, and is asked after at once. */
const everyMs = 5000;
const everyOfManyMs = 15_000;

/** What it says of each other member, and what they say of it. */
export function GossipTab({ instance, overview }: TabProps) {
  const api = useApi();
  const [{ from }, change] = useAddress(['from'] as const);
  const many = overview.instances.length + 1 > matrixMembersMax;
  const offset = many ? Math.max(0, Math.trunc(Number(from ?? 0)) || 0) : 0;
  const page = { limit: many ? observersOfMany : matrixMembersMax, offset };
  const sign = overview.instances.map(({ uuid, gossip }) => `${uuid}${gossip}`).join();
  const every = { placeholderData: keepPreviousData, refetchInterval: many ? everyOfManyMs : everyMs };
  const members = useQuery({ queryKey: ['gossip', 'by', instance.uuid, sign], queryFn: () => api.gossip.members.query({ by: instance.uuid }), ...every });
  const views = useQuery({ queryKey: ['gossip', 'views', page, sign], queryFn: () => api.gossip.views.query(page), ...every });
  const { observers, verdict } = viewsOf(views.data?.observers ?? [], instance.uuid);
  const of = views.data?.of ?? 0;
  const to = Math.min(offset + observersOfMany, of);
  return (
    <Stack gap="lg">
      <section aria-labelledby="says">
        <h2 id="says" className={styles.heads}>What {instance.alias} says of the others</h2>
        <Text size="sm" c="dimmed" mb={8}>Asked of itself; it has 2 s to answer. Round trips are those that it has measured. <Link href={`/gossip?member=${instance.uuid}`} className={styles.link}>The Gossip page</Link> has everybody’s view.</Text>
        {members.error && <ProblemAlert problem={problemFrom(members.error)} />}
        {members.isPending ? <Waiting label="Loading its view" height={180} /> : members.data && !members.error && (members.data.length === 0 ? <Nothing title="It knows nobody">{instance.alias} has heard of no other member. Its seeds may be wrong, or it has another cluster secret.</Nothing> : <MembersTable rows={memberRows(members.data, [])} caption={`Members as ${instance.alias} sees them`} pointed={null} onClear={() => {}} />)}
      </section>
      <section aria-labelledby="seen">
        <h2 id="seen" className={styles.heads}>What the others say of {instance.alias}</h2>
        {verdict && <div className={styles.verdict} data-testid="seen-verdict"><HealthMark health={verdict.health}>{verdict.sentence}</HealthMark></div>}
        {many && (
          <Group gap="xs" mb="sm">
            <Text size="sm" c="dimmed" className="number">Asked: this server and agents {of === 0 ? 0 : offset + 1} to {to} of {of}</Text>
            <Button size="compact-sm" variant="default" disabled={offset === 0} onClick={() => change({ from: offset <= observersOfMany ? null : String(offset - observersOfMany) })}>Ask the ones before</Button>
            <Button size="compact-sm" variant="default" disabled={to >= of} onClick={() => change({ from: String(offset + observersOfMany) })}>Ask the next ones</Button>
          </Group>
        )}
        {views.error && <ProblemAlert problem={problemFrom(views.error)} />}
        {views.isPending ? <Waiting label="Loading the others’ views" height={180} /> : observers.length > 0 && <div className={styles.narrow}><Matrix observers={observers} columns={[{ uuid: instance.uuid, name: instance.alias }]} /></div>}
      </section>
    </Stack>
  );
}
