import { describe, expect, test } from 'vitest';
import { render } from '~/cli/output/index.ts';
import { entryOf } from '~/contract/index.ts';
import { routerDetail, routerRows } from '~/core/standing/routers.ts';
import { Cluster } from '~/tests/unit/core-issues/cluster.ts';
import { routerFixture } from '~/tests/support/router-status.ts';

const cluster = new Cluster({ s1: ['a', 'b'], 'r-1': ['r', 'q'] });
cluster.says('r', (status) => void (status.router = routerFixture([[cluster.id('s1'), cluster.id('a'), cluster.id('b')]], { startedAt: cluster.now - 30_000, restarts: { count: 1, lastExit: 'signal SIGKILL' }, usersThatDiffer: ['app'] })));
cluster.says('q', (status) => void (status.router = routerFixture([], { state: 'down', reason: 'It ended by itself: exit code 1.', figures: null, address: '127.0.0.1:4307' })));
const input = { config: cluster.version.config, reports: cluster.reports, now: cluster.now };
const style = { colour: false, nowMs: cluster.now };

describe('routers on a terminal', () => {
  test('one line each, what is wrong at its end', async () => {
    const text = await render(entryOf('router.list'), routerRows(input), { format: 'table', style });
    expect(text.split('\n').map((line) => line.trimEnd())).toEqual([
      'ROUTER  ADDRESS         STATE  REQ/S  P50      P99     ERR/S  CLIENTS  MAP        STORAGES  TROUBLE',
      'q       127.0.0.1:4307  down   -      -        -       -            -  never      -         It ended by itself: exit code 1.',
      'r       127.0.0.1:4306  ready  241    0.42 ms  3.1 ms  0           12  0.4 s ago  2/2       -',
      '',
    ]);
    expect(await render(entryOf('router.list'), routerRows(input), { format: 'name', style })).toBe('q\nr\n');
    expect(await render(entryOf('router.list'), [], { format: 'table', style })).toMatch(/^No replicaset has role router/);
  });

  test('one with its calls and the storages as it sees them', async () => {
    const text = await render(entryOf('router.status'), routerDetail(cluster.id('r'), input), { format: 'table', style });
    for (const line of [/^Router of r {2}ready {2}127\.0\.0\.1:4306 {2}group default$/, /^Started 30 s ago, pid 4711; ended by itself 1 times since its agent started \(last: signal SIGKILL\)\.$/, /^5000 requests, 241 a second now; 12 clients, 0 requests held; 74 MiB of memory, 12 % of a core\.$/, /^Map: 3000 of 3000 buckets, all storages heard 0\.4 s ago\. 2 users may log in\.$/, /^Not known to all storages with the same password: app\.$/, /^Errors: timeout 2\.$/, /^crud\.get +4000 +0 +201 +0 +0\.40 ms +1\.5 ms +2\.9 ms$/, /^s1 +3 +a +master +2\/2$/, /^s1 +3 +b +replica +2\/2$/]) expect(text).toMatch(new RegExp(line.source, 'm'));
  });
});
