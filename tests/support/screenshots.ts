import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { durationText } from '~/app/lib/format.ts';
import { act, lookFor, openBrowser, openPage, Product, signIn, untilLive, untilState, type Scheme } from './browser.ts';
import { fits } from './dashboard.ts';
import { bank, trouble, well } from './scene.ts';
import { smallPng } from './small-png.ts';
import { Receiver } from './webhook-receiver.ts';

/**
 * Makes the pictures anew, of the real product: `npm run screenshots`. Every page and dialog in light and dark, 1280 and 390 px
 * wide, goes to a folder to be looked at (`npm run screenshots -- FOLDER [name,name]`); those that `kept` names go to docs/screenshots too.
 */

type Picture = { readonly name: string; readonly path: string; readonly ready: (page: Page) => Promise<unknown>; /** Without the frame of the dashboard. */ readonly alone?: boolean };

const first = (selector: string) => (page: Page) => page.locator(selector).first().waitFor();
const text = (words: string | RegExp) => (page: Page) => page.getByText(words).first().waitFor();
const planned = first('[data-testid=plan] li');

/** The draft of one picture is there for the next. */
async function withExample(page: Page): Promise<void> {
  const insert = page.getByRole('button', { name: 'Insert the bank example' });
  await insert.or(page.getByTestId('file')).first().waitFor();
  if (await insert.isVisible()) await insert.click();
  await first('[data-testid=problems][data-state=checked]')(page);
}

/** Without a session, and before there is a user. */
const outside = ({ claimLink }: Product): readonly Picture[] => [
  { name: 'login', path: '/login', ready: first('input[type=password]') },
  { name: 'claim', path: claimLink, ready: first('[data-testid=claim-plan]') },
];

