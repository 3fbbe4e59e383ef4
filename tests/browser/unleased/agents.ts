import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, isAlive, row, untilLive, untilMaster, untilState } from '~/tests/support/browser.ts';
import { type Dashboard } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';

/** An agent that is lost and comes back, and an instance that is expelled and comes back as a new one, where no lease ends what a lost agent's database writes: on the real product. */

export function lostAgents({ product, page }: Dashboard): void {
  beforeAll(async () => void (await page.goto('/')));

  const dialog = () => page.getByRole('dialog');
  const rowsOn = async (instance: string): Promise<number> => Number((await product.eval(instance, 'return box.space.t and box.space.t:len() or 0')).values[0]);
  const until = (what: string, probe: () => Promise<boolean>) => waitFor(probe, { timeoutMs: 40_000, what, everyMs: 200 });
  const members = () => page.locator('tbody[data-replicaset="s1"] tr[data-instance]');

  describe('an agent that is killed', () => {
    it('is told within seconds with the way out, its database goes on, and it is well again when it is back', async () => {
      await untilMaster(page, 's1-1');
      await untilState(page, 's1-2', 'ready');
      // Writes that need nobody: as an application does.
      const { ok } = await product.eval('s1-1', "local fiber = require('fiber') box.schema.space.create('t'):create_index('pk', {sequence = true}) fiber.create(function() while true do box.space.t:insert{nil, 'x'} fiber.sleep(0.05) end end) return true");
      expect(ok).toBe(true);
      await until('rows on the replica', async () => (await rowsOn('s1-2')) > 0);
      const database: number = (await product.rest('/instance/s1-1')).body.status.database.process.pid;

      const start = await product.endAgent('s1-1', 'SIGKILL');
      try {
        await row(page, 's1-1').getByText(/^no answer for/).waitFor({ timeout: 20_000 });
        const problem = page.locator('[data-issue=unreachable]');
        await problem.getByText(/s1-1/).first().waitFor();
        await problem.getByText(/It comes back by itself once both run/).waitFor();
        await problem.getByRole('button', { name: 'Disable s1-1' }).waitFor();
        expect(await row(page, 's1-2').getByText('ready', { exact: true }).count()).toBe(1);
        await page.locator('[data-testid=cluster-health]:not(:has-text("Healthy"))').waitFor();

        expect(isAlive(database)).toBe(true);
        const before = await rowsOn('s1-2');
        await until('rows that the master took without its agent', async () => (await rowsOn('s1-2')) > before + 10);
      } finally {
        start();
      }
      await untilState(page, 's1-1', 'ready');
      await untilMaster(page, 's1-1');
      await page.locator('[data-issue=unreachable]').waitFor({ state: 'detached' });
      await page.getByTestId('cluster-health').getByText('Healthy').waitFor();
      expect((await product.rest('/instance/s1-1')).body.status.database.process.pid).toBe(database);
    }, 60_000);
  });

  describe('an instance that is expelled', () => {
    it('leaves once its name is typed: its database ends, and the page says how to use it again', async () => {
      const { body } = await product.rest('/instance/s1-2');
      await act(page, 's1-2', 'Expel');
      await dialog().getByRole('textbox', { name: 'Type s1-2 to confirm' }).fill('s1-2');
      await confirm(page, 'Expel');
      await closeDialog(page);
      await page.getByText('start their agents with --forget to use them again').waitFor();
      await row(page, 's1-2').getByText('expelled', { exact: true }).waitFor();
      expect(await members().count()).toBe(1);
      await until('its database to end', async () => !isAlive(body.status.database.process.pid));
      await until('the master to forget it', async () => (await product.eval('s1-1', 'return box.space._cluster:len()')).values[0] === 1);
      // Nothing but the way back is offered for it.
      expect(await page.getByRole('button', { name: 'Actions on s1-2', exact: true }).count()).toBe(0);
    }, 60_000);

    it('comes back as a new one with its old data set aside, joins, and gets the data', async () => {
      const old: string = (await product.rest('/instance/s1-2')).body.uuid;
      const start = await product.endAgent('s1-2', 'SIGTERM');
      start((words) => [...words, '--forget']);
      await page.getByRole('button', { name: 'Join s1-2' }).click({ timeout: 30_000 });
      await dialog().getByRole('combobox', { name: 'Replicaset' }).click();
      await page.getByRole('option', { name: 's1' }).click();
      await confirm(page, 'Join');
      await closeDialog(page);
      await members().nth(1).waitFor();
      await page.locator('tbody[data-replicaset="s1"] tr[data-instance="s1-2"][data-state=ready]').waitFor();
      const found = (await product.rest('/instance')).body.filter(({ alias, configured }: { alias: string; configured: boolean }) => alias === 's1-2' && configured);
      expect(found).toHaveLength(1);
      expect(found[0].uuid).not.toBe(old);
      const [forgotten] = readdirSync(join(product.folder, 'data/agent-2')).filter((name) => name.startsWith('forgotten-'));
      expect(readdirSync(join(product.folder, 'data/agent-2', forgotten!))).toContain('tarantool');
      await until('the data of the master', async () => {
        const { values } = await product.eval(found[0].uuid, 'return box.space.t and box.space.t:len() or 0');
        return Number(values[0]) > 10;
      });
      await page.reload();
      await untilLive(page);
      await page.getByTestId('cluster-health').getByText('Healthy').waitFor();
    }, 60_000);
  });
}
