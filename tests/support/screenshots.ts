import { mkdirSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { openBrowser, openPage, Product, signIn, untilLive, untilState, type Scheme } from './browser.ts';
import { waitFor } from './wait.ts';

/** Makes the pictures of docs/images anew, of the real product: `npx tsx tests/support/screenshots.ts [folder]` after a build. */

const folder = process.argv[2] ?? 'docs/images';
const rows = 20_000;

/** Something to see: data on both masters, on each replica a moment later. */
async function fill(product: Product): Promise<void> {
  for (const master of ['s1-1', 's2-1']) {
    const made = await product.eval(master, `box.schema.space.create('orders'):create_index('pk') box.atomic(function() for id = 1, ${rows} do box.space.orders:insert{id, ('x'):rep(200)} end end) return box.space.orders:len()`);
    if (!made.ok) throw new Error(made.error ?? 'no data');
  }
  for (const replica of ['s1-2', 's2-2']) {
    await waitFor(async () => (await product.eval(replica, 'return box.space.orders and box.space.orders:len()')).values[0] === rows, { timeoutMs: 30_000, what: `the data on ${replica}` });
  }
}

async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${folder}/${name}.png` });
  process.stdout.write(`${folder}/${name}.png\n`);
}

async function pictures(product: Product, scheme: Scheme, suffix: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const { page } = await openPage(browser, { url: product.url, scheme });
    await page.goto('/');
    await signIn(page);
    await untilLive(page);
    for (const alias of ['s1-1', 's1-2', 's2-1', 's2-2', 'front-1']) await untilState(page, alias, 'ready');
    await page.mouse.move(0, 0);
    await picture(page, `dashboard${suffix}`);
    await page.getByRole('button', { name: 'Edit s1' }).click();
    await page.getByRole('button', { name: 'Move s1-1 down' }).click();
    await page.getByTestId('plan').locator('li').first().waitFor();
    await picture(page, `edit-replicaset${suffix}`);
  } finally {
    await browser.close();
  }
}

mkdirSync(folder, { recursive: true });
const product = await Product.start();
try {
  await product.claim();
  await fill(product);
  await pictures(product, 'light', '');
  await pictures(product, 'dark', '-dark');
} finally {
  await product.stop();
}