const calm: readonly Picture[] = [
  { name: 'cluster', path: '/', ready: async (page) => { for (const alias of ['s1-1', 's1-2', 's2-1', 's2-2', 'front-1']) await untilState(page, alias, 'ready'); } },
  { name: 'cluster-graph', path: '/?view=graph', ready: first('[data-testid=graph] .react-flow__node') },
  { name: 'edit-replicaset', path: '/', ready: async (page) => {
    await page.getByRole('button', { name: 'Edit s1' }).click();
    await page.getByRole('button', { name: 'Move s1-1 down' }).click();
    await planned(page);
  } },
  { name: 'expel', path: '/', ready: async (page) => { await act(page, 's1-2', 'Expel'); await planned(page); } },
  { name: 'code-empty', path: '/code', ready: text('No role of your own yet') },
  { name: 'code', path: '/code', ready: withExample },
  { name: 'code-function', path: '/code', ready: async (page) => {
    await withExample(page);
    await page.goto('/code?file=roles/bank/functions/bank.balance.lua');
    await first('[data-testid=function-panel]')(page);
    await first('[data-testid=problems][data-state=checked]')(page);
  } },
  { name: 'config', path: '/config', ready: first('[data-testid=code] .cm-content') },
  { name: 'config-compare', path: '/config?version=5&from=2&section=limits.yml', ready: first('[data-testid=merge] .cm-merge-b, [data-testid=merge] .cm-deletedChunk') },
  { name: 'actions', path: '/', ready: async (page) => { await page.getByRole('button', { name: 'Actions on s1-2', exact: true }).click(); await page.getByRole('menuitem', { name: 'Expel' }).waitFor(); } },
  { name: 'not-found', path: '/nowhere', ready: first('h1'), alone: true },
  { name: 'instance-unknown', path: '/instances/s1-11', ready: text('s1-1') },
  { name: 'palette', path: '/', ready: async (page) => { await lookFor(page, 's2'); await page.locator('[data-action]').filter({ hasText: 's2-2' }).first().waitFor(); } },
  { name: 'user-create', path: '/users', ready: async (page) => {
    await page.getByRole('button', { name: 'Create user' }).first().click();
    await page.getByLabel('Name', { exact: true }).fill('zoe');
    await page.getByRole('dialog').getByLabel('Password').first().fill('short');
  } },
  { name: 'password', path: '/users', ready: async (page) => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Change password' }).click();
    await first('[role=dialog] input')(page);
  } },
  { name: 'users', path: '/users', ready: first('tr[data-row]') },
  { name: 'tokens', path: '/users?tab=tokens', ready: first('tr[data-row]') },
  { name: 'sessions', path: '/users?tab=sessions', ready: first('tr[data-row]') },
  { name: 'rules', path: '/issues?tab=rules', ready: first('[data-rule], tr[data-row]') },
  { name: 'issues-none', path: '/issues', ready: text('Nothing is wrong') },
  { name: 'failover', path: '/failover', ready: first('article[data-replicaset=s2][data-health=ok]') },
  { name: 'failover-what-if', path: '/failover?tab=what-if', ready: first('[data-testid=what-if] tr[data-event]') },
  { name: 'failover-settings', path: '/failover', ready: async (page) => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('dialog').getByLabel('Length').fill('1500');
    await first('[data-refusal]')(page);
    await page.getByTestId('worst-case').scrollIntoViewIfNeeded();
  } },
  { name: 'failover-switch', path: '/failover', ready: async (page) => {
    await page.getByRole('button', { name: 'Switch the master of s1' }).click();
    await first('[data-testid=change-preview]')(page);
    await planned(page);
  } },
  { name: 'failover-evacuate', path: '/failover', ready: async (page) => { 
    await page.getByRole('button', { name: 'Evacuate' }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Zone' }).click();
    await page.getByRole('option', { name: /^dc-a/ }).click();
    await planned(page);
  } },
  { name: 'failover-promote', path: '/failover', ready: async (page) => {
    await page.getByRole('button', { name: 'More on s1' }).click();
    await page.getByRole('menuitem', { name: /^Promote/ }).first().click();
    await page.getByRole('dialog').getByLabel('By force').check();
    await first('[data-testid=change-preview]')(page);
  } },
  { name: 'lost-none', path: '/failover?tab=lost', ready: text('Nothing was lost') },
  { name: 'sharding', path: '/sharding', ready: first('tr[data-storage=s2][data-owned="2000"]') },
  { name: 'sharding-weights', path: '/sharding', ready: async (page) => {
    await page.getByRole('button', { name: 'Weights' }).click();
    await page.getByRole('dialog').getByRole('textbox', { name: 'Weight of s2' }).fill('4');
    await first('[data-testid=weights-plan][data-total="400"][data-settled]')(page);
    await planned(page);
  } },
  { name: 'sharding-pause', path: '/sharding', ready: async (page) => { await page.getByRole('button', { name: 'Pause' }).click(); await first('[role=dialog] input')(page); } },
  { name: 'instance', path: '/instances/s1-1', ready: (page) => page.getByText('UUID', { exact: true }).waitFor() },
  { name: 'instance-replication', path: '/instances/s1-1?tab=replication', ready: first('tr[data-peer="s1-2"]') },
  { name: 'instance-storage', path: '/instances/s1-1?tab=storage', ready: first('[data-row="orders"]') },
  { name: 'instance-settings', path: '/instances/s1-1?tab=settings', ready: first('[data-row="listen"]') },
  { name: 'instance-statistics', path: '/instances/s1-1?tab=statistics', ready: first('[data-chart=disk] canvas') },
  { name: 'instance-gossip', path: '/instances/s1-1?tab=gossip', ready: first('[data-testid=seen-verdict]') },
  { name: 'instance-console', path: '/instances/s1-1?tab=console', ready: async (page) => {
    const open = page.getByRole('button', { name: 'I understand: open the console' });
    await open.or(page.getByTestId('code')).waitFor();
    if (await open.isVisible()) await open.click();
    await page.getByTestId('code').locator('.cm-content').click();
    await page.keyboard.insertText('return box.space.orders:len(), box.info.ro');
    await page.keyboard.press('Control+Enter');
    await first('[data-entry][data-outcome=ok]')(page);
  } },
];

