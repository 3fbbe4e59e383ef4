import { describe, expect, test } from 'vitest';
import { ApplyCoordinator, type CoordinatorOptions } from '~/core/apply/coordinator.ts';
import { defaultApplyPolicy as policy } from '~/core/apply/policy.ts';
import { Table, versionOf } from './support.ts';

const run = { id: 'r1', owner: 's1', author: 'ann', surface: 'cli', reason: null, startedAt: 0 } as const;
const member = (uuid: string, reachable = true) => ({ uuid, alias: uuid, reachable });

function tableOf(options: Partial<CoordinatorOptions> = {}): Table {
  return new Table(new ApplyCoordinator({ run, base: versionOf(1), candidate: versionOf(2), participants: [member('a1'), member('a2')], ...options }));
}

/** Both prepared, and the decision asked for. */
function atDecision(options: Partial<CoordinatorOptions> = {}): Table {
  const table = tableOf(options);
  table.start(0);
  table.prepared(1, 'a1');
  expect(table.prepared(2, 'a2')).toEqual(['recordDecision']);
  return table;
}

describe('without a fault', () => {
  test('everyone prepares, the decision is recorded, and only then anyone commits', () => {
    const table = tableOf();
    expect(table.start(0)).toEqual(['prepare a1', 'prepare a2']);
    expect(table.prepared(1, 'a1')).toEqual([]);
    expect(table.prepared(2, 'a2')).toEqual(['recordDecision']);
    expect(table.machine.run().state).toBe('preparing');
    expect(table.recorded(3, 'won')).toEqual(['commit a1', 'commit a2']);
    expect(table.machine.run()).toMatchObject({ state: 'decided', decidedAt: 3 });
    expect(table.applied(4, 'a1')).toEqual([]);
    expect(table.applied(6, 'a2')).toEqual(['finish done']);
    expect(table.machine.run()).toMatchObject({ state: 'done', finishedAt: 6, version: 2, baseVersion: 1, error: null });
    expect(table.stateOf('a2')).toMatchObject({ state: 'applied', tookMs: 3 });
    expect(table.machine.wakeAt()).toBe(Infinity);
  });

  test('a cluster without instances has nobody to ask', () => {
    const table = tableOf({ participants: [], base: null, candidate: versionOf(1) });
    expect(table.start(0)).toEqual(['recordDecision']);
    expect(table.recorded(1, 'won')).toEqual(['finish done']);
  });

  test('no more calls are under way at once than the policy allows', () => {
    const table = tableOf({ participants: ['a1', 'a2', 'a3', 'a4', 'a5'].map((uuid) => member(uuid)), policy: { callsMax: 2 } });
    expect(table.start(0)).toEqual(['prepare a1', 'prepare a2']);
    expect(table.machine.wakeAt()).toBe(policy.placeMs);
    expect(table.prepared(1, 'a1')).toEqual(['prepare a3']);
  });

  test('those that hang give their places up, and what is decided goes first to those that answered', () => {
    const table = tableOf({ participants: ['h1', 'h2', 'h3', 'a1'].map((uuid) => member(uuid)), policy: { callsMax: 1, placeMs: 10 } });
    expect(table.start(0)).toEqual(['prepare h1']);
    expect(table.tick(9)).toEqual([]);
    expect(table.tick(10)).toEqual(['prepare h2']);
    expect(table.machine.wakeAt()).toBe(20);
    expect(table.tick(20)).toEqual(['prepare h3']);
    expect(table.tick(30)).toEqual(['prepare a1']);
    expect(table.prepared(31, 'a1')).toEqual([]);
    // Each of the others is tried until the prepare has timed out.
    for (let now = 40; table.machine.run().decidedAt === null; now = Math.max(now + 1, table.machine.wakeAt())) {
      expect(now).toBeLessThanOrEqual(policy.prepareTimeoutMs + policy.callTimeoutMs);
      if (table.tick(now).includes('recordDecision')) expect(table.recorded(now, 'won')).toEqual(['commit a1']);
    }
  });
});

