'use client';
import { Anchor, EmptyState, Stack, Text } from '@mantine/core';
import Link from 'next/link';
import { StaleBanner } from '~/app/cluster/stale-banner.tsx';
import { fits, memberRows } from '~/app/lib/gossip.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { Radar } from '~/app/ui/icons.tsx';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { Waiting } from '~/app/ui/waiting.tsx';
import { KeyRing } from './key-ring.tsx';
import { MembersTable } from './members-table.tsx';
import styles from './gossip.module.css';
import { StatsTable } from './stats-table.tsx';
import { Toolbar } from './toolbar.tsx';
import { useGossip } from './use-gossip.ts';
import { useShown } from './use-filter.ts';
import { Views } from './views.tsx';

/** How the members find each other and judge each other: the table of this server, what each thinks of the others, the keys, the counters. */
export function GossipPage() {
  const { shown, show, pointed } = useShown();
  const gossip = useGossip(shown.from);
  const { members, views } = gossip;
  const rows = memberRows(members.data ?? [], views.data?.observers ?? []);
  return (
    <Stack gap="md">
      <StaleBanner />
      <div>
        <h1 className={styles.heading}>Gossip</h1>
        <Text size="sm" c="dimmed" maw={820}>Servers and agents ping each other and pass on what they find. Who does not answer is suspected first, has time to refute it, and is called dead only when it does not.</Text>
      </div>
      {members.error && <ProblemAlert problem={problemFrom(members.error)} />}
      {members.isPending ? (
        <Waiting label="Loading the members" height={220} />
      ) : members.data?.length === 0 ? (
        <div className={styles.frame}>
          <EmptyState py="xl" icon={<Radar size={32} />} title="Only this server gossips" description={<>Agents join by the gossip address of this server, given to them as a seed. <Anchor component={Link} href="/" size="sm" underline="always">The Cluster page</Anchor> has the command.</>} />
        </div>
      ) : (
        <>
          <Toolbar rows={rows} shown={shown} onShow={show} />
          <MembersTable rows={rows.filter((row) => fits(row, shown))} pointed={pointed} onClear={() => show({ ...shown, search: '', state: null })} />
          <Views gossip={gossip} shown={shown} onShow={show} />
        </>
      )}
      <KeyRing gossip={gossip} />
      <StatsTable gossip={gossip} />
    </Stack>
  );
}
