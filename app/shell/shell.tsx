'use client';
import { AppShell } from '@mantine/core';
import type { ReactNode } from 'react';
import { LiveProvider } from '~/app/live/live-provider.tsx';
import { OperationsProvider } from '~/app/operations/operations-provider.tsx';
import { SessionProvider } from '~/app/session/session-provider.tsx';
import { ReturnFocus } from '~/app/ui/return-focus.tsx';
import { Header } from './header.tsx';
import styles from './shell.module.css';

/** What every page behind the sign-in stands in. */
export function Shell({ children }: { children: ReactNode }) {
  return (
    <SessionProvider>
      <LiveProvider>
        <ReturnFocus>
          <OperationsProvider>
            <a href="#main" className="skip-link">Skip to the content</a>
            <AppShell header={{ height: 52 }} padding={0}>
              <AppShell.Header className={styles.header}>
                <Header />
              </AppShell.Header>
              <AppShell.Main id="main" tabIndex={-1} className={styles.main}>
                {children}
              </AppShell.Main>
            </AppShell>
          </OperationsProvider>
        </ReturnFocus>
      </LiveProvider>
    </SessionProvider>
  );
}
