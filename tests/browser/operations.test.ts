import { describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, row, untilMaster, untilState } from '../support/browser.ts';
import { openDashboard } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';

/** What an operator does to a running cluster, through the dashboard, on the real product. */

const { product, page, open } = await openDashboard({ leases: false });


const writable = async (alias: string) => (await product.eval(alias, 'return box.info.ro')).values[0] === false;

describe('operations in the dashboard', () => {
  it('a new order of priority moves the master, by keyboard alone', async () => {
    await untilMaster(page, 's1-1');
    await page.getByRole('button', { name: 'Edit s1' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Move s1-2: arrow keys/ }).focus();
    await page.keyboard.press('ArrowUp');
    await dialog.getByTestId('plan').getByText(/s1-2/).first().waitFor();
    expect(await dialog.getByTestId('priority').locator('li').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.ref))).toEqual(['s1-2', 's1-1']);
    await confirm(page, 'Apply');
    await closeDialog(page);
    await untilMaster(page, 's1-2');
    await waitFor(async () => (await writable('s1-2')) && !(await writable('s1-1')), { timeoutMs: 20_000, what: 'only s1-2 to be writable' });
    expect(await row(page, 's1-1').getByText('replica', { exact: true }).count()).toBe(1);
  }, 90_000);

  it('dragging puts it back', async () => {
    await page.getByRole('button', { name: 'Edit s1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.locator('[data-ref="s1-1"]').dragTo(dialog.locator('[data-ref="s1-2"]'));
    expect(await dialog.getByTestId('priority').locator('li').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.ref))).toEqual(['s1-1', 's1-2']);
    await confirm(page, 'Apply');
    await closeDialog(page);
    await untilMaster(page, 's1-1');
  }, 90_000);

  it('a finger on the handle does it too, and one on the row does not', async () => {
    const touch = await open({ phone: true, touch: true });
    await touch.getByRole('button', { name: 'Edit s2' }).tap();
    const dialog = touch.getByRole('dialog');
    const order = () => dialog.getByTestId('priority').locator('li').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.ref));
    const slide = async (from: string, to: string) => {
      const centre = async (selector: string) => {
        const { x, y, width, height } = (await dialog.locator(selector).boundingBox())!;
        return { x: x + width / 2, y: y + height / 2 };
      };
      const [begin, end] = [await centre(from), await centre(to)];
      const finger = await touch.context().newCDPSession(touch);
      await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [begin] });
      for (const part of [0.25, 0.5, 0.75, 1, 1.2]) await finger.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: begin.x, y: begin.y + (end.y - begin.y) * part }] });
      await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    await slide('[data-ref="s2-2"]', '[data-ref="s2-1"]');
    expect(await order()).toEqual(['s2-1', 's2-2']);
    await slide('[data-handle="s2-2"]', '[data-handle="s2-1"]');
    await expect.poll(order, { timeout: 5000 }).toEqual(['s2-2', 's2-1']);
    await confirm(touch, 'Apply');
    await untilMaster(page, 's2-2');
    expect((await product.rest('/replicaset/s2/edit', { priority: ['s2-1'] })).status).toBe(200);
    await untilMaster(page, 's2-1');
    await touch.context().close();
  }, 90_000);

  it('disabling a master hands over; enabling brings it back', async () => {
    await act(page, 's2-1', 'Disable');
    await page.getByRole('dialog').getByText(/stops serving/).waitFor();
    await confirm(page, 'Disable');
    await closeDialog(page);
    await untilState(page, 's2-1', 'disabled');
    await untilMaster(page, 's2-2');
    await act(page, 's2-1', 'Enable');
    await confirm(page, 'Enable');
    await closeDialog(page);
    await untilState(page, 's2-1', 'ready');
    await untilMaster(page, 's2-1');
  }, 120_000);

  it('whoever is slower is told, nothing is done, and the new plan can be applied', async () => {
    await act(page, 's2-2', 'Edit');
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Zone').fill('dc-slow');
    await dialog.getByTestId('plan').getByText('dc-slow').first().waitFor();
    let first = true;
    await page.route('**/api/trpc/instance.edit*', async (route) => {
      // Somebody else changes the configuration between the plan that was shown and this request.
      if (first && !(route.request().postData() ?? '').includes('"dryRun":true')) {
        first = false;
        expect((await product.rest('/instance/s1-2/edit', { zone: 'dc-fast' })).status).toBe(200);
      }
      await route.continue();
    });
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await dialog.getByText('Somebody was faster').waitFor();
    expect((await product.rest('/instance/s2-2')).body.zone).toBe('dc-b');
    await dialog.getByRole('button', { name: 'Make the plan again' }).click();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await page.unroute('**/api/trpc/instance.edit*');
    await row(page, 's2-2').getByText('dc-slow').waitFor();
    await row(page, 's1-2').getByText('dc-fast').waitFor();
  }, 90_000);

  it('an unconfigured instance joins', async () => {
    await page.getByRole('button', { name: 'Join spare-1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'Replicaset' }).click();
    await page.getByRole('option', { name: 's1' }).click();
    await confirm(page, 'Join');
    await closeDialog(page);
    await untilState(page, 'spare-1', 'ready');
    expect(await page.locator('tbody[data-replicaset="s1"] tr[data-instance]').count()).toBe(3);
  }, 90_000);

  it('expelling asks for the name', async () => {
    await act(page, 'spare-1', 'Expel');
    const dialog = page.getByRole('dialog');
    const button = dialog.getByRole('button', { name: 'Expel', exact: true });
    await dialog.getByTestId('plan').getByText(/spare-1/).first().waitFor();
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Type spare-1 to confirm' }).fill('spare');
    expect(await button.isDisabled()).toBe(true);
    await dialog.getByRole('textbox', { name: 'Type spare-1 to confirm' }).fill('spare-1');
    await confirm(page, 'Expel');
    await closeDialog(page);
    await page.locator('tbody[data-replicaset="s1"] tr[data-instance="spare-1"]').waitFor({ state: 'detached' });
    expect((await product.rest('/replicaset/s1')).body.instances).toHaveLength(2);
  }, 90_000);

  it('what is refused cannot be pressed, and says the way out', async () => {
    await page.getByRole('button', { name: 'Edit s1' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name').fill('s2');
    const refusal = dialog.getByTestId('plan').locator('[data-refusal]');
    await refusal.waitFor();
    expect((await refusal.locator('div div').textContent())?.length).toBeGreaterThan(10);
    expect(await dialog.getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
  }, 60_000);

  it('a stopped Tarantool stays stopped until it is started', async () => {
    await act(page, 's2-2', 'Stop');
    await confirm(page, 'Stop');
    await closeDialog(page);
    await untilState(page, 's2-2', 'stopped');
    await act(page, 's2-2', 'Start');
    await confirm(page, 'Start');
    await closeDialog(page);
    await untilState(page, 's2-2', 'ready');
  }, 90_000);

  it('a probe that finds nobody says so', async () => {
    await page.getByRole('button', { name: 'Probe address' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Gossip address').fill('127.0.0.1:9');
    await dialog.getByRole('button', { name: 'Probe', exact: true }).click();
    await page.locator('[data-testid=result][data-health=warning]').getByText('Nobody answered', { exact: true }).waitFor({ timeout: 30_000 });
    await closeDialog(page);
  }, 60_000);

  it('a viewer sees all of it and may change none of it', async () => {
    expect((await product.rest('/user/eve/create', { role: 'viewer', password: 'another long one' })).status).toBe(200);
    const viewer = await open({ path: '/?role=storage', as: { name: 'eve', password: 'another long one' } });
    expect(await row(viewer, 'front-1').count()).toBe(0);
    expect(await viewer.getByRole('button', { name: 'Edit s1' }).isDisabled()).toBe(true);
    await viewer.getByRole('button', { name: 'Actions on s1-1', exact: true }).click();
    await viewer.getByText('You are viewer').waitFor();
    expect(await viewer.getByRole('menuitem', { name: 'Expel' }).isDisabled()).toBe(true);
    await viewer.context().close();
  }, 60_000);
});
