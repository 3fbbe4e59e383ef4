'use client';
import { Group, Text, Tooltip } from '@mantine/core';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useLive } from '~/app/live/live-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthPill } from '~/app/ui/health-mark.tsx';
import { Logo } from '~/app/ui/icons.tsx';
import { LiveMark } from './live-mark.tsx';
import { PageGroup } from './page-group.tsx';
import { PageLabel } from './page-label.tsx';
import { PageMenu } from './page-menu.tsx';
import { entriesFor, isCurrent, isGroup } from './pages.ts';
import { Palette } from './palette.tsx';
import styles from './shell.module.css';
import { UserMenu } from './user-menu.tsx';

export function Header() {
  const { overview } = useLive();
  const path = usePathname();
  const { role } = useSession();
  return (
    <div className={styles.bar}>
      <PageMenu />
      <Link href="/" className={styles.brand} aria-label="Coterie: the cluster">
        <Logo />
        <Text span fw={600} size="md" className={styles.name} truncate>
          {overview?.name ?? 'Coterie'}
        </Text>
      </Link>
      {overview && (
        <Tooltip label="The worst of what is shown on the Cluster page">
          <span tabIndex={0} aria-label={`Cluster health: ${overview.health}`} role="img" data-testid="cluster-health" className={styles.pill}>
            <HealthPill health={overview.health} />
          </span>
        </Tooltip>
      )}
      <nav aria-label="Pages" className={styles.nav}>
        {entriesFor(role).map((entry) => isGroup(entry) ? <PageGroup key={entry.label} group={entry} /> : (
          <Link key={entry.href} href={entry.href} aria-current={isCurrent(entry, path) ? 'page' : undefined}><PageLabel page={entry} /></Link>
        ))}
      </nav>
      <Group gap={6} wrap="nowrap" ml="auto">
        <LiveMark />
        <Palette />
        <UserMenu />
      </Group>
    </div>
  );
}
