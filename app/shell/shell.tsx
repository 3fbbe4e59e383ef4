'use client';
import { AppShell } from '@mantine/core';
import type { ReactNode } from 'react';
import { InstanceDrawer } from '~/app/cluster/instance-drawer.tsx';
import { PauseBanner } from '~/app/failover/pause-banner.tsx';
import { LiveProvider, useLive } from '~/app/live/live-provider.tsx';
import { ChangeBar } from '~/app/operations/change-bar.tsx';
import { ChangeSetProvider } from '~/app/operations/change-set-provider.tsx';
import { OperationsProvider } from '~/app/operations/operations-provider.tsx';
import { SessionProvider } from '~/app/session/session-provider.tsx';
import { ReturnFocus } from '~/app/ui/return-focus.tsx';
import { Header } from './header.tsx';
import styles from './shell.module.css';

/** An instance opens over the page that one is on, from its name or from the palette. */
function Drawer() {
  const { overview } = useLive();
  return overview && <InstanceDrawer overview={overview} />;
}

/** What every page behind the sign-in stands in. The stream is opened beside the question who is signed in, not behind its answer. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <LiveProvider>
      <SessionProvider>
        <ReturnFocus>
          <ChangeSetProvider>
            <OperationsProvider>
              <a href="#main" className="skip-link">Skip to the content</a>
              <AppShell header={{ height: 52 }} padding={0}>
                <AppShell.Header className={styles.header}>
                  <Header />
                </AppShell.Header>
                <AppShell.Main id="main" tabIndex={-1} className={styles.main}>
                  <div className={styles.banner}><PauseBanner /></div>
                  {children}
                  <ChangeBar />
                </AppShell.Main>
                <Drawer />
              </AppShell>
            </OperationsProvider>
          </ChangeSetProvider>
        </ReturnFocus>
      </SessionProvider>
    </LiveProvider>
  );
}
