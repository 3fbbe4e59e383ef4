import { afterEach, describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, copied, row, untilState, user } from '../support/browser.ts';
import { openDashboard } from '../support/dashboard.ts';

/** Every dialog of the Cluster page on the real product: its plan, the two copies, and each field of an instance and of a replicaset. */

const { product, page } = await openDashboard();
const dialog = page.getByRole('dialog');
const plan = dialog.getByTestId('plan');
afterEach(async () => {
  if (await dialog.count() > 0) await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'hidden' });
});
const choose = async (field: string, option: string | RegExp) => {
  await dialog.getByRole('combobox', { name: field }).click();
  await page.getByRole('option', { name: option }).click();
};

type Case = { readonly open: () => Promise<unknown>; readonly fill?: () => Promise<unknown>; readonly plan: RegExp; readonly cli: string; readonly curl: string };
const of = (target: string, action: string) => () => act(page, target, action);
const press = (name: string) => () => page.getByRole('button', { name, exact: true }).click();

const cases: Readonly<Record<string, Case>> = {
  'edit an instance': { open: of('s1-2', 'Edit'), fill: () => dialog.getByLabel('Zone').fill('dc-x'), plan: /dc-x/, cli: 'instance edit s1-2 --zone dc-x', curl: '/instance/s1-2/edit' },
  'make a replica the master': { open: of('s1-2', 'Make master'), plan: /s1-2/, cli: 'failover switch s1 --to s1-2', curl: '/failover/s1/switch' },
  'restart': { open: of('s1-2', 'Restart'), plan: /s1-2/, cli: 'instance restart s1-2', curl: '/instance/s1-2/restart' },
  'stop': { open: of('s1-2', 'Stop'), plan: /s1-2/, cli: 'instance stop s1-2', curl: '/instance/s1-2/stop' },
  'rebuild': { open: of('s1-2', 'Rebuild from peers'), plan: /s1-2/, cli: 'instance rebuild s1-2', curl: '/instance/s1-2/rebuild' },
  'disable': { open: of('s1-2', 'Disable'), plan: /s1-2/, cli: 'instance disable s1-2', curl: '/instance/s1-2/disable' },
  'expel': { open: of('s1-2', 'Expel'), plan: /s1-2/, cli: 'instance expel s1-2', curl: '/instance/s1-2/expel' },
  'edit a replicaset': { open: press('Edit s1'), fill: () => dialog.getByLabel('Weight').fill('7'), plan: /7/, cli: 'replicaset edit s1 --weight 7', curl: '/replicaset/s1/edit' },
  'add an instance': { open: of('s1', 'Add an instance'), fill: () => choose('Instance', /^spare-1/), plan: /spare-1/, cli: 'instance join spare-1 s1', curl: '/instance/spare-1/s1/join' },
  'restart replication': { open: of('s1', 'Restart replication'), plan: /s1/, cli: 'replicaset restart-replication s1', curl: '/replicaset/s1/restart-replication' },
  'delete': { open: of('s1', 'Delete'), plan: /s1/, cli: 'replicaset delete s1', curl: '/replicaset/s1/delete' },
  'join': { open: press('Join spare-1'), fill: () => choose('Replicaset', 's1'), plan: /spare-1/, cli: 'instance join spare-1 s1', curl: '/instance/spare-1/s1/join' },
  'create': { open: press('Create replicaset'), fill: () => choose('Add an instance', /^spare-1 /), plan: /spare-1/, cli: 'replicaset create s3 --roles storage --instances spare-1', curl: '/replicaset/s3/create' },
  'probe': { open: press('Probe address'), fill: () => dialog.getByLabel('Gossip address').fill('127.0.0.1:9'), plan: /127\.0\.0\.1:9/, cli: 'instance probe 127.0.0.1:9', curl: '/instance/127.0.0.1:9/probe' },
};

describe('every dialog', () => {
  it('is reached from a page that is ready', async () => {
    await untilState(page, 's2-2', 'ready');
    expect(product.cli('login', '--server', product.url, '--user', user.name, '--password-file', '-').status).toBe(0);
  });

  it.each(Object.entries(cases))('says what will happen, and how a shell does it: %s', async (_, { open, fill, plan: words, cli, curl }) => {
    await open();
    await fill?.();
    await plan.locator('[data-planning]').waitFor({ state: 'detached' });
    await plan.getByText(words).first().waitFor();
    const copies = await copied(page);
    expect(copies.cli.startsWith(`coterie ${cli}`), copies.cli).toBe(true);
    expect(decodeURIComponent(copies.curl)).toContain(`/api/v1${curl}`);
    const { status, stdout } = await product.run(`${copies.cli} --dry-run`);
    expect([status, stdout]).toEqual([0, expect.stringContaining('Nothing was changed (--dry-run).')]);
  });

  it('has changed nothing by being looked at', async () => expect((await product.rest('/config/history?limit=50')).body).toHaveLength(1));
});

describe('every field', () => {
  it('of an instance', async () => {
    await act(page, 's1-2', 'Edit');
    const address = await dialog.getByLabel('Address').inputValue();
    await dialog.getByLabel('Address').fill('10.9.8.7:3301');
    await plan.getByText(/10\.9\.8\.7:3301/).first().waitFor();
    await dialog.getByLabel('Address').fill(address);
    await dialog.getByLabel('Name').fill('s1-two');
    await dialog.getByLabel('Zone').fill('dc-q');
    await dialog.getByRole('switch', { name: 'Electable' }).press('Space');
    await plan.getByText(/dc-q/).first().waitFor();
    expect(await plan.getByText(/10\.9\.8\.7/).count()).toBe(0);
    await confirm(page, 'Apply');
    await closeDialog(page);
    await row(page, 's1-two').getByText('dc-q').waitFor();
    expect((await product.rest('/instance/s1-two')).body).toMatchObject({ alias: 's1-two', zone: 'dc-q', electable: false, uri: address });
  });

  it('of a replicaset', async () => {
    await page.getByRole('button', { name: 'Edit s2', exact: true }).click();
    await dialog.getByLabel('Name').fill('shard-2');
    await dialog.getByRole('checkbox', { name: 'router' }).check();
    await dialog.getByLabel('Weight').fill('3');
    await dialog.locator('[data-ref="s2-2"]').dragTo(dialog.locator('[data-ref="s2-1"]'));
    await dialog.getByRole('switch', { name: 'Every instance writable' }).press('Space');
    await plan.getByText(/weight/i).first().waitFor();
    await confirm(page, 'Apply');
    await closeDialog(page);
    const { body } = await product.rest('/replicaset/shard-2');
    expect(body).toMatchObject({ alias: 'shard-2', weight: 3, allRw: true });
    expect(body.roles.toSorted()).toEqual(['router', 'storage']);
    expect(body.instances[0]).toBe((await product.rest('/instance/s2-2')).body.uuid);
  });
});

describe('probe by address', () => {
  it('says who answers there', async () => {
    const members = (await product.rest('/gossip/members')).body as { name: string; address: string }[];
    await page.getByRole('button', { name: 'Probe address' }).click();
    await dialog.getByLabel('Gossip address').fill(members.find(({ name }) => name === 'spare-1')!.address);
    await dialog.getByRole('button', { name: 'Probe', exact: true }).click();
    await page.locator('[data-testid=result][data-health=ok]').getByText(/spare-1/).first().waitFor();
    await closeDialog(page);
  });
});
