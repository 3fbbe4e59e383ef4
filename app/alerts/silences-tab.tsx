'use client';
import { Button } from '@mantine/core';
import { EndsAt } from '~/app/access/ends-at.tsx';
import { silenceText } from '~/app/lib/alerts.ts';
import { countText } from '~/app/lib/format.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { BellOff, Plus } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './alerts.module.css';
import { useSilences } from './use-alerts.ts';

const columns: readonly Column[] = [
  { label: 'Silenced', kind: 'title', width: '26%' },
  { label: 'Reason' },
  { label: 'By', width: '18%' },
  { label: 'Ends', width: 130 },
  { label: 'Hides now', width: 110 },
  { label: 'Actions', kind: 'menu', width: 80 },
];

/** What nobody is told of now, though it is listed and counted. */
export function SilencesTab() {
  const { open } = useOperations();
  const { role } = useSession();
  const silences = useSilences();
  const why = refusalFor('alert.silence', role);
  const rows = silences.data?.map((silence) => {
    const { id, reason, by, at, until, hides } = silence;
    const name = silenceText(silence);
    return {
      key: id,
      cells: {
        Silenced: name,
        Reason: <span className={styles.wrap}>{reason}</span>,
        By: <>{by} <span className={styles.quiet}><Ago at={at} /></span></>,
        Ends: <EndsAt at={until} quiet />,
        'Hides now': hides === 0 ? 'nothing' : countText(hides, 'issue'),
        Actions: <WhyDisabled why={why}><Button size="compact-sm" variant="default" disabled={why !== null} aria-label={`End the silence about ${name}`} onClick={() => open('alert.unsilence', { id })}>End</Button></WhyDisabled>,
      },
    };
  }) ?? null;
  return (
    <>
      <div className={styles.bar}>
        <p className={styles.lead}>A silence stops messages and nothing else: the issues stay listed and counted. To take one out of the counts, mute it on the Issues page; that stops its messages too.</p>
        <WhyDisabled why={why}><Button leftSection={<Plus />} disabled={why !== null} onClick={() => open('alert.silence')}>Silence</Button></WhyDisabled>
      </div>
      <Listing
        caption="Silences"
        rows={rows}
        columns={columns}
        problem={silences.error ? problemFrom(silences.error) : null}
        onRetry={() => void silences.refetch()}
        empty={{ icon: <BellOff size={32} />, title: 'Nothing is silenced', text: 'Before work that makes noise, silence what it is about for as long as it takes: an instance, a replicaset, a kind of issue, or all. What is still wrong at its end is told then.' }}
      />
    </>
  );
}