/** What the bank example looks like once it runs. */
const coded: readonly Picture[] = [
  { name: 'schema', path: '/schema', ready: first('[data-row="bank/accounts"] [data-state=applied]') },
  { name: 'schema-form', path: '/schema?edit=bank&space=accounts', ready: async (page) => { await first('[data-testid=space-form] [data-index=bucket_id]')(page); await first('[data-testid=code] .cm-content')(page); } },
  { name: 'data', path: '/data?space=accounts', ready: first('tr[data-row]') },
  { name: 'data-row', path: '/data?space=accounts', ready: async (page) => { await page.getByRole('button', { name: 'Row 7', exact: true }).click(); await first('[data-testid=row]')(page); } },
  { name: 'console', path: '/console?on=s1,s2', ready: async (page) => {
    await page.getByRole('textbox', { name: /to run on / }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('return box.space.accounts:len(), box.info.vclock');
    await page.keyboard.press('Control+Enter');
    await first('[data-entry][data-outcome=ok]')(page);
  } },
  { name: 'console-sql', path: '/console?on=all', ready: async (page) => {
    await page.getByText('SQL', { exact: true }).first().click();
    await page.getByRole('textbox', { name: /to run on / }).click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText('SELECT "owner", COUNT(*) AS "accounts", SUM("balance") AS "total" FROM "accounts" GROUP BY "owner"');
    await page.keyboard.press('Control+Enter');
    await first('[data-entry][data-outcome]:not([data-outcome=running])')(page);
  } },
  { name: 'schema-space', path: '/schema?space=accounts', ready: first('[data-testid=space] [data-index=bucket_id]') },
  { name: 'migrations', path: '/code/migrations', ready: first('tr[data-row]') },
  { name: 'migration-step', path: '/code/migrations', ready: async (page) => { await page.getByRole('button', { name: '0002-no-debts' }).first().click(); await first('[data-testid=step]')(page); } },
  { name: 'migration-resume', path: '/code/migrations', ready: async (page) => { await page.getByRole('button', { name: /^Resume/ }).first().click(); await planned(page); } },
  { name: 'database-users', path: '/users?tab=database', ready: first('tr[data-row]') },
  { name: 'database-user', path: '/users?tab=database', ready: async (page) => { await page.getByRole('button', { name: 'Actions on app', exact: true }).click(); await page.getByRole('menuitem', { name: 'Edit' }).click(); await first('[role=dialog] input')(page); } },
  { name: 'function', path: '/code?file=roles/bank/functions/bank.balance.lua', ready: async (page) => { await first('[data-testid=function-figures][data-calls]')(page); await first('[data-testid=file] .cm-content')(page); } },
  { name: 'function-history', path: '/code?file=roles/bank/functions/bank.balance.lua', ready: async (page) => { await page.getByRole('button', { name: 'Changes' }).click(); await first('[data-testid=function-history] li pre')(page); } },
  { name: 'function-call', path: '/code?file=roles/bank/functions/bank.balance.lua', ready: async (page) => {
    await page.getByRole('button', { name: 'Call…' }).click();
    await page.getByText('By a key', { exact: true }).click();
    await page.getByRole('dialog').getByLabel('Key', { exact: true }).fill('7');
    await planned(page);
  } },
];

const troubled: readonly Picture[] = [
  { name: 'cluster-problems', path: '/', ready: first('[data-issue^=replication]') },
  { name: 'drawer', path: '/?instance=s1-2', ready: first('[role=log]') },
  { name: 'issues', path: '/issues', ready: first('[data-issue=unreachable]') },
  { name: 'cluster-filters', path: '/?health=off&by=zone', ready: async (page) => { const filters = page.getByRole('button', { name: /^Filters/ }); if (await filters.isVisible()) await filters.click(); await page.getByText('1 of 6 shown').waitFor(); } },
  { name: 'cluster-graph-problems', path: '/?view=graph', ready: first('[data-testid=graph] [data-health=critical]') },
  { name: 'drawer-down', path: '/?instance=s2-2', ready: first('[data-old]') },
  { name: 'failover-problems', path: '/failover', ready: first('[data-testid=troubles]') },
  { name: 'incidents', path: '/failover?tab=incidents', ready: first('tr[data-row]') },
  { name: 'incident', path: '/failover?tab=incidents', ready: async (page) => { await page.locator('tr[data-row] a').first().click(); await first('[data-testid=timeline] li')(page); } },
  { name: 'events', path: '/events', ready: first('[data-event]') },
  { name: 'gossip', path: '/gossip', ready: first('[data-testid=matrix] td[data-state=dead]') },
  { name: 'audit', path: '/audit?operation=replicaset.edit', ready: async (page) => { await first('tr[data-row]')(page); await page.getByRole('button', { name: /^Details of replicaset.edit/ }).first().click(); } },
  { name: 'alerts', path: '/alerts', ready: first('tr[data-row]') },
  { name: 'alert-deliveries', path: '/alerts?tab=deliveries', ready: first('tr[data-row]') },
  { name: 'silences', path: '/alerts?tab=silences', ready: first('main h1') },
  { name: 'retention', path: '/alerts?tab=retention', ready: first('main h1') },
  { name: 'channel', path: '/alerts', ready: async (page) => { await page.getByRole('button', { name: /^Add/ }).first().click(); await first('[role=dialog] input')(page); } },
  { name: 'instance-events', path: '/instances/s2-1?tab=events', ready: first('[data-event]') },
  { name: 'instance-down', path: '/instances/s2-2', ready: text('UUID') },
  { name: 'instance-logs', path: '/instances/s2-1?tab=logs', ready: (page) => page.getByRole('log').getByText(/SIGKILL|ready to accept/).first().waitFor() },
];

const empty: readonly Picture[] = [
  { name: 'empty-cluster', path: '/', ready: text('i1') },
  ...['issues', 'failover', 'sharding', 'events', 'config', 'gossip', 'users', 'audit', 'alerts'].map((name): Picture => ({ name: `empty-${name}`, path: `/${name}`, ready: first('main h1') })),
];

/** In docs/screenshots too. */
const kept = new Set(['cluster-problems-light-1280', 'cluster-problems-dark-1280', 'cluster-graph-dark-1280', 'edit-replicaset-light-1280', 'issues-light-390', 'config-compare-light-1280', 'instance-statistics-dark-1280', 'gossip-light-1280', 'sharding-light-1280', 'function-light-1280', 'schema-form-light-1280', 'data-light-1280', 'console-light-1280']);
const keptFolder = 'docs/screenshots';
const [keptHeightMax, heightMax] = [1150, 2000];

const begunAt = Date.now();
const [folder = mkdtempSync(join(tmpdir(), 'coterie-screenshots-')), chosen = ''] = process.argv.slice(2);
const wanted = chosen === '' ? null : chosen.split(',');
const chosenOf = (pictures: readonly Picture[]) => pictures.filter(({ name }) => wanted?.includes(name) ?? true);

async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
  await page.evaluate(() => document.fonts.ready);
  await page.mouse.move(0, 0);
  // What measures itself when it comes into sight has been there, and nothing stands where the page was scrolled to.
  for (const top of [1e6, 0]) await page.evaluate((to) => new Promise((done) => { scrollTo(0, to); requestAnimationFrame(() => requestAnimationFrame(done)); }), top);
}

