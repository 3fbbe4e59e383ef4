import { describe, expect, test } from 'vitest';
import { ApplyParticipant } from '~/core/apply/participant.ts';
import type { ParticipantDisk, ParticipantEffect, ParticipantEvent } from '~/core/apply/participant-messages.ts';
import { defaultParticipantPolicy as policy } from '~/core/apply/policy.ts';
import { hashOf, refOf, versionOf } from './support.ts';

const atVersion = (version: number): ParticipantDisk => ({ committed: version > 0 ? versionOf(version) : null, candidate: null, lastRun: null });
const agentAt = (version: number, disk: Partial<ParticipantDisk> = {}) => new ApplyParticipant({ hashOf }, { disk: { ...atVersion(version), ...disk } });

type Prepare = Extract<ParticipantEvent, { kind: 'prepare' }>;
const prepare = (version: number, over: Partial<Prepare> = {}): Prepare => ({
  kind: 'prepare', requestId: 1, runId: `run${version}`, owner: 's1', base: version > 1 ? refOf(versionOf(version - 1)) : null, content: versionOf(version), ttlMs: 1_000, objection: null, ...over,
});
const commit = (version: number, over: Partial<Extract<ParticipantEvent, { kind: 'commit' }>> = {}) => ({ kind: 'commit', requestId: 2, runId: `run${version}`, ...refOf(versionOf(version)), waitMs: 100, ...over }) as const;
const adopt = (version: number) => ({ kind: 'adopt', requestId: 3, content: versionOf(version), waitMs: 100 }) as const;

const kinds = (effects: readonly ParticipantEffect[]) => effects.map(({ kind }) => kind);
const answerIn = (effects: readonly ParticipantEffect[]) => effects.find((effect) => effect.kind === 'answer')?.answer;
const codeOf = (effects: readonly ParticipantEffect[]) => {
  const answer = answerIn(effects);
  return answer && 'ok' in answer && !answer.ok ? answer.code : answer;
};

describe('prepare', () => {
  test('the candidate is on disk before it is promised', () => {
    expect(kinds(agentAt(1).receive(0, prepare(2)))).toEqual(['persistCandidate', 'answer']);
  });

  test.each([
    ['a document that does not have its hash', prepare(2, { content: { ...versionOf(2), text: 'other' } }), 'hash'],
    ['a base that is newer', prepare(4), 'base'],
    ['a base that is older', prepare(1, { base: null }), 'base'],
    ['a base of the same number and another content', prepare(2, { base: { version: 1, hash: 'f'.repeat(64) } }), 'base'],
    ['what its own checks reject', prepare(2, { objection: { code: 'invalid', message: 'no' } }), 'invalid'],
  ])('%s is refused', (_what, event, code) => {
    const agent = agentAt(1);
    expect(codeOf(agent.receive(0, event))).toBe(code);
    expect(agent.state().candidate).toBeNull();
  });

  test('a base that was overtaken is refused, whatever number the candidate has', () => {
    expect(codeOf(agentAt(3).receive(0, prepare(9, { base: refOf(versionOf(2)) })))).toBe('base');
  });

  test('an agent without a configuration takes any base', () => {
    expect(answerIn(agentAt(0).receive(0, prepare(7)))).toEqual({ ok: true });
  });

  test('one that has a configuration is not taken over by a cluster that has none', () => {
    expect(codeOf(agentAt(3).receive(0, prepare(4, { base: null })))).toBe('base');
  });

  test('a lock keeps other servers out until it runs out, and no longer', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    const other = prepare(2, { runId: 'other', owner: 's2', content: versionOf(2, 'other') });
    expect(agent.receive(999, other).find((effect) => effect.kind === 'answer')?.answer).toMatchObject({ code: 'locked', message: expect.stringContaining('s1') });
    expect(kinds(agent.receive(1_000, other))).toEqual(['dropCandidate', 'persistCandidate', 'answer']);
  });

  test('a server is not kept out by its own left-over', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(answerIn(agent.receive(1, prepare(2, { runId: 'after restart', content: versionOf(2, 'other') })))).toEqual({ ok: true });
  });

  test('the same prepare twice is one, and does not prolong the lock', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(kinds(agent.receive(400, prepare(2)))).toEqual(['answer']);
    expect(agent.state().candidate?.lockedAt).toBe(0);
  });

  test('a prepare that comes after its abort locks nothing', () => {
    const agent = agentAt(1);
    agent.receive(0, { kind: 'abort', requestId: 9, runId: 'run2' });
    expect(codeOf(agent.receive(1, prepare(2)))).toBe('refused');
  });

  test('no lock is granted for longer than the agent allows', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2, { ttlMs: 10 ** 9 }));
    expect(agent.state().candidate?.ttlMs).toBe(policy.lockTtlMaxMs);
  });

  test('a full disk is said, and leaves no trace', () => {
    const agent = agentAt(1);
    const before = agent.state();
    agent.receive(0, prepare(2));
    expect(agent.receive(0, { kind: 'persistFailed', message: 'no space left' })).toEqual([{ kind: 'answer', requestId: 1, to: 'prepare', answer: { ok: false, code: 'disk', message: 'no space left' } }]);
    expect(agent.state()).toEqual(before);
  });
});

