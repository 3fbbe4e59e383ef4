import { beforeAll, describe, expect, it } from 'vitest';
import { type Dashboard } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** The page of one instance on the real product: deep links, every tab, the console, logs, and what is not there. */

export function instancePage({ product, page, open }: Dashboard): void {
  const viewer = { name: 'eve', password: 'another long one' };
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  const answer = () => page.locator('[data-entry]').first();

  beforeAll(async () => {
    const made = await product.eval('s1-1', "local s = box.schema.space.create('orders') s:format{{'id', 'unsigned'}, {'what', 'string'}} s:create_index('pk') for i = 1, 500 do s:insert{i, 'order ' .. i} end return s:len()");
    expect(made).toMatchObject({ ok: true, values: [500] });
    expect((await product.rest('/user/eve/create', { role: 'viewer', password: viewer.password })).status).toBe(200);
    await page.goto('/instances/s1-1');
  }, 60_000);

  describe('the page of an instance', () => {
    it('opens by alias and by uuid, with its state, its facts and its actions', async () => {
      await page.getByRole('heading', { name: 's1-1', level: 1 }).waitFor();
      await page.getByText('Nothing is wrong with it').waitFor();
      await page.getByText('UUID', { exact: true }).waitFor();
      await page.getByRole('button', { name: 'Actions', exact: true }).click();
      await page.getByRole('menuitem', { name: 'Restart', exact: true }).waitFor();
      await page.keyboard.press('Escape');
      const { uuid } = (await product.rest('/instance/s1-2')).body as { uuid: string };
      await page.goto(`/instances/${uuid}?tab=replication`);
      await page.getByRole('heading', { name: 's1-2', level: 1 }).waitFor();
      expect(await tab('Replication').getAttribute('aria-selected')).toBe('true');
    }, 60_000);

    it('is reached from the table, the drawer and the palette', async () => {
      await page.goto('/');
      await page.getByRole('link', { name: 'Page of s1-2', exact: true }).click();
      await page.waitForURL('**/instances/s1-2');
      await page.goto('/?instance=s1-2');
      await page.getByRole('dialog').getByRole('link', { name: 'Open page' }).click();
      await page.waitForURL('**/instances/s1-2');
      await page.getByRole('dialog').waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'Actions', exact: true }).waitFor();
      await page.keyboard.press('Control+k');
      await page.getByRole('textbox', { name: 'Go to' }).waitFor();
      await page.keyboard.type('s2-1');
      await page.locator('[data-action]').filter({ hasText: 'Page of s2-1' }).click();
      await page.waitForURL('**/instances/s2-1');
    }, 60_000);

    it('says what exists when there is no such instance', async () => {
      await page.goto('/instances/s1-9');
      await page.getByRole('heading', { name: 'There is no instance “s1-9”' }).waitFor();
      await page.getByTestId('unknown-instance').getByRole('link', { name: 's1-1', exact: true }).click();
      await page.getByRole('heading', { name: 's1-1', level: 1 }).waitFor();
    }, 60_000);

    it('names the peers, and how far each is', async () => {
      await page.goto('/instances/s1-1?tab=replication');
      const peer = page.locator('tr[data-peer="s1-2"]');
      await peer.waitFor();
      // The master fetches from nobody.
      expect(await peer.getByText('follow', { exact: true }).count()).toBe(1);
      await page.getByTestId('vclocks').getByRole('columnheader', { name: 's1-1 (master)' }).waitFor();
      await waitFor(async () => (await page.locator('[data-writer="s1-1"] td').allInnerTexts()).every((text, _index, all) => Number(text) > 400 && text === all[0]), { timeoutMs: 30_000, what: 'both members to have the same rows' });
    }, 60_000);

    it('shows memory and the spaces with their sizes', async () => {
      await page.goto('/instances/s1-1?tab=storage');
      for (const what of ['In use of the quota', 'Taken from the system', 'Memory by use', 'Disk of the data directory']) await page.getByText(what, { exact: true }).waitFor();
      await page.getByText(/^[\d.]+ [KMG]iB of 64 MiB$/).first().waitFor();
      const orders = page.locator('[data-row="orders"]');
      await orders.getByText('500', { exact: true }).waitFor();
      await orders.getByRole('button', { name: 'Indexes of orders' }).click();
      await page.locator('[data-below="orders"]').getByText('1 unsigned').waitFor();
      await page.getByRole('textbox', { name: 'Search spaces' }).fill('ORD');
      await page.waitForURL(/q=ORD/);
      await waitFor(async () => (await page.locator('[data-row]').count()) === 1, { timeoutMs: 20_000, what: 'the one space that fits' });
    }, 60_000);

    it('shows box.cfg without its passwords', async () => {
      await page.goto('/instances/s1-2?tab=settings&q=replication');
      await page.locator('[data-row="replication"]').getByText(/^coterie_replication:\*\*\*@127\.0\.0\.1:\d+$/).waitFor();
      await page.locator('[data-row="replication_timeout"]').getByText('Set by Coterie').waitFor();
      await page.getByRole('textbox', { name: 'Search settings' }).fill('readahead');
      await page.locator('[data-row="readahead"]').getByText('Default').waitFor();
      expect(await page.locator('[data-row]').count()).toBe(1);
    }, 60_000);

    it('follows the log, filters it, and holds it while somebody reads', async () => {
      await page.goto('/instances/s1-1?tab=logs');
      await page.locator('[data-testid=log-state][data-state=following]').waitFor();
      const log = page.getByRole('log');
      await product.eval('s1-1', "require('log').warn('apple %d', 1)");
      await log.getByText('apple 1').waitFor();
      await page.getByRole('textbox', { name: 'Search the log' }).fill('apple');
      await waitFor(async () => (await log.locator('[data-level]').count()) === 1, { timeoutMs: 20_000, what: 'the one line that fits' });
      await page.getByRole('button', { name: 'Pause' }).click();
      await product.eval('s1-1', "require('log').warn('apple %d', 2)");
      await page.getByText(/^Paused, \d+ new lines?$/).waitFor();
      expect(await log.getByText('apple 2').count()).toBe(0);
      await page.getByRole('button', { name: /to the end$/ }).click();
      await log.getByText('apple 2').waitFor();
      const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download' }).click()]);
      expect(file.suggestedFilename()).toBe('s1-1.log');
      await page.getByRole('textbox', { name: 'Search the log' }).fill('pear');
      await page.getByRole('heading', { name: 'No such line' }).waitFor();
      await page.goto('/instances/s1-1?tab=logs');
      await page.getByRole('combobox', { name: 'Level' }).click();
      await page.getByRole('option', { name: /^Warning/ }).click();
      await waitFor(async () => (await log.locator('[data-level]').evaluateAll((lines) => lines.length > 0 && lines.every((line) => ['warn', 'error', 'fatal'].includes((line as HTMLElement).dataset.level!)))), { timeoutMs: 20_000, what: 'only warnings and worse' });
    }, 60_000);

    it('draws what is measured, and shows at once what is written', async () => {
      await page.goto('/instances/s1-1?tab=statistics');
      const inserts = page.locator('[data-chart=requests] [data-series=insertsPerSecond]');
      for (const chart of ['requests', 'rows', 'memory', 'lag', 'cpu', 'disk']) await page.locator(`[data-chart=${chart}] canvas`).waitFor();
      expect(await page.getByRole('radio', { name: 'Last hour' }).isChecked()).toBe(true);
      await page.locator('[data-chart=memory] [data-series=memoryUsedBytes] [data-figure=now]').getByText(/[KM]iB$/).waitFor();
      await product.eval('s1-1', "for i = 1, 3000 do box.space.orders:insert{10000 + i, 'more'} end");
      await waitFor(async () => Number.parseFloat((await inserts.locator('[data-figure=most]').innerText()).replace(/K\/s/, 'e3')) > 200, { timeoutMs: 30_000, what: 'the inserts in the chart' });
      await page.locator('[data-chart=requests] .u-over').hover();
      await page.locator('[data-chart=rows] th').getByText(/^\d\d:\d\d:\d\d /).waitFor();
      await page.getByText('Last 24 hours').click();
      await page.waitForURL(/range=day/);
      await page.locator('[data-chart=cpu] canvas').or(page.getByText('Nothing has been measured yet')).waitFor();
      await page.goto('/instances/s1-2?tab=replication');
      await page.locator('[data-chart=lag] canvas').waitFor();
      await page.locator('[data-chart=lag] [data-series=lagSeconds] [data-figure=now]').getByText(/ m?s$/).waitFor();
    }, 60_000);

    it('shows its view of the others and theirs of it, and its own events', async () => {
      await page.goto('/instances/s1-1?tab=gossip');
      await page.locator('tr[data-member="s1-2"][data-state=alive]').waitFor();
      await page.getByTestId('seen-verdict').getByText(/^All \d who were asked see it alive\.$/).waitFor();
      await tab('Events').click();
      await page.waitForURL(/\?tab=events$/);
      await page.locator('[data-event]').first().waitFor();
      expect(await page.locator('[data-event]').filter({ hasText: 's2-1' }).count()).toBe(0);
    }, 60_000);
  });

  describe('the console', () => {
    const editor = () => page.getByRole('textbox', { name: /to run on s1-1$/ });
    const run = async (text: string) => {
      await editor().click();
      await page.keyboard.press('Control+a');
      await page.keyboard.insertText(text);
      await page.keyboard.press('Control+Enter');
    };

    it('reads, runs Lua, and shows values and errors', async () => {
      await page.goto('/instances/s1-1?tab=console');
      await page.getByText('read-only; audited').waitFor();
      await run('return box.space.orders:len(), {a = 1}');
      await page.locator('[data-entry="1"][data-outcome=ok]').waitFor();
      await answer().getByText(/^2 values in .*ms$/).waitFor();
      expect(await answer().getByLabel(/^Value/).allInnerTexts()).toEqual(['3500', '{\n  "a": 1\n}']);
      await run('error("no good")');
      await page.locator('[data-entry="2"][data-outcome=error]').getByLabel('Error', { exact: true }).getByText(/no good/).waitFor();
      // On a replica: a master that can do nothing for as long as its lease lasts is ended, and another one leads.
      const { body } = await product.rest('/instance/s1-2/eval', { language: 'lua', code: 'while true do end' });
      expect(JSON.stringify(body)).toMatch(/deadline has passed|not done within/);
    }, 60_000);

    it('runs SQL into a table, and says where it was cut', async () => {
      await page.getByText('SQL', { exact: true }).click();
      await run('SELECT * FROM "orders" ORDER BY "id" LIMIT 3');
      await page.locator('[data-entry="3"][data-outcome=ok]').waitFor();
      expect(await answer().locator('tbody tr').allInnerTexts()).toEqual(['1\torder 1', '2\torder 2', '3\torder 3']);
      await run('SELECT a."id" FROM "orders" a, (SELECT "id" FROM "orders" LIMIT 4) b');
      await answer().getByText(/rows in .*, cut$/).waitFor();
    }, 60_000);

    it('goes back through the history with the arrow keys, over a reload too, and is in the audit log', async () => {
      await page.reload();
      await editor().click();
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('ArrowUp');
      await editor().getByText('SELECT * FROM "orders" ORDER BY "id" LIMIT 3').waitFor();
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowDown');
      expect(await editor().innerText()).toBe('\n');
      const { body } = await product.rest('/audit?operation=console.eval&limit=50');
      expect(JSON.stringify(body)).toContain('no good');
    }, 60_000);

    it('is not there for a viewer, who is told why', async () => {
      const shown = await open({ path: '/instances/s1-1?tab=console', as: viewer });
      await shown.getByRole('heading', { name: 'The console is for operators' }).waitFor();
      await shown.getByText(/Needs role operator; you are viewer/).waitFor();
      expect(await shown.getByRole('button', { name: 'Run' }).count()).toBe(0);
      await shown.goto('/instances/s1-1?tab=settings');
      await shown.locator('[data-row="listen"]').waitFor();
      await shown.context().close();
    }, 60_000);
  });

  describe('an instance that goes', () => {
    it('says that it does not report, and of when the figures are', async () => {
      await page.goto('/instances/s2-2');
      await page.getByText('Nothing is wrong with it').waitFor();
      const { pid } = (await product.rest('/instance/s2-2')).body.status.process as { pid: number };
      process.kill(pid, 'SIGSTOP');
      try {
        await page.getByText(/^No report of s2-2 since .* UTC.*: what you see below is from then\.$/).waitFor();
        await page.locator('[data-issue]').first().waitFor();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
      await page.getByText(/^No report of s2-2/).waitFor({ state: 'detached' });
    }, 60_000);

    it('tells of an instance that is expelled while somebody looks', async () => {
      await page.goto('/instances/s2-2');
      await page.getByText('Nothing is wrong with it').waitFor();
      expect((await product.rest('/instance/s2-2/expel', {})).status).toBe(200);
      await page.getByText(/^s2-2 has left the cluster for good/).or(page.getByRole('heading', { name: 's2-2 is gone' })).waitFor();
    }, 60_000);
  });
}