describe('before the decision', () => {
  test('one refusal aborts all at once, and says who and why', () => {
    const table = tableOf();
    table.start(0);
    table.prepared(1, 'a1');
    const said = table.answer(2, 'a2', { kind: 'prepared', answer: { ok: false, code: 'refused', message: 'syntax error near end' } });
    expect(said).toEqual(['recordAborted', 'abort a1', 'abort a2']);
    expect(table.machine.run()).toMatchObject({ state: 'aborted', error: 'a2 refused: syntax error near end' });
    table.answer(3, 'a1', { kind: 'aborted' });
    table.answer(3, 'a2', { kind: 'aborted' });
    expect(table.take(table.machine.receive(4, { kind: 'abortRecorded', outcome: 'done' }))).toEqual(['finish aborted']);
    expect(table.machine.run().instances.map(({ state }) => state)).toEqual(['aborted', 'refused']);
  });

  test('an abort that nobody hears ends anyway: locks run out by themselves', () => {
    const table = tableOf();
    table.start(0);
    table.answer(2, 'a2', { kind: 'prepared', answer: { ok: false, code: 'invalid', message: 'no' } });
    expect(table.tick(2 + policy.abortTimeoutMs)).toEqual(['finish aborted']);
  });

  test('an instance that does not answer is asked again until its time is up, then left out', () => {
    const table = tableOf();
    table.start(0);
    table.prepared(1, 'a1');
    expect(table.answer(2, 'a2', { kind: 'failed', message: 'connection refused' })).toEqual([]);
    expect(table.stateOf('a2')?.state).toBe('preparing');
    expect(table.tick(2 + policy.retryMs)).toEqual(['prepare a2']);
    expect(table.answer(policy.prepareTimeoutMs, 'a2', { kind: 'failed', message: 'connection refused' })).toEqual(['recordDecision']);
    expect(table.recorded(5_000, 'won')).toEqual(['commit a1', 'adopt a2']);
    table.applied(5_001, 'a1');
    expect(table.machine.wakeAt()).toBe(5_000 + policy.callTimeoutMs);
    expect(table.answer(5_002, 'a2', { kind: 'failed', message: 'connection refused' })).toEqual(['finish partial']);
    expect(table.stateOf('a2')).toMatchObject({ state: 'pending', message: 'connection refused' });
  });

  test('what is in place but for a role is no run that is done, and says so', () => {
    const table = tableOf({ participants: [member('a1')] });
    table.start(0);
    table.prepared(1, 'a1');
    table.recorded(2, 'won');
    expect(table.answer(3, 'a1', { kind: 'committed', answer: { committed: true, applied: true, message: 'Applied, but role bank failed' } })).toEqual(['finish partial']);
    expect(table.stateOf('a1')).toMatchObject({ state: 'failed', message: 'Applied, but role bank failed' });
  });

  test('an instance known to be away costs no time, and is left pending', () => {
    const table = tableOf({ participants: [member('a1'), member('a2', false)] });
    expect(table.start(0)).toEqual(['prepare a1']);
    expect(table.prepared(1, 'a1')).toEqual(['recordDecision']);
    table.recorded(2, 'won');
    expect(table.applied(3, 'a1')).toEqual(['finish partial']);
    expect(table.stateOf('a2')?.state).toBe('pending');
  });

  test('a silent instance is given up by the clock alone', () => {
    const table = tableOf({ participants: [member('a1')] });
    table.start(0);
    for (let now = table.machine.wakeAt(); now < 60_000 && table.machine.run().state === 'preparing'; now = table.machine.wakeAt()) table.tick(now);
    expect(table.machine.run()).toMatchObject({ state: 'aborted', error: expect.stringContaining('No instance could be reached: a1') });
  });

  test('a behind instance gets the base first and is asked again', () => {
    const table = tableOf();
    table.start(0);
    table.prepared(1, 'a1');
    const behind = { kind: 'prepared', answer: { ok: false, code: 'base', message: 'It has version 0' } } as const;
    expect(table.answer(2, 'a2', behind)).toEqual(['adopt a2']);
    expect(table.answer(3, 'a2', { kind: 'adopted', answer: { committed: true, applied: false, message: null } })).toEqual(['prepare a2']);
    expect(table.answer(4, 'a2', behind)).toEqual(['recordAborted', 'abort a1', 'abort a2']);
  });

  test('a lock of another run is waited for, not given up at', () => {
    const table = tableOf();
    table.start(0);
    table.prepared(1, 'a1');
    const locked = { kind: 'prepared', answer: { ok: false, code: 'locked', message: 'held by s2' } } as const;
    expect(table.answer(2, 'a2', locked)).toEqual([]);
    expect(table.stateOf('a2')?.message).toBe('held by s2');
    expect(table.tick(2 + policy.retryMs)).toEqual(['prepare a2']);
    expect(table.prepared(200, 'a2')).toEqual(['recordDecision']);
  });

  test('a lock that outlasts every wait aborts the run', () => {
    const table = tableOf();
    table.start(0);
    expect(table.answer(policy.lockWaitMs, 'a2', { kind: 'prepared', answer: { ok: false, code: 'locked', message: 'held by s2' } })).toContain('recordAborted');
  });

  test('an answer to an older call is not taken for one to a newer', () => {
    const table = tableOf();
    table.start(0);
    table.answer(1, 'a2', { kind: 'failed', message: 'reset' });
    table.tick(500);
    expect(table.machine.receive(501, { kind: 'prepared', uuid: 'a2', attempt: 1, answer: { ok: true } })).toEqual([]);
    expect(table.stateOf('a2')?.state).toBe('preparing');
  });
});

