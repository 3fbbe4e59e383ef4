import { describe, expect, it } from 'vitest';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import type { DatabaseFacts, Facts, FenceAnswer, PeerFacts } from '~/agent/lifecycle/facts.ts';
import { stillHeld } from '~/agent/lifecycle/held.ts';
import { plan } from '~/agent/lifecycle/plan.ts';

const memory = { stopped: false, dataOf: null, held: null, promise: null, endedAt: null, rebuild: false, diverged: null };

function configOf(change: (config: ClusterConfig) => void = () => {}): ClusterConfig {
  const instance = (alias: string) => ({ alias, uri: `${alias}:3301`, replicaset: 'rs', zone: null, electable: true, disabled: false });
  const config: ClusterConfig = {
    format: 1,
    name: 'test',
    replicasets: { rs: { alias: 'rs', roles: ['storage'], priority: ['a', 'b'], weight: 1, allRw: false } },
    instances: { a: instance('a'), b: instance('b') },
    expelled: {},
    failover: { mode: 'disabled' },
    sections: {},
  };
  change(config);
  return config;
}

const stateboardConfig = configOf((config) => {
  config.replicasets.rs = { ...config.replicasets.rs!, roles: ['stateboard'], weight: null, priority: ['a'] };
  delete config.instances.b;
});

const answer = (parts: Partial<FenceAnswer> = {}): FenceAnswer => ({ at: 1000, granted: true, vclock: {}, version: 1, message: null, serial: 0, ...parts });
const peer = (parts: Partial<PeerFacts> = {}): PeerFacts => ({ uuid: 'b', alias: 'b', uri: 'b:3301', leaving: false, expelled: false, alive: true, readOnly: null, waitsToJoin: false, answer: null, ...parts });
const database = (parts: Partial<DatabaseFacts> = {}): DatabaseFacts => ({ configured: true, status: 'running', readOnly: true, listen: 'a:3301', peers: ['b:3301'], ...parts });
const up = { state: 'up' as const, nextStartAt: null, lastExit: null };
const bare = database({ configured: false, status: 'unknown', listen: null, peers: [] });

const facts = (parts: Partial<Facts> = {}): Facts => ({
  now: 1000, uuid: 'a', version: 1, config: configOf(), candidateNeedsDatabase: false, listen: 'a:3301', memory, holds: false, files: 'none',
  process: up, database: database(), peers: [peer({ readOnly: true })], newestHeard: 1, settled: true, restart: false, forgottenFor: 0, failure: null, leadership: null, wish: null, roles: null, ...parts,
});

