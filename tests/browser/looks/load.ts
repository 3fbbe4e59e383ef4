import { beforeAll, expect, it } from 'vitest';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The lines of the whole cluster on the Cluster page, drawn from requests that were really made. */

export function loadLooks({ product, page }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/')));

  const line = (id: string) => page.locator(`[data-load=${id}]`);
  const now = (id: string) => line(id).locator('[data-figure=now]').textContent();

  it('says how many requests all instances get together, and draws them', async () => {
    const made = await product.eval('s1-1', "box.schema.space.create('load'):create_index('pk') require('fiber').create(function() while true do for id = 1, 50 do box.space.load:replace{id} end require('fiber').sleep(0.1) end end)");
    expect(made.ok, made.error ?? '').toBe(true);
    await waitFor(async () => /^([1-9]\d\d|[\d.]+K)/.test((await now('requestsPerSecond')) ?? ''), { timeoutMs: 40_000, what: 'hundreds of requests a second' });
    expect(await line('requestsPerSecond').locator('path').getAttribute('d')).toMatch(/^M1[\d.]+ [\d.]+(L[\d.]+ [\d.]+)*L120 [\d.]+$/);
    expect(await line('requestsPerSecond').getByRole('img').getAttribute('aria-label')).toMatch(/^Requests, last hour: now .*\/s, most .*\/s$/);
    expect(await now('memoryUsedBytes')).toMatch(/ %$/);
    // What is slow to start may be an issue for a moment.
    await waitFor(async () => (await now('openIssues')) === '0', { timeoutMs: 20_000, what: 'no open issue' });
    expect(await now('lagSeconds')).not.toBe('—');
  }, 60_000);

  it('shows the day as well, and the address says so', async () => {
    await page.getByRole('radiogroup', { name: 'Time of the lines' }).getByText('24 h').click();
    await page.waitForURL(/load=day/);
    await page.getByRole('region', { name: 'Load, last 24 hours' }).waitFor();
    await waitFor(async () => (await line('requestsPerSecond').locator('path').getAttribute('d')) !== '', { timeoutMs: 20_000, what: 'a line' });
  }, 30_000);

  it('looks well', () => looksWell(page, 'load', () => line('openIssues').waitFor()), 60_000);
}
