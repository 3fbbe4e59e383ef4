'use client';
import { Button, Select, Text } from '@mantine/core';
import { deliveryHealth, deliveryWord } from '~/app/lib/alerts.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { Bell } from '~/app/ui/icons.tsx';
import { Listing, type Column } from '~/app/ui/listing.tsx';
import { Moment } from '~/app/ui/time.tsx';
import styles from './alerts.module.css';
import { useChannels, useDeliveries } from './use-alerts.ts';

const columns: readonly Column[] = [
  { label: 'Message', kind: 'title', width: '32%' },
  { label: 'Time', width: 216 },
  { label: 'Channel', width: '14%' },
  { label: 'State', width: 160 },
  { label: 'Answer' },
];

/** Each message, and what the other side said to it. */
export function DeliveriesTab({ channel, onChannel }: { channel: string | null; onChannel: (channel: string | null) => void }) {
  const deliveries = useDeliveries(channel);
  const names = useChannels().data?.map(({ name }) => name) ?? [];
  const rows = deliveries.data?.pages.flat().map((delivery) => {
    const { id, subject, at, channel: over, state, answer } = delivery;
    return {
      key: String(id),
      cells: {
        Message: <span className={styles.wrap}>{subject}</span>,
        Time: <Moment at={at} />,
        Channel: over,
        State: <HealthMark health={deliveryHealth[state]}>{deliveryWord(delivery)}</HealthMark>,
        Answer: answer === null ? <span className={styles.quiet}>none yet</span> : <span className={styles.wrap}>{answer}</span>,
      },
    };
  }) ?? null;
  return (
    <>
      <div className={styles.bar}>
        <Select aria-label="Channel" placeholder="Any channel" clearable clearButtonProps={{ 'aria-label': 'Any channel' }} data={channel === null || names.includes(channel) ? names : [...names, channel]} value={channel} onChange={onChannel} />
      </div>
      <Listing
        caption="Deliveries"
        rows={rows}
        columns={columns}
        problem={deliveries.error ? problemFrom(deliveries.error) : null}
        onRetry={() => void deliveries.refetch()}
        empty={{ icon: <Bell size={32} />, title: 'Nothing was sent', text: 'Each message is listed here with its attempts and the answer of the other side: alerts, reminders and tests.' }}
      />
      {rows !== null && rows.length > 0 && (
        deliveries.hasNextPage ? <Button variant="default" mx="auto" mt="md" loading={deliveries.isFetchingNextPage} onClick={() => void deliveries.fetchNextPage()}>Show older</Button> : <Text size="sm" c="dimmed" ta="center" mt="md">That is all there is.</Text>
      )}
    </>
  );
}
