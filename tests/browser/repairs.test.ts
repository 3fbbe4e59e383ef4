import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, copied, isAlive, row, untilLive, untilMaster, untilState, user } from '../support/browser.ts';
import { openDashboard } from '../support/dashboard.ts';
import { freeAddress } from '../support/ports.ts';
import { waitFor } from '../support/wait.ts';

/** What is done to one instance or replicaset at a time, each pressed in the dashboard and run as the line that it copies. */

const { product, page } = await openDashboard();

beforeAll(async () => {
  expect(product.cli('login', '--server', product.url, '--user', user.name, '--password-file', '-').status).toBe(0);
  page.setDefaultTimeout(25_000);
  for (const alias of ['s1-1', 's1-2', 's2-1', 's2-2']) await untilState(page, alias, 'ready');
}, 180_000);


const dialog = () => page.getByRole('dialog');
const planSays = (text: string | RegExp) => dialog().getByTestId('plan').getByText(text).first().waitFor();
const value = async (alias: string, code: string) => (await product.eval(alias, code)).values?.[0];
const until = (what: string, probe: () => Promise<boolean>) => waitFor(probe, { timeoutMs: 40_000, what, everyMs: 200 });
const body = async (path: string) => (await product.rest(path)).body;

/** Of the Tarantool process; null without one. */
const pidOf = async (alias: string): Promise<number | null> => (await body(`/instance/${alias}`)).status?.database?.process?.pid ?? null;
const untilNewPid = (alias: string, old: number | null) =>
  waitFor(async () => {
    const pid = await pidOf(alias);
    return pid !== null && pid !== old && (await body(`/instance/${alias}`)).state === 'ready' ? pid : null;
  }, { timeoutMs: 40_000, what: `${alias} to run anew` });

/** What was copied does the same as the button, and where it can hurt it asks first. */
function runs(line: string, { asks = false } = {}): void {
  if (asks) {
    const unasked = product.shell(line);
    expect(unasked.stderr).toContain('Confirm with --yes');
    expect(unasked.status).not.toBe(0);
  }
  const ran = product.shell(asks ? `${line} --yes` : line);
  expect(ran, line).toMatchObject({ status: 0 });
}

async function cancel(): Promise<void> {
  await dialog().getByRole('button', { name: 'Cancel' }).click();
  await dialog().waitFor({ state: 'hidden' });
}

const curlOf = (path: string, json = '{}') => `curl --fail-with-body -X POST ${product.url}/api/v1${path} \\\n  -H "Authorization: Bearer $COTERIE_TOKEN" \\\n  -H 'Content-Type: application/json' \\\n  -d ${json === '{}' ? "'{}'" : `'${json}'`}`;

