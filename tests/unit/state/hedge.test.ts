import { describe, expect, it } from 'vitest';
import { Unanswered } from '~/state/client/backend.ts';
import { AccessDenied, ProviderUnavailable } from '~/state/errors.ts';
import { Hedge, type AskOptions, type Member, type Outcome } from '~/state/etcd/hedge.ts';
import { HandClock } from '~/tests/unit/iproto/fixture.ts';

type Asked = { readonly address: string; readonly at: number; readonly answer: (outcome: Outcome<string>) => void; aborted: boolean };

/** Three members that answer by hand. */
function setUp() {
  const clock = new HandClock();
  const startedAt = clock.now();
  const endpoints: Member[] = ['a', 'b', 'c'].map((address) => ({ address, badUntil: -Infinity }));
  const hedge = new Hedge({ clock, endpoints });
  const asked: Asked[] = [];
  const ask = (options: AskOptions = { timeoutMs: 1_000 }) => {
    const results: unknown[] = [];
    hedge
      .ask<string>((endpoint) => {
        const copy: Asked = { address: endpoint.address, at: clock.now() - startedAt, answer: () => {}, aborted: false };
        asked.push(copy);
        return { settled: new Promise((answer) => Object.assign(copy, { answer })), abort: () => (copy.aborted = true) };
      }, options)
      .then((answer) => results.push(answer), (error: unknown) => results.push(error));
    return results;
  };
  return { clock, hedge, asked, ask };
}

const yes: Outcome<string> = { kind: 'answer', value: 'yes' };
const again = (more: Partial<Extract<Outcome<string>, { kind: 'again' }>> = {}): Outcome<string> => ({ kind: 'again', reason: 'no', maybe: true, denied: false, ...more });

describe('hedge', () => {
  it('asks one, and the next ones when it is silent; the first answer counts and its member is asked first next time', async () => {
    const { clock, hedge, asked, ask } = setUp();
    const results = ask();
    await clock.advance(39);
    expect(asked.map(({ address }) => address)).toEqual(['a']);
    await clock.advance(45);
    expect(asked.map(({ address, at }) => [address, at])).toEqual([['a', 0], ['b', 40], ['c', 80]]);
    asked[1]!.answer(yes);
    await clock.advance(0);
    expect(results).toEqual([{ value: 'yes', copies: 3 }]);
    expect(hedge.order.map(({ address }) => address)).toEqual(['b', 'a', 'c']);
    expect(asked[0]!.aborted).toBe(false);
    await clock.advance(1_000);
    expect(asked[0]!.aborted).toBe(true);
    expect(asked).toHaveLength(3);
  });

  it('goes to the next at once when one cannot be reached, and leaves it for last', async () => {
    const { clock, hedge, asked, ask } = setUp();
    const results = ask();
    asked[0]!.answer(again({ maybe: false }));
    await clock.advance(0);
    expect(asked.map(({ address, at }) => [address, at])).toEqual([['a', 0], ['b', 0]]);
    asked[1]!.answer(yes);
    await clock.advance(0);
    expect(results).toEqual([{ value: 'yes', copies: 1 }]);
    expect(hedge.order.map(({ address }) => address)).toEqual(['b', 'c', 'a']);
    await clock.advance(1_001);
    expect(hedge.order.map(({ address }) => address)).toEqual(['b', 'a', 'c']);
  });

  it('goes on asking until the time is up, and then says whether it may have been done', async () => {
    const { clock, asked, ask } = setUp();
    const silent = ask();
    await clock.advance(1_000);
    expect(asked.length).toBeGreaterThan(5);
    expect(silent[0]).toBeInstanceOf(Unanswered);
    const refused = setUp();
    const results = refused.ask();
    for (let step = 0; step < 1_000; step += 1) {
      for (const { answer } of refused.asked) answer(again({ maybe: false, reason: 'refuses' }));
      await refused.clock.advance(1);
    }
    expect(results[0]).toBeInstanceOf(ProviderUnavailable);
    expect((results[0] as ProviderUnavailable).failures).toEqual(['a', 'b', 'c'].map((endpoint) => ({ endpoint, reason: 'refuses' })));
  });

  it('gives no turn to one that refuses while others are only silent, but asks it again after a while', async () => {
    const { clock, asked, ask } = setUp();
    ask({ timeoutMs: 2_000 });
    for (let step = 0; step < 1_000; step += 1) {
      for (const { address, answer } of asked) if (address === 'a') answer(again({ maybe: false }));
      await clock.advance(1);
    }
    const times = (address: string) => asked.filter((copy) => copy.address === address).map(({ at }) => at);
    expect(times('a').length).toBe(2);
    const others = [...times('b'), ...times('c')].toSorted((x, y) => x - y);
    expect(Math.max(...others.slice(1).map((at, i) => at - others[i]!))).toBeLessThanOrEqual(101);
  });

  it('says that access is denied only when every member does', async () => {
    const { clock, asked, ask } = setUp();
    const results = ask();
    for (const index of [0, 1]) {
      asked[index]!.answer(again({ maybe: false, denied: true }));
      await clock.advance(0);
    }
    expect(results).toEqual([]);
    asked[2]!.answer(again({ maybe: false, denied: true }));
    await clock.advance(0);
    expect(results[0]).toBeInstanceOf(AccessDenied);
  });

  it('takes an error for an answer, but not of a change of which another copy is out', async () => {
    const error = new AccessDenied('no');
    const [read, change] = [setUp(), setUp()];
    const results = [read.ask(), change.ask({ timeoutMs: 1_000, changes: true })];
    for (const { clock, asked } of [read, change]) {
      await clock.advance(45);
      asked[1]!.answer({ kind: 'final', error });
      await clock.advance(0);
    }
    expect(results[0]).toEqual([error]);
    expect(results[1]![0]).toBeInstanceOf(Unanswered);
  });

  it('learns how long answers take, and gives members that are only slow little more work', async () => {
    const { clock, asked, ask } = setUp();
    const questions = 60;
    for (let i = 0; i < questions; i += 1) {
      const from = asked.length;
      ask();
      await clock.advance(150);
      for (const { answer } of asked.slice(from)) answer(yes);
      await clock.advance(0);
    }
    expect(asked.length - questions).toBeGreaterThan(0);
    expect(asked.length - questions).toBeLessThan(questions / 4);
  });

  it('has an allowance for copies: without it, the next ones come late', async () => {
    const { clock, asked, ask } = setUp();
    for (let i = 0; i < 10; i += 1) ask({ timeoutMs: 100, silenceMs: 40 });
    await clock.advance(100);
    // Ten questions, and twelve copies beyond.
    expect(asked).toHaveLength(22);
    ask({ timeoutMs: 1_000, silenceMs: 40 });
    await clock.advance(300);
    expect(asked).toHaveLength(23);
    await clock.advance(100);
    expect(asked).toHaveLength(24);
  });
});
