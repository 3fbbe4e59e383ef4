import { describe, expect, it } from 'vitest';
import { closeDialog, confirm, openPage, row, act, untilLive, untilMaster, untilState, user } from '../support/browser.ts';
import { openDashboard } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';

/** From the one-time link to a 2 x 2 cluster that replicates, is hurt and heals: as a person sees it, on the real product. */

const { product, browser, page } = await openDashboard({ empty: true, instances: 4, claim: false });


async function create(alias: string, instances: readonly string[]): Promise<void> {
  await page.getByRole('button', { name: 'Create replicaset', exact: true }).click();
  const dialog = page.getByRole('dialog');
  expect(await dialog.getByLabel('Name').inputValue()).toBe(alias);
  for (const instance of instances) {
    await dialog.getByRole('combobox', { name: 'Add an instance' }).click();
    await page.getByRole('option', { name: new RegExp(`^${instance} `) }).click();
  }
  await dialog.getByTestId('plan').getByText(`${instances[0]} starts an empty database`).waitFor();
  await confirm(page, 'Create replicaset');
  expect(await page.getByTestId('result').locator('li').evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.instance))).toEqual(expect.arrayContaining([...instances]));
  await closeDialog(page);
}

describe('a cluster built in the dashboard', () => {
  it('the one-time link makes the first admin, and ends on the empty cluster', async () => {
    await page.goto(product.claimLink);
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Set the password and sign in' }).click();
    await page.getByText('at least 10 characters').last().waitFor();
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    await page.getByLabel('Password again').fill(user.password);
    await page.getByRole('button', { name: 'Set the password and sign in' }).click();
    await page.getByRole('heading', { name: 'No replicasets yet' }).waitFor();
    await page.getByRole('heading', { name: '4 unconfigured instances' }).waitFor();
    await untilLive(page);
    await product.signIn();
  });

  it('the link works once, and says what to do instead', async () => {
    const other = await openPage(browser, product);
    await other.page.goto(product.claimLink);
    await other.page.getByLabel('Password', { exact: true }).fill(user.password);
    await other.page.getByLabel('Password again').fill(user.password);
    await other.page.getByRole('button', { name: 'Set the password and sign in' }).click();
    await other.page.getByRole('alert').getByRole('link', { name: 'Sign in' }).click();
    await other.page.waitForURL('**/login');
    await other.context.close();
  });

  it('two replicasets of two, all ready, each with one master', async () => {
    await create('s1', ['i1', 'i2']);
    await create('s2', ['i3', 'i4']);
    for (const alias of ['i1', 'i2', 'i3', 'i4']) await untilState(page, alias, 'ready');
    for (const alias of ['i1', 'i3']) await untilMaster(page, alias);
    expect(await page.locator('tr[data-instance]').getByText('master', { exact: true }).count()).toBe(2);
    await page.getByTestId('cluster-health').getByText('Healthy').waitFor();
  }, 120_000);

  it('what is written on the master is read on the replica', async () => {
    expect(await product.eval('i1', "box.schema.space.create('t'):create_index('pk') box.space.t:insert{1, 'seen'} return box.space.t:len()")).toMatchObject({ ok: true, values: [1] });
    await waitFor(async () => (await product.eval('i2', 'return box.space.t and box.space.t:get(1) and box.space.t:get(1)[2]')).values[0] === 'seen', { timeoutMs: 15_000, what: 'the row on i2' });
    expect((await product.eval('i2', "box.space.t:insert{2, 'x'}")).error).toContain('read-only');
  });

  it('a Tarantool that is killed is seen to fall and to come back, without a reload', async () => {
    const pid = async (): Promise<number | undefined> => (await product.rest('/instance/i2')).body.status.database?.process.pid;
    // Looks at every frame. The first times it is back too soon to be seen; each restart waits longer than the one before.
    const fall = { isSeen: false };
    const fallen = page.waitForFunction(() => document.querySelector('tr[data-instance="i2"]:not([data-state="ready"])'), null, { timeout: 40_000 }).then(() => (fall.isSeen = true));
    let kills = 0;
    while (!fall.isSeen && kills < 4) {
      const killed = (await pid())!;
      process.kill(killed, 'SIGKILL');
      kills += 1;
      await waitFor(async () => fall.isSeen || ![undefined, killed].includes(await pid()), { timeoutMs: 20_000, what: 'another process' });
    }
    await fallen;
    await untilState(page, 'i2', 'ready', 60_000);
    await row(page, 'i2').getByRole('button', { name: 'i2', exact: true }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText(`${kills} unplanned`).waitFor();
    await drawer.getByText('SIGKILL').first().waitFor();
    await drawer.getByRole('log').getByText('SIGKILL').first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByTestId('cluster-health').getByText('Healthy').waitFor();
    await waitFor(async () => (await product.eval('i2', 'return box.space.t:get(1)[2]')).values[0] === 'seen', { timeoutMs: 15_000, what: 'the data of i2' });
  }, 120_000);

  it('dashboard, command line and REST do the same thing and say the same of it', async () => {
    expect(product.cli('login', '--server', product.url, '--user', user.name, '--password-file', '-').status).toBe(0);
    const zone = () => row(page, 'i4').locator('[data-label="Zone"]');

    await act(page, 'i4', 'Edit');
    await page.getByRole('dialog').getByLabel('Zone').fill('rack-ui');
    await page.getByRole('dialog').getByLabel('Reason').fill('moved');
    await page.getByTestId('plan').getByText('rack-ui').first().waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Copy as CLI' }).click();
    const line = await page.evaluate(() => navigator.clipboard.readText());
    expect(line).toBe('coterie instance edit i4 --zone rack-ui --reason moved');
    await confirm(page, 'Apply');
    await closeDialog(page);
    await zone().getByText('rack-ui').waitFor();

    const cli = product.shell(`${line.replace('rack-ui', 'rack-cli')} -o json`);
    expect(cli.stderr).toBe('');
    await zone().getByText('rack-cli').waitFor();

    const rest = await product.rest('/instance/i4/edit', { zone: 'rack-rest', reason: 'moved' });
    await zone().getByText('rack-rest').waitFor();

    const shape = ({ plan, run }: any) => ({ kinds: plan.steps.map(({ kind }: any) => kind), changes: plan.changes.map(({ path, kind, after }: any) => [path, kind, String(after).replace(/cli|rest/, '?')]), state: run.state, instances: run.instances.length });
    expect(shape(JSON.parse(cli.stdout))).toEqual(shape(rest.body));

    const { body: history } = await product.rest('/config/history?limit=3');
    expect(history.map(({ surface, reason, author }: any) => [surface, reason, author])).toEqual([['rest', 'moved', 'admin'], ['cli', 'moved', 'admin'], ['ui', 'moved', 'admin']]);
    const { body: diffs } = await product.rest(`/config/${history[2].version}/${history[1].version}/diff`);
    expect(diffs).toHaveLength(1);
  }, 90_000);

  it('signs out, keeps strangers out, and brings a deep link back after signing in', async () => {
    await page.getByRole('button', { name: /^Account/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.waitForURL('**/login');
    await page.goto('/?q=i3&instance=i3');
    await page.waitForURL(/\/login\?next=/);
    await page.getByLabel('Name').fill(user.name);
    await page.getByLabel('Password', { exact: true }).fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The name or the password is wrong.').waitFor();
    await page.getByLabel('Password', { exact: true }).fill(user.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(/\/\?q=i3&instance=i3$/);
    await page.getByRole('dialog').getByText('i3', { exact: true }).first().waitFor();
    expect(await row(page, 'i1').count()).toBe(0);
  });
});
