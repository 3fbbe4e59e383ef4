import { describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied, seriousFindings, untilLive } from '~/tests/support/browser.ts';
import { fits, looksWell, shot, type Dashboard } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The Schema page on the real product: a space is listed as it is on its master, gets an index through its text, and has it. */

const roleFile = `summary: Goods in stock
spaces:
  stock:
    format:
      - {name: id, type: unsigned}
      - {name: name, type: string}
    indexes:
      - {name: id, parts: [{path: id, type: unsigned}]}
`;

export function schemaPage({ product, page, open }: Dashboard): void {
  const rowOf = (space: string) => page.locator(`[data-row="stock/${space}"]`);
  const editor = () => page.getByTestId('schema-editor').locator('.cm-content');
  const verdict = (health: string) => page.locator(`[data-testid=verdict][data-state=checked] [role=status] [data-health=${health}]`);
  const exported = async (): Promise<string> => (await product.rest('/schema/export?role=stock')).body.document;

  /** As the text is, with something put in place of a part of it. */
  async function write(change: (text: string) => string): Promise<void> {
    const next = change(await exported());
    await editor().click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(next);
  }

  describe('the Schema page', () => {
    it('lists what no replicaset has yet, and what one has with its rows', async () => {
      expect((await product.rest('/code/push', { files: { 'roles/stock/role.yml': roleFile }, reason: 'stock' })).status).toBe(200);
      await page.goto('/schema?role=stock');
      await untilLive(page);
      await rowOf('stock').locator('[data-state=unplaced]').getByText('No replicaset has role stock yet.').waitFor();
      const replicasets = (await product.rest('/replicaset')).body as { alias: string; roles: string[] }[];
      expect((await product.rest('/replicaset/s1/edit', { roles: [...(replicasets.find(({ alias }) => alias === 's1')?.roles ?? []), 'stock'] })).status).toBe(200);
      await rowOf('stock').locator('[data-state=applied]').getByText('as wanted').waitFor();
      // Where no lease rules, as here, rows are written without one, and a look at one turns none on.
      for (const id of [1, 2]) expect((await product.rest('/data/stock/insert', { on: 's1', row: `[${id}, "tea"]` })).body).toMatchObject({ data: { after: [id, 'tea'] } });
      expect((await product.rest('/data/stock/2/delete', { on: 's1' })).status).toBe(200);
      await rowOf('stock').locator('[data-label=Rows]').getByText('1', { exact: true }).waitFor();
      for (const colorScheme of ['dark', 'light'] as const) {
        await page.emulateMedia({ colorScheme });
        await page.locator(`html[data-mantine-color-scheme=${colorScheme}]`).waitFor();
        expect(await seriousFindings(page), colorScheme).toEqual([]);
        await shot(page, `schema-list-${colorScheme}-1280`);
      }
      await page.getByRole('button', { name: 'stock', exact: true }).click();
      await page.getByTestId('space').locator('[data-replicaset=s1][data-state=applied]').getByText(/asked s1-\d, 1 row/).waitFor();
      expect(new URL(page.url()).search).toBe('?role=stock&space=stock');
      expect(await seriousFindings(page), 'details').toEqual([]);
      await shot(page, 'schema-details');
      await page.getByTestId('space').getByRole('button', { name: 'Edit schema of stock' }).click();
      await editor().getByText('stock:').waitFor();
    }, 60_000);

    it('says where a text cannot be read, and what does not fit what is there', async () => {
      await write((text) => text.replace('type: string', 'type: text'));
      await page.getByRole('button', { name: 'Check' }).click();
      await verdict('critical').getByText('1 error: the text cannot be read').waitFor();
      await page.getByTestId('schema-editor').locator('.cm-lint-marker-error').waitFor();
      await page.getByTestId('verdict').getByRole('button', { name: /^line \d+$/ }).click();
      await page.waitForFunction(() => document.activeElement?.matches('.cm-content') && document.querySelector('.cm-activeLine')?.textContent?.includes('type: text'));
      expect(await page.getByRole('button', { name: 'Apply…' }).isDisabled()).toBe(true);
      expect(await seriousFindings(page), 'with an error').toEqual([]);
      await shot(page, 'schema-error');
      await write((text) => text.replace('type: string', 'type: unsigned'));
      await page.getByRole('button', { name: 'Check' }).click();
      await verdict('critical').waitFor();
      await page.getByTestId('verdict').locator('[data-severity=error]').getByText(/name/).first().waitFor();
      expect(await page.getByRole('button', { name: 'Apply…' }).isDisabled()).toBe(true);
      await shot(page, 'schema-refused');
    }, 60_000);

    it('adds an index through the text, which is then there', async () => {
      await write((text) => `${text.trimEnd()}\n      - name: name\n        unique: false\n        parts: [{path: name, type: string}]\n`);
      await page.reload();
      await page.getByText('changed, not applied').waitFor();
      await page.getByRole('button', { name: 'Check' }).click();
      await verdict('ok').getByText('It fits, checked on 2 instances').waitFor();
      await page.getByText('Differences', { exact: true }).click();
      await page.locator('[data-testid=merge] .cm-merge-b').getByText('unique: false').waitFor();
      await shot(page, 'schema-differences');
      await page.getByRole('button', { name: 'Apply…' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('find by name');
      await page.getByTestId('plan').getByText(/role.yml/).first().waitFor();
      expect((await copied(page)).cli).toContain('coterie schema apply stock');
      await shot(page, 'schema-apply');
      await confirm(page, 'Apply');
      await closeDialog(page);
      // Applied, it is no draft any more, though the server writes it in other words.
      await page.getByText('changed, not applied').waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'All spaces' }).click();
      await rowOf('stock').locator('[data-state=applied]').waitFor();
      await rowOf('stock').locator('[data-label=Indexes]').getByText('2', { exact: true }).waitFor();
      const indexes = async () => ((await product.rest('/data/spaces?on=s1')).body as { spaces: { name: string; indexes: { name: string }[] }[] }).spaces.find(({ name }) => name === 'stock')?.indexes.map(({ name }) => name);
      await waitFor(async () => (await indexes())?.includes('name'), { timeoutMs: 20_000, what: 'the index in the database' });
    }, 60_000);

    it('tells who is slower that the spaces have changed, and loses nothing of theirs', async () => {
      await page.goto('/schema?edit=stock');
      await editor().getByText('stock:').waitFor();
      await write((text) => text.replace('name: name', 'name: title'));
      await page.getByText('changed, not applied').waitFor();
      expect((await product.rest('/code/push', { files: { 'roles/stock/role.yml': roleFile.replace('    indexes', '      - {name: price, type: unsigned, is_nullable: true}\n    indexes') }, reason: 'prices' })).status).toBe(200);
      await page.getByTestId('conflict').waitFor();
      expect(await page.getByRole('button', { name: 'Apply…' }).isDisabled()).toBe(true);
      expect(await editor().innerText()).toContain('title');
      expect(await seriousFindings(page), 'conflict').toEqual([]);
      await shot(page, 'schema-conflict');
      await page.getByRole('button', { name: 'Take theirs' }).click();
      await editor().getByText('price').waitFor();
    }, 60_000);

    it('changes the text by a form and the form by the text, tells a fault at its field, and keeps comments', async () => {
      const { text: before } = (await product.rest('/code?file=roles/stock/role.yml')).body as { text: string };
      expect((await product.rest('/code/push', { files: { 'roles/stock/role.yml': before.replace('  stock:', '  # on the shelves\n  stock:') }, reason: 'a comment' })).status).toBe(200);
      await page.goto('/schema?edit=stock');
      const form = page.getByTestId('space-form');
      const choose = async (label: string, option: string) => {
        await form.getByRole('combobox', { name: label, exact: true }).click();
        await page.getByRole('option', { name: option, exact: true }).click();
      };
      const field = (at: number) => form.getByRole('textbox', { name: `Name of field ${at}`, exact: true });
      await form.getByRole('button', { name: 'Add field' }).click();
      await field(4).fill('cost');
      await field(4).press('Enter');
      await choose('Type of cost', 'decimal');
      await editor().getByText('decimal').waitFor();
      expect(await editor().innerText()).toMatch(/name: cost\s+type: decimal/);
      await editor().getByText('name: cost').click();
      await page.keyboard.press('End');
      await page.keyboard.insertText('s');
      await page.waitForFunction(() => document.querySelector<HTMLInputElement>('[aria-label="Name of field 4"]')?.value === 'costs');
      await choose('Type of name', 'boolean');
      await page.getByRole('button', { name: 'Check' }).click();
      await form.locator('[data-field=name]').getByText(/field name is string and cannot become boolean/).waitFor();
      await page.getByTestId('schema-editor').locator('.cm-lint-marker-error').waitFor();
      await looksWell(page, 'schema-form', async () => form.waitFor());
      await choose('Type of name', 'string');
      await page.getByRole('button', { name: 'Add space' }).click();
      await page.getByLabel('Name of the new space').fill('shelves');
      await page.keyboard.press('Enter');
      await page.locator('[data-testid=space-form][data-space=shelves]').waitFor();
      await page.getByRole('button', { name: 'Check' }).click();
      await verdict('ok').getByText('It fits').waitFor();
      await page.getByRole('button', { name: 'Apply…' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('shelves');
      await confirm(page, 'Apply');
      await closeDialog(page);
      const { text } = (await product.rest('/code?file=roles/stock/role.yml')).body as { text: string };
      expect(text).toContain('  # on the shelves\n  stock:');
      expect(text).toContain('      - {name: costs, type: decimal, is_nullable: true}\n');
      expect(text).toContain('  shelves:\n');
    }, 90_000);

    it('lets a viewer read by a link, on a phone in the dark, and no more', async () => {
      expect((await product.rest('/user/ann/create', { password: 'a long password', role: 'viewer' })).status).toBe(200);
      const viewer = await open({ path: '/schema?space=stock&role=stock', as: { name: 'ann', password: 'a long password' }, scheme: 'dark', phone: true });
      await viewer.getByTestId('space').locator('[data-index=id]').waitFor();
      expect(await seriousFindings(viewer), 'details').toEqual([]);
      await shot(viewer, 'schema-details-dark-390');
      await viewer.getByRole('button', { name: 'Close' }).click();
      await viewer.getByTestId('space').waitFor({ state: 'hidden' });
      expect(await fits(viewer)).toBe(true);
      expect(await seriousFindings(viewer), 'list').toEqual([]);
      await shot(viewer, 'schema-list-dark-390');
      await viewer.goto('/schema?edit=stock');
      await viewer.locator('.cm-content[aria-readonly=true]').waitFor();
      expect(await viewer.getByRole('button', { name: 'Check' }).count()).toBe(0);
      expect(await viewer.getByRole('button', { name: 'Apply…' }).isDisabled()).toBe(true);
      expect(await fits(viewer)).toBe(true);
      expect(await seriousFindings(viewer), 'text').toEqual([]);
      await shot(viewer, 'schema-text-dark-390');
      await viewer.context().close();
    }, 60_000);
  });
}
