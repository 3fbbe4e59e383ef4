import { describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied, seriousFindings, untilLive } from '~/tests/support/browser.ts';
import { fits, shot, type Dashboard } from '~/tests/support/dashboard.ts';

/** The Migrations page on the real product: steps are run by its buttons, one fails with its stack and is resumed, one is taken back. Role stock is on s1 by now. */

const file = (name: string) => `roles/stock/migrations/${name}.lua`;

export function migrationsPage({ product, page, open }: Dashboard): void {
  const rowOf = (step: string) => page.locator(`[data-row="stock/${step}@s1"]`);
  const until = (step: string, state: string) => rowOf(step).locator(`[data-state=${state}]`).waitFor({ timeout: 20_000 });
  const push = async (files: Record<string, string>) => expect((await product.rest('/code/push', { files, reason: 'steps' })).status).toBe(200);
  const details = page.getByTestId('step');

  describe('the Migrations page', () => {
    it('lists steps that are pending and runs them, up to the one that fails', async () => {
      await push({ [file('0001-tea')]: 'return {transaction = true, up = function() box.space.stock:replace{7, "green tea"} end}', [file('0001-tea.down')]: 'return function() box.space.stock:delete{7} end', [file('0002-boom')]: 'return function()\n  error("no such shelf")\nend\n' });
      await page.goto('/code');
      await untilLive(page);
      await page.getByRole('link', { name: 'Migrations', exact: true }).click();
      await until('0002-boom', 'pending');
      await page.getByRole('button', { name: 'Run…' }).click();
      await page.getByTestId('plan').getByText(/stock\/0001-tea runs on s1-\d, the master of s1/).waitFor({ timeout: 20_000 });
      await page.getByTestId('plan').getByText(/what they do to rows is not checked/).waitFor();
      expect((await copied(page)).cli).toBe('coterie migration run');
      await shot(page, 'migrations-run-1280');
      await page.getByRole('dialog').getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByTestId('migration-outcomes').locator('[data-replicaset=s1][data-state=failed]').getByText(/0002-boom: .*no such shelf/).waitFor({ timeout: 20_000 });
      await shot(page, 'migrations-stopped-1280');
      await closeDialog(page);
      await until('0001-tea', 'done');
      await until('0002-boom', 'failed');
    }, 90_000);

    it('shows a step with its stack by a link, well in both schemes and on a phone, and resumes', async () => {
      await rowOf('0002-boom').getByRole('button', { name: '0002-boom' }).click();
      await details.getByText(/0002-boom.lua:2: in function/).waitFor();
      expect(new URL(page.url()).searchParams.get('step')).toBe('stock/0002-boom@s1');
      await shot(page, 'migrations-step');
      expect(await seriousFindings(page), 'details').toEqual([]);
      await page.getByRole('button', { name: 'Close' }).click();
      await details.waitFor({ state: 'hidden' });
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        expect(await seriousFindings(page), colorScheme).toEqual([]);
        await shot(page, `migrations-${colorScheme}-1280`);
      }
      const phone = await open({ path: '/code/migrations', scheme: 'dark', phone: true });
      await phone.locator('[data-row="stock/0002-boom@s1"]').waitFor();
      expect(await fits(phone)).toBe(true);
      expect(await seriousFindings(phone), 'phone').toEqual([]);
      await shot(phone, 'migrations-dark-390');
      await phone.context().close();
      await push({ [file('0002-boom')]: 'return function() box.space.stock:replace{8, "black tea"} end' });
      await page.getByRole('button', { name: 'Resume…' }).click();
      await page.getByTestId('plan').getByText(/stock\/0002-boom runs on/).waitFor({ timeout: 20_000 });
      await confirm(page, 'Resume');
      await page.getByTestId('migration-outcomes').locator('[data-state=done]').waitFor({ timeout: 20_000 });
      await closeDialog(page);
      await until('0002-boom', 'done');
      await page.getByText('2 steps, all done').waitFor();
    }, 90_000);

    it('takes a step back when the name of its role is typed', async () => {
      await push({ [file('0002-boom.down')]: 'return function() box.space.stock:delete{8} end' });
      await page.goto('/code/migrations?step=stock%2F0001-tea%40s1');
      await details.getByRole('button', { name: 'Take back from here…' }).click({ timeout: 20_000 });
      const dialog = page.getByRole('dialog').filter({ hasText: 'to confirm' });
      await dialog.getByTestId('plan').getByText(/stock\/0002-boom is taken back on/).waitFor({ timeout: 20_000 });
      expect(await dialog.getByRole('button', { name: 'Take back', exact: true }).isDisabled()).toBe(true);
      await dialog.getByRole('textbox', { name: 'Type stock to confirm' }).fill('stock');
      await shot(page, 'migrations-down-1280');
      await confirm(page, 'Take back');
      await page.getByTestId('migration-outcomes').locator('[data-state=done]').getByText('2 steps done.').waitFor({ timeout: 20_000 });
      await page.goto('/code/migrations');
      await until('0001-tea', 'pending');
      expect(await product.eval('s1-1', 'return box.space.stock:get(7) == nil')).toMatchObject({ ok: true, values: [true] });
    }, 90_000);
  });
}