describe('one instance', () => {
  it('restarts: a new process, the same data, from the page, the command line and curl', async () => {
    expect(await value('s1-1', "box.schema.space.create('t'):create_index('pk') for i = 1, 100 do box.space.t:insert{i} end return box.space.t:len()")).toBe(100);
    const first = await pidOf('s1-2');
    await act(page, 's1-2', 'Restart');
    await planSays('The Tarantool of s1-2 is restarted.');
    const lines = await copied(page);
    expect(lines).toEqual({ cli: 'coterie instance restart s1-2', curl: curlOf('/instance/s1-2/restart') });
    await dialog().getByText(/does not serve until it has started again/).waitFor();
    await confirm(page, 'Restart');
    await closeDialog(page);
    const second = await untilNewPid('s1-2', first);
    expect(isAlive(first!)).toBe(false);
    runs(lines.cli, { asks: true });
    const third = await untilNewPid('s1-2', second);
    runs(lines.curl);
    await untilNewPid('s1-2', third);
    await until('the data of s1-2', async () => (await value('s1-2', 'return box.space.t:len()')) === 100);
  }, 120_000);

  it('warns before a master restarts', async () => {
    await act(page, 's1-1', 'Restart');
    await planSays(/^s1-1 is the master of s1: it hands over first if another one can lead/);
    await cancel();
  });

  it('stops and starts', async () => {
    const pid = (await pidOf('s1-2'))!;
    await act(page, 's1-2', 'Stop');
    await planSays('The Tarantool of s1-2 is stopped and stays so.');
    const stop = await copied(page);
    expect(stop).toEqual({ cli: 'coterie instance stop s1-2', curl: curlOf('/instance/s1-2/stop') });
    await confirm(page, 'Stop');
    await closeDialog(page);
    await untilState(page, 's1-2', 'stopped');
    expect(isAlive(pid)).toBe(false);

    await act(page, 's1-2', 'Start');
    await planSays('The Tarantool of s1-2 is started.');
    const start = await copied(page);
    expect(start).toEqual({ cli: 'coterie instance start s1-2', curl: curlOf('/instance/s1-2/start') });
    await cancel();
    runs(start.cli);
    await untilState(page, 's1-2', 'ready');
    runs(stop.cli, { asks: true });
    await untilState(page, 's1-2', 'stopped');

    await page.locator('[data-issue=stopped]').getByRole('button', { name: 'Start s1-2' }).click();
    await confirm(page, 'Start');
    await closeDialog(page);
    await untilState(page, 's1-2', 'ready');
    await until('s1-2 to follow', async () => (await value('s1-2', 'return box.info.replication[1].upstream.status')) === 'follow');
  }, 150_000);

  it('is disabled and enabled', async () => {
    const pid = (await pidOf('s2-2'))!;
    await act(page, 's2-2', 'Disable');
    await planSays(/s2-2/);
    const disable = await copied(page);
    expect(disable).toEqual({ cli: 'coterie instance disable s2-2', curl: curlOf('/instance/s2-2/disable') });
    await confirm(page, 'Disable');
    await closeDialog(page);
    await untilState(page, 's2-2', 'disabled');
    await until('its Tarantool to end', async () => !isAlive(pid));
    await until('s2-1 to do without it', async () => (await value('s2-1', 'return #(box.cfg.replication or {})')) === 0);

    await act(page, 's2-2', 'Enable');
    await planSays(/s2-2/);
    const enable = await copied(page);
    expect(enable).toEqual({ cli: 'coterie instance enable s2-2', curl: curlOf('/instance/s2-2/enable') });
    await cancel();
    runs(enable.cli);
    await untilState(page, 's2-2', 'ready');
    runs(disable.cli, { asks: true });
    await untilState(page, 's2-2', 'disabled');
    await act(page, 's2-2', 'Enable');
    await confirm(page, 'Enable');
    await closeDialog(page);
    await untilState(page, 's2-2', 'ready');
  }, 150_000);

  it('is rebuilt from its peers once its name is typed, and its old files stay', async () => {
    const folder = join(product.folder, 'data', 'agent-2');
    const asideBefore = aside(folder);
    await act(page, 's1-2', 'Rebuild from peers');
    await planSays('The Tarantool of s1-2 loses its data and copies it again.');
    const lines = await copied(page);
    expect(lines).toEqual({ cli: 'coterie instance rebuild s1-2', curl: curlOf('/instance/s1-2/rebuild') });
    const button = dialog().getByRole('button', { name: 'Rebuild', exact: true });
    expect(await button.isDisabled()).toBe(true);
    await dialog().getByRole('textbox', { name: 'Type s1-2 to confirm' }).fill('s1-2');
    const first = await pidOf('s1-2');
    await confirm(page, 'Rebuild');
    await closeDialog(page);
    const second = await untilNewPid('s1-2', first);
    await untilState(page, 's1-2', 'ready');
    await until('the copied data', async () => (await value('s1-2', 'return box.space.t and box.space.t:len()')) === 100);
    expect(aside(folder).length).toBe(asideBefore.length + 1);
    runs(lines.cli, { asks: true });
    await untilNewPid('s1-2', second);
    expect(aside(folder).length).toBe(asideBefore.length + 2);
    await until('the data, copied once more', async () => (await value('s1-2', 'return box.space.t and box.space.t:len()')) === 100);
  }, 150_000);

  it('is followed in its log, also over a restart of its agent', async () => {
    await row(page, 's1-2').getByRole('button', { name: 's1-2', exact: true }).click();
    const log = page.getByRole('log');
    const following = page.locator('[data-testid=log-state][data-state=following]');
    await following.waitFor();
    await product.eval('s1-2', "require('log').warn('a line %d of the test', 1)");
    await log.getByText('a line 1 of the test').waitFor();
    const lost = page.locator('[data-testid=log-state][data-state=lost]').waitFor();
    await product.moveAgent('s1-2', (await body('/instance/s1-2')).uri);
    await lost;
    await following.waitFor();
    await untilState(page, 's1-2', 'ready');
    await product.eval('s1-2', "require('log').warn('a line %d of the test', 2)");
    await log.getByText('a line 2 of the test').waitFor();
    expect(await log.locator('div').filter({ hasText: /tnt .* a line 1 of the test/ }).count()).toBe(1);
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'hidden' });
  }, 90_000);

  it('a master cannot be rebuilt, and the menu says why', async () => {
    await page.getByRole('button', { name: 'Actions on s1-1', exact: true }).click();
    const item = page.getByRole('menuitem', { name: /^Rebuild from peers/ });
    expect(await item.isDisabled()).toBe(true);
    await item.getByText('It is the master: make another one the master first').waitFor();
    await page.keyboard.press('Escape');
    await item.waitFor({ state: 'hidden' });
  });
});

// A test that fails leaves its dialog open.
afterEach(async () => {
  await page.goto('/');
  await untilLive(page);
});

