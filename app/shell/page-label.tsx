'use client';
import { VisuallyHidden } from '@mantine/core';
import { pressingCount } from '~/app/lib/issues.ts';
import { useLive } from '~/app/live/live-provider.tsx';
import type { Page } from './pages.ts';
import styles from './shell.module.css';

/** The name of a page, and how much on it waits for a person. */
export function PageLabel({ page }: { page: Page }) {
  const { overview } = useLive();
  const count = page.href === '/issues' && overview ? pressingCount(overview.issues) : 0;
  if (count === 0) return page.label;
  const worst = overview!.issues.some(({ severity }) => severity === 'critical') ? 'critical' : 'warning';
  return (
    <>
      {page.label}
      <span className={styles.count} data-health={worst} data-testid="issue-count" aria-hidden>{count}</span>
      <VisuallyHidden>{' '}{count} critical or warning</VisuallyHidden>
    </>
  );
}
