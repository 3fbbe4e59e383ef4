import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, expect } from 'vitest';
import { waitFor } from './wait.ts';
import { openBrowser, openPage, Product, seriousFindings, signIn, untilLive, user, type Scheme } from './browser.ts';

/** What a browser test has: the product of its own, the worker's Chromium and pages of it, and how a page is looked at. */

type Visit = { readonly path?: string; readonly as?: { readonly name: string; readonly password: string }; readonly scheme?: Scheme; readonly phone?: boolean; readonly touch?: boolean };

export interface Dashboard {
  readonly product: Product;
  readonly browser: Browser;
  /** The admin's, signed in and live; without `claim`, one that has been nowhere yet. */
  readonly page: Page;
  readonly context: BrowserContext;
  /** A page of another session, signed in and live. The test closes its context. */
  open(visit?: Visit): Promise<Page>;
}

/** The worker's, for all files that it runs, one after the other: to start one takes as long as many a test. It ends with the worker, at whose pipe it is. */
let kept: Promise<Browser> | null = null;

async function keptBrowser(): Promise<Browser> {
  const before = await kept?.catch(() => null);
  return before?.isConnected() ? before : (kept = openBrowser());
}

/**
 * At the top of a test file: `const { product, page } = await openDashboard({ path: '/users' });`.
 * `leases: false`: the priority decides who is master, as in mode `disabled`. All of it is stopped after the file's tests, which fail if a script of a page has failed meanwhile.
 */
export async function openDashboard({ path = '/', claim = true, leases = true, ...cluster }: { path?: string; claim?: boolean; leases?: boolean; empty?: boolean; instances?: number } = {}): Promise<Dashboard> {
  const faults: string[][] = [];
  const [started, launched] = await Promise.allSettled([Product.start(cluster), keptBrowser()]);
  const stop = async () => {
    if (launched.status === 'fulfilled') await Promise.all(launched.value.contexts().map((context) => context.close()));
    if (started.status === 'fulfilled') await started.value.stop();
  };
  try {
    if (started.status === 'rejected') throw started.reason;
    if (launched.status === 'rejected') throw launched.reason;
    const [product, browser] = [started.value, launched.value];
    const visit = async ({ path: to = '/', as = user, ...options }: Visit = {}) => {
      const opened = await openPage(browser, { url: product.url, ...options });
      faults.push(opened.faults);
      await opened.page.goto(to);
      await signIn(opened.page, as);
      await untilLive(opened.page);
      return opened.page;
    };
    if (claim) await product.claim();
    if (!leases) await withoutLeases(product);
    const page = claim ? await visit({ path }) : await blank(browser, product, faults);
    afterAll(async () => {
      await stop();
      expect(faults.flat(), 'what went wrong in the pages').toEqual([]);
    }, 90_000);
    return { product, browser, page, context: page.context(), open: visit };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function withoutLeases(product: Product): Promise<void> {
  expect((await product.rest('/failover/configure', { mode: 'disabled' })).status).toBe(200);
  await waitFor(async () => ((await product.rest('/cluster/issues')).body as { severity: string }[]).length === 0 && ((await product.rest('/replicaset')).body as { alias: string; masters: string[] }[]).every(({ masters }) => masters.length === 1), { timeoutMs: 60_000, what: 'every replicaset to have its master by priority' });
}

async function blank(browser: Browser, product: Product, faults: string[][]): Promise<Page> {
  const opened = await openPage(browser, product);
  faults.push(opened.faults);
  return opened.page;
}

/** Whether nothing has to be scrolled sideways. */
export const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);

/** With COTERIE_SHOTS the picture is kept in that folder, to be looked at. */
export async function shot(page: Page, name: string): Promise<void> {
  if (process.env.COTERIE_SHOTS) await page.screenshot({ path: join(process.env.COTERIE_SHOTS, `${name}.png`) });
}

/** Whatever a page is shown in first, it has to look well in the other as soon as the person's system changes over. */
const ways = [
  { width: 1280, schemes: ['light', 'dark'] },
  { width: 390, schemes: ['dark', 'light'] },
] as const;

/** Light and dark, on a screen and on a phone: no serious finding of axe, no scrolling sideways. `show` goes there and waits for what must be seen. */
export async function looksWell(page: Page, name: string, show: (width: number) => Promise<unknown>): Promise<void> {
  for (const { width, schemes } of ways) {
    await page.setViewportSize({ width, height: 844 });
    await page.emulateMedia({ colorScheme: schemes[0] });
    await show(width);
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme });
      await page.locator(`html[data-mantine-color-scheme=${scheme}]`).waitFor();
      expect(await fits(page), `${name} at ${width}`).toBe(true);
      // What it is made of is the same in both schemes: only colours are not.
      expect(await seriousFindings(page, scheme === schemes[0] ? {} : { only: 'color-contrast' }), `${name}, ${scheme}, ${width}`).toEqual([]);
      await shot(page, `${name}-${scheme}-${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 1280, height: 800 });
}
