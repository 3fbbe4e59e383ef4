import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { closeDialog, confirm, copied, seriousFindings, untilLive } from '~/tests/support/browser.ts';
import { type Dashboard, fits } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The Configuration page on the real product: draft, conflict, comparison, restore, download and upload. */

export function configPage({ product, page, open }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/config')));

  const newest = async (): Promise<{ version: number; config: { sections: Record<string, string> } }> => (await product.rest('/config')).body;
  const upload = async (sections: Record<string, string | null>, reason: string) => expect((await product.rest('/config/upload', { sections, reason })).status).toBe(200);
  const draft = () => page.getByTestId('draft');
  const write = async (text: string) => {
    await draft().locator('.cm-content[contenteditable=true]').click();
    await page.keyboard.press('Control+a');
    await page.keyboard.insertText(text);
  };
  const valid = () => page.locator('[data-testid=verdict] [data-health=ok]').waitFor();
  const apply = async () => {
    await page.getByRole('button', { name: 'Plan and apply' }).click();
    await confirm(page, 'Apply');
    await closeDialog(page);
  };

  describe('the Configuration page', () => {
    it('adds a section by a draft that the server has checked, and shows the version as it comes', async () => {
      const { version } = await newest();
      await page.getByRole('button', { name: 'Edit sections' }).click();
      await page.getByLabel('New section').fill('limits.yml');
      await page.keyboard.press('Enter');
      await write('# per client\nrate: 10\nburst: "20"\n');
      await valid();
      await page.getByRole('button', { name: 'Plan and apply' }).click();
      await page.getByRole('dialog').getByLabel('Reason').fill('first limits');
      await page.getByTestId('plan').getByText(/limits.yml/).first().waitFor();
      const { cli, curl } = await copied(page);
      expect(cli).toContain('coterie config upload --sections');
      expect(curl).toContain('/api/v1/config/upload');
      await confirm(page, 'Apply');
      await closeDialog(page);
      expect((await newest()).config.sections).toEqual({ 'limits.yml': '# per client\nrate: 10\nburst: "20"\n' });
      const row = page.locator(`[data-version="${version + 1}"]`);
      await row.getByText('current').waitFor();
      expect(await row.innerText()).toMatch(/first limits/);
      expect(await row.innerText()).toMatch(/UTC/);
      await row.click();
      await page.getByTestId('version').locator('.tok-key').first().waitFor();
    }, 60_000);

    it('what a section refuses is said before it is applied', async () => {
      await page.getByRole('button', { name: 'Edit sections' }).click();
      await page.getByLabel('New section').fill('no good');
      await page.getByText('Letters, digits, dot').waitFor();
      await page.getByRole('button', { name: 'Close', exact: true }).click();
    });

    it('keeps the draft when somebody else is faster, in a reload too, and never overwrites unasked', async () => {
      await page.getByRole('button', { name: 'Edit sections' }).click();
      await write('rate: 11\n');
      await valid();
      await upload({ 'limits.yml': 'rate: 99\n' }, 'theirs');
      const conflict = page.getByTestId('conflict');
      await conflict.getByText(/You have both changed limits.yml/).waitFor();
      expect(await draft().locator('.cm-content').innerText()).toContain('rate: 11');
      expect(await page.getByRole('button', { name: 'Plan and apply' }).isDisabled()).toBe(true);
      await conflict.getByRole('button', { name: 'Compare limits.yml' }).click();
      await page.getByTestId('merge').getByText('99').waitFor();

      await page.reload();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'Keep mine of limits.yml' }).click();

      // Once more, between the plan that is shown and the request to apply it.
      await valid();
      await page.getByRole('button', { name: 'Plan and apply' }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByTestId('plan').locator('li').first().waitFor();
      await upload({ motd: 'hello\n' }, 'a greeting');
      await dialog.getByText('Somebody was faster').waitFor();
      expect(await dialog.getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);
      await dialog.getByRole('button', { name: 'Cancel' }).click();
      expect((await newest()).config.sections).toEqual({ 'limits.yml': 'rate: 99\n', motd: 'hello\n' });
      await conflict.getByText(/none of the sections that you change/).waitFor();
      await page.getByRole('button', { name: /^Continue on version/ }).click();
      await apply();
      expect((await newest()).config.sections).toEqual({ 'limits.yml': 'rate: 11\n', motd: 'hello\n' });
      await page.getByRole('button', { name: 'Close', exact: true }).click();
      await page.getByText('A draft is kept').waitFor({ state: 'hidden' });
    }, 60_000);

    it('compares any two versions, in sentences and side by side, by a link', async () => {
      const { version } = await newest();
      await page.goto(`/config?version=${version}&from=${version - 2}`);
      await page.getByTestId('sentences').locator('li').nth(1).waitFor();
      await page.locator('[data-testid=merge] .cm-merge-a').getByText('rate: 99').waitFor();
      await page.locator('[data-testid=merge] .cm-merge-b').getByText('rate: 11').waitFor();
      expect(await seriousFindings(page)).toEqual([]);
      const phone = await open({ path: `/config?version=${version}&from=${version - 2}`, scheme: 'dark', phone: true });
      await phone.locator('[data-testid=merge][data-narrow] .cm-deletedChunk').first().waitFor();
      expect(await fits(phone)).toBe(true);
      expect(await seriousFindings(phone)).toEqual([]);
      await phone.context().close();
    }, 60_000);

    it('restores an old version with its plan, as a new one', async () => {
      const { version } = await newest();
      await page.goto('/config');
      await page.locator(`[data-version="${version - 2}"]`).click();
      await page.waitForURL(new RegExp(`version=${version - 2}`));
      await page.getByRole('button', { name: 'Restore', exact: true }).click();
      await page.getByTestId('plan').getByText(/motd/).first().waitFor();
      await confirm(page, 'Restore');
      await closeDialog(page);
      expect(await newest()).toMatchObject({ version: version + 1, config: { sections: { 'limits.yml': 'rate: 99\n' } } });
      await page.locator(`[data-version="${version + 1}"]`).getByText('current').waitFor();
    }, 60_000);

    it('what it has downloaded can be uploaded, and other files become sections', async () => {
      const { version } = await newest();
      await page.goto(`/config?version=${version - 1}`);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
      expect(download.suggestedFilename()).toBe(`sections-v${version - 1}.yml`);
      const bundle = readFileSync(await download.path());
      await page.goto('/config');
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Upload' }).click()]);
      await chooser.setFiles([{ name: 'sections.yml', mimeType: 'application/yaml', buffer: bundle }, { name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('@plain') }]);
      await draft().getByText(/Draft on version/).waitFor();
      await valid();
      await apply();
      expect((await newest()).config.sections).toEqual({ 'limits.yml': 'rate: 11\n', motd: 'hello\n', 'notes.txt': '@plain' });
    }, 60_000);

    it('gives the whole cluster as a file, applies one with its plan, and shows the run with each instance', async () => {
      await page.goto('/config');
      const fromMenu = async (item: RegExp | string) => {
        await page.getByRole('button', { name: 'Cluster file', exact: true }).click();
        await page.getByRole('menuitem', { name: item }).click();
      };
      const [download] = await Promise.all([page.waitForEvent('download'), fromMenu(/^Download cluster.yml of version/)]);
      const document = parse(readFileSync(await download.path(), 'utf8')) as { replicasets: { s1: { weight: number } } };
      document.replicasets.s1.weight = 7;
      const [chooser] = await Promise.all([page.waitForEvent('filechooser'), fromMenu('Apply a cluster file…')]);
      await chooser.setFiles([{ name: 'cluster.yml', mimeType: 'application/yaml', buffer: Buffer.from(stringify(document)) }]);
      await page.getByTestId('plan').getByText(/weight/).first().waitFor();
      expect(await seriousFindings(page), 'cluster file').toEqual([]);
      await confirm(page, 'Apply');
      await closeDialog(page);
      expect((await product.rest('/replicaset/s1')).body.weight).toBe(7);
      const { version } = await newest();
      const run = page.getByTestId('runs').locator('tr[data-row]').filter({ hasText: `Version ${version}` });
      await run.getByText('applied on 2 of 2').waitFor();
      await run.getByRole('button', { name: `Details of the run of version ${version}` }).click();
      await page.getByTestId('runs').locator('li[data-instance="s1-2"]').getByText('applied').waitFor();
      expect(await seriousFindings(page), 'runs').toEqual([]);
    }, 60_000);

    it('applies the current one again, from the page and from the problem of one that has not taken it', async () => {
      const { version, config: { sections } } = await newest();
      await page.goto('/config');
      await page.locator(`[data-version="${version}"]`).getByText('current').waitFor();
      await page.getByRole('button', { name: 'Apply again', exact: true }).click();
      await page.getByTestId('plan').getByText(`Every instance gets the contents of configuration version ${version} again, as version ${version + 1}.`).first().waitFor();
      expect((await copied(page)).cli).toBe(`coterie config restore ${version}`);
      await confirm(page, 'Restore');
      await closeDialog(page);
      await page.locator(`[data-version="${version + 1}"]`).getByText('current').waitFor();
      expect(await newest()).toMatchObject({ version: version + 1, config: { sections } });

      const { pid } = (await product.rest('/instance/s1-2')).body.status.database.process as { pid: number };
      const pending = page.locator('[data-issue=config-pending][data-object=s1-2]');
      process.kill(pid, 'SIGSTOP');
      try {
        await page.goto('/issues');
        await page.locator('[data-issue=failed][data-object=s1-2]').waitFor();
        await upload({ 'limits.yml': 'rate: 12\n' }, 'while s1-2 hangs');
        await pending.getByRole('button', { name: `Apply version ${version + 2} again` }).click();
        await page.getByTestId('plan').getByText(`again, as version ${version + 3}.`).first().waitFor();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await confirm(page, 'Restore');
      await closeDialog(page);
      await pending.waitFor({ state: 'detached' });
      expect(await newest()).toMatchObject({ version: version + 3, config: { sections: { 'limits.yml': 'rate: 12\n' } } });
      await waitFor(async () => (await product.rest('/instance/s1-2')).body.status.appliedVersion === version + 3, { timeoutMs: 20_000, what: 's1-2 to have it in place' });
    }, 90_000);

    it('lets a viewer read, and no more', async () => {
      expect((await product.rest('/user/amy/create', { password: 'a long password', role: 'viewer' })).status).toBe(200);
      const viewer = await open({ path: '/config?version=1', as: { name: 'amy', password: 'a long password' }, scheme: 'dark' });
      await viewer.getByTestId('code').locator('.cm-content').waitFor();
      for (const name of ['Restore', 'Edit sections', 'Upload']) expect(await viewer.getByRole('button', { name, exact: true }).count(), name).toBe(0);
      expect(await seriousFindings(viewer)).toEqual([]);
      await viewer.goto('/config?version=999');
      await viewer.getByText(/There is no configuration version 999/).waitFor();
      await viewer.getByRole('button', { name: 'Show the newest' }).click();
      await viewer.getByTestId('code').locator('.cm-content').waitFor();
      await viewer.context().close();
    }, 60_000);

    it('is loaded by no other page', async () => {
      const scripts: string[] = [];
      page.on('response', (response) => response.url().endsWith('.js') && scripts.push(response.url()));
      await page.goto('/');
      await untilLive(page);
      const texts = await Promise.all([...new Set(scripts)].map(async (url) => (await fetch(url)).text()));
      expect(texts.length).toBeGreaterThan(3);
      expect(texts.filter((text) => text.includes('cm-mergeView') || text.includes('cm-lineWrapping'))).toEqual([]);
    });
  });
}