describe('what is wrong', () => {
  const follows = async () => (await value('s1-2', "for _, r in pairs(box.info.replication) do if r.upstream then return r.upstream.status end end return 'none'")) === 'follow';

  it('replication that was cut is restarted, from the problem itself', async () => {
    await product.eval('s1-2', 'box.cfg{replication = {}}');
    await page.locator('[data-issue^=replication-]').getByRole('button', { name: 'Restart replication in s1' }).click();
    await planSays('s1-2 sets its replication anew.');
    const lines = await copied(page);
    expect(lines).toEqual({ cli: 'coterie replicaset restart-replication s1', curl: curlOf('/replicaset/s1/restart-replication') });
    await confirm(page, 'Restart replication');
    await closeDialog(page);
    await until('s1-2 to follow again', follows);
    for (const line of [lines.cli, lines.curl]) {
      await product.eval('s1-2', 'box.cfg{replication = {}}');
      runs(line);
      await until('s1-2 to follow again', follows);
    }
    await act(page, 's1', 'Restart replication');
    await planSays('s1-1 sets its replication anew.');
    await cancel();
  }, 120_000);

  it('a new address is taken over by one click and its confirmation', async () => {
    const listen = await freeAddress();
    await product.moveAgent('s1-2', listen);
    await page.locator('[data-issue=address-changed]').getByRole('button', { name: `Take ${listen} for s1-2` }).click();
    await planSays(listen);
    const lines = await copied(page);
    expect(lines).toEqual({ cli: `coterie instance edit s1-2 --uri ${listen}`, curl: curlOf('/instance/s1-2/edit', `{"uri":"${listen}"}`) });
    await confirm(page, 'Apply');
    await closeDialog(page);
    await row(page, 's1-2').getByText(listen).waitFor();
    const follows = "for _, r in pairs(box.info.replication) do if r.upstream and r.upstream.status == 'follow' then return r.upstream.peer end end";
    await until('s1-2 to follow from its new address', async () => (await value('s1-2', follows)) !== undefined && (await value('s1-2', 'return box.cfg.listen')) === listen);
    await page.locator('[data-issue=address-changed]').waitFor({ state: 'detached' });
  }, 120_000);

  it('several new addresses are taken over as one change, and the copied line does that too', async () => {
    const [first, second] = [await freeAddress(), await freeAddress()];
    await Promise.all([product.moveAgent('s1-2', first), product.moveAgent('s2-2', second)]);
    // On a busy machine both are away for so long that something else is offered for two before.
    for (const name of [`Take ${first} for s1-2`, `Take ${second} for s2-2`]) await page.locator('[data-issue=address-changed]').getByRole('button', { name }).waitFor();
    await page.getByTestId('problems').getByRole('button', { name: 'Repair all 2' }).click();
    await planSays(first);
    await planSays(second);
    await dialog().getByRole('checkbox', { name: `Edit s2-2: address ${second}` }).uncheck();
    await dialog().getByTestId('plan').getByText(second).first().waitFor({ state: 'detached' });
    await dialog().getByRole('checkbox', { name: `Edit s2-2: address ${second}` }).check();
    await planSays(second);
    const { cli } = await copied(page);
    expect(cli).toContain('| coterie topology apply --edits -');
    const { configVersion } = await body('/cluster/overview');
    await confirm(page, 'Apply');
    await closeDialog(page);
    await row(page, 's1-2').getByText(first).waitFor();
    await row(page, 's2-2').getByText(second).waitFor();
    expect((await body('/cluster/overview')).configVersion).toBe(configVersion + 1);
    expect((await product.rest('/instance/s2-2/edit', { uri: '127.0.0.1:9' })).status).toBe(200);
    runs(cli);
    expect((await body('/instance/s2-2')).uri).toBe(second);
    await page.getByTestId('cluster-health').getByText('Healthy').waitFor({ timeout: 60_000 });
  }, 150_000);
});

describe('one replicaset', () => {
  it('is deleted once its name is typed: its instances are expelled and their databases end', async () => {
    const pids = [(await pidOf('s2-1'))!, (await pidOf('s2-2'))!];
    await act(page, 's2', 'Delete');
    await planSays(/s2/);
    const lines = await copied(page);
    expect(lines).toEqual({ cli: 'coterie replicaset delete s2', curl: curlOf('/replicaset/s2/delete') });
    const button = dialog().getByRole('button', { name: 'Delete', exact: true });
    expect(await button.isDisabled()).toBe(true);
    await dialog().getByRole('textbox', { name: 'Type s2 to confirm' }).fill('s2');
    await confirm(page, 'Delete');
    await closeDialog(page);
    await page.locator('tbody[data-replicaset="s2"]').waitFor({ state: 'detached' });
    await until('both Tarantools to end', async () => pids.every((pid) => !isAlive(pid)));
    expect((await body('/replicaset')).map(({ alias }: { alias: string }) => alias)).not.toContain('s2');
    expect((await product.rest('/instance/s2-1/start', {})).status).toBeGreaterThanOrEqual(400);
  }, 120_000);

  it('is deleted by the copied line as well', async () => {
    expect((await product.rest('/replicaset/s3/create', { instances: ['spare-1'], roles: ['storage'] })).status).toBe(200);
    await untilMaster(page, 'spare-1');
    await act(page, 's3', 'Delete');
    const { cli } = await copied(page);
    await cancel();
    runs(cli, { asks: true });
    await page.locator('tbody[data-replicaset="s3"]').waitFor({ state: 'detached' });
  }, 90_000);
});

/** Work directories that were moved aside. */
const aside = (folder: string) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.includes('.old-')) : []);
