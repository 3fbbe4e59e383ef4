import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';

/** The Data page and the Console on the real product: browse, page, change a row with what it was before, export; one statement on many. */

export function dataPage({ product, page, open }: Dashboard): void {
  const dialog = page.getByRole('dialog');
  /** The details of the row stay open below. */
  const close = () => page.getByTestId('result').getByRole('button', { name: 'Close' }).click();
  const viewer = { name: 'ann', password: 'another long one' };
  const row = (key: string) => page.locator(`tr[data-row='${key}']`);
  const count = (rows: number) => page.locator(`[data-testid=row-count][data-count="${rows}"]`).waitFor();
  const make = (from: number) => `local s = box.schema.space.create('orders', {format = {{'id', 'unsigned'}, {'item', 'string'}, {'sum', 'decimal', is_nullable = true}, {'more', 'any', is_nullable = true}}}) s:create_index('pk') s:create_index('item', {unique = false, parts = {{2, 'string'}}}) for i = ${from}, ${from} + 149 do s:insert{i, 'item ' .. i % 10, require('decimal').new('1.50'), {deep = {i}}} end return s:len()`;

  beforeAll(async () => {
    expect(await product.eval('s1-1', make(1))).toMatchObject({ ok: true, values: [150] });
    expect(await product.eval('s2-1', make(1001))).toMatchObject({ ok: true, values: [150] });
    const cold = "local s = box.schema.space.create('frozen', {engine = 'vinyl', format = {{'id', 'unsigned'}, {'mark', 'uuid'}}}) s:create_index('pk') s:insert{1, require('uuid').fromstr('6f6c1f2e-9d1a-4c7b-8f0e-3a2b1c0d9e8f')} return s:count()";
    expect(await product.eval('s1-1', cold)).toMatchObject({ ok: true, values: [1] });
    expect((await product.rest('/user/ann/create', { role: 'viewer', password: viewer.password })).status).toBe(200);
  }, 60_000);
  afterAll(async () => {
    for (const master of ['s1-1', 's2-1']) expect(await product.eval(master, 'box.space.orders:drop()')).toMatchObject({ ok: true });
  });

  describe('the Data page', () => {
    it('shows rows of all storages in the order of an index, page by page', async () => {
      await page.goto('/data');
      await page.getByText('Choose a space', { exact: true }).waitFor();
      await page.getByRole('combobox', { name: 'Space' }).click();
      await page.getByRole('option', { name: 'orders (300)' }).click();
      await count(100);
      await page.getByRole('button', { name: 'Show more' }).click();
      await count(200);
      await page.goto('/data?space=orders&order=descending&op=ge&key=1149');
      await count(2);
      expect(await page.locator('tr[data-row]').first().innerText()).toBe('1150\titem 0\t1.50\t{"deep": [1150]}\ts2');
      // What a replica has is looked at there, and says so.
      await page.goto('/data?space=orders&on=s1-2&op=ge&key=149');
      await count(2);
      await page.waitForFunction(() => [...document.querySelectorAll('input')].some((field) => field.value === 's1-2 (replica)'));
      await page.goto('/data?space=frozen&on=s1');
      await count(1);
      expect(await page.locator('tr[data-row]').first().innerText()).toBe('1\t6f6c1f2e-9d1a-4c7b-8f0e-3a2b1c0d9e8f\ts1');
      await page.goto('/data?space=orders&index=item&op=eq&key=item 3');
      await count(30);
      expect(await page.locator('tr[data-row]').allInnerTexts()).toHaveLength(30);
    }, 60_000);

    it('opens a row with its types, and changes it after showing what it was', async () => {
      await page.goto('/data?space=orders&op=eq&key=7');
      await row('7').getByRole('button', { name: 'Row 7' }).click();
      const details = page.getByTestId('row');
      await details.getByText('decimal', { exact: true }).waitFor();
      await page.waitForURL(/row=s1/);
      await details.getByRole('button', { name: 'Edit' }).click();
      await dialog.getByLabel(/^item/).fill('tea');
      const both = dialog.getByTestId('before-and-after');
      await both.getByText('− item 7').waitFor();
      await both.getByText('+ tea').waitFor();
      expect((await copied(page)).cli).toMatch(/^coterie data update orders 7 .*--operations '\[\["=","item","tea"\]\]'/);
      await dialog.getByLabel('Reason').fill('a wish');
      await confirm(page, 'Change');
      await close();
      await row('7').getByText('tea').waitFor();
      expect(await product.eval('s1-1', 'return box.space.orders:get(7)[2]')).toMatchObject({ values: ['tea'] });
      await details.getByRole('button', { name: 'Delete' }).click();
      await dialog.getByTestId('before-and-after').getByText('− tea').waitFor();
      await page.locator('form').getByRole('button', { name: 'Delete' }).click();
      await page.getByTestId('result').and(page.locator('[data-health=ok]')).waitFor();
      await close();
      await page.getByText('No row fits that condition.').waitFor();
    }, 60_000);

    it('inserts where it is told, and takes rows out as a file', async () => {
      await page.goto('/data?space=orders&on=s2&op=ge&key=1149');
      await count(2);
      await page.getByRole('button', { name: 'Insert' }).click();
      await dialog.getByLabel(/^id/).fill('5000');
      await dialog.getByLabel(/^item/).fill('=cake');
      await dialog.getByLabel(/^sum/).fill('12.345678901234567890');
      await dialog.getByTestId('before-and-after').getByText('+ 12.345678901234567890').waitFor();
      await confirm(page, 'Insert');
      await closeDialog(page);
      await count(3);
      // Left out at its end: null, as in any other row.
      expect(await row('5000').innerText()).toBe('5000\t=cake\t12.345678901234567890\tnull\ts2');
      const taken = page.waitForEvent('download');
      await page.getByRole('button', { name: 'Export' }).click();
      await page.getByRole('menuitem', { name: 'CSV, for spreadsheets' }).click();
      expect(readFileSync((await (await taken).path())!, 'utf8').split('\r\n').slice(0, 4)).toEqual(['id,item,sum,more', '1149,item 9,1.50,"{""deep"": [1149]}"', '1150,item 0,1.50,"{""deep"": [1150]}"', "5000,'=cake,12.345678901234567890"]);
    }, 60_000);

    it('looks well, and keeps rows from viewers', async () => {
      await looksWell(page, 'data', async () => {
        // Enough rows to scroll: what axe takes grows with them, 15 s for a hundred.
        await page.goto('/data?space=orders&op=ge&key=1120');
        await page.locator('tr[data-row]').first().waitFor();
      });
      const shown = await open({ path: '/data?space=orders', as: viewer });
      await shown.getByText('Rows are for operators', { exact: true }).waitFor();
      expect(await shown.locator('tr[data-row]').count()).toBe(0);
      await shown.context().close();
    }, 90_000);
  });

  describe('the Console', () => {
    const run = async (text: string) => {
      await page.getByRole('textbox', { name: /to run on / }).click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
      await page.keyboard.press('Control+Enter');
    };

    it('asks those of its address side by side, reads only, and writes for an admin who agreed', async () => {
      await page.goto('/console?on=s1,s2-1');
      await run('return box.space.orders:len()');
      await page.locator('[data-entry="1"][data-outcome=ok]').getByText('2 of 2 answered').waitFor();
      expect(await page.locator('[data-answer]').evaluateAll((all) => all.map((one) => [one.getAttribute('data-answer'), one.querySelector('pre')?.textContent]))).toEqual([['s1-1', '149'], ['s2-1', '151']]);
      await run('box.space.orders:truncate()');
      await page.locator('[data-entry="2"][data-outcome=error]').getByText(/this console is read-only/).first().waitFor();
      await page.getByRole('switch', { name: 'Write' }).click();
      await page.getByRole('button', { name: 'I understand: let me write' }).click();
      await page.getByText('live: writes count; audited').waitFor();
      await run('return box.space.orders:delete(8) ~= nil');
      await page.locator('[data-entry="3"]').getByText('true', { exact: true }).first().waitFor();
      expect(await product.eval('s1-1', 'return box.space.orders:len()')).toMatchObject({ values: [148] });
      const { body } = await product.rest('/audit?operation=console.eval&limit=1');
      expect(body).toMatchObject([{ actor: 'admin', input: { on: 's1,s2-1', write: true, code: 'return box.space.orders:delete(8) ~= nil' } }]);
    }, 60_000);

    it('looks well', async () => {
      await looksWell(page, 'console', async () => {
        await page.goto('/console?on=masters');
        await run('return box.info.vclock, {"a", 2}');
        await page.locator('[data-entry="1"][data-outcome=ok]').waitFor();
      });
    }, 90_000);
  });
}