describe('at the decision', () => {
  test('somebody else was faster: all is aborted', () => {
    const table = atDecision();
    expect(table.recorded(3, 'lost')).toEqual(['recordAborted', 'abort a1', 'abort a2']);
    expect(table.machine.run().error).toBe('Somebody else was faster.');
  });

  test('an unknown outcome is asked again, never aborted', () => {
    const table = atDecision();
    expect(table.recorded(3, 'unknown')).toEqual([]);
    expect(table.tick(3 + policy.retryMs)).toEqual(['recordDecision']);
    expect(table.recorded(200, 'won')).toEqual(['commit a1', 'commit a2']);
  });

  test('a database that stays silent leaves the run to recovery, without an abort', () => {
    const table = atDecision();
    for (let now = table.machine.wakeAt(); now < 600_000; now = table.machine.wakeAt()) table.tick(now);
    expect(table.said.at(-1)).toBe('finish preparing');
    expect(table.said.filter((word) => word.startsWith('abort') || word.startsWith('commit'))).toEqual([]);
    expect(table.machine.run().error).toContain('not known whether version 2 is decided');
  });

  test('an abort that finds the run decided turns into its commit', () => {
    const table = atDecision();
    table.recorded(3, 'lost');
    expect(table.take(table.machine.receive(4, { kind: 'abortRecorded', outcome: 'decided' }))).toEqual(['commit a1', 'commit a2']);
    expect(table.machine.run()).toMatchObject({ state: 'decided', error: null });
  });
});

describe('after the decision', () => {
  test('an agent that lost its candidate gets the version whole', () => {
    const table = atDecision();
    table.recorded(3, 'won');
    expect(table.answer(4, 'a1', { kind: 'committed', answer: { committed: false, applied: false, message: 'no candidate' } })).toEqual(['adopt a1']);
    table.answer(5, 'a1', { kind: 'adopted', answer: { committed: true, applied: true, message: null } });
    expect(table.applied(6, 'a2')).toEqual(['finish done']);
  });

  test('an agent that is not heard of any more is pending at the end, whatever it does', () => {
    const table = atDecision();
    table.recorded(3, 'won');
    table.applied(4, 'a1');
    for (let now = table.machine.wakeAt(); now < 600_000; now = table.machine.wakeAt()) table.tick(now);
    expect(table.machine.run()).toMatchObject({ state: 'partial', finishedAt: 3 + policy.commitTimeoutMs });
    expect(table.stateOf('a2')?.state).toBe('pending');
  });

  test('an agent that is still applying is asked again; one whose effects fail is reported so', () => {
    const table = atDecision();
    table.recorded(3, 'won');
    expect(table.answer(4, 'a1', { kind: 'committed', answer: { committed: true, applied: false, message: null } })).toEqual(['commit a1']);
    table.applied(5, 'a1');
    expect(table.answer(6, 'a2', { kind: 'committed', answer: { committed: true, applied: false, message: 'box.cfg: out of memory' } })).toEqual(['finish partial']);
    expect(table.stateOf('a2')).toMatchObject({ state: 'failed', message: 'box.cfg: out of memory' });
  });

  test('an agent that keeps refusing a decided version is reported, not asked for ever', () => {
    const table = atDecision();
    table.recorded(3, 'won');
    table.applied(4, 'a1');
    table.answer(5, 'a2', { kind: 'committed', answer: { committed: false, applied: false, message: 'disk full' } });
    let now = 6;
    for (let round = 0; round < 10 && table.machine.run().state === 'decided'; round++, now += policy.retryMs) {
      table.tick(now);
      table.answer(now, 'a2', { kind: 'adopted', answer: { committed: false, applied: false, message: 'disk full' } });
    }
    expect(table.machine.run().state).toBe('partial');
    expect(table.stateOf('a2')).toMatchObject({ state: 'failed', message: 'disk full' });
    expect(table.said.filter((word) => word === 'adopt a2')).toHaveLength(3);
  });
});

describe('another server', () => {
  test('finishes what was decided, with commits first and the whole version where the candidate is gone', () => {
    const machine = ApplyCoordinator.resumeDecided({ run, base: versionOf(1), candidate: versionOf(2), participants: [member('a1'), member('a2'), member('a3', false)], decidedAt: 3 });
    const table = new Table(machine);
    expect(table.start(100)).toEqual(['commit a1', 'commit a2']);
    table.applied(101, 'a1');
    expect(table.answer(102, 'a2', { kind: 'committed', answer: { committed: false, applied: false, message: null } })).toEqual(['adopt a2']);
    expect(table.answer(103, 'a2', { kind: 'adopted', answer: { committed: true, applied: true, message: null } })).toEqual(['finish partial']);
    expect(machine.run()).toMatchObject({ decidedAt: 3, state: 'partial' });
    expect(table.stateOf('a3')?.state).toBe('pending');
  });

  test('releases the locks of what was not decided', () => {
    const machine = ApplyCoordinator.resumeAborted({ run, base: null, candidate: versionOf(2), participants: [member('a1')], error: 'its server is gone' });
    const table = new Table(machine);
    expect(table.start(100)).toEqual(['abort a1']);
    expect(table.answer(101, 'a1', { kind: 'aborted' })).toEqual(['finish aborted']);
    expect(machine.run().error).toBe('its server is gone');
  });
});
