import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '~/iproto/index.ts';
import { keysOf } from '~/link/keys.ts';
import { ProviderUnavailable } from '~/state/errors.ts';
import type { StateProvider } from '~/state/provider.ts';
import { openStateboard } from '~/state/stateboard/open.ts';
import { Agents, Driver, statusOf, tarantoolPid, untilReady } from '../support/agents.ts';
import { waitFor } from '../support/wait.ts';

const limit = { timeoutMs: 20_000 };

/** An agent runs the stateboard as it runs any database; what other agents need to reach it follows from the cluster secret. */
describe('an agent with role stateboard', () => {
  const agents = new Agents();
  const driver = new Driver();
  let state: StateProvider;
  let revision = 0;

  beforeAll(async () => {
    const [board] = await agents.addMany(['board', 'a1']);
    driver.addReplicaset('front', [board!], ['stateboard']);
    await driver.apply(agents.all, 10_000);
    await untilReady(board!, 1);
    const { stateboardPassword: password } = keysOf(agents.secret, 'test');
    state = openStateboard({ clock: systemClock, random: Math.random }, { client: 'tester', cluster: '5e7c1a44-94ff-4d3f-8b5e-0f7a3f1c2d11', address: board!.listen, password });
  });
  afterAll(async () => {
    await state?.close();
    await agents.stopAll();
  });

  const put = async (value: string) => {
    const answer = await state.commit({ when: [{ key: 'k', revision: revision || null }], put: [{ key: 'k', value }] }, limit);
    if (!answer.done) throw new Error('somebody else writes');
    revision = answer.revision;
  };
  const value = async () => (await state.read(['k'], limit)).entries.get('k')?.value;

  it('keeps what is written there, and is ready and writable', async () => {
    await put('one');
    expect(await value()).toBe('one');
    expect(await statusOf(agents.all[0]!)).toMatchObject({ state: 'ready', database: { readOnly: false } });
  });

  it('goes on while its agent is away, and is found again', async () => {
    const [board] = agents.all;
    const pid = tarantoolPid(board!);
    await agents.end(board!, 'SIGKILL');
    await put('two');
    await agents.start(board!);
    await untilReady(board!, 1);
    expect(tarantoolPid(board!)).toBe(pid);
    await put('three');
  });

  it('is started anew after a crash with all it had, and lets nobody take over for a lease', async () => {
    const [board] = agents.all;
    const pid = tarantoolPid(board!)!;
    process.kill(pid, 'SIGKILL');
    await waitFor(() => tarantoolPid(board!) !== pid, { ...limit, what: 'another Tarantool' });
    expect(await waitFor(() => value().catch(() => null), { ...limit, what: 'an answer' })).toBe('three');
    const refused = await state.commit({ when: [{ key: 'k', revision }], put: [{ key: 'k', value: 'taken' }], takesOver: true }, { timeoutMs: 500 }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ProviderUnavailable);
    await put('four');
    await waitFor(() => state.health({ timeoutMs: 1000 }).then(({ error, settlingMs }) => error === null && settlingMs === 0), { ...limit, what: 'it to settle' });
    expect((await state.commit({ when: [{ key: 'k', revision }], put: [{ key: 'k', value: 'taken' }], takesOver: true }, limit)).done).toBe(true);
  });
});
