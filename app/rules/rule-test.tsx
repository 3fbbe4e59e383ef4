'use client';
import { Select, Skeleton, Text } from '@mantine/core';
import Link from 'next/link';
import { useState } from 'react';
import { countText, durationText } from '~/app/lib/format.ts';
import { eventsOf } from '~/app/lib/object-ways.ts';
import { problemFrom } from '~/app/lib/problem.ts';
import { ProblemAlert } from '~/app/ui/problem-alert.tsx';
import { ShortMoment } from '~/app/ui/time.tsx';
import styles from './rules.module.css';
import { useRuleTest } from './use-rules.ts';

const spans = [{ value: '1', label: 'the last hour' }, { value: '24', label: 'the last day' }, { value: '168', label: 'the last 7 days' }, { value: '720', label: 'the last 30 days' }];
const shownMax = 20;

/** What the rule would have raised, so that its number can be judged before it wakes anybody. */
export function RuleTest({ name }: { name: string }) {
  const [hours, setHours] = useState('24');
  const { data, error } = useRuleTest(name, Number(hours));
  return (
    <section aria-label={`What ${name} would have raised`} className={styles.test}>
      <div className={styles.testHead}>
        <span>It would have raised, over</span>
        <Select aria-label="Over" size="xs" w={160} allowDeselect={false} data={spans} value={hours} onChange={(value) => setHours(value ?? '24')} />
      </div>
      {error ? <ProblemAlert problem={problemFrom(error)} /> : data === undefined ? <Skeleton height={40} /> : (
        <>
          {data.raised.length === 0 ? <Text size="sm">Nothing, from {countText(data.events, 'event')}.</Text> : (
            <ul>
              {data.raised.slice(-shownMax).toReversed().map(({ object, sentence, since, until }) => (
                <li key={`${object.id} ${since}`}>
                  <span>{sentence}</span> <span className={styles.quiet}><ShortMoment at={since} />, {until === null ? 'still so' : `for ${durationText(until - since)}`}. <Link href={eventsOf(object.id)}>Events of {object.name}</Link></span>
                </li>
              ))}
            </ul>
          )}
          {data.raised.length > shownMax && <Text size="xs" c="dimmed">{countText(data.raised.length - shownMax, 'earlier one')} not shown.</Text>}
          {!data.complete && <Text size="xs" c="dimmed">There were more events than are looked at: the oldest are left out.</Text>}
        </>
      )}
    </section>
  );
}