describe('commit and adopt', () => {
  test('a commit makes the candidate the committed version; the answer waits for the effects', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(kinds(agent.receive(1, commit(2)))).toEqual(['persistCommitted', 'dropCandidate', 'apply']);
    expect(agent.wakeAt()).toBe(101);
    expect(agent.receive(50, { kind: 'applied', version: 2, message: null })).toEqual([{ kind: 'answer', requestId: 2, to: 'commit', answer: { committed: true, applied: true, message: null } }]);
    expect(agent.outcomeOf('run2')).toEqual({ outcome: 'committed', version: 2 });
  });

  test('effects that take too long or fail are told as such, and the version stays committed', () => {
    const slow = agentAt(1);
    slow.receive(0, adopt(2));
    expect(answerIn(slow.tick(100))).toEqual({ committed: true, applied: false, message: null });
    const failing = agentAt(1);
    failing.receive(0, adopt(2));
    expect(answerIn(failing.receive(1, { kind: 'applied', version: 2, message: 'box.cfg failed' }))).toEqual({ committed: true, applied: false, message: 'box.cfg failed' });
    expect(failing.state().committed?.meta.version).toBe(2);
    failing.receive(2, { kind: 'applied', version: 2, message: null, fault: 'but for a role' });
    expect(failing.state()).toMatchObject({ appliedVersion: 2, appliedFault: 'but for a role', applyFailure: null });
    failing.receive(2, { kind: 'applied', version: 2, message: null });
    expect(failing.state().appliedFault).toBeNull();
    expect(answerIn(failing.receive(3, commit(2)))).toMatchObject({ applied: true });
  });

  test('without its candidate, a commit is not done: the version has to come whole', () => {
    const agent = agentAt(1);
    expect(answerIn(agent.receive(0, commit(2)))).toMatchObject({ committed: false });
    agent.receive(1, prepare(2, { runId: 'another' }));
    expect(answerIn(agent.receive(2, commit(2)))).toMatchObject({ committed: false });
    expect(kinds(agent.receive(3, adopt(2)))).toEqual(['persistCommitted', 'dropCandidate', 'apply']);
  });

  test('a commit of another content than the candidate is not done', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(answerIn(agent.receive(1, commit(2, { hash: hashOf('other') })))).toMatchObject({ committed: false });
    expect(agent.state().committed?.meta.version).toBe(1);
  });

  test('what is there already is committed again without a write', () => {
    const agent = agentAt(3);
    agent.receive(0, { kind: 'applied', version: 3, message: null });
    for (const event of [commit(2), commit(3), adopt(2), adopt(3)]) {
      const effects = agent.receive(1, event);
      expect(kinds(effects)).toEqual(['answer']);
      expect(answerIn(effects)).toMatchObject({ committed: true, applied: true });
    }
  });

  test('another content under the same number is never taken, and is told', () => {
    const agent = agentAt(2);
    expect(answerIn(agent.receive(0, { ...adopt(2), content: versionOf(2, 'other') }))).toMatchObject({ committed: false, message: expect.stringContaining('two databases') });
    expect(agent.state().conflict?.sentence).toContain('version 2');
    agent.receive(0, adopt(2));
    expect(agent.state().conflict).toBeNull();
    agent.receive(0, { ...adopt(2), content: versionOf(2, 'other') });
    agent.receive(1, adopt(3));
    expect(agent.state().conflict).toBeNull();
  });

  test('a document that does not have its hash is not adopted', () => {
    expect(answerIn(agentAt(1).receive(0, { ...adopt(2), content: { ...versionOf(2), text: 'x' } }))).toMatchObject({ committed: false });
  });

  test('a decided version drops an undecided candidate of any run', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    agent.receive(1, adopt(5));
    expect(agent.state()).toMatchObject({ candidate: null });
    expect(agent.state().committed?.meta.version).toBe(5);
  });

  test('a bounded number of callers waits', () => {
    const agent = agentAt(1);
    agent.receive(0, adopt(2));
    for (let i = 0; i < policy.waitersMax + 5; i++) agent.receive(0, { ...adopt(2), requestId: 100 + i, waitMs: 60_000 });
    expect(agent.state().waiters.length).toBe(policy.waitersMax);
  });
});

