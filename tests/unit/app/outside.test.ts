import { describe, expect, it } from 'vitest';
import { agentCommand, seedsOf } from '~/app/lib/agent-command.ts';
import { loginPath, safeNext } from '~/app/lib/deep-link.ts';
import { lockText, problemFrom } from '~/app/lib/problem.ts';
import { linkRows } from '~/app/lib/replication.ts';
import { detailOf, appointed, troubled } from '../../support/fixtures.ts';

describe('deep links', () => {
  it.each([
    ['/?q=a&instance=i1', '/?q=a&instance=i1'],
    [null, '/'],
    ['https://evil.example/', '/'],
    ['//evil.example/x', '/'],
    ['/\\evil.example', '/'],
    ['/\t/evil.example', '/'],
    ['/login?next=/x', '/'],
    ['javascript:alert(1)', '/'],
  ])('%s -> %s', (next, safe) => expect(safeNext(next)).toBe(safe));
  it('are kept over the sign-in', () => {
    expect(loginPath('/')).toBe('/login');
    expect(loginPath('/?q=a b')).toBe('/login?next=%2F%3Fq%3Da%2520b');
  });
});

describe('problems', () => {
  const carrying = (data: unknown) => Object.assign(new Error('message'), { data });
  it('are read from what the server says', () => {
    expect(problemFrom(carrying({ code: 'X', problem: { code: 'REFUSED', title: 'ignored', detail: 'd', data: { a: 1 } } }))).toEqual({ code: 'REFUSED', title: 'Refused as unsafe', detail: 'd', data: { a: 1 } });
    expect(problemFrom(carrying({ code: 'PRECONDITION_FAILED' })).code).toBe('STALE_VERSION');
  });
  it('are a lost connection where the server says nothing', () => expect(problemFrom(new TypeError('Failed to fetch')).code).toBe('UNAVAILABLE'));
  it('name the end of a lock with its zone', () => {
    const problem = problemFrom(carrying({ problem: { code: 'LIMITED', detail: 'd', data: { retryAfterMs: 250_000 } } }));
    expect(lockText(problem, 1_700_000_000_000)).toMatch(/^Locked until \d\d:\d\d:\d\d UTC.* \(4 min 10 s\)\.$/);
    expect(lockText(problemFrom(carrying({ problem: { code: 'UNAUTHENTICATED', detail: 'd', data: {} } })), 0)).toBeNull();
  });
});

describe('the command of the empty page', () => {
  it('names the gossip address of this server first, then of the others that live', () => {
    const member = (kind: string, state: string, address: string) => ({ kind, state, address });
    expect(seedsOf(undefined)).toEqual([]);
    expect(seedsOf({ address: '10.0.0.1:7300', observers: [{ kind: 'server', members: [member('agent', 'alive', '10.0.0.5:7301'), member('server', 'alive', '10.0.0.2:7300'), member('server', 'dead', '10.0.0.3:7300')] }] })).toEqual(['10.0.0.1:7300', '10.0.0.2:7300']);
  });

  it('is one that starts the next agent', () => {
    const command = agentCommand({ cluster: 'demo', seeds: ['10.0.0.1:7300'], known: 2 });
    expect(command).toContain('--name i3 --cluster demo');
    expect(command).toContain('--listen 127.0.0.1:3303 --gossip 127.0.0.1:7303 --http 127.0.0.1:8303');
    expect(command).toContain('--seeds 10.0.0.1:7300');
  });
});

describe('replication links', () => {
  const now = 1_700_000_000_000;
  it('have names, and say what is wrong', () => {
    const overview = troubled(now);
    const replica = overview.instances.find(({ alias }) => alias === 's1-2')!;
    const rows = linkRows(detailOf(replica, overview, now).status!.database!, { instances: overview.instances, self: replica.uuid });
    expect(rows).toMatchObject([{ name: 's1-1', upstream: { text: 'disconnected', health: 'critical' }, downstream: { text: 'no', health: 'unknown' }, lagSeconds: 42.3, message: expect.stringContaining('refused') }]);
  });

  it('are not missing where nobody needs them: all follow the one that is appointed', () => {
    const overview = appointed(now);
    const [first, master, third] = overview.instances;
    const replicaset = overview.replicasets[0]!;
    const { database } = detailOf(first!, overview, now).status!;
    const star = { ...database!, replication: database!.replication.map((link) => (link.uuid === third!.uuid ? { ...link, upstream: null, downstream: null } : { ...link, downstream: null })) };
    const rows = linkRows(star, { instances: overview.instances, self: first!.uuid, replicaset });
    expect(rows.map(({ name, upstream, downstream }) => [name, upstream.text, downstream.text])).toEqual([[master!.alias, 'follow', 'need not'], [third!.alias, 'need not', 'need not']]);
    const lost = linkRows({ ...star, replication: star.replication.map((link) => ({ ...link, upstream: null })) }, { instances: overview.instances, self: first!.uuid, replicaset });
    expect(lost[0]!.upstream).toEqual({ text: 'no', health: 'unknown' });
  });
});
