'use client';
import { Button, Text } from '@mantine/core';
import { timeText } from '~/app/lib/format.ts';
import { Refresh } from '~/app/ui/icons.tsx';

type Query = { readonly dataUpdatedAt: number; readonly isFetching: boolean; readonly refetch: () => unknown };

/** Of when it is, and a way to ask again: for what no stream tells of. */
export function AskedAt({ query: { dataUpdatedAt, isFetching, refetch } }: { query: Query }) {
  return (
    <>
      {dataUpdatedAt > 0 && <Text size="sm" c="dimmed" className="number" data-testid="asked-at">as of {timeText(dataUpdatedAt)}</Text>}
      <Button variant="default" size="compact-sm" leftSection={<Refresh size={14} />} loading={isFetching} onClick={() => void refetch()}>Ask again</Button>
    </>
  );
}
