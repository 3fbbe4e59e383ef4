import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '~/iproto/clock.ts';
import { OutcomeUnknown, ProviderUnavailable } from '~/state/errors.ts';
import { openEtcd } from '~/state/etcd/open.ts';
import { EtcdCluster, type EtcdMember } from '~/tests/support/etcd.ts';
import { cluster as ours, counting, done, insist, watched } from '~/tests/support/state-conformance.ts';
import { waitFor } from '~/tests/support/wait.ts';

const limit = { timeoutMs: 20_000 };

describe('etcd, three members, any of which is lost', () => {
  const etcd = new EtcdCluster();
  let places = 0;
  beforeAll(() => etcd.start());
  afterAll(() => etcd.stop());

  const open = (client: string, place = places) =>
    openEtcd({ clock: systemClock, random: Math.random }, { client, cluster: ours, prefix: `/faults/${place}`, endpoints: etcd.endpoints });

  const faults = {
    'kill -9': { begin: (member: EtcdMember) => member.kill(), end: (member: EtcdMember) => member.start() },
    SIGSTOP: { begin: (member: EtcdMember) => member.pause(), end: (member: EtcdMember) => member.resume() },
  } as const;

  it.each(Object.entries(faults))('goes on writing while each member in turn has %s, and every change is told once', async (_, fault) => {
    places += 1;
    const [writer, watcher] = [open('writer'), open('watcher')];
    const { events } = watched(watcher, 'n');
    const lock = writer.lock('coord/lock', { holder: 'writer', ttlMs: 10_000 }, () => {});
    await waitFor(() => lock.state.kind === 'held', { ...limit, what: 'the lock' });
    const { guard } = lock;
    const counter = counting(writer, 'n', limit);
    for (const member of etcd.members) {
      await fault.begin(member);
      await counter.more(3, `writes without ${member.url}`);
      await fault.end(member);
      await etcd.ready();
    }
    await counter.more(3, 'writes at the end');
    const acknowledged = await counter.stop();
    const { entries } = await writer.read(['n'], limit);
    expect(entries.get('n')!.value).toBe(String(acknowledged));
    const values = () => events.flatMap((event) => (event.kind === 'changed' ? [Number(event.entries.get('n')!.value)] : []));
    await waitFor(() => values().at(-1) === acknowledged, { ...limit, what: 'the watch to tell the last change' });
    const first = values()[0]!;
    expect(values()).toEqual(Array.from({ length: acknowledged - first + 1 }, (__, i) => first + i));
    // Whoever renews in time keeps the lock over a change of leaders.
    expect(lock.guard).toEqual(guard);
    await Promise.all([writer.close(), watcher.close()]);
  }, 60_000);

  it('reads nothing stale from a leader that slept while another was elected', async () => {
    places += 1;
    const state = open('a');
    for (let turn = 1; turn <= 3; turn += 1) {
      const sleeper = await etcd.leader();
      const alone = openEtcd({ clock: systemClock, random: Math.random }, { client: 'alone', cluster: ours, prefix: `/faults/${places}`, endpoints: [sleeper.url] });
      await done(state.commit({ when: [], put: [{ key: 'n', value: 'before' }] }, limit));
      expect((await alone.read(['n'], limit)).entries.get('n')!.value).toBe('before');
      await sleeper.pause();
      await insist(state, async () => ({ when: [], put: [{ key: 'n', value: String(turn) }] }), limit);
      sleeper.resume();
      const { entries } = await waitFor(() => alone.read(['n'], { timeoutMs: 2_000 }), { ...limit, what: 'the one that slept to answer' });
      expect(entries.get('n')!.value).toBe(String(turn));
      await alone.close();
    }
    await state.close();
  }, 60_000);

  it('says in time that nobody answers, never that an unknown change failed, and goes on after that', async () => {
    places += 1;
    const state = open('a');
    const revision = await done(state.commit({ when: [], put: [{ key: 'n', value: '0' }] }, limit));
    for (const member of etcd.members) await member.pause();
    const startedAt = performance.now();
    await expect(state.read(['n'], { timeoutMs: 500 })).rejects.toThrow(ProviderUnavailable);
    const error = await state.commit({ when: [{ key: 'n', revision }], put: [{ key: 'n', value: '1' }] }, { timeoutMs: 500 }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(OutcomeUnknown);
    const health = await state.health({ timeoutMs: 500 });
    expect(health.error).not.toBeNull();
    expect(health.endpoints.map(({ role }) => role)).toEqual([null, null, null]);
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    for (const member of etcd.members) member.resume();
    const outcome = await waitFor(() => (error as OutcomeUnknown).settle({ timeoutMs: 2_000 }), { ...limit, what: 'the outcome' });
    const { entries } = await state.read(['n'], limit);
    expect(entries.get('n')!.value).toBe(outcome === 'done' ? '1' : '0');
    for (const member of etcd.members) await member.kill();
    const refused = await state.commit({ when: [], put: [{ key: 'n', value: '2' }] }, { timeoutMs: 500 }).catch((reason: unknown) => reason);
    expect(refused).toBeInstanceOf(ProviderUnavailable);
    for (const { url } of etcd.members) expect((refused as Error).message).toContain(url);
    for (const member of etcd.members) member.start();
    await waitFor(() => state.commit({ when: [], put: [{ key: 'n', value: '2' }] }, { timeoutMs: 1_000 }).then((answer) => answer.done, () => false), { ...limit, what: 'etcd to take a change again' });
    await state.close();
  }, 60_000);

  it('shows who leads', async () => {
    await etcd.ready();
    const leader = await etcd.leader();
    const state = open('a');
    const { endpoints, preVote, roundTripMs } = await state.health(limit);
    expect(endpoints.find(({ role }) => role === 'leader')!.address).toBe(leader.url);
    expect(endpoints.filter(({ role }) => role === 'follower')).toHaveLength(2);
    expect(endpoints.every(({ version, alarms }) => /^3\.\d/.test(version!) && alarms.length === 0)).toBe(true);
    expect(preVote).toBe('unknown');
    expect(roundTripMs).toBeGreaterThan(0);
    await state.close();
  });
});
