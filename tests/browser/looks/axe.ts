import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { act, lookFor, openPage, seriousFindings, untilFocused, untilState } from '~/tests/support/browser.ts';
import { type Dashboard, fits } from '~/tests/support/dashboard.ts';

/** axe on every page, dialog and drawer, in both schemes and on a phone; and the way by keyboard. */

export function axeFinds({ product, browser, open }: Dashboard): void {
  const planned = (page: Page) => page.getByTestId('plan').locator('li').first().waitFor();

  describe.each(['light', 'dark'] as const)('axe, %s', (scheme) => {
    // What it is made of is the same in both: only colours are not.
    const findings = (page: Page) => seriousFindings(page, scheme === 'light' ? {} : { only: 'color-contrast' });

    it.each(['/login', '/claim?code=x'])('%s', async (path) => {
      const { page, context } = await openPage(browser, { url: product.url, scheme });
      await page.goto(path);
      await page.getByLabel('Password', { exact: true }).waitFor();
      expect(await findings(page)).toEqual([]);
      await context.close();
    }, 120_000);

    it('the Cluster page, its menus, dialogs and drawer', async () => {
      const page = await open({ scheme });
      await untilState(page, 's1-1', 'ready');
      expect(await findings(page), 'page').toEqual([]);

      await page.getByRole('button', { name: /^Account/ }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
      expect(await findings(page), 'account menu').toEqual([]);
      await page.keyboard.press('Escape');

      await page.getByRole('button', { name: 'Actions on s1-2', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Expel' }).waitFor();
      expect(await findings(page), 'row menu').toEqual([]);
      await page.keyboard.press('Escape');

      await lookFor(page, 's2-2');
      await page.locator('[data-action]').filter({ hasText: /^s2-2/ }).first().waitFor();
      expect(await findings(page), 'palette').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });

      await page.getByRole('button', { name: 'Edit s1' }).click();
      await page.getByRole('button', { name: 'Move s1-1 down' }).click();
      await planned(page);
      expect(await findings(page), 'edit').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });

      await act(page, 's1-2', 'Expel');
      await planned(page);
      expect(await findings(page), 'expel').toEqual([]);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });

      await page.goto('/?instance=s1-2');
      await page.getByRole('log').waitFor();
      expect(await findings(page), 'drawer').toEqual([]);
      await page.context().close();
    }, 240_000);

    it('the Cluster page on a phone, without scrolling sideways', async () => {
      const page = await open({ scheme, phone: true });
      expect(await findings(page)).toEqual([]);
      expect(await fits(page)).toBe(true);
      await page.context().close();
    }, 60_000);
  });

  describe('the keyboard', () => {
    it('skips to the content, searches, opens and closes an instance, and is back where it was, from a menu too', async () => {
      const page = await open();
      await page.locator('body').press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
      await page.keyboard.press('/');
      await page.keyboard.type('s2-2');
      await page.waitForURL(/q=s2-2/);
      expect(await page.locator('tr[data-instance]').count()).toBe(1);
      await page.getByRole('button', { name: 's2-2', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await untilFocused(page, 's2-2');

      await page.getByRole('button', { name: 'Actions on s2-2', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('menuitem', { name: 'Restart' }).focus();
      await page.keyboard.press('Enter');
      await planned(page);
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await untilFocused(page, 'Actions on s2-2');
      await page.context().close();
    }, 60_000);
  });
}
