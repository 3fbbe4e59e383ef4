'use client';
import { Alert } from '@mantine/core';
import { durationText, timeText } from '~/app/lib/format.ts';
import { staleAfterMs } from '~/app/lib/summary.ts';
import { useLive, useServerNow } from '~/app/live/live-provider.tsx';
import { HealthShapes } from '~/app/ui/icons.tsx';

/** Once the stream has been cut for a while, nothing on the page may be taken for the present. */
export function StaleBanner() {
  const { connection, skewMs } = useLive();
  const now = useServerNow() + skewMs;
  if (connection.kind !== 'reconnecting') return null;
  const forMs = now - connection.sinceMs;
  if (forMs < staleAfterMs) return null;
  return (
    <Alert color="yellow" icon={<HealthShapes.warning size={18} />} p="sm" role="alert">
      No word from the server since {timeText(connection.sinceMs)}<span className="number" aria-hidden> ({durationText(forMs)})</span>: what you see is from before. The cluster itself does not need the server; this page tries again by itself.
    </Alert>
  );
}
