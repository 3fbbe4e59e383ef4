import { describe, expect, it } from 'vitest';
import { Stonith } from '~/agent/failover/stonith.ts';

const victim = { instance: 'a', replicaset: 'rs', epoch: 3, reason: 'silent' };
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the program that makes sure of a silent master', () => {
  it('is run once, and the take-over waits until it has said yes', async () => {
    const asked: object[] = [];
    let answer = (_outcome: { ran: boolean; ok: boolean; sentence: string }) => {};
    const stonith = new Stonith({ stonith: (given) => (asked.push(given), new Promise((resolve) => (answer = resolve))) });
    expect([stonith.sure(victim), stonith.sure(victim)]).toEqual([false, false]);
    answer({ ran: true, ok: true, sentence: '' });
    await settled();
    expect(stonith.sure(victim)).toBe(true);
    expect(asked).toEqual([victim]);
  });

  it('that has failed permits nothing, and another epoch is another question', async () => {
    const stonith = new Stonith({ stonith: async () => ({ ran: true, ok: false, sentence: 'no' }) });
    stonith.sure(victim);
    await settled();
    expect(stonith.sure(victim)).toBe(false);
    expect(stonith.sure({ ...victim, epoch: 4 })).toBe(false);
  });

  it('that cannot be run permits nothing', async () => {
    const stonith = new Stonith({ stonith: () => Promise.reject(new Error('gone')) });
    stonith.sure(victim);
    await settled();
    expect(stonith.sure(victim)).toBe(false);
  });
});
