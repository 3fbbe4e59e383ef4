import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { monotonic, password, schema, type Database } from '../support/database.ts';
import { Ordered } from '../support/ordered.ts';
import { waitFor } from '../support/wait.ts';

/** What its agent does when leases begin and end: mode `disabled` to `stateful` and back. */
describe('an instance whose mode changes', () => {
  const ordered = new Ordered('kill');
  let one: Database;
  let version = 0;
  const writable = () => one.call('writable', { version: (version += 1), serial: 0, password });
  const writes = async () => (await one.lua<[boolean]>('return (pcall(box.space.t.replace, box.space.t, {1}))'))[0];
  const until = (seconds: number) => (monotonic() + seconds) * 1000;
  const pausedFor = async (seconds: number) => {
    one.signal('SIGSTOP');
    const over = monotonic() + seconds;
    await waitFor(() => monotonic() > over, { timeoutMs: 10_000, what: 'the pause' });
    one.signal('SIGCONT');
  };

  beforeAll(async () => {
    one = await ordered.databases.add('one');
    await writable();
    await one.lua(schema);
  });
  afterAll(() => ordered.databases.remove());

  it('writes by the configuration: without a lease, without a timer, in no epoch', async () => {
    expect(await ordered.look(one)).toMatchObject({ epoch: 0, demoted: null, promoted: null, writable: true, unleased: true, gated: null, sick: null });
    expect(await one.told()).toMatchObject({ managed: true, owner: false });
    await pausedFor(0.3);
    expect(await writes()).toBe(true);
  });

  it('is stopped for epoch 1, though no lease ruled before, and leads it', async () => {
    const stopped = await ordered.obeyed(one, { kind: 'demote', epoch: 1 });
    expect(stopped).toMatchObject({ epoch: 1, demoted: 1, writable: false, unleased: false });
    expect(await writes()).toBe(false);
    const leading = await ordered.obeyed(one, { kind: 'promote', epoch: 1, turn: stopped.turn, master: one.uuid, deadline: until(1.5), acks: [] });
    expect(leading).toMatchObject({ epoch: 1, promoted: 1, writable: true, unleased: false });
    expect((await one.told()).guard).toMatchObject({ on: false, by: 'kill', killInMs: expect.any(Number) });
  });

  it('leads on without an end, and no timer of before ends it', async () => {
    expect(await ordered.obeyed(one, { kind: 'leaseSet', epoch: 1, deadline: null })).toMatchObject({ epoch: 1, promoted: 1, writable: true, unleased: true });
    expect((await one.told()).guard.killInMs).toBeNull();
    await pausedFor(1.7);
    expect(await writes()).toBe(true);
  });

  it('writes by the configuration again, and is stopped for epoch 2', async () => {
    await writable();
    expect(await writes()).toBe(true);
    expect(await ordered.look(one)).toMatchObject({ epoch: 1, writable: true, unleased: true });
    expect(await ordered.obeyed(one, { kind: 'demote', epoch: 2 })).toMatchObject({ epoch: 2, demoted: 2, promoted: null, writable: false, unleased: false });
    expect(await writes()).toBe(false);
    await expect(one.call('lease_set', { epoch: 1, deadline: 'forever' })).rejects.toThrow(/^WRONG_EPOCH /);
  });

  it('leaves a lease that runs, in whatever state it is, and the epoch that it knows stays', async () => {
    for (const [index, state] of (['open', 'frozen', 'lapsed', 'followed'] as const).entries()) {
      const epoch = 3 + index;
      const { turn } = await ordered.obeyed(one, { kind: 'demote', epoch });
      if (state !== 'followed') await ordered.obeyed(one, { kind: 'promote', epoch, turn, master: one.uuid, deadline: until(0.8), acks: [] });
      if (state === 'frozen') await ordered.obeyed(one, { kind: 'freeze', epoch });
      if (state === 'lapsed') await waitFor(async () => (await one.told()).lapsed, { timeoutMs: 20_000, what: 'the lapse' });
      await writable();
      expect(await ordered.look(one), state).toMatchObject({ epoch, promoted: null, frozen: false, writable: true, unleased: true });
      expect((await one.told()).guard).toMatchObject({ on: false, killInMs: null });
      await pausedFor(0.9);
      expect(await writes(), state).toBe(true);
      // A late renewal of the lease that was left does not bring it back.
      expect((await ordered.tell(one, { kind: 'leaseSet', epoch, deadline: until(1) })).why, state).toMatch(/^REFUSED .*not the master/);
    }
  });

  it('after a restart it is read-only, knows its epoch, and either mode can have it', async () => {
    await one.stop();
    await one.start('recover', ordered.databases.replicaset);
    expect(await ordered.look(one)).toMatchObject({ epoch: 6, demoted: null, promoted: null, writable: false, unleased: false });
    await writable();
    expect(await ordered.look(one)).toMatchObject({ epoch: 6, writable: true, unleased: true });
    expect((await ordered.tell(one, { kind: 'demote', epoch: 5 })).why).toMatch(/^REFUSED .*later epoch/);
    expect(await ordered.lead(one, 7)).toMatchObject({ epoch: 7, promoted: 7, writable: true, unleased: false });
    expect(await writes()).toBe(true);
  });
});
