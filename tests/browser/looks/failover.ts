import { beforeAll, describe, it } from 'vitest';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';

/** How failover looks on the real product: its tabs, a pause and an incident, light and dark, on a screen and on a phone. */

export function failoverLooks({ product, page }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/failover')));

  const timeoutMs = 30_000;

  describe('failover looks well', () => {
    it('now', async () => {
      await page.locator('article[data-replicaset=s1][data-health=ok]').waitFor({ timeout: timeoutMs });
      await looksWell(page, 'failover-now', () => page.locator('article[data-replicaset=s2][data-health=ok]').waitFor());
    }, 60_000);

    it('after a switchover, paused', async () => {
      for (const [path, input] of [['/failover/s1/switch', {}], ['/failover/pause', { reason: 'the switches of dc-a are replaced', for: '2h' }]] as const) await product.rest(path, input);
      await page.getByTestId('pause-banner').waitFor({ timeout: timeoutMs });
      await looksWell(page, 'failover-paused', () => page.locator('[data-order=switch]').waitFor());
      await product.rest('/failover/resume', {});
    }, 60_000);

    it.each(['incidents', 'what-if'])('tab %s', (tab) => looksWell(page, `failover-${tab}`, async () => {
      await page.goto(`/failover?tab=${tab}`);
      await page.locator(tab === 'incidents' ? 'tr[data-row]' : '[data-testid=what-if] tr[data-event]').first().waitFor();
    }), 60_000);

    it('an incident', async () => {
      await page.goto('/failover?tab=incidents');
      await page.locator('tr[data-row] a').first().click();
      await looksWell(page, 'failover-incident', () => page.locator('[data-testid=timeline] li').first().waitFor());
    }, 60_000);
  });
}
