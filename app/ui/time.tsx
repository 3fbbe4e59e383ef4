'use client';
import { Text } from '@mantine/core';
import { agoText, dateText, dateTimeText, durationText, timeText } from '~/app/lib/format.ts';
import { ageOf } from '~/app/lib/summary.ts';
import { useServerNow } from '~/app/live/live-provider.tsx';
import { HealthShapes } from './icons.tsx';
import styles from './ui.module.css';

/** A moment of the past, told as its age; the title has the absolute time with its zone. */
export function Ago({ at, suffix = true }: { at: number; suffix?: boolean }) {
  const now = useServerNow();
  const age = Math.max(0, now - at);
  return (
    <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)} className="number" suppressHydrationWarning>
      {suffix ? agoText(age) : durationText(Math.max(1000, age))}
    </time>
  );
}

/** A moment of the past as it was: date, time and zone. */
export function Moment({ at }: { at: number }) {
  return <time dateTime={new Date(at).toISOString()} className="number" suppressHydrationWarning>{dateTimeText(at)}</time>;
}

/** Such a moment beside an age, with its zone; with its date when that is not today's. */
export function ShortMoment({ at }: { at: number }) {
  const today = dateText(useServerNow()) === dateText(at);
  return <time dateTime={new Date(at).toISOString()} title={dateTimeText(at)} className="number" suppressHydrationWarning>{today ? timeText(at) : dateTimeText(at)}</time>;
}

/** Age of a report: ticks, and turns into a marked word when it is old. */
export function ReportAge({ at }: { at: number | null }) {
  const now = useServerNow();
  const age = ageOf(at, now);
  if (age.kind === 'never' || at === null) return <Text span size="sm" c="dimmed">never</Text>;
  const stale = age.kind === 'stale';
  return (
    <time dateTime={new Date(at).toISOString()} title={`Last report ${dateTimeText(at)}`} className={stale ? `number ${styles.stale}` : `number ${styles.fresh}`}>
      {stale && <HealthShapes.unknown size={12} />}
      {stale && age.kind === 'stale' ? durationText(age.ageMs) : agoText(age.kind === 'fresh' ? age.ageMs : 0)}
    </time>
  );
}
