'use client';
import { Anchor, Button } from '@mantine/core';
import { ActionMenu } from '~/app/cluster/action-menu.tsx';
import { channelActions, channelState, ruleText } from '~/app/lib/alerts.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { refusalFor } from '~/app/lib/rights.ts';
import { useOperations } from '~/app/operations/operations-provider.tsx';
import { useSession } from '~/app/session/session-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Bell, Plus } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Ago } from '~/app/ui/time.tsx';
import { WhyDisabled } from '~/app/ui/why-disabled.tsx';
import styles from './alerts.module.css';
import { useChannels } from './use-alerts.ts';

const columns: readonly Column[] = [
  { label: 'Channel', kind: 'title', width: '28%' },
  { label: 'Told of' },
  { label: 'State', width: '24%' },
  { label: 'Last message', width: 130 },
  { label: 'Actions', kind: 'menu', width: 124 },
];

/** Where messages go, and whether they arrive there. */
export function ChannelsTab({ onDeliveries }: { onDeliveries: (channel: string) => void }) {
  const { open } = useOperations();
  const { role } = useSession();
  const channels = useChannels();
  const mayNotAdd = refusalFor('alert.addChannel', role);
  const mayNotTest = refusalFor('alert.test', role);
  const rows = channels.data?.map((channel) => {
    const { name, kind, address, failing, lastSentAt } = channel;
    const { health, word } = channelState(channel);
    return {
      key: name,
      cells: {
        Channel: <>{name}<div className={styles.quiet}>{kind}: {address}</div></>,
        'Told of': <span className={styles.wrap}>{ruleText(channel)}</span>,
        State: <><HealthMark health={health}>{word}</HealthMark>{failing !== null && <div className={styles.quiet}><Ago at={failing.since} suffix={false} />: {failing.error}</div>}</>,
        'Last message': lastSentAt === null ? <span className={styles.quiet}>none yet</span> : <Anchor component="button" type="button" size="sm" aria-label={`Deliveries of ${name}`} onClick={() => onDeliveries(name)}><Ago at={lastSentAt} /></Anchor>,
        Actions: (
          <span className={styles.buttons}>
            <WhyDisabled why={mayNotTest}><Button size="compact-sm" variant="default" disabled={mayNotTest !== null} aria-label={`Test ${name}`} onClick={() => open('alert.test', { channel: name })}>Test</Button></WhyDisabled>
            <ActionMenu label={`Actions on ${name}`} actions={channelActions(channel)} />
          </span>
        ),
      },
    };
  }) ?? null;
  return (
    <>
      <div className={styles.bar}>
        <p className={styles.lead}>An issue is told when it begins, gets worse and ends. What begins within 5 s makes one message, and a blip makes none.</p>
        <WhyDisabled why={mayNotAdd}><Button leftSection={<Plus />} disabled={mayNotAdd !== null} onClick={() => open('alert.addChannel')}>Add channel</Button></WhyDisabled>
      </div>
      <Listing
        caption="Alert channels"
        rows={rows}
        columns={columns}
        problem={channels.error ? problemFrom(channels.error) : null}
        onRetry={() => void channels.refetch()}
        empty={{ icon: <Bell size={32} />, title: 'Nobody is told', text: 'Issues show on these pages only. A webhook brings them into a chat or an on-call service as signed JSON, mail into a mailbox; a test button shows at once whether they arrive.' }}
      />
    </>
  );
}
