import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied, seriousFindings } from '../support/browser.ts';
import { fits, openDashboard } from '../support/dashboard.ts';
import { configPage } from './code/config.ts';
import { editing } from './code/editing.ts';
import { migrationsPage } from './code/migrations.ts';
import { schemaPage } from './code/schema.ts';

/** What is kept in the configuration, on one product: its own page, and the Code page, where a role is written, refused, mended, applied, and changed by two at once. */

const dashboard = await openDashboard({ path: '/config', instances: 2 });
const { product, page, open } = dashboard;

const hello = 'roles/shop/functions/shop.hello.lua';
const fileOf = async (file: string): Promise<string> => (await product.rest(`/code?file=${encodeURIComponent(file)}`)).body.text;
const push = async (files: Record<string, string | null>, reason: string) => expect((await product.rest('/code/push', { files, reason })).status).toBe(200);
const versionNow = async (): Promise<number> => (await product.rest('/config')).body.version;
const { item, editor, write, checked, applyButton, apply, marked } = editing(page);

describe('configuration', () => configPage(dashboard));

describe('the Code page', () => {
  beforeAll(async () => void (await page.goto('/code')));

  it('begins with a role from the template, refuses what does not compile, and applies it when it is mended', async () => {
    const add = page.getByRole('button', { name: 'Add a role' });
    await add.waitFor();
    expect(await seriousFindings(page), 'empty').toEqual([]);
    await add.click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Name', { exact: true }).fill('Shop');
    await dialog.getByText('Small letters, digits and dashes').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('shop');
    await dialog.getByLabel('Summary').fill('Goods and their prices');
    await dialog.getByLabel('First space').fill('goods');
    expect(await seriousFindings(page), 'template').toEqual([]);
    await dialog.getByRole('button', { name: 'Add to the draft' }).click();
    await item(/^shop.hello.lua/).click();
    await write('return function(name)\n    return nil +\nend\n');
    await checked('critical');
    const fault = page.getByTestId('problems').locator('[data-severity=error]').first();
    await fault.getByText(`${hello}:3`).waitFor();
    await page.getByTestId('file').locator('.cm-lint-marker-error').waitFor();
    expect(await applyButton.isDisabled()).toBe(true);
    await page.getByLabel('First mend 1 error: see Problems.').waitFor();
    expect(await seriousFindings(page), 'with a problem').toEqual([]);
    await item(/^role.yml/).click();
    await marked('roles/shop/role.yml', 'new');
    await fault.getByRole('button').click();
    await marked(hello, 'new');
    expect(new URL(page.url()).searchParams.get('line')).toBe('3');
    await page.waitForFunction(() => document.activeElement?.matches('.cm-content'));

    await write('return function(name)\n    return "hello " .. name\nend\n');
    await checked('ok');
    await page.keyboard.press('Control+s');
    await page.getByRole('dialog').getByLabel('Reason').fill('a shop');
    await page.getByTestId('plan').getByText(/role.yml/).first().waitFor();
    expect((await copied(page)).cli).toContain('coterie code push --files');
    await confirm(page, 'Apply');
    await page.getByTestId('result').locator('li[data-instance="s1-2"]').getByText('applied').waitFor();
    await closeDialog(page);
    expect(await fileOf(hello)).toContain('hello ');
    await page.reload();
    await editor.getByText('hello').first().waitFor();
    expect(await page.locator('[data-mark=new], [data-mark=changed]').count()).toBe(0);
    expect(await applyButton.isDisabled()).toBe(true);
  }, 60_000);

  it('writes what the form of a function says into role.yml, and keeps its comments', async () => {
    const panel = page.getByTestId('function-panel');
    await panel.getByText('Write', { exact: true }).click();
    await panel.getByLabel('Timeout').fill('2');
    await panel.getByLabel('Access').fill('app');
    await page.keyboard.press('Enter');
    await panel.getByRole('button', { name: 'role.yml' }).click();
    await marked('roles/shop/role.yml', 'changed');
    for (const words of ['access: [app]           # users of the database', 'mode: write           #', 'timeout: 2           # seconds']) await editor.getByText(words, { exact: false }).waitFor();
    await page.getByRole('button', { name: 'Undo changes' }).click();
    await page.locator('[data-mark=changed]').first().waitFor({ state: 'detached' });
  }, 60_000);

  it('is walked, renamed and deleted by keyboard, and what was deleted comes back', async () => {
    await item(/^init.lua/).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowLeft');
    await item(/^shop.hello.lua/).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.locator(`[data-testid=file][data-file="${hello}"]`).waitFor();
    await page.keyboard.press('F2');
    await page.getByLabel('New name of shop.hello.lua').fill('functions/shop.greet.lua');
    await page.keyboard.press('Enter');
    await marked('roles/shop/functions/shop.greet.lua', 'new');
    await item('shop.hello.lua, deleted').waitFor();
    await page.getByRole('button', { name: 'Discard draft' }).click();
    await page.getByRole('button', { name: 'Bring it back' }).click();
    await item('shop.hello.lua, deleted').waitFor();
    await page.getByRole('button', { name: 'Discard draft' }).click();
    await item(/^init.lua/).focus();
    await page.keyboard.press('Delete');
    await item('init.lua, deleted').waitFor();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await item('init.lua').waitFor();
  }, 60_000);

  it('keeps a draft over a reload and what another applies meanwhile, and goes on with it file by file', async () => {
    await item(/^shop.hello.lua/).click();
    await write('return function(name)\n    return "mine " .. name\nend\n');
    await checked('ok');
    await page.reload();
    await editor.getByText('mine').waitFor();
    await marked(hello, 'changed');
    await push({ [hello]: 'return function(name)\n    return "theirs " .. name\nend\n', 'roles/shop/prices.lua': 'return {}\n' }, 'prices');
    const conflict = page.getByTestId('conflict');
    await conflict.getByText(/admin applied it at .*\(prices\).*You have both changed/).waitFor();
    expect(await applyButton.isDisabled()).toBe(true);
    expect(await editor.innerText()).toContain('mine');
    await conflict.getByRole('button', { name: `Compare ${hello}` }).click();
    await page.locator('[data-testid=merge] .cm-merge-a').getByText('theirs').waitFor();
    expect(await seriousFindings(page), 'conflict').toEqual([]);
    await conflict.getByRole('button', { name: `Keep mine of ${hello}` }).click();
    await conflict.waitFor({ state: 'detached' });
    await item('prices.lua').waitFor();
    await checked('ok');
    await apply('mine again');
    expect(await fileOf(hello)).toContain('mine');
    expect(await fileOf('roles/shop/prices.lua')).toBe('return {}\n');

    await page.getByRole('button', { name: 'History' }).click();
    const drawer = page.getByRole('dialog');
    await drawer.getByText('mine again').waitFor();
    expect(await seriousFindings(page), 'history').toEqual([]);
    await drawer.locator(`li[data-version="${(await versionNow()) - 1}"]`).getByRole('button', { name: 'Restore as a draft' }).click();
    await marked(hello, 'changed');
    await editor.getByText('theirs').waitFor();
    await page.getByRole('button', { name: 'Discard draft' }).click();
    await editor.getByText('mine').waitFor();
  }, 60_000);

  it('goes on when the server is slow to check, and says so', async () => {
    const held: (() => void)[] = [];
    await page.route('**/api/v1/code/validate', (route) => void held.push(() => void route.continue().catch(() => undefined)));
    const brokenOff = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/code/validate'));
    await write('return function(name)\n    return "slow " .. name\nend\n');
    await page.getByText('Still checking: the instances have not answered yet.').waitFor();
    await editor.press('Control+End');
    await page.keyboard.type('-- more');
    expect(await editor.innerText()).toContain('-- more');
    await brokenOff;
    await page.unroute('**/api/v1/code/validate');
    for (const go of held) go();
    await checked('ok');
    await page.getByRole('button', { name: 'Discard draft' }).click();
  }, 60_000);

  it('finds a text in all files, and in the one that is open', async () => {
    await page.getByLabel('Search in all files').fill('validate_config');
    await page.getByRole('button', { name: /shop\/init.lua:5/ }).click();
    await page.locator('[data-testid=file][data-file="roles/shop/init.lua"]').waitFor();
    await page.keyboard.press('Control+f');
    await page.locator('.cm-search').waitFor();
    expect(await seriousFindings(page), 'search').toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByLabel('Search in all files').fill('');
  }, 60_000);

  it('offers the role to a replicaset, with what it brings along', async () => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Edit s1' }).click();
    await page.getByRole('dialog').getByText('Goods and their prices; brings storage along').waitFor();
    await page.getByRole('dialog').getByLabel('shop', { exact: true }).check();
    await page.getByRole('dialog').getByText(/comes with shop/).waitFor();
    await page.keyboard.press('Escape');
  }, 60_000);

  it('calls a function on a replicaset, counts it on each instance, and shows what changed it', async () => {
    const replicasets = (await product.rest('/replicaset')).body as { alias: string; roles: string[] }[];
    expect((await product.rest('/replicaset/s1/edit', { roles: [...replicasets.find(({ alias }) => alias === 's1')!.roles, 'shop'] })).status).toBe(200);
    await page.goto(`/code?file=${encodeURIComponent(hello)}`);
    const figures = page.getByTestId('function-figures');
    await figures.getByRole('button', { name: 'On 2 instances' }).waitFor();
    await page.getByRole('button', { name: 'Call…' }).click();
    await page.getByRole('dialog').getByLabel('Arguments').fill('["Ann"]');
    await confirm(page, 'Call');
    await closeDialog(page);
    await page.locator('[data-testid=function-figures][data-calls="1"]').waitFor();
    await figures.getByRole('button', { name: 'On 2 instances' }).click();
    await page.locator('[data-row="s1-1"] [data-label=Calls]').getByText('1', { exact: true }).waitFor();
    expect(await seriousFindings(page), 'figures').toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Changes' }).click();
    const first = page.getByTestId('function-history').locator('li').last();
    await first.getByText('a shop', { exact: true }).waitFor();
    await first.locator('[data-line=added]').getByText('+mode:').waitFor();
    expect(await seriousFindings(page), 'history').toEqual([]);
    await page.getByRole('button', { name: 'Close' }).click();
  }, 60_000);

  it('lets a viewer read at a line by a link, on a phone in the dark, and no more', async () => {
    expect((await product.rest('/user/eve/create', { password: 'a long password', role: 'viewer' })).status).toBe(200);
    const viewer = await open({ path: '/code?file=roles/shop/init.lua&line=5', as: { name: 'eve', password: 'a long password' }, scheme: 'dark', phone: true });
    await viewer.locator('[data-testid=file][data-file="roles/shop/init.lua"] .cm-activeLine').getByText('validate_config').waitFor();
    expect(await viewer.locator('.cm-content[aria-readonly=true]').count()).toBe(1);
    for (const name of ['Discard draft', 'Validate']) expect(await viewer.getByRole('button', { name, exact: true }).count(), name).toBe(0);
    expect(await viewer.getByRole('button', { name: /^Apply/ }).isDisabled()).toBe(true);
    expect(await fits(viewer)).toBe(true);
    expect(await seriousFindings(viewer)).toEqual([]);
    await viewer.goto('/code?file=roles/gone/role.yml');
    await viewer.getByText('There is no file roles/gone/role.yml.').waitFor();
    await viewer.getByRole('button', { name: 'Files', exact: true }).click();
    await editing(viewer).item(/^shop.hello.lua/).click();
    await viewer.locator(`[data-testid=file][data-file="${hello}"]`).waitFor();
    await viewer.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await viewer.getByRole('button', { name: 'File', exact: true }).count()).toBe(0);
    expect(await fits(viewer)).toBe(true);
    await viewer.context().close();
  }, 60_000);
});

schemaPage(dashboard);
migrationsPage(dashboard);