async function wear(page: Page, scheme: Scheme): Promise<void> {
  await page.emulateMedia({ colorScheme: scheme });
  await page.waitForFunction((wanted) => document.documentElement.dataset.mantineColorScheme === wanted, scheme);
  // Canvases are drawn anew a moment later.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

const made = { pictures: 0, kept: 0 };

async function keep(page: Page, name: string): Promise<void> {
  const { width, height, over } = await page.evaluate(() => ({ width: innerWidth, height: document.documentElement.scrollHeight, over: document.querySelector('[role=dialog]') !== null }));
  const whole = over ? {} : { fullPage: true, clip: { x: 0, y: 0, width, height: Math.min(height, kept.has(name) ? keptHeightMax : heightMax) } };
  const picture = await page.screenshot({ animations: 'disabled', caret: 'hide', ...whole });
  writeFileSync(join(folder, `${name}.png`), picture);
  made.pictures += 1;
  if (!kept.has(name)) return;
  writeFileSync(join(keptFolder, `${name}.png`), smallPng(picture));
  made.kept += 1;
}

/** What is not seen as it should be is told at the end, and does not keep the others from being made. */
async function take(browser: Browser, product: Product, pictures: readonly Picture[], { signedIn = true } = {}): Promise<string[]> {
  const faults: string[] = [];
  const asked = chosenOf(pictures);
  if (asked.length === 0) return faults;
  for (const width of [1280, 390]) {
    const { page, context, faults: thrown } = await openPage(browser, { url: product.url, phone: width === 390 });
    page.setDefaultTimeout(20_000);
    if (signedIn) {
      await page.goto('/');
      await signIn(page);
      await untilLive(page);
    }
    for (const { name, path, ready, alone = !signedIn } of asked) {
      const fault = (what: unknown) => faults.push(`${name}, ${width} px: ${String(what)}`);
      try {
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(path);
        if (!alone) await untilLive(page);
        await ready(page);
        await settled(page);
      } catch (error) {
        fault(error);
      }
      if (!(await fits(page))) fault('has to be scrolled sideways');
      for (const scheme of ['light', 'dark'] as const) {
        await wear(page, scheme);
        await keep(page, `${name}-${scheme}-${width}`);
      }
      for (const error of thrown.splice(0)) fault(error);
      process.stdout.write(`${name}, ${width} px\n`);
    }
    await context.close();
  }
  return faults;
}

async function demo(browser: Browser): Promise<string[]> {
  const [product, receiver] = await Promise.all([Product.start(), Receiver.start()]);
  let back: (() => void) | null = null;
  const faults: string[] = [];
  try {
    faults.push(...(await take(browser, product, outside(product), { signedIn: false })));
    await product.claim();
    await well(product);
    faults.push(...(await take(browser, product, calm)));
    if (chosenOf(coded).length > 0) {
      await bank(product);
      faults.push(...(await take(browser, product, coded)));
    }
    if (chosenOf(troubled).length === 0) return faults;
    back = await trouble(product, receiver);
    return [...faults, ...(await take(browser, product, troubled))];
  } finally {
    back?.();
    await product.stop();
    await receiver.stop();
  }
}

async function bare(browser: Browser): Promise<string[]> {
  if (chosenOf(empty).length === 0) return [];
  const product = await Product.start({ empty: true });
  try {
    await product.claim();
    return await take(browser, product, empty);
  } finally {
    await product.stop();
  }
}

for (const one of [folder, keptFolder]) mkdirSync(one, { recursive: true });
const browser = await openBrowser();
try {
  const faults = [...(await demo(browser)), ...(await bare(browser))];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${made.pictures} pictures in ${folder}, ${made.kept} of them in ${keptFolder} too, ${faults.length} faults, in ${durationText(Date.now() - begunAt)}.\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await browser.close();
}
