import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** What is wrong and what happened, on the real product: an instance is stopped, seen, repaired and read about. */

export function eventsPage({ product, page }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/issues')));

  const issue = (code: string) => page.locator(`[data-issue="${code}"]`);
  const rows = () => page.locator('[data-event]');
  const stop = (instance: string) => product.rest(`/instance/${instance}/stop`, {});
  const seen = async (path: string) => {
    await page.goto(path);
    await page.locator('[data-issue], [data-event]').first().waitFor();
  };

  describe('the Issues page', () => {
    it('says that nothing is wrong, and what is looked for', async () => {
      await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
      await page.getByText('What is looked for').click();
      await page.getByText('More than one instance of a replicaset is writable').waitFor();
      expect(await page.getByTestId('issue-count').count()).toBe(0);
    }, 60_000);

    it('shows a stopped instance at once, explains it, and leads to it', async () => {
      expect((await stop('s1-2')).status).toBe(200);
      await issue('stopped').waitFor();
      expect(await issue('stopped').getAttribute('data-object')).toBe('s1-2');
      await page.getByRole('link', { name: /^Issues\s+\d critical or warning$/ }).waitFor();
      await issue('stopped').getByText('What does').click();
      await issue('stopped').getByText('An enabled instance was stopped by hand').waitFor();
      await issue('stopped').getByRole('button', { name: 's1-2', exact: true }).click();
      await page.getByRole('dialog').getByRole('link', { name: 'Events of this instance' }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }, 60_000);

    it('is filtered by the address and by its fields', async () => {
      await page.goto('/issues?severity=critical&object=s1-2');
      await page.getByRole('heading', { name: 'No such issue now' }).waitFor();
      await page.getByText(/^Warning 1$/).click();
      await issue('stopped').waitFor();
      expect(new URL(page.url()).search).toBe('?severity=warning&object=s1-2');
      await page.goto('/issues?code=stopped');
      await issue('stopped').waitFor();
      expect(await page.getByRole('combobox', { name: 'Code' }).inputValue()).toBe('stopped');
      await page.getByRole('link', { name: /^Issues\s/ }).click();
      await page.waitForURL((url) => url.search === '');
      await waitFor(async () => (await page.getByRole('combobox', { name: 'Code' }).inputValue()) === '', { timeoutMs: 20_000, what: 'the filter to go with its address' });
    }, 60_000);

    it('both schemes, and a phone', () => looksWell(page, 'issues', () => seen('/issues')), 120_000);

    it('repairs it in one click, and it goes by itself', async () => {
      await issue('stopped').getByRole('button', { name: 'Start s1-2' }).click();
      await confirm(page, 'Start');
      await closeDialog(page);
      await issue('stopped').waitFor({ state: 'detached' });
    }, 120_000);
  });

  describe('the Events page', () => {
    it('tells of it, linked to the instance, from its drawer', async () => {
      await page.goto('/?instance=s1-2');
      await page.getByRole('dialog').getByRole('link', { name: 'Events of this instance' }).click();
      await page.waitForURL(/\/events\?object=/);
      await rows().getByText('The Tarantool of s1-2 was stopped.').waitFor();
      expect(await page.getByRole('combobox', { name: 'Object' }).inputValue()).toBe('s1-2');
      expect(await rows().filter({ hasText: 's2-2' }).count()).toBe(0);
      await rows().getByRole('button', { name: 's1-2' }).first().click();
      await page.getByRole('dialog').getByText('Events of this instance').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
    }, 60_000);

    it('is filtered by kind, severity and time', async () => {
      await page.goto('/events?kind=process&severity=info&since=1h');
      await rows().first().waitFor();
      expect(await rows().evaluateAll((found) => found.every((row) => (row as HTMLElement).dataset.kind === 'process'))).toBe(true);
      await page.getByRole('combobox', { name: 'Kind' }).click();
      await page.getByRole('option', { name: 'Configuration' }).click();
      await page.waitForURL(/kind=config/);
      await rows().getByText(/^Configuration version 1 by /).waitFor();
      await page.goto('/events?until=2020-01-01T00:00:00.000Z');
      await page.getByRole('heading', { name: 'No such event' }).waitFor();
      await page.getByRole('button', { name: 'Show all events' }).click();
      await rows().first().waitFor();
      expect(new URL(page.url()).search).toBe('');
    }, 60_000);

    it('shows older ones on demand, and what is new without moving what is read', async () => {
      let weight = 1;
      await waitFor(async () => {
        await product.rest('/replicaset/s1/edit', { weight: (weight += 1) });
        return (await product.rest('/cluster/events?limit=100')).body.length > 60;
      }, { timeoutMs: 40_000, what: 'more events than a page holds' });
      await page.goto('/events');
      await rows().first().waitFor();
      const before = await rows().count();
      await page.getByRole('button', { name: 'Load older' }).click();
      await page.getByText('That is all there is.').waitFor();
      expect(await rows().count()).toBeGreaterThan(before);

      await page.evaluate(() => window.scrollTo(0, 900));
      const read = rows().nth(25);
      const [id, top] = [await read.getAttribute('data-event'), (await read.boundingBox())!.y];
      expect((await stop('s2-2')).status).toBe(200);
      await page.getByRole('button', { name: /^\d+ new$/ }).waitFor();
      expect((await page.locator(`[data-event="${id}"]`).boundingBox())!.y).toBeCloseTo(top, 0);
      await page.getByRole('button', { name: /^\d+ new$/ }).click();
      await rows().getByText('The Tarantool of s2-2 was stopped.').waitFor();
      expect(await page.evaluate(() => window.scrollY)).toBe(0);

      await product.rest('/instance/s2-2/start', {});
      await rows().getByText('s2-2 is ready.').first().waitFor();
      expect(await page.getByRole('button', { name: /^\d+ new$/ }).count()).toBe(0);
    }, 60_000);

    it('both schemes, and a phone', () => looksWell(page, 'events', () => seen('/events?kind=process')), 120_000);
  });
}
