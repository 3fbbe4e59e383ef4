import { describe, expect, it } from 'vitest';
import { Orders } from '~/agent/failover/orders.ts';
import type { InstanceOrder } from '~/core/failover/member-messages.ts';

function scene(answer: () => unknown = () => ({ life: 1 })) {
  const done: unknown[] = [];
  const orders = new Orders(
    {
      control: {
        call: async (method, params, timeoutMs) => {
          done.push([method, params, timeoutMs]);
          return answer();
        },
      },
      addressOf: (uuid) => (uuid === 'b' ? 'host:1' : null),
      lifecycle: {
        bootstrap: async (epoch) => void done.push(['bootstrap', epoch]),
        join: async (epoch, from) => void done.push(['join', epoch, from]),
      },
    },
    { password: 'secret', guard: 'kill', graceMs: 25 },
  );
  return { done, obey: (order: InstanceOrder) => orders.obey(order, 1_000) };
}

describe('orders of failover to an instance', () => {
  it.each<[InstanceOrder, object]>([
    [{ kind: 'leaseSet', epoch: 3, deadline: 2_500 }, { deadline: 2.5, guard: 'kill', grace: 0.025 }],
    [{ kind: 'leaseSet', epoch: 3, deadline: null }, { deadline: 'forever' }],
    [{ kind: 'promote', epoch: 3, turn: 7, master: 'a', deadline: 2_500, acks: [] }, { turn: 7, deadline: 2.5, password: 'secret', acks: [], guard: 'kill' }],
    [{ kind: 'follow', epoch: 3, upstream: 'b' }, { upstream: { uuid: 'b', uri: 'host:1' } }],
    [{ kind: 'catchUp', epoch: 3, from: null, vclock: { 1: 2 }, cut: false }, { from: null, vclock: { 1: 2 }, timeout: 0.9 }],
    [{ kind: 'catchUp', epoch: 3, from: 'b', vclock: {}, cut: false }, { from: { uuid: 'b', uri: 'host:1' } }],
    [{ kind: 'acknowledge', epoch: 3, acks: [] }, { acks: [], timeout: 0.9 }],
    [{ kind: 'demote', epoch: 3 }, {}],
  ])('%j', async (order, params) => {
    const { done, obey } = scene();
    expect(await obey(order)).toEqual({ report: { life: 1 }, why: null });
    expect(done).toMatchObject([['order', { kind: order.kind, epoch: 3, ...params }, 1_000]]);
  });

  it('the life cycle bootstraps and joins, and then the instance is asked', async () => {
    const { done, obey } = scene();
    await obey({ kind: 'bootstrap', epoch: 1 });
    await obey({ kind: 'join', epoch: 2, from: 'b' });
    expect(done).toEqual([['bootstrap', 1], ['report', {}, 1_000], ['join', 2, { uuid: 'b', uri: 'host:1' }], ['report', {}, 1_000]]);
  });

  it('says why not', async () => {
    const refusing = scene(() => {
      throw new Error('REFUSED {}: no');
    });
    expect(await refusing.obey({ kind: 'look' })).toEqual({ report: null, why: 'REFUSED {}: no' });
    const { done, obey } = scene();
    expect(await obey({ kind: 'follow', epoch: 1, upstream: 'x' })).toEqual({ report: null, why: 'Where x listens is not known.' });
    expect(done).toEqual([]);
  });
});
