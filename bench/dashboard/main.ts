/**
 * `npm run bench dashboard [-- --instances N --minutes M --rounds R]`: the Cluster page and the API over a simulated
 * cluster (`npm run up -- --simulate N`), in Chromium. What is measured is the product as it is started by that command.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openBrowser, openPage, Product, signIn, untilLive } from '~/tests/support/browser.ts';
import { Simulated } from '~/tests/support/simulated.ts';
import { figures } from '~/bench/apply/figures.ts';
import { colourChanges, firstPaints, heapGrowth, receivedBy, scrolled } from './page.ts';
import { listTimes } from './lists.ts';
import { cpuOf, processesOf, type Usage } from './processes.ts';
import { tasksOf, tasksText } from './tasks.ts';
import { reportOf, type Row } from './report.ts';

const warmMs = 10_000;
const listenedMs = 20_000;
/** Less than that says nothing about half an hour. */
const judgedMinutes = 10;

export default async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({ args: [...args], options: { instances: { type: 'string', default: '500' }, minutes: { type: 'string', default: '10' }, rounds: { type: 'string', default: '10' } } });
  const [instances, minutes, rounds] = [Number(values.instances), Number(values.minutes), Number(values.rounds)] as const;
  if (!(instances >= 3 && instances <= 1000) || !(minutes > 0 && minutes <= 120) || !(rounds >= 3 && rounds <= 100)) throw new Error('--instances: 3 to 1000; --minutes: up to 120; --rounds: 3 to 100');
  const product = await Product.start({ simulate: instances });
  const browser = await openBrowser();
  const rows: Row[] = [];
  const note = (row: Row) => {
    rows.push(row);
    process.stderr.write(`${row.what}: ${row.value}\n`);
  };
  try {
    await product.claim();
    const simulated = new Simulated(join(product.folder, 'data/simulated'));
    const server = processesOf(product.folder, simulated.pid);
    const { page, context, faults } = await openPage(browser, { url: product.url });
    await page.goto('/login');
    await signIn(page);
    await untilLive(page);
    const quiet = await cpuOf({ server, simulated: simulated.pid }, warmMs);
    const changes = figures(await colourChanges(page, simulated, rounds));
    note({ what: 'a Tarantool dies at an instance in sight -> its row is red', target: '1000 ms', value: `p50 ${ms(changes.p50)}, max ${ms(changes.max)}`, met: changes.max <= 1000 });
    for (const { path, times } of await listTimes(product, 5 * rounds)) {
      const { p50, p95, max } = figures(times);
      note({ what: `GET ${path}`, target: 'p95 100 ms', value: `p50 ${ms(p50)}, p95 ${ms(p95)}, max ${ms(max)}`, met: p95 <= 100 });
    }
    const scrolling = await tasksOf(browser, page, () => scrolled(page));
    note({ what: 'scrolling the page up and down for 10 s: tasks over 100 ms', target: 'none', value: tasksText(scrolling), met: scrolling.busy === 0 });
    const open = await cpuOf({ server, simulated: simulated.pid }, warmMs);
    const still = await tasksOf(browser, page, () => wait(20_000));
    note({ what: 'the same, nobody scrolling, for 20 s', target: 'none over 100 ms', value: tasksText(still), met: still.busy === 0 });
    const follower = product.follow();
    const bytes = await receivedBy(page, listenedMs);
    // The first one is the snapshot.
    const deltas = follower.told.slice(1);
    follower.end();
    const perSecond = deltas.length / (listenedMs / 1000);
    note({ what: 'messages to a browser', target: 'at most 4 a second', value: `${perSecond.toFixed(1)} a second, ${kb(Math.max(0, ...deltas.map((one) => one.bytes)))} the biggest`, met: perSecond <= 4.1 });
    note({ what: 'received by an open tab in which nothing is done', target: '', value: `${kb(bytes)}/s`, met: null });
    const heap = await heapGrowth(page, minutes);
    note({ what: `heap of the open tab at 1 Hz, after a forced collection, over ${minutes} min`, target: '< 5 MB in 30 min', value: `${mb(heap.before)} -> ${mb(heap.after)}: ${mb(heap.grown)}, which is ${mb(heap.in30Min)} in 30 min`, met: minutes < judgedMinutes ? null : heap.in30Min < 5e6 });
    // Last: a tab behind another one is not drawn.
    const first = await firstPaints(browser, { url: product.url, state: await context.storageState(), rounds });
    const [paints, paintCpu] = [figures(first.times), figures(first.cpuMs)];
    note({ what: 'first paint of the Cluster page with its rows, cache empty', target: '1500 ms', value: `p50 ${ms(paints.p50)}, max ${ms(paints.max)}`, met: paints.p50 <= 1500 });
    note({ what: 'the same: processor time of the page, which other load does not lengthen', target: '', value: `p50 ${ms(paintCpu.p50)}, max ${ms(paintCpu.max)}`, met: null });
    note({ what: 'server: CPU with one tab open, at its start and later', target: '', value: `${cores(quiet.server)}, ${cores(open.server)}; resident ${mb(open.server.rssBytes)}`, met: null });
    note({ what: `the ${instances} simulated agents in their process`, target: '', value: `${cores(open.simulated)}; resident ${mb(open.simulated.rssBytes)}`, met: null });
    if (faults.length > 0) process.stderr.write(`errors in the page:\n${faults.join('\n')}\n`);
  } finally {
    await browser.close();
    await product.stop();
    keep(rows, { args, instances });
  }
}

/** Also when it broke off: what was measured until then is worth having. */
function keep(rows: readonly Row[], { args, instances }: { args: readonly string[]; instances: number }): void {
  const report = reportOf(rows, { args, instances });
  process.stdout.write(`${report}\n`);
  mkdirSync('bench/results', { recursive: true });
  writeFileSync('bench/results/dashboard.md', report);
}

const ms = (value: number) => `${Math.round(value * 10) / 10} ms`;
const kb = (bytes: number) => `${(bytes / 1e3).toFixed(1)} kB`;
const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const cores = ({ cpuRatio }: Usage) => `${(100 * cpuRatio).toFixed(0)} % of a core`;
