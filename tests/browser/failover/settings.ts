import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** How masters are appointed, changed on the real product: timings with their worst case, a bad one refused, flapping acknowledged, a zone evacuated, a forced promotion, failover off and on, and what a viewer is told. */

export function failoverSettings({ product, page, open }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/failover')));

  const dialog = page.getByRole('dialog');
  const plan = dialog.getByTestId('plan');
  const set = (alias: string) => page.locator(`article[data-replicaset="${alias}"]`);
  const timeoutMs = 30_000;
  const epochOf = async (alias: string) => Number(await set(alias).getAttribute('data-epoch'));
  const led = (alias: string, master: string) => page.locator(`article[data-replicaset="${alias}"][data-master="${master}"][data-health=ok]`).waitFor({ timeout: timeoutMs });
  const ask = async (path: string, input: unknown) => {
    const { status, body } = await product.rest(path, input);
    expect(status, JSON.stringify(body)).toBe(200);
  };

  describe('the settings of failover', () => {
    it('show what follows from a lease, and refuse one that is too short', async () => {
      await led('s1', 's1-1');
      await page.getByRole('button', { name: 'Settings' }).click();
      await dialog.locator('[data-testid=worst-case][data-host-lost="3011"]').waitFor();
      await dialog.getByText('All relations hold').waitFor();
      await dialog.getByLabel('Length').fill('1000');
      await dialog.getByTestId('relations').getByText(/take a lease of at least 1700 ms/).waitFor();
      await plan.locator('[data-refusal]').first().waitFor();
      expect(await dialog.getByRole('button', { name: 'Apply' }).isDisabled()).toBe(true);
      await dialog.getByRole('button', { name: /^Take 1.7 s/ }).click();
      await plan.locator('[data-refusal]').waitFor({ state: 'detached' });
      await dialog.getByLabel('Lease', { exact: true }).getByText('LAN 1.2 s').click();
      await dialog.locator('[data-testid=worst-case][data-host-lost="2127"]').waitFor();
      await plan.getByText(/lease/i).first().waitFor();
      expect((await copied(page)).cli).toBe('coterie failover configure --lease-ms 1200 --provider-failover-ms 640');
      await dialog.getByLabel('Failovers at most').fill('1');
      await confirm(page, 'Apply');
      await closeDialog(page);
      await page.getByTestId('failover-tiles').getByText('lease 1.2 s').waitFor({ timeout: timeoutMs });
      expect((await product.rest('/failover/status')).body.settings).toMatchObject({ leaseMs: 1200, failoversMax: 1 });
    }, 60_000);

    it('have the order of priority move nobody, and say so where it is changed', async () => {
      await page.goto('/');
      await page.getByRole('button', { name: 'Edit s1' }).click();
      await dialog.getByRole('button', { name: 'Move s1-1 down' }).click();
      const first = dialog.getByTestId('priority').locator('li').first();
      await first.getByText('s1-2').waitFor();
      await first.getByText('preferred').waitFor();
      expect(await dialog.getByTestId('priority').getByText('master', { exact: true }).count()).toBe(0);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await page.goto('/failover');
    }, 60_000);

    it('look well, as the switchover does', async () => {
      await page.getByRole('button', { name: 'Settings' }).click();
      await looksWell(page, 'failover-settings', async () => {
        await dialog.getByLabel('Length').fill('1000');
        await plan.locator('[data-refusal]').first().waitFor();
      });
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Switch the master of s1' }).click();
      await looksWell(page, 'failover-switch', () => dialog.getByTestId('change-preview').waitFor());
      await page.keyboard.press('Escape');
    }, 60_000);

    it('have a replicaset that fails over too often wait for somebody, who acknowledges', async () => {
      for (const _ of [1, 2]) {
        const master = (await set('s1').getAttribute('data-master'))!;
        await led('s1', master);
        const epoch = await epochOf('s1');
        const { body } = await product.rest(`/instance/${master}`);
        process.kill(body.status.database.process.pid, 'SIGKILL');
        await waitFor(async () => (await page.locator('[data-trouble$=" manual"]').count()) > 0 || (await epochOf('s1')) > epoch, { timeoutMs, what: 'a later epoch, or that a person is waited for' });
      }
      const waits = page.locator('[data-trouble$=" manual"]');
      await waits.getByText(/s1 does not fail over by itself/).waitFor({ timeout: timeoutMs });
      await waits.getByRole('button', { name: 'Acknowledge' }).click();
      await confirm(page, 'Acknowledge');
      await closeDialog(page);
      await waits.waitFor({ state: 'detached', timeout: timeoutMs });
    }, 60_000);

    it('evacuate a zone, as previewed', async () => {
      const masters = async () => (await product.rest('/failover/status')).body.replicasets.map(({ master }: { master: { alias: string } }) => master.alias) as string[];
      await waitFor(async () => (await product.rest('/failover/status')).body.replicasets.every(({ health }: { health: string }) => health === 'ok'), { timeoutMs, what: 'all replicasets to be well' });
      // On a busy machine masters may have changed by themselves.
      await page.reload();
      const away = (await masters()).filter((master) => master.endsWith('-1'));
      if (away.length === 0) await ask('/failover/s2/switch', { to: 's2-1' });
      await page.getByRole('button', { name: 'Evacuate' }).click();
      await dialog.getByRole('combobox', { name: 'Zone' }).click();
      await page.getByRole('option', { name: /^dc-a/ }).click();
      await plan.getByText(/s[12]-2/).first().waitFor();
      await confirm(page, 'Evacuate');
      await dialog.locator('[data-move][data-state=done]').first().waitFor({ timeout: timeoutMs });
      await closeDialog(page);
      await waitFor(async () => (await masters()).every((master) => master.endsWith('-2')), { timeoutMs, what: 'both masters to be in dc-b' });
      await led('s2', 's2-2');
    }, 60_000);

    it('promote by force only with the name typed and the danger said', async () => {
      await set('s2').getByRole('button', { name: 'More on s2' }).click();
      await page.getByRole('menuitem', { name: 'Promote s2-1' }).click();
      await dialog.getByTestId('change-preview').waitFor();
      await dialog.getByLabel('By force').check();
      await dialog.getByText('acknowledged rows that only they have are lost').waitFor();
      expect(await dialog.getByRole('button', { name: 'Promote' }).isDisabled()).toBe(true);
      await dialog.getByRole('textbox', { name: /^Type s2-1/ }).fill('s2-1');
      await confirm(page, 'Promote');
      await closeDialog(page);
      await led('s2', 's2-1');
    }, 60_000);

    it('say what would happen if something died now', async () => {
      await page.goto('/failover?tab=what-if');
      await page.getByTestId('what-if').getByRole('button', { name: /s1-2/ }).first().click();
      await page.getByTestId('what-if').getByText(/s1/).first().waitFor();
      await page.goto('/failover');
    }, 60_000);

    it('are explained where failover is off, and it is switched on again', async () => {
      await ask('/failover/configure', { mode: 'disabled' });
      await page.getByTestId('teach').getByText('Failover is off').waitFor({ timeout: timeoutMs });
      await page.getByRole('button', { name: 'Turn on failover' }).click();
      await plan.locator('li').first().waitFor();
      await confirm(page, 'Apply');
      await closeDialog(page);
      await page.getByTestId('failover-tiles').getByText('Stateful').waitFor({ timeout: timeoutMs });
    }, 60_000);

    it('are no dead buttons for a viewer', async () => {
      await ask('/user/eve/create', { role: 'viewer', password: 'the password of eve' });
      const viewer = await open({ path: '/failover', as: { name: 'eve', password: 'the password of eve' } });
      await viewer.locator('article[data-replicaset=s1]').waitFor();
      for (const [name, why] of [['Settings', 'Needs role admin; you are viewer'], ['Switch the master of s1', 'Needs role operator; you are viewer']] as const) {
        expect(await viewer.getByRole('button', { name }).isDisabled()).toBe(true);
        await viewer.getByRole('note', { name: why }).first().waitFor();
      }
      await viewer.goto('/failover?tab=incidents');
      await viewer.locator('tr[data-row]').first().waitFor();
      await viewer.context().close();
    }, 60_000);
  });
}
