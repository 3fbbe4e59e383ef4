import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { GossipWord, gossipWordLimits } from '~/agent/status/gossip-word.ts';

const { firstMs, laterMs } = gossipWordLimits;
const at = (version: number, hash = 'a'.repeat(16)) => ({ kind: 'agent' as const, alias: 'a', uri: 'h:1', http: 'h:2', zone: null, state: 'ready' as const, config: { version, hash }, replicaset: null, readOnly: true as boolean | null });
type Other = { state: 'alive' | 'dead'; payload: ReturnType<typeof at> };

/** Of version 7, told; then of version 8, which is not. */
function word(others: readonly Other[]) {
  let payload = at(7);
  const tell = vi.fn();
  const one = new GossipWord({ payload: () => payload, others: () => others, tell, random: () => 0 });
  one.look();
  tell.mockClear();
  payload = at(8);
  one.look();
  return { tell, become: (next: Partial<typeof payload>) => ((payload = { ...payload, ...next }), one.look()), end: () => one.end() };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** As each second of an agent. */
function pass(ms: number, look: () => void): void {
  for (let at = 0; at < ms; at += 500) {
    vi.advanceTimersByTime(500);
    look();
  }
}

it('tells a version that stays and that nobody else has told, and none at once', () => {
  const { tell, become } = word([{ state: 'alive', payload: at(7) }, { state: 'dead', payload: at(8) }, { state: 'alive', payload: at(8, 'b'.repeat(16)) }]);
  pass(firstMs - 500, () => become({}));
  expect(tell).not.toHaveBeenCalled();
  pass(firstMs + 1500, () => become({}));
  expect(tell).toHaveBeenCalled();
});

it('leaves a version to whoever has told it, and tells it later', () => {
  const { tell, become } = word([{ state: 'alive', payload: at(8) }]);
  pass(laterMs, () => become({}));
  expect(tell).not.toHaveBeenCalled();
  pass(firstMs + 500, () => become({}));
  expect(tell).toHaveBeenCalledTimes(1);
});

it('tells versions that follow each other now and then only', () => {
  const { tell, become } = word([]);
  let version = 8;
  pass(3 * laterMs, () => become({ config: { version: version++, hash: 'a'.repeat(16) } }));
  expect(tell.mock.calls.length).toBeGreaterThanOrEqual(1);
  expect(tell.mock.calls.length).toBeLessThanOrEqual(3);
});

it('tells all else at once, with the version', () => {
  const { tell, become } = word([{ state: 'alive', payload: at(8) }]);
  become({ readOnly: false });
  expect(tell).toHaveBeenCalledTimes(1);
});

it('tells nothing when it has ended', () => {
  const { tell, end } = word([]);
  end();
  vi.advanceTimersByTime(firstMs + laterMs);
  expect(tell).not.toHaveBeenCalled();
});
