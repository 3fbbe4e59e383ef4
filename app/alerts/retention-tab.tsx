'use client';
import { Button } from '@mantine/core';
import { retentionRows } from '~/app/lib/alerts.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { Book } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './alerts.module.css';
import { useRetention } from './use-alerts.ts';

const columns: readonly Column[] = [{ label: 'What', kind: 'title', width: '30%' }, { label: 'Kept for', width: '20%' }, { label: 'Oldest', width: '20%' }, { label: 'Note' }];

/** How far back history reaches. */
export function RetentionTab() {
  const { open } = useOperations();
  const { role } = useSession();
  const kept = useRetention();
  const why = refusalFor('retention.edit', role);
  const { data } = kept;
  const rows = data === undefined ? null : retentionRows.map(({ field, oldest, label, note }) => {
    const at = data.oldest[oldest];
    return { key: field, cells: { What: label, 'Kept for': countText(data[field], 'day'), Oldest: at === null ? <span className={styles.quiet}>nothing yet</span> : <Ago at={at} />, Note: <span className={styles.quiet}>{note}</span> } };
  });
  return (
    <>
      <div className={styles.bar}>
        <p className={styles.lead}>
          What is older is deleted within the hour and does not come back. {data?.by == null || data.at === null ? 'These are the defaults.' : <>Set by {data.by} <Ago at={data.at} />.</>}
        </p>
        <WhyDisabled why={why}><Button variant="default" disabled={why !== null} onClick={() => open('retention.edit')}>Change</Button></WhyDisabled>
      </div>
      <Listing caption="Retention" rows={rows} columns={columns} problem={kept.error ? problemFrom(kept.error) : null} onRetry={() => void kept.refetch()} empty={{ icon: <Book size={32} />, title: 'Nothing is kept', text: 'That cannot be.' }} />
    </>
  );
}