describe('the life cycle', () => {
  it.each<[string, Partial<Facts>, object]>([
    ['unconfigured, nothing runs', { config: null, process: { ...up, state: 'down' }, database: null }, { goal: 'unconfigured', state: 'unconfigured', step: null }],
    ['unconfigured, a version is prepared', { config: null, process: { ...up, state: 'down' }, database: null, candidateNeedsDatabase: true }, { state: 'unconfigured', step: { kind: 'startProcess' } }],
    ['unconfigured, that version was dropped', { config: null, database: bare }, { step: { kind: 'stopProcess', drain: false } }],
    ['expelled', { config: configOf((c) => { c.expelled.a = c.instances.a!; delete c.instances.a; }) }, { goal: 'expelled', step: { kind: 'stopProcess', drain: true, heirs: ['b'] } }],
    ['expelled, the one that follows it is dead', { config: configOf((c) => { c.expelled.a = c.instances.a!; delete c.instances.a; }), peers: [peer({ alive: false })] }, { step: { kind: 'stopProcess', drain: true, heirs: [] } }],
    ['expelled and down', { config: configOf((c) => { c.expelled.a = c.instances.a!; delete c.instances.a; }), process: { ...up, state: 'down' }, database: null }, { goal: 'expelled', state: 'expelled', step: null }],
    ['disabled', { config: configOf((c) => void (c.instances.a!.disabled = true)) }, { goal: 'disabled', step: { kind: 'stopProcess', drain: true } }],
    ['stopped by a person', { memory: { ...memory, stopped: true } }, { goal: 'stopped', step: { kind: 'stopProcess', drain: true, heirs: [] } }],
    ['no data role', { config: configOf((c) => void (c.replicasets.rs!.roles = ['router'])), process: { ...up, state: 'down' }, database: null }, { goal: 'ready', state: 'ready', step: null }],
    ['keeps the state of failover, for the first time', { config: stateboardConfig, database: bare, peers: [] }, { step: { kind: 'startStateboard', replicaset: 'rs', listen: 'a:3301', settleMs: 0 } }],
    ['keeps the state of failover, again: leases may be out', { config: stateboardConfig, database: bare, peers: [], memory: { ...memory, dataOf: 'rs' }, files: 'data' }, { step: { kind: 'startStateboard', settleMs: 2000 } }],
    ['keeps the state of failover, and its files are gone', { config: stateboardConfig, database: bare, peers: [], memory: { ...memory, dataOf: 'rs' } }, { step: { kind: 'startStateboard', settleMs: 2000 } }],
    ['keeps the state of failover, has data of another replicaset', { config: stateboardConfig, database: bare, peers: [], memory: { ...memory, dataOf: 'other' }, files: 'data' }, { state: 'failed', step: null }],
    ['keeps the state of failover, runs', { config: stateboardConfig, database: database({ readOnly: false, peers: [] }), peers: [] }, { state: 'ready', step: null }],
    ['keeps the state of failover, at a new address', { config: stateboardConfig, database: database({ readOnly: false, peers: [], listen: 'b:1' }), peers: [] }, { step: { kind: 'configure', listen: 'a:3301', peers: [] } }],
    ['down', { process: { ...up, state: 'down' }, database: null }, { goal: 'ready', step: { kind: 'startProcess' } }],
    ['crashed, waits', { process: { state: 'down', nextStartAt: 1500, lastExit: 'signal SIGSEGV' }, database: null }, { state: 'crashed', reason: 'signal SIGSEGV', step: null, wakeAt: 1500 }],
    ['silent', { process: { ...up, state: 'silent' }, database: null }, { state: 'failed', step: null }],
    ['silent, to be restarted', { process: { ...up, state: 'silent' }, restart: true }, { step: { kind: 'stopProcess', drain: false } }],
    ['silent, expelled', { process: { ...up, state: 'silent' }, database: null, config: configOf((c) => { c.expelled.a = c.instances.a!; delete c.instances.a; }) }, { step: { kind: 'stopProcess', drain: false } }],
    ['leftovers of a bootstrap that was killed', { process: { ...up, state: 'down' }, database: null, files: 'leftovers' }, { step: { kind: 'moveAside' } }],
    ['to be rebuilt, runs', { memory: { ...memory, rebuild: true } }, { step: { kind: 'stopProcess', drain: true, heirs: ['b'] } }],
    ['to be rebuilt, down', { memory: { ...memory, rebuild: true }, process: { ...up, state: 'down' }, database: null, files: 'data' }, { step: { kind: 'moveAside' } }],
    ['to be restarted', { restart: true }, { step: { kind: 'stopProcess', drain: true } }],
    ['has files', { database: bare, files: 'data' }, { step: { kind: 'startDatabase', how: 'recover', peers: ['b:3301'] } }],
    ['has files of another replicaset', { database: bare, files: 'data', memory: { ...memory, dataOf: 'other' } }, { state: 'failed', step: null }],
    ['a peer can be written', { database: bare, peers: [peer({ readOnly: false })] }, { state: 'connecting', step: { kind: 'startDatabase', how: 'join', peers: ['b:3301'] } }],
    ['a peer has data and cannot be written', { database: bare, peers: [peer({ readOnly: true })] }, { state: 'connecting', step: null }],
    ['lost its data, a read-only peer has them', { database: bare, memory: { ...memory, dataOf: 'rs' }, peers: [peer({ readOnly: true })] }, { step: { kind: 'startDatabase', how: 'join' } }],
    ['lost its data, no peer can be reached', { database: bare, memory: { ...memory, dataOf: 'rs' }, peers: [peer({ alive: false })] }, { state: 'connecting', step: null, reason: expect.stringContaining('gone') }],
    ['first of a new replicaset, asks', { database: bare, peers: [peer()] }, { state: 'bootstrapping', step: { kind: 'askFence', peers: ['b'] } }],
    ['first of a new replicaset, a peer cannot be reached', { database: bare, peers: [peer({ alive: false })] }, { state: 'bootstrapping', step: null, reason: expect.stringContaining('cannot be reached') }],
    ['first of a new replicaset, a disabled peer cannot be reached', { database: bare, peers: [peer({ alive: false, leaving: true })] }, { step: null }],
    ['first of a new replicaset, an expelled peer cannot be reached', { database: bare, peers: [peer({ alive: false, leaving: true, expelled: true })] }, { step: { kind: 'startDatabase', how: 'bootstrap' } }],
    ['first of a new replicaset, a peer has data', { database: bare, peers: [peer({ answer: answer({ vclock: { 0: 0 } }) })] }, { state: 'connecting', step: null }],
    ['first of a new replicaset, nobody has data', { database: bare, peers: [peer({ answer: answer() })] }, { state: 'bootstrapping', step: { kind: 'startDatabase', how: 'bootstrap', peers: [] } }],
    ['second of a new replicaset', { uuid: 'b', database: bare, peers: [peer({ uuid: 'a', alias: 'a' })] }, { state: 'connecting', step: null, reason: 'waits for a to begin the replicaset' }],
    ['a newer version is on its way', { database: bare, newestHeard: 2, peers: [peer({ answer: answer() })] }, { step: null }],
  ])('%s', (_name, parts, decision) => {
    expect(plan(facts(parts))).toMatchObject(decision);
  });
});