describe('in doubt', () => {
  test('peers are asked when half of the lock is over, again each second, and the candidate goes with its lock', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2, { ttlMs: 4_000 }));
    expect(agent.wakeAt()).toBe(2_000);
    expect(agent.tick(2_000)).toEqual([{ kind: 'askPeers', runId: 'run2' }]);
    expect(agent.tick(2_500)).toEqual([]);
    expect(agent.tick(3_000)).toEqual([{ kind: 'askPeers', runId: 'run2' }]);
    expect(kinds(agent.tick(4_000))).toEqual(['dropCandidate']);
    expect(agent.state()).toMatchObject({ candidate: null });
    expect(agent.outcomeOf('run2')).toEqual({ outcome: 'unknown', version: 1 });
  });

  test('a peer that committed the run proves the decision; one that merely prepared it does not', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(agent.receive(1, { kind: 'outcomeOfPeer', peer: 'a2', runId: 'run2', answer: { outcome: 'prepared', version: 1 } })).toEqual([]);
    expect(agent.receive(1, { kind: 'outcomeOfPeer', peer: 'a3', runId: 'run2', answer: { outcome: 'unknown', version: 1 } })).toEqual([]);
    expect(kinds(agent.receive(2, { kind: 'outcomeOfPeer', peer: 'a4', runId: 'run2', answer: { outcome: 'committed', version: 2 } }))).toEqual(['persistCommitted', 'dropCandidate', 'apply']);
  });

  test('a peer that heard the abort releases the lock', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(kinds(agent.receive(1, { kind: 'outcomeOfPeer', peer: 'a2', runId: 'run2', answer: { outcome: 'aborted', version: 1 } }))).toEqual(['dropCandidate']);
    expect(agent.outcomeOf('run2').outcome).toBe('aborted');
  });

  test('an abort drops the candidate, but not what is committed', () => {
    const agent = agentAt(1);
    agent.receive(0, prepare(2));
    expect(kinds(agent.receive(1, { kind: 'abort', requestId: 4, runId: 'run2' }))).toEqual(['dropCandidate', 'answer']);
    const late = agentAt(1);
    late.receive(0, prepare(2));
    late.receive(1, commit(2));
    late.receive(2, { kind: 'abort', requestId: 4, runId: 'run2' });
    expect(late.outcomeOf('run2')).toEqual({ outcome: 'committed', version: 2 });
  });

  test('a clock set back does not prolong the lock', () => {
    const agent = agentAt(1);
    agent.receive(1_000_000, prepare(2));
    agent.tick(10);
    expect(agent.wakeAt()).toBeLessThanOrEqual(510);
    expect(kinds(agent.tick(1_010))).toContain('dropCandidate');
  });
});

