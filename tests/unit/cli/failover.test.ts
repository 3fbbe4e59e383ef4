import { describe, expect, it } from 'vitest';
import { perform, type Shell } from '~/cli/operation.ts';
import { render } from '~/cli/output/index.ts';
import { exitOf } from '~/cli/wait.ts';
import { entryOf } from '~/contract/index.ts';
import { failoverStatusOf } from '~/core/standing/status.ts';
import { timingViewOf } from '~/core/standing/timing.ts';
import { appointed, member } from '../core-issues/appointing.ts';
import { Cluster } from '../core-issues/cluster.ts';

/** Failover on a terminal: what somebody needs who was woken by it, and nothing is done that was not meant. */

function statusOf(change: (cluster: Cluster) => void = () => {}) {
  const cluster = new Cluster({ s1: ['a', 'b'], s2: ['c', 'd'] });
  appointed(cluster);
  change(cluster);
  const { config, reports, now } = cluster.observed();
  return { now, status: failoverStatusOf({ config: config!.config, reports, now, ...cluster.failover, orders: [] }) };
}
const shown = async ({ now, status }: ReturnType<typeof statusOf>, format: 'table' | 'wide' = 'table') => render(entryOf('failover.status'), status, { format, style: { colour: false, nowMs: now } });

describe('failover status', () => {
  it('says who leads, by which lease, and who is next', async () => {
    const text = await shown(statusOf());
    expect(text).toContain('Failover stateful  Masters hold leases');
    expect(text).toMatch(/^s1 {2}a leads in epoch 4; b would be next\.$/m);
    expect(text).toMatch(/^a +- +master +4 +1\.5 s/m);
    expect(text).toMatch(/^b +- +follower, next +4 +-/m);
    expect(text).toContain('At worst nobody can write for');
  });

  it('has what is wrong first', async () => {
    const text = await shown(statusOf((cluster) => {
      cluster.report('c', { receivedAt: cluster.now - 9000 });
      cluster.failover = { ...cluster.failover, pause: { pause: { by: 'ann', reason: 'new switches', forMs: null, leftMs: null }, at: cluster.now } };
    }));
    expect(text.indexOf('s2  c is appointed in epoch 4 and is not heard')).toBeGreaterThan(0);
    expect(text.indexOf('s2  ')).toBeLessThan(text.indexOf('s1  '));
    expect(text).toContain('PAUSED by ann: new switches.');
  });

  it('says when it knows the reports alone', async () => {
    const text = await shown(statusOf((cluster) => void (cluster.failover = { told: null, why: 'boss does not answer.', pause: null })));
    expect(text).toContain('By the reports of the agents alone: boss does not answer.');
    expect(text).toContain('Whether it is paused is not known');
  });

  it('shows obstacles, and more where there is room', async () => {
    const one = statusOf((cluster) => member(cluster, 'b', { obstacle: 'Its disk is full.' }));
    expect(await shown(one)).toContain('Its disk is full.');
    const wide = await shown(one, 'wide');
    for (const head of ['UUID', 'WRITABLE', 'UPSTREAM', 'PROVIDER', 'REPORTED']) expect(wide).toContain(head);
  });
});

it('failover timing explains each length', async () => {
  const text = await render(entryOf('failover.timing'), timingViewOf(1200, 1000), { format: 'table', style: { colour: false, nowMs: 0 } });
  expect(text).toMatch(/^Margin +180 /m);
  expect(text).toContain('Wrong: The state provider may be away for 1000 ms');
});

it('exit codes tell what could not be done', () => {
  const moves = (...states: string[]) => ({ dryRun: false, plan: { refusals: [] }, run: null, data: { moves: states.map((state) => ({ state })) } });
  expect(exitOf(entryOf('failover.evacuate'), moves('done', 'skipped'))).toBe(0);
  expect(exitOf(entryOf('failover.evacuate'), moves('done', 'refused'))).toBe(8);
  expect(exitOf(entryOf('failover.preview'), { possible: false })).toBe(6);
});

describe('failover promote', () => {
  const shell = (answer: string): { shell: Shell; asked: string[] } => {
    const asked: string[] = [];
    const terminal = { interactive: true, ask: async (question: string) => { asked.push(question); return answer; }, askHidden: async () => '', say: (text: string) => void asked.push(text) };
    return { asked, shell: { terminal, env: { NODE_ENV: 'test', COTERIE_SERVER: 'http://127.0.0.1:1', COTERIE_TOKEN: 't' }, nowMs: () => 0, out: () => {}, colour: false } };
  };
  const run = (input: Record<string, unknown>, one: Shell) => perform(entryOf('failover.promote'), input, { globals: { output: 'table', timeout: '2s' }, shell: one });

  it('asks for the name with --force, and only then', async () => {
    const wrong = shell('a');
    await expect(run({ instance: 'b', force: true, dryRun: false }, wrong.shell)).rejects.toThrow('Not confirmed');
    expect(wrong.asked.join('')).toContain('Type b to go on');
    const plain = shell('');
    // Nobody listens there: it was sent without a question.
    await expect(run({ instance: 'b', force: false, dryRun: false }, plain.shell)).rejects.toThrow('No Coterie server answers');
    expect(plain.asked).toEqual([]);
  });
});
