import type { Page } from 'playwright-core';
import { beforeAll, describe, it } from 'vitest';
import { lookFor, untilLive } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';

/** axe in both schemes and a phone without scrolling sideways, for the pages and dialogs that have it in no file of their own. */

export function pagesLook({ product, page }: Dashboard): void {
  beforeAll(async () => {
    await product.rest('/config/upload', { sections: { 'limits.yml': '# of each client\nrate: 1\n', motd: 'hello\n' }, reason: 'first limits' });
  }, 60_000);

  const first = (selector: string) => (shown: Page) => shown.locator(selector).first().waitFor();

  const places: Readonly<Record<string, { readonly path: string; readonly seen: (shown: Page) => Promise<unknown> }>> = {
    config: { path: '/config', seen: first('[data-testid=code] .cm-content') },
    code: { path: '/code', seen: (shown) => shown.getByRole('button', { name: 'Insert the bank example' }).waitFor() },
    schema: { path: '/schema', seen: (shown) => shown.getByRole('link', { name: 'Write a role on the Code page' }).waitFor() },
    migrations: { path: '/code/migrations', seen: (shown) => shown.getByRole('link', { name: 'Open the Code page' }).waitFor() },
    rules: { path: '/issues?tab=rules', seen: (shown) => shown.getByText('repeated-crashes').waitFor() },
    'nothing wrong': { path: '/issues', seen: (shown) => shown.getByRole('heading', { name: 'Nothing is wrong' }).waitFor() },
    palette: { path: '/gossip', seen: async (shown) => { await lookFor(shown, 's'); await first('[data-action]')(shown); } },
    'a field in error': { path: '/users', seen: async (shown) => {
      await shown.getByRole('button', { name: 'Create user' }).first().click();
      await shown.getByLabel('Name', { exact: true }).fill('zoe');
      await shown.getByRole('dialog').getByLabel('First password', { exact: true }).fill('short');
      await shown.getByText('at least 10 characters', { exact: true }).waitFor();
    } },
  };

  describe('looks', () => {
    it.each(Object.entries(places))('%s', async (name, { path, seen }) => {
      await looksWell(page, name.replaceAll(' ', '-'), async () => {
        await page.goto(path);
        await untilLive(page);
        await seen(page);
      });
    }, 120_000);

    it('no such page', async () => {
      await looksWell(page, 'no-such-page', async () => {
        await page.goto('/nothing-here');
        await page.getByText('There is no such page').waitFor();
      });
    }, 60_000);
  });
}