describe('a newer version heard of', () => {
  const heard = (peer: string, version: number) => ({ kind: 'gossipVersionSeen', peer, version, hash: versionOf(version).meta.hash.slice(0, 16) }) as const;

  test('is left to its server for a moment, then pulled from one who has it, then from the next', () => {
    const agent = agentAt(1);
    expect(agent.receive(0, heard('a2', 3))).toEqual([]);
    agent.receive(10, heard('a3', 3));
    expect(agent.wakeAt()).toBe(policy.pullDelayMs);
    expect(agent.tick(policy.pullDelayMs)).toEqual([{ kind: 'pullFrom', peer: 'a2', version: 3 }]);
    expect(agent.receive(300, { kind: 'pulled', peer: 'a2', content: null })).toEqual([{ kind: 'pullFrom', peer: 'a3', version: 3 }]);
    expect(kinds(agent.receive(400, { kind: 'pulled', peer: 'a3', content: versionOf(3) }))).toEqual(['persistCommitted', 'apply']);
    expect(agent.wakeAt()).toBe(Infinity);
  });

  test('a pull without an answer is given up; gossip has to name somebody again', () => {
    const agent = agentAt(1);
    agent.receive(0, heard('a2', 2));
    agent.tick(policy.pullDelayMs);
    expect(agent.tick(policy.pullDelayMs + policy.pullTimeoutMs)).toEqual([]);
    expect(agent.wakeAt()).toBe(Infinity);
    agent.receive(9_000, heard('a2', 2));
    expect(agent.wakeAt()).toBe(9_000 + policy.pullDelayMs);
  });

  test('a pulled document without its hash, or an older one, is not taken', () => {
    const agent = agentAt(3);
    agent.receive(0, heard('a2', 4));
    agent.tick(1_000);
    expect(agent.receive(1_001, { kind: 'pulled', peer: 'a2', content: { ...versionOf(4), text: 'x' } })).toEqual([]);
    expect(agent.receive(1_002, { kind: 'pulled', peer: 'a2', content: versionOf(2) })).toEqual([]);
    expect(agent.state().committed?.meta.version).toBe(3);
  });

  test('the same number with another hash is a conflict that shows', () => {
    const agent = agentAt(3);
    agent.receive(0, heard('a2', 3));
    expect(agent.state().conflict).toBeNull();
    agent.receive(0, { kind: 'gossipVersionSeen', peer: 'a2', version: 3, hash: 'f'.repeat(16) });
    expect(agent.state().conflict?.sentence).toContain('a2');
    agent.receive(1, heard('a3', 3));
    expect(agent.state().conflict?.holder).toBe('a2');
    agent.receive(2, heard('a2', 3));
    expect(agent.state().conflict).toBeNull();
  });
});

describe('after a restart', () => {
  const candidate = { runId: 'run2', owner: 's1', content: versionOf(2), lockedAt: 0, ttlMs: 1_000 };

  test('the committed version is brought into effect, and peers are asked about the candidate at once', () => {
    const agent = agentAt(1, { candidate });
    expect(agent.start(100)).toEqual([{ kind: 'apply', version: 1 }, { kind: 'askPeers', runId: 'run2' }]);
    expect(agent.outcomeOf('run2').outcome).toBe('prepared');
  });

  test('a candidate whose lock ran out meanwhile, or that was overtaken, goes', () => {
    expect(kinds(agentAt(1, { candidate }).start(1_000))).toContain('dropCandidate');
    expect(kinds(agentAt(2, { candidate }).start(10))).toEqual(['dropCandidate', 'apply']);
  });

  test('the outcome of the last run is still known to peers', () => {
    const agent = agentAt(2, { lastRun: { runId: 'run2', outcome: 'committed', version: 2 } });
    expect(agent.outcomeOf('run2')).toEqual({ outcome: 'committed', version: 2 });
  });
});
