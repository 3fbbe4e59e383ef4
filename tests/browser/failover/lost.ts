import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** Rows that only an old master had, on the real product: they are shown, taken out, written again where they are chosen, and discarded. */

export function lostRows({ product, page }: Dashboard): void {
  const dialog = page.getByRole('dialog');
  const plan = dialog.getByTestId('plan');
  const timeoutMs = 40_000;
  const instance = async (alias: string) => (await product.rest(`/instance/${alias}`)).body;
  const standing = async (alias: string): Promise<string | null> => (await instance(alias)).failover?.standing ?? null;
  const rowsOfT = async (alias: string) => (await product.eval(alias, 'return box.space.t:select()')).values[0];

  beforeAll(async () => {
    // Whatever was set and moved before: a failover needs nobody's leave, and s1-1 leads.
    for (const [path, input] of [['/failover/configure', { failoversMax: 10 }], ['/failover/s1/switch', { to: 's1-1' }]] as const) {
      const { status, body } = await product.rest(path, input);
      expect(status, JSON.stringify(body)).toBe(200);
    }
    await page.goto('/failover?tab=lost');
  }, 60_000);

  describe('lost and found', () => {
    it('teaches what it is for while it is empty', async () => page.getByText('Nothing was lost').waitFor());

    it('has the rows of an old master that came back', async () => {
      await waitFor(async () => (await standing('s1-1')) === 'master' && (await standing('s1-2')) === 'follower', { timeoutMs, what: 's1 to be led' });
      await product.eval('s1-1', "box.schema.space.create('t'):create_index('pk') box.space.t:replace{1, 'both'}");
      await waitFor(async () => (await product.eval('s1-2', 'return box.space.t and box.space.t:len()')).values[0] === 1, { timeoutMs, what: 'the first row on both' });
      // Somebody has cut the replica off by hand; it leads when the master is gone.
      await product.eval('s1-2', 'box.cfg{replication = {}}');
      await product.eval('s1-1', "for key = 2, 4 do box.space.t:replace{key, 'only here'} end");
      const { pid } = (await instance('s1-1')).status.database.process as { pid: number };
      const back = await product.endAgent('s1-1', 'SIGKILL');
      process.kill(pid, 'SIGKILL');
      await waitFor(async () => (await standing('s1-2')) === 'master', { timeoutMs, what: 's1-2 to lead' });
      await product.eval('s1-2', "box.space.t:replace{2, 'newer'}");
      back();
      await page.locator('tr[data-row^="s1-1 "]').waitFor({ timeout: timeoutMs });
      await page.locator('tr[data-row^="s1-1 "]').getByText('3 of t').waitFor();
      await page.getByRole('button', { name: 's1-1', exact: true }).click();
      await page.getByTestId('lost-file').locator('tr[data-row="3"]').getByText('only here').waitFor();
      expect(await page.getByTestId('lost-file').locator('tbody tr').count()).toBe(3);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export JSON' }).click()]);
      const saved = JSON.parse(readFileSync(await download.path(), 'utf8')) as { rows: { tuple: unknown }[] };
      expect(saved.rows.map(({ tuple }) => tuple)).toEqual([2, 3, 4].map((key) => [key, 'only here']));
    }, 60_000);

    it('is led to from the incident', async () => {
      await page.goto('/failover?tab=incidents&replicaset=s1');
      await page.getByRole('row').filter({ hasText: 's1-1 → s1-2' }).getByRole('link').first().click();
      await page.getByLabel('Lost and found').getByRole('link').first().click();
      await page.getByTestId('lost-file').locator('tr[data-row="1"]').waitFor();
    }, 30_000);

    it('writes chosen rows again, and leaves what is newer unless told otherwise', async () => {
      for (const number of [1, 3]) await page.getByLabel(`Choose row ${number}`).check();
      await page.getByRole('button', { name: 'Write chosen again' }).click();
      await dialog.locator('[data-testid=replay] [data-outcome=conflict]').getByText('1 another row is there').waitFor();
      await dialog.locator('[data-testid=replay] [data-outcome=applied]').getByText('1 written').waitFor();
      await plan.getByText(/^Write 2 of 3 rows/).waitFor();
      expect((await copied(page)).cli).toMatch(/^coterie failover replay-lost-rows s1-1 \S+ --rows 1,3$/);
      await confirm(page, 'Write them');
      await dialog.getByTestId('result').waitFor();
      await closeDialog(page);
      expect(await rowsOfT('s1-2')).toEqual([[1, 'both'], [2, 'newer'], [4, 'only here']]);
      await page.getByLabel('Choose row 3').uncheck();
      await page.getByRole('button', { name: 'Write chosen again' }).click();
      await dialog.getByLabel('Overwrite it').check();
      await dialog.locator('[data-testid=replay] [data-outcome=overwritten]').waitFor();
      await confirm(page, 'Write them');
      await closeDialog(page);
      expect(await rowsOfT('s1-2')).toEqual([[1, 'both'], [2, 'only here'], [4, 'only here']]);
    }, 60_000);

    it('looks well', () => looksWell(page, 'failover-lost', async () => {
      await page.getByTestId('lost-file').locator('tr[data-row="3"]').waitFor();
    }), 60_000);

    it('is discarded with the name typed', async () => {
      await page.getByRole('button', { name: /^Actions on epoch/ }).click();
      await page.getByRole('menuitem', { name: 'Discard' }).click();
      await plan.getByText(/^Delete .* with 3 rows/).waitFor();
      expect(await dialog.getByRole('button', { name: 'Discard' }).isDisabled()).toBe(true);
      await dialog.getByRole('textbox', { name: /^Type s1-1/ }).fill('s1-1');
      await confirm(page, 'Discard');
      await closeDialog(page);
      await page.getByText('Nothing was lost').or(page.getByText('s1-1 has no such file.')).first().waitFor({ timeout: timeoutMs });
    }, 30_000);
  });
}
