'use client';
import { endText } from '~/app/lib/access.ts';
import { dateTimeText } from '~/app/lib/format.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { HealthMark } from '~/app/ui/health-mark.tsx';

/** A moment to come, told as the time that is left. `quiet` where a near end is the rule. */
export function EndsAt({ at, quiet = false }: { at: number | null; quiet?: boolean }) {
  const { health, word } = endText(at, useServerNow());
  if (at === null) return <>{word}</>;
  return <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)}>{health === 'ok' || quiet ? word : <HealthMark health={health} size={13}>{word}</HealthMark>}</time>;
}
