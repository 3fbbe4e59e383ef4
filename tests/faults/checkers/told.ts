/**
 * What clients of routers may be told (docs/router.md): that nothing was done, in words that say so, or that nobody knows.
 * A connection may break, or be silent, only while something is wrong somewhere; and a bound of time holds for every answer.
 */
import { say, type History, type Operation } from '../history/operation.ts';
import { grouped } from './grouped.ts';
import type { Interval } from './intervals.ts';
import { verdict, type Verdict } from './verdict.ts';

export type ToldOptions = {
  /** When faults held. */
  readonly faults: readonly Interval[];
  /** So long after the last one everything is served again. */
  readonly backMs: number;
  /** What one call may take, with its answer. */
  readonly callMs: number;
};

type Kind = 'later' | 'unknown' | 'connection' | 'other';

/** By the words of routers and storages; `later`: nothing was done, and it may go in a moment. */
const words: readonly (readonly [Kind, RegExp])[] = [
  ['unknown', /^OUTCOME_UNKNOWN \{/],
  ['later', /nothing was done|^(WRONG_BUCKET|BUCKET_MOVING|WRONG_EPOCH|LEASE_EXPIRED|GATED|OVERLOADED) \{/i],
  ['connection', /^no router: |connection|socket|no answer within|ECONN|EPIPE|closed/i],
];

export const kindOf = (reason: string): Kind => words.find(([, pattern]) => pattern.test(reason))?.[0] ?? 'other';

export function checkTold(history: History, { faults, backMs, callMs }: ToldOptions): Verdict {
  const bad = history.filter(({ outcome }) => outcome !== 'ok');
  const kinds = grouped(bad, ({ reason }) => kindOf(reason ?? ''));
  const during = ({ invoked }: Operation) => faults.some(({ from, to }) => invoked + callMs >= from && invoked <= to + backMs);
  const show = (one: Operation) => `${say(one)}: ${one.reason ?? 'no reason'}`;
  const slow = history.filter(({ invoked, returned }) => returned !== null && returned - invoked > callMs);
  const problems = [
    ...(kinds.get('other') ?? []).map((one) => `no client may be told this: ${show(one)}`),
    ...bad.filter((one) => !during(one)).map((one) => `nothing was wrong any more: ${show(one)}`),
    ...slow.map((one) => `it took too long: ${say(one)}`),
  ];
  return verdict('told', problems, Object.fromEntries([...kinds].map(([kind, all]) => [kind, all.length])));
}
