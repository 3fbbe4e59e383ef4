import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { openPage, signIn, untilFocused, untilLive, untilState, user } from '~/tests/support/browser.ts';
import { type Dashboard } from '~/tests/support/dashboard.ts';

/** The dashboard by keyboard alone, from the sign-in to every page; and links that lead somebody who is signed out to where they point. */

export function keyboardLeads({ product, browser, page: admin }: Dashboard): void {
  /** What has the focus, and whether a person sees that: an outline or the line of a field, in sight and not below something else. */
  const focused = (page: Page) =>
    page.evaluate(() => {
      const at = document.activeElement as HTMLElement;
      const marks = [at, at.nextElementSibling, at.closest('label'), at.closest('[data-testid=code]')].filter((one) => one !== null);
      const outlined = marks.some((one) => { const { outlineStyle, outlineWidth } = getComputedStyle(one); return outlineStyle !== 'none' && parseFloat(outlineWidth) > 0; });
      const accent = document.body.appendChild(document.createElement('i'));
      accent.style.color = 'var(--mantine-primary-color-filled)';
      const lined = at.matches('input, textarea') && getComputedStyle(at).borderTopColor === getComputedStyle(accent).color;
      accent.remove();
      const { left, top, right, bottom } = (at.matches('input[type=radio], input[type=checkbox]') ? (at.nextElementSibling ?? at) : at).getBoundingClientRect();
      const over = document.elementFromPoint((left + right) / 2, (Math.max(0, top) + Math.min(innerHeight, bottom)) / 2);
      const seen = over !== null && (at.contains(over) || over.contains(at) || marks.some((one) => one.contains(over)));
      return { name: at.getAttribute('aria-label') ?? (at.textContent?.slice(0, 60) || at.tagName), shown: outlined || lined, seen, body: at === document.body };
    });

  /** Types into the palette and takes the first that it offers. */
  async function go(page: Page, words: string, first: string): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Go to');
    await page.keyboard.type(words);
    await page.locator('[data-action][data-selected]').filter({ hasText: first }).or(page.locator('[data-action]').first().filter({ hasText: first })).first().waitFor();
    await page.keyboard.press('Enter');
  }

  const stopsMax = 25;

  describe('by keyboard alone', () => {
    it('signs in, goes to every page, and sees where it is on each', async () => {
      const { page, context, faults } = await openPage(browser, { url: product.url });
      await page.goto('/login');
      await page.waitForFunction(() => document.activeElement?.matches('input'));
      await page.keyboard.type(user.name);
      await page.keyboard.press('Tab');
      await page.keyboard.type(user.password);
      await page.keyboard.press('Enter');
      await untilLive(page);
      for (const [label, path, heading] of [
        ['Issues', '/issues', 'Issues'], ['Events', '/events', 'Events'], ['Code', '/code', 'No role of your own yet'], ['Schema', '/schema', 'No role wants a space yet'], ['Configuration', '/config', 'Configuration'], ['Gossip', '/gossip', 'Gossip'],
        ['Users', '/users', 'Users and access'], ['Audit', '/audit', 'Audit'], ['Alerts', '/alerts', 'Alerts'], ['Page of s1-1', '/instances/s1-1', 's1-1'], ['Cluster', '/', null],
      ] as const) {
        await go(page, label, label);
        await page.waitForURL((url) => url.pathname === path);
        if (heading !== null) await page.getByRole('heading', { level: 1, name: heading }).waitFor();
        await page.waitForFunction(() => document.querySelector('.mantine-Skeleton-root') === null);
        // Where the first Tab of all leads to.
        await page.locator('#main').focus();
        for (let stop = 0; stop < stopsMax; stop += 1) {
          await page.keyboard.press('Tab');
          const at = await focused(page);
          if (at.body && stop > 0) break;
          expect(at, `${path}, stop ${stop}`).toMatchObject({ shown: true, seen: true, body: false });
        }
        // A field would take the key of the palette for itself.
        await page.locator('#main').focus();
      }
      expect(faults).toEqual([]);
      await context.close();
    }, 120_000);

    it('opens a group of the header, and goes to a page in it', async () => {
      await admin.goto('/gossip');
      await untilLive(admin);
      await admin.getByRole('navigation', { name: 'Pages' }).getByRole('button', { name: 'Data' }).focus();
      expect(await focused(admin)).toMatchObject({ shown: true, seen: true });
      await admin.keyboard.press('Enter');
      await untilFocused(admin, 'Data');
      await admin.keyboard.press('End');
      await admin.keyboard.press('Enter');
      await admin.waitForURL((url) => url.pathname === '/code');
      await admin.getByRole('button', { name: 'Data, Code is open' }).waitFor();
      // The same pages on a phone, all at once.
      await admin.setViewportSize({ width: 390, height: 844 });
      await admin.getByRole('button', { name: 'Pages', exact: true }).click();
      await admin.getByRole('menuitem', { name: 'Schema' }).click();
      await admin.waitForURL((url) => url.pathname === '/schema');
      await admin.setViewportSize({ width: 1280, height: 800 });
    }, 60_000);

    it('opens a change, confirms it, closes it, and is back where it was', async () => {
      await admin.goto('/');
      await untilState(admin, 's2-2', 'ready');
      await admin.getByRole('button', { name: 'Actions on s2-2', exact: true }).focus();
      await admin.keyboard.press('Enter');
      await admin.getByRole('menuitem').first().waitFor();
      await admin.keyboard.type('edit');
      for (let tries = 0; tries < 12 && !(await focused(admin)).name.startsWith('Edit'); tries += 1) await admin.keyboard.press('ArrowDown');
      await admin.keyboard.press('Enter');
      const dialog = admin.getByRole('dialog');
      await dialog.waitFor();
      const to = async (name: string | RegExp) => {
        for (let tries = 0; tries < 40; tries += 1) {
          const now = await focused(admin);
          if (typeof name === 'string' ? now.name === name : name.test(now.name)) return;
          expect(now, 'in the dialog').toMatchObject({ shown: true, seen: true, body: false });
          await admin.keyboard.press('Tab');
        }
        throw new Error(`no way to ${String(name)} by Tab`);
      };
      await admin.waitForFunction(() => document.activeElement?.closest('[role=dialog]') !== null);
      const zone = dialog.getByLabel('Zone');
      for (let tries = 0; tries < 20 && !(await zone.evaluate((field) => field === document.activeElement)); tries += 1) await admin.keyboard.press('Tab');
      await admin.keyboard.press('Control+a');
      await admin.keyboard.type('dc-k');
      await admin.getByTestId('plan').locator('li').first().waitFor();
      await to('Apply');
      await admin.keyboard.press('Enter');
      await admin.locator('[data-testid=result][data-health=ok]').waitFor();
      await to('Close');
      await admin.keyboard.press('Enter');
      await dialog.waitFor({ state: 'hidden' });
      await untilFocused(admin, 'Actions on s2-2');
      expect(await focused(admin)).toMatchObject({ shown: true, seen: true });
    }, 90_000);
  });

  describe('a link, to somebody who is signed out', () => {
    it('leads to the sign-in, and then to what it points at, filters and all', async () => {
      for (const path of ['/?q=dc-a&health=ok', '/code?file=roles%2Fbank%2Frole.yml&line=12', '/audit?operation=instance.expel&outcome=refused', '/instances/s1-1?tab=logs']) {
        const { page, context } = await openPage(browser, { url: product.url });
        await page.goto(path);
        expect(new URL(page.url()).pathname, path).toBe('/login');
        await signIn(page);
        await untilLive(page);
        const { pathname, search } = new URL(page.url());
        expect(`${pathname}${search}`).toBe(path);
        await page.locator('main').first().waitFor();
        await context.close();
      }
    }, 120_000);

    it('keeps to this server', async () => {
      const { page, context } = await openPage(browser, { url: product.url });
      await page.goto('/login?next=//elsewhere.invalid/x');
      await signIn(page);
      await untilLive(page);
      expect(page.url()).toBe(`${product.url}/`);
      await context.close();
    }, 60_000);
  });
}
