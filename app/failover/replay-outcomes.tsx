import { Text } from '@mantine/core';
import * as z from 'zod';
import { outcomeMarks, outcomeWords } from '~/app/lib/lost-rows.ts';
import type { OutcomeOf } from '~/app/lib/operation-types.ts';
import { HealthMark } from '~/app/ui/health-mark.tsx';
import { ReplayOutcome, replayOutcomes } from '~/contract/shapes/failover-view.ts';
import styles from './lost.module.css';

const Replayed = z.object({ counts: z.record(z.enum(replayOutcomes), z.number()), outcomes: z.array(ReplayOutcome), more: z.number(), stopped: z.string().nullable() });
const shownMax = 50;

/** What became of the rows that were to be written, or would become. */
export function ReplayOutcomes({ data }: { data: OutcomeOf['data'] }) {
  const replayed = Replayed.safeParse(data).data;
  if (!replayed) return null;
  const { counts, outcomes, more, stopped } = replayed;
  const rest = more + Math.max(0, outcomes.length - shownMax);
  return (
    <section aria-label="Of the rows" data-testid="replay">
      <ul className={styles.counts}>{replayOutcomes.filter((outcome) => counts[outcome] > 0).map((outcome) => <li key={outcome} data-outcome={outcome}><HealthMark health={outcomeMarks[outcome]} size={13}>{`${counts[outcome]} ${outcomeWords[outcome]}`}</HealthMark></li>)}</ul>
      {stopped !== null && <Text size="sm" c="var(--critical)">{stopped}</Text>}
      {outcomes.length > 0 && (
        <ul className={styles.outcomes} style={{ marginTop: 8 }}>
          {outcomes.slice(0, shownMax).map(({ number, outcome, why, present, wanted }) => (
            <li key={number}><b>Row {number}</b>: {outcomeWords[outcome]}{why === null ? '' : `, ${why}`}{present === null && wanted === null ? null : <div><code>{JSON.stringify(present)}</code> is there, <code>{JSON.stringify(wanted)}</code> was lost</div>}</li>
          ))}
          {rest > 0 && <li>and {rest} more</li>}
        </ul>
      )}
    </section>
  );
}
