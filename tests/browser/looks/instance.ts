import { beforeAll, describe, it } from 'vitest';
import type { Page } from 'playwright-core';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';

/** Every tab of an instance's page: axe in both schemes, and a phone without scrolling sideways. */

export function instanceLooks({ product, page }: Dashboard): void {
  beforeAll(async () => {
    await product.eval('s1-1', "local s = box.schema.space.create('orders') s:create_index('pk') for i = 1, 500 do s:insert{i, 'order ' .. i} end");
  }, 60_000);

  const run = async (shown: Page) => {
    await shown.getByRole('textbox', { name: /to run on s1-1$/ }).click();
    await shown.keyboard.insertText('return box.info.vclock, {"a", 2} -- a remark');
    await shown.keyboard.press('Control+Enter');
    await shown.locator('[data-entry="1"][data-outcome=ok]').waitFor();
  };

  const tabs: Readonly<Record<string, (shown: Page) => Promise<unknown>>> = {
    general: (shown) => shown.getByText('Processes', { exact: true }).waitFor(),
    replication: (shown) => shown.locator('tr[data-peer]').first().waitFor(),
    storage: (shown) => shown.locator('[data-row="orders"]').waitFor(),
    settings: (shown) => shown.locator('[data-row="listen"]').waitFor(),
    statistics: (shown) => shown.locator('[data-chart=disk] canvas').waitFor(),
    logs: (shown) => shown.getByRole('log').waitFor(),
    console: run,
    gossip: (shown) => shown.getByTestId('seen-verdict').waitFor(),
    events: (shown) => shown.locator('[data-event]').first().waitFor(),
  };

  describe('looks', () => {
    it.each(Object.entries(tabs))('%s', async (name, seen) => {
      await looksWell(page, `instance-${name}`, async () => {
        await page.goto(`/instances/s1-1?tab=${name}`);
        await seen(page);
      });
    }, 120_000);

    it('one that is not there', async () => {
      await looksWell(page, 'instance-unknown', async () => {
        await page.goto('/instances/s1-9');
        await page.getByTestId('unknown-instance').waitFor();
      });
    }, 120_000);
  });
}
