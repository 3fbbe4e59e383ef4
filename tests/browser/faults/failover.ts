import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied, lookFor } from '~/tests/support/browser.ts';
import { type Dashboard } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The Failover page on the real product: a master is killed, another one is switched to, failover is paused, and its settings are changed. */

export function failoverPage({ product, page, open }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/failover')));

  const set = (alias: string) => page.locator(`article[data-replicaset="${alias}"]`);
  const dialog = page.getByRole('dialog');
  const plan = dialog.getByTestId('plan');
  const masterOf = async (alias: string) => (await set(alias).getAttribute('data-master')) ?? '';
  const timeoutMs = 30_000;
  /** Leases may run out where the machine is busy: who leads is read, and not taken for granted. */
  const otherOf = (master: string) => master.replace(/\d$/, (number) => (number === '1' ? '2' : '1'));
  const epochOf = async (alias: string) => Number(await set(alias).getAttribute('data-epoch'));
  const wellLed = (alias: string) => waitFor(async () => (await set(alias).getAttribute('data-health')) === 'ok' && masterOf(alias), { timeoutMs, what: `${alias} to have a master and another one that is ready` });

  describe('the Failover page', () => {
    it('says who leads, by which lease, who would be next, and who appoints', async () => {
      for (const alias of ['s1', 's2']) {
        const master = await wellLed(alias);
        await set(alias).locator('[data-testid=lease][data-state=held]').waitFor();
        await set(alias).locator(`tr[data-member="${otherOf(master)}"][data-next][data-can=true][data-standing=follower]`).waitFor();
      }
      await page.getByTestId('failover-tiles').getByText('2 of 2 write').waitFor();
      await page.getByTestId('failover-tiles').getByRole('link', { name: 'front-1' }).waitFor();
      await page.locator('[data-coordinator="front-1"][data-active]').waitFor();
      await set('s1').getByRole('button', { name: 'Ask every member now' }).click();
      await set('s1').locator(`[data-candidate="${otherOf(await masterOf('s1'))}"][data-can=true]`).waitFor();
    }, 60_000);

    it('shows the change when a master is killed, and its incident', async () => {
      const before = await wellLed('s1');
      const epoch = await epochOf('s1');
      const { body } = await product.rest(`/instance/${before}`);
      process.kill(body.status.database.process.pid, 'SIGKILL');
      await waitFor(async () => (await epochOf('s1')) > epoch && (await set('s1').getAttribute('data-phase')) === 'normal', { timeoutMs, what: 'the next epoch of s1' });
      await wellLed('s1');
      await set('s1').getByRole('link', { name: 'Incidents' }).click();
      await page.getByRole('row').filter({ hasText: 'Failover: process ended' }).getByRole('link').first().click();
      await page.getByTestId('timeline').waitFor();
      for (const what of ['exited', 'decided', 'promoted']) await page.locator(`[data-testid=timeline] li[data-what="${what}"]`).first().waitFor({ timeout: timeoutMs });
      await page.getByLabel('Decision').getByText('Failover: process ended').waitFor();
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export JSON' }).click()]);
      expect(download.suggestedFilename()).toMatch(/^incident-s1-\d+\.json$/);
      await page.goto('/events?kind=failover');
      await page.getByRole('link', { name: 'Incident' }).first().click();
      await page.getByRole('heading', { level: 1 }).getByText(/s1/).waitFor();
    }, 60_000);

    it('switches over as previewed, from the palette too, and copies it for a shell', async () => {
      await page.goto('/failover');
      const to = otherOf(await wellLed('s2'));
      const epoch = await epochOf('s2');
      await lookFor(page, 'Switch the master of s2');
      await page.keyboard.press('Enter');
      await dialog.getByTestId('change-preview').getByText(to).first().waitFor();
      await dialog.getByLabel(new RegExp(`^${to}`)).check();
      await plan.locator('li').filter({ hasText: `${to} writes` }).waitFor();
      const copies = await copied(page);
      expect(copies.cli).toBe(`coterie failover switch s2 --to ${to}`);
      expect(copies.curl).toContain('/api/v1/failover/s2/switch');
      await confirm(page, 'Switch over');
      await dialog.getByText(new RegExp(`${to} leads s2 in epoch`)).waitFor();
      await closeDialog(page);
      await waitFor(async () => (await masterOf('s2')) === to && (await epochOf('s2')) > epoch, { timeoutMs, what: `${to} to lead` });
      await page.locator('[data-order=switch][data-finished] [data-move=s2][data-state=done]').waitFor();
      await page.goto('/');
      await page.locator(`tr[data-instance="${to}"]`).getByText('master').waitFor();
    }, 60_000);

    it('is paused with a reason, says so on every page and to everybody, and is resumed', async () => {
      const other = await open({ path: '/gossip' });
      await page.goto('/failover');
      await page.getByRole('button', { name: 'Pause' }).click();
      await dialog.getByLabel('Reason').fill('new switches');
      await confirm(page, 'Pause');
      await closeDialog(page);
      for (const each of [page, other]) await each.getByTestId('pause-banner').getByText(/paused by admin for (1 h|59 min).*new switches/).waitFor({ timeout: timeoutMs });
      await other.context().close();
      await page.goto('/config');
      await page.getByTestId('pause-banner').getByRole('button', { name: 'Resume' }).click();
      await confirm(page, 'Resume');
      await closeDialog(page);
      await page.getByTestId('pause-banner').waitFor({ state: 'detached', timeout: timeoutMs });
    }, 60_000);
  });
}
