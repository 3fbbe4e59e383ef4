/** A counter: a reading lies between all that was certainly added before it and all that may have been added until its answer. */
import { mayHaveHappened, say, settledAt, those, type History } from '../history/operation.ts';
import { verdict, type Verdict } from './verdict.ts';

/** The sum of the values whose moment is at or before a given one. */
class SumUntil {
  readonly #at: readonly number[];
  readonly #sums: readonly number[];

  constructor(points: readonly { readonly at: number; readonly value: number }[]) {
    const sorted = points.toSorted((a, b) => a.at - b.at);
    let sum = 0;
    this.#at = sorted.map(({ at }) => at);
    this.#sums = sorted.map(({ value }) => (sum += value));
  }

  until(moment: number): number {
    let [low, high] = [0, this.#at.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#at[middle]! <= moment) low = middle + 1;
      else high = middle;
    }
    return this.#sums[low - 1] ?? 0;
  }
}

export function checkCounter(history: History, { initial = 0 } = {}): Verdict {
  const increments = those(history, 'increment').filter(mayHaveHappened);
  const certain = (sign: number) => new SumUntil(increments.filter(({ value }) => Math.sign(value) === sign).map((operation) => ({ at: settledAt(operation), value: operation.value })));
  const possible = (sign: number) => new SumUntil(increments.filter(({ value }) => Math.sign(value) === sign).map(({ invoked, value }) => ({ at: invoked, value })));
  const [up, upMax, down, downMax] = [certain(1), possible(1), certain(-1), possible(-1)];
  const readings = those(history, 'count').filter(({ outcome }) => outcome === 'ok');
  const problems = readings.flatMap((reading) => {
    const least = initial + up.until(reading.invoked) + downMax.until(reading.returned!);
    const most = initial + upMax.until(reading.returned!) + down.until(reading.invoked);
    return reading.value < least || reading.value > most ? [`not within ${least}..${most}: ${say(reading)}`] : [];
  });
  const acknowledged = increments.filter(({ outcome }) => outcome === 'ok').length;
  return verdict('counter', problems, { readings: readings.length, acknowledged, unknown: increments.length - acknowledged });
}
