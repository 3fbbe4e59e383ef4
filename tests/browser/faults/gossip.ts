import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The Gossip page on the real product: a hung agent, a rotation of the key, links, axe and a phone. */

export function gossipPage({ product, page, open }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/gossip')));

  const names = ['front-1', 's1-1', 's1-2', 's2-1', 's2-2', 'spare-1'];
  const matrix = (from: Page) => from.getByTestId('matrix');
  const allAlive = (from: Page) => from.getByTestId('verdict').getByText('All who were asked see all others alive.').waitFor();
  const keyIds = (from: Page) => from.locator('tr[data-key]').evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.key!));

  describe('the Gossip page', () => {
    it('shows every member, and every pair', async () => {
      await allAlive(page);
      expect(await page.locator('tr[data-member][data-state=alive]').count()).toBe(names.length + 1);
      expect(await page.locator('tr[data-member]').first().getByText('this server').count()).toBe(1);
      expect(await matrix(page).locator('tbody tr').count()).toBe(names.length + 1);
      expect(await matrix(page).locator('td[data-state=alive]').count()).toBe((names.length + 1) * names.length);
      await matrix(page).getByText(/^\d[\d.]* ms$/).first().waitFor();
      await page.locator('tr[data-stat=members]').getByText('6', { exact: true }).waitFor();
    }, 60_000);

    it('marks a hung agent as not heard, shows it as dead to all others, and as alive when it is back', async () => {
      const { pid } = (await product.rest('/instance/s2-2')).body.status.process as { pid: number };
      process.kill(pid, 'SIGSTOP');
      try {
        await matrix(page).locator('tr[data-observer=s2-2][data-heard=false]').getByText('Not heard.').waitFor();
        await page.locator('tr[data-member=s2-2][data-state=dead]').waitFor();
        await matrix(page).locator('tr[data-observer=s1-1] td[data-member=s2-2][data-state=dead]').waitFor();
        expect(await matrix(page).locator('tr[data-observer=s1-1] td[data-member=s1-2][data-state=alive]').count()).toBe(1);
        await page.goto('/gossip?state=dead');
        await page.locator('tr[data-member=s2-2]').waitFor();
        expect(await page.locator('tr[data-member]').count()).toBe(1);
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await page.goto('/gossip');
      await allAlive(page);
    }, 60_000);

    it('rotates the key in the safe order', async () => {
      const [old] = await waitFor(async () => ((await keyIds(page)).length === 1 ? keyIds(page) : null), { timeoutMs: 20_000, what: 'one key' });
      expect(await page.getByRole('button', { name: `Remove key ${old}` }).isDisabled()).toBe(true);
      await page.getByRole('button', { name: 'Install a new key' }).click();
      expect((await copied(page)).cli).toBe('coterie gossip install-key');
      await confirm(page, 'Install a new key');
      await closeDialog(page);
      const fresh = await waitFor(async () => (await keyIds(page)).find((id) => id !== old), { timeoutMs: 20_000, what: 'a second key' });
      await page.getByRole('button', { name: `Use key ${fresh}` }).click();
      await confirm(page, 'Use key');
      await closeDialog(page);
      await page.locator(`tr[data-key="${fresh}"][data-primary=true]`).waitFor();
      await page.getByRole('button', { name: `Remove key ${old}` }).click();
      await confirm(page, 'Remove key');
      await closeDialog(page);
      await page.locator(`tr[data-key="${old}"]`).waitFor({ state: 'detached' });
      expect((await product.rest('/gossip/keyring')).body).toEqual([{ id: fresh, primary: true, members: 7, of: 7, missing: [] }]);
      await allAlive(page);
    }, 60_000);

    it('gives the keys to one that was away while they were changed', async () => {
      const startAgent = await product.endAgent('s2-2', 'SIGTERM');
      await page.locator('tr[data-member=s2-2][data-state=alive]').waitFor({ state: 'detached' });
      const [old] = await keyIds(page);
      const { id: fresh } = (await product.rest('/gossip/install-key', {})).body.data as { id: string };
      for (const path of [`/gossip/${fresh}/use-key`, `/gossip/${old}/remove-key`]) expect((await product.rest(path, {})).status, path).toBe(200);
      startAgent();
      await page.getByText('s2-2 was away while the keys were changed, and hears nobody.').waitFor();
      await page.getByRole('button', { name: 'Give s2-2 the keys' }).click();
      await page.getByTestId('plan').getByText(/^s2-2 takes the keys of this server in place of its own/).waitFor();
      expect((await copied(page)).cli).toBe('coterie gossip give-keys s2-2');
      await confirm(page, 'Give the keys');
      await closeDialog(page);
      await page.getByRole('button', { name: 'Give s2-2 the keys' }).waitFor({ state: 'detached' });
      await page.locator('tr[data-member=s2-2][data-state=alive]').waitFor();
      const ring = await waitFor(async () => { const { body } = await product.rest('/gossip/keyring'); return body[0].members === 7 ? body : null; }, { timeoutMs: 20_000, what: 'all to have the key' });
      expect(ring).toEqual([{ id: fresh, primary: true, members: 7, of: 7, missing: [] }]);
      await allAlive(page);
    }, 90_000);

    it('is reached from an instance, at its row', async () => {
      await page.goto('/?instance=s1-2');
      await page.getByRole('dialog').getByRole('link', { name: 'alive', exact: true }).click();
      await page.locator('tr[data-member=s1-2][data-pointed]').waitFor();
      await page.getByRole('link', { name: 's1-2', exact: true }).click();
      await page.getByRole('tab', { name: 'Gossip', selected: true }).waitFor();
    }, 60_000);

    it('shows a viewer all but the keys', async () => {
      expect((await product.rest('/user/eve/create', { role: 'viewer', password: 'another long one' })).status).toBe(200);
      const viewer = await open({ path: '/gossip?q=s1', as: { name: 'eve', password: 'another long one' } });
      await allAlive(viewer);
      expect(await viewer.locator('tr[data-member]').count()).toBe(2);
      expect(await viewer.getByText('Key ring').count()).toBe(0);
      await viewer.context().close();
    }, 60_000);

    it('both schemes, and scrolls only in its box on a phone', () => looksWell(page, 'gossip', async (width) => {
      await page.goto('/gossip?member=s1-1');
      await allAlive(page);
      await page.locator('tr[data-key]').first().waitFor();
      if (width === 390) expect(await matrix(page).evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
    }), 120_000);
  });
}
