import { describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '../support/browser.ts';
import { looksWell, openDashboard } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';
import { throughRouter } from './code/through-router.ts';

/** The Sharding page on the real product: buckets are made, weighed by slider, held and let go, pinned, looked after, and a storage is drained. */

const dashboard = await openDashboard({ path: '/sharding' });
const { product, page, open } = dashboard;
const dialog = page.getByRole('dialog');
const plan = dialog.getByTestId('plan');
const group = page.locator('section[data-group=default]');
const storage = (alias: string) => group.locator(`tr[data-storage="${alias}"]`);
const timeoutMs = 30_000;
const owns = (alias: string, count: number) => group.locator(`tr[data-storage="${alias}"][data-owned="${count}"]`).waitFor({ timeout: timeoutMs });
const owned = async (alias: string) => Number(await storage(alias).getAttribute('data-owned'));
const planned = (total: number) => dialog.locator(`[data-testid=weights-plan][data-total="${total}"][data-settled]`).waitFor({ timeout: timeoutMs });
const more = async (item: string) => {
  await group.getByRole('button', { name: 'More on group default' }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
};

/** Arrow keys move a slider by a step of 0.1, as a pointer would. */
async function slide(alias: string, steps: number): Promise<void> {
  const slider = dialog.getByRole('slider', { name: `Weight of ${alias}, by slider` });
  await slider.focus();
  for (let step = 0; step < Math.abs(steps); step += 1) await page.keyboard.press(steps > 0 ? 'ArrowRight' : 'ArrowLeft');
}

describe('the Sharding page', () => {
  it('teaches what is missing, and bootstraps with what is fixed for good said before', async () => {
    const empty = page.getByTestId('sharding-empty');
    await empty.getByText('Ready to be sharded').waitFor({ timeout: timeoutMs });
    await empty.getByText('2 replicasets with role storage: s1, s2').waitFor();
    await looksWell(page, 'sharding-fresh', () => empty.waitFor());
    await empty.getByRole('button', { name: 'Bootstrap' }).click();
    await dialog.getByText('are fixed for good').waitFor();
    await dialog.getByTestId('fixed').getByText('3000').waitFor();
    for (const alias of ['s1', 's2']) await dialog.locator(`[data-share="${alias}"][data-then="1500"]`).waitFor();
    await plan.getByText('s1 gets 1500 buckets').first().waitFor();
    expect((await copied(page)).cli).toBe('coterie sharding bootstrap default');
    await confirm(page, 'Make the buckets');
    await closeDialog(page);
    await Promise.all([owns('s1', 1500), owns('s2', 1500)]);
    await empty.waitFor({ state: 'detached' });
    await group.getByText('even', { exact: true }).waitFor({ timeout: timeoutMs });
  }, 90_000);

  it('shows what a weight leads to before it is applied, and buckets as they arrive', async () => {
    await group.getByRole('button', { name: 'Weights' }).click();
    await planned(0);
    await slide('s2', 10);
    await planned(500);
    await dialog.locator('[data-share=s2][data-then="2000"]').waitFor();
    await plan.getByText('500 buckets of s1 to s2.').waitFor();
    expect(await owned('s1')).toBe(1500);
    expect((await copied(page)).cli).toBe('coterie sharding weigh default --weights s2=2');
    await confirm(page, 'Apply');
    await closeDialog(page);
    await Promise.all([owns('s1', 1000), owns('s2', 2000)]);
    expect((await product.rest('/replicaset/s2')).body.weight).toBe(2);
    await group.getByRole('img', { name: /^s1, last hour: .*\d+ (to \d+ )?buckets/ }).waitFor({ timeout: timeoutMs });
  }, 90_000);

  it('holds buckets still with a reason, and lets them go', async () => {
    await group.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByLabel('Reason').fill('a sale until Friday');
    await confirm(page, 'Pause');
    await closeDialog(page);
    const pause = group.getByTestId('sharding-pause');
    await pause.getByText(/paused by admin for (1 h|59 min).*a sale until Friday/).waitFor({ timeout: timeoutMs });
    await group.getByRole('button', { name: 'Actions on s1' }).click();
    await page.getByRole('menuitem', { name: 'Drain', exact: true }).click();
    await planned(1000);
    await dialog.getByText('Rebalancing is paused by admin').first().waitFor();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await group.locator('[data-testid=drain]').getByText(/1000 buckets still to leave s1\. Rebalancing is paused/).waitFor({ timeout: timeoutMs });
    await pause.getByText('1000 buckets wait').waitFor({ timeout: timeoutMs });
    expect(await owned('s1')).toBe(1000);
    await looksWell(page, 'sharding-paused', () => pause.waitFor());
    await pause.getByRole('button', { name: 'Resume' }).click();
    await confirm(page, 'Resume');
    await closeDialog(page);
    await pause.waitFor({ state: 'detached', timeout: timeoutMs });
  }, 90_000);

  it('says when a drained storage may be removed, and fills it again', async () => {
    await owns('s1', 0);
    await group.locator('tr[data-storage=s1][data-empty]').waitFor({ timeout: timeoutMs });
    await group.getByText('s1 is empty: it may lose role storage, or be deleted.').waitFor();
    await group.getByRole('button', { name: 'Weights' }).click();
    await dialog.getByRole('textbox', { name: 'Weight of s2', exact: true }).fill('1');
    await dialog.getByRole('textbox', { name: 'Weight of s1', exact: true }).fill('1');
    await planned(1500);
    await looksWell(page, 'sharding-weights', () => planned(1500));
    await confirm(page, 'Apply');
    await closeDialog(page);
    await Promise.all([owns('s1', 1500), owns('s2', 1500)]);
  }, 90_000);

  it('moves and pins buckets by hand, and finds a lost one with the repair at hand', async () => {
    await more('Pin buckets');
    await dialog.getByLabel('Buckets').fill('7, 10-12');
    await confirm(page, 'Pin');
    await closeDialog(page);
    await waitFor(async () => ((await product.rest('/sharding/status')).body.groups[0].storages as { pinned: number }[]).reduce((sum, { pinned }) => sum + pinned, 0) === 4, { timeoutMs, what: 'four pinned buckets' });
    await more('Unpin buckets');
    await dialog.getByLabel('Buckets').fill('1-3000');
    await confirm(page, 'Unpin');
    await closeDialog(page);
    const doctor = group.getByTestId('doctor');
    await doctor.getByRole('button', { name: 'Look now' }).click();
    await doctor.getByText('Every bucket has one owner.').waitFor({ timeout: timeoutMs });
    const { body } = await product.rest('/replicaset/s2');
    const lost = await product.eval(body.masters[0], "local id = box.space._coterie_buckets.index.state:min{'active'}[1] box.space._coterie_buckets:delete(id) return id");
    await doctor.getByRole('button', { name: 'Look again' }).click();
    await doctor.locator('[data-finding=lost]').getByText(`Bucket ${String(lost.values[0])}:`).waitFor({ timeout: timeoutMs });
    await doctor.getByRole('button', { name: 'Repair' }).click();
    await dialog.getByRole('textbox', { name: /^Type default/ }).fill('default');
    await confirm(page, 'Repair');
    await closeDialog(page);
    await doctor.getByRole('button', { name: 'Look again' }).click();
    await doctor.getByText('Every bucket has one owner.').waitFor({ timeout: timeoutMs });
  }, 90_000);

  it('is no dead buttons for a viewer, and has one group and one storage by its address', async () => {
    await product.rest('/user/eve/create', { role: 'viewer', password: 'the password of eve' });
    const viewer = await open({ path: '/sharding?group=default&storage=s2&range=day', as: { name: 'eve', password: 'the password of eve' } });
    await viewer.locator('tr[data-storage=s2][data-chosen]').waitFor();
    for (const [name, why] of [['Weights', 'Needs role operator; you are viewer'], ['Settings', 'Needs role admin; you are viewer'], ['Look now', 'Needs role operator; you are viewer']] as const) {
      expect(await viewer.getByRole('region', { name: 'Group default', exact: true }).getByRole('button', { name }).isDisabled()).toBe(true);
      await viewer.getByRole('note', { name: why }).first().waitFor();
    }
    await viewer.context().close();
  }, 60_000);
});

throughRouter(dashboard);