describe('who may write', () => {
  const replica = { uuid: 'b', listen: 'b:3301', database: database({ listen: 'b:3301', peers: ['a:3301'] }), peers: [peer({ uuid: 'a', alias: 'a', uri: 'a:3301', readOnly: false })] };
  it.each<[string, Partial<Facts>, object]>([
    ['a replica rests', replica, { state: 'ready', step: null, reason: null }],
    ['a replica that is writable is frozen', { ...replica, database: { ...replica.database, readOnly: false } }, { step: { kind: 'freeze' } }],
    ['the master rests', { holds: true, database: database({ readOnly: false }) }, { state: 'ready', step: null }],
    ['the master goes on after a restart', { holds: true }, { step: { kind: 'makeWritable' } }],
    ['not before its peers were heard', { holds: true, settled: false }, { step: null, state: 'configuring' }],
    ['nor with a newer version about', { holds: true, newestHeard: 2 }, { step: null, reason: expect.stringContaining('version 2') }],
    ['the one that is named asks', {}, { step: { kind: 'askFence', peers: ['b'] } }],
    ['waits for who cannot be reached', { peers: [peer({ alive: false })] }, { step: null, reason: expect.stringContaining('b cannot be reached') }],
    ['asks again after a refusal, in a while', { peers: [peer({ readOnly: true, answer: answer({ granted: false, message: 'not yet' }) })] }, { step: null, reason: 'b: not yet', wakeAt: 1150 }],
    ['asks who writes last', { peers: [peer({ readOnly: false }), peer({ uuid: 'c', alias: 'c', uri: 'c:1', readOnly: true })], database: database({ peers: ['b:3301', 'c:1'] }) }, { step: { kind: 'askFence', peers: ['c'], catchUp: false } }],
    ['and asks it then', { peers: [peer({ readOnly: false }), peer({ uuid: 'c', alias: 'c', uri: 'c:1', readOnly: true, answer: answer({ vclock: { 1: 1 } }) })], database: database({ peers: ['b:3301', 'c:1'] }) }, { step: { kind: 'askFence', peers: ['b'], catchUp: true } }],
    ['does not wait for the disabled', { peers: [peer({ alive: false, leaving: true })], database: database({ peers: [] }) }, { step: { kind: 'takeOver' } }],
    ['takes over when all have promised, as far as they have come', { peers: [peer({ readOnly: true, answer: answer({ vclock: { 0: 9, 1: 5, 2: 3 } }) })] }, { step: { kind: 'takeOver', vclock: { 1: 5, 2: 3 } } }],
    ['waits no longer for rows of one that has left', { now: 9000, database: database({ peers: [] }), peers: [peer({ leaving: true, answer: answer({ vclock: { 2: 3 } }) })] }, { step: { kind: 'takeOver', vclock: {} } }],
    ['a promise under a newer version binds', { memory: { ...memory, promise: { version: 2, by: 'b', serial: 1 } } }, { step: null, reason: 'has promised b to stay read-only under version 2' }],
    ['a promise ends leadership', { holds: true, database: database({ readOnly: false }), memory: { ...memory, promise: { version: 1, by: 'b', serial: 1 } } }, { step: { kind: 'freeze' } }],
    ['the old master stays until it is asked', { ...replica, holds: true, database: { ...replica.database, readOnly: false } }, { state: 'ready', step: null, reason: 'stays master until a has taken over' }],
    ['stands in for one that has no data yet', { ...replica, peers: [peer({ uuid: 'a', alias: 'a', uri: 'a:3301', waitsToJoin: true })] }, { step: { kind: 'askFence', peers: ['a'] } }],
    ['connects to new peers first', { database: database({ peers: [] }) }, { step: { kind: 'configure', peers: ['b:3301'] } }],
    ['keeps the link to a leaving peer until it has taken over', { peers: [peer({ leaving: true, readOnly: true })] }, { step: { kind: 'askFence', peers: ['b'] } }],
    ['cuts it then', { holds: true, database: database({ readOnly: false }), peers: [peer({ leaving: true })] }, { step: { kind: 'configure', peers: [] } }],
    ['is orphan', { holds: true, database: database({ status: 'orphan' }) }, { step: null, reason: 'the database is orphan' }],
    ['all may write', { config: configOf((c) => void (c.replicasets.rs!.allRw = true)) }, { step: { kind: 'makeWritable' } }],
    ['takes the expelled off the list', { holds: true, database: database({ readOnly: false }), config: configOf((c) => void (c.expelled.x = { alias: 'x', uri: 'x:1', replicaset: 'rs' })) }, { state: 'ready', step: { kind: 'forget', uuids: ['x'] } }],
    ['once', { holds: true, forgottenFor: 1, database: database({ readOnly: false }), config: configOf((c) => void (c.expelled.x = { alias: 'x', uri: 'x:1', replicaset: 'rs' })) }, { state: 'ready', step: null }],
    ['what failed is not tried at once, and stays in view', { failure: { step: 'askFence', reason: 'no route', stack: null, retryAt: 1200 } }, { state: 'failed', reason: 'no route', step: null, wakeAt: 1200 }],
    ['and is tried again', { now: 1200, failure: { step: 'askFence', reason: 'no route', stack: null, retryAt: 1200 } }, { step: { kind: 'askFence' } }],
  ])('%s', (_name, parts, decision) => {
    expect(plan(facts(parts))).toMatchObject(decision);
  });
});

describe('leadership over versions', () => {
  const held = { replicaset: 'rs', version: 3 };
  it.each<[string, number, [number, number | null][], boolean]>([
    ['the same version', 3, [[3, 2]], true],
    ['one that was made from it', 4, [[4, 3]], true],
    ['a chain', 6, [[6, 5], [5, 4], [4, 3]], true],
    ['a version in between is not known', 6, [[6, 5], [4, 3]], false],
    ['made from another', 5, [[5, 2]], false],
    ['an older version', 2, [[2, 1]], false],
    ['a first version again', 5, [[5, null]], false],
    ['a base that does not go back', 5, [[5, 5]], false],
  ])('%s', (_name, version, bases, good) => {
    expect(stillHeld(held, { version, replicaset: 'rs' }, new Map(bases))).toBe(good);
  });

  it('belongs to one replicaset', () => {
    expect(stillHeld(held, { version: 3, replicaset: 'other' }, new Map())).toBe(false);
    expect(stillHeld(null, { version: 3, replicaset: 'rs' }, new Map())).toBe(false);
  });
});
