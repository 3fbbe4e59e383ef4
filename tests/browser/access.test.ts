import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { closeDialog, confirm, lookFor, openPage, seriousFindings, untilLive, user } from '../support/browser.ts';
import { looksWell, openDashboard, shot } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';

/** Users, tokens, sessions, the own password, the audit log and the way back in, on the real product. */

const { product, browser, page, open } = await openDashboard({ path: '/users', empty: true, instances: 1 });
const eve = { name: 'eve', password: 'another long one' };
const fresh = 'a better password';


const dialog = () => page.getByRole('dialog');

/** The status of the answer. From another address: each address has only so many logins at once, and the browsers here need theirs. */
async function loginFromElsewhere(password: string): Promise<number | undefined> {
  const sent = request(`${product.url}/api/v1/session/${eve.name}/login`, { method: 'POST', localAddress: '127.0.0.2', headers: { 'content-type': 'application/json' }, timeout: 10_000 });
  sent.end(JSON.stringify({ password, token: true }));
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  answer.resume();
  return answer.statusCode;
}

describe('access in the dashboard', () => {
  it('an admin makes a user, and gives it another role', async () => {
    await page.getByRole('button', { name: 'Create user' }).click();
    await dialog().getByLabel('Name').fill(eve.name);
    await dialog().getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^viewer/ }).click();
    await dialog().getByLabel('First password', { exact: true }).fill(eve.password);
    await dialog().getByTestId('plan').getByText('eve: viewer').waitFor();
    expect(await seriousFindings(page), 'create user').toEqual([]);
    await shot(page, 'create-user');
    await confirm(page, 'Create');
    await closeDialog(page);
    await page.locator('tr[data-row=eve]').getByText('may sign in').waitFor();
    await page.getByRole('button', { name: 'Actions on eve' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await dialog().getByRole('combobox', { name: 'Role' }).click();
    await page.getByRole('option', { name: /^operator/ }).click();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await page.locator('tr[data-row=eve]').getByText('operator').waitFor();
  }, 60_000);

  it('who is locked out after failed logins is unlocked', async () => {
    for (let n = 0; n < 5; n += 1) expect(await loginFromElsewhere('a wrong one')).toBe(401);
    expect(await loginFromElsewhere(eve.password)).toBe(429);
    await page.reload();
    await page.locator('tr[data-row=eve]').getByText(/locked until/).waitFor();
    await page.getByRole('button', { name: 'Actions on eve' }).click();
    await page.getByRole('menuitem', { name: 'Unlock' }).click();
    await dialog().getByTestId('plan').getByText('eve: may try to sign in again at once').waitFor();
    await confirm(page, 'Unlock');
    await closeDialog(page);
    await page.locator('tr[data-row=eve]').getByText('may sign in').waitFor();
    expect((await product.rest('/audit?operation=user.unlock')).body).toMatchObject([{ operation: 'user.unlock', target: eve.name, outcome: 'ok' }]);
  }, 60_000);

  it('the text of a new token is shown once, and it works until it is revoked', async () => {
    await page.getByRole('tab', { name: 'API tokens' }).click();
    await page.waitForURL(/tab=tokens/);
    await page.getByRole('button', { name: 'Create token' }).click();
    await dialog().getByLabel('Name').fill('prometheus');
    await confirm(page, 'Create');
    await dialog().getByText(/cannot be shown again/).waitFor();
    expect(await seriousFindings(page), 'new token').toEqual([]);
    await shot(page, 'new-token');
    const secret = (await dialog().getByTestId('secret').textContent())!.trim();
    await dialog().getByRole('button', { name: 'Copy the token' }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret);
    const me = () => fetch(`${product.url}/api/v1/session/me`, { headers: { authorization: `Bearer ${secret}` } });
    expect(await (await me()).json()).toMatchObject({ user: user.name, role: 'viewer' });
    await closeDialog(page);
    expect(await page.getByText(secret).count()).toBe(0);
    await page.getByRole('button', { name: 'Revoke prometheus' }).click();
    await confirm(page, 'Revoke');
    await closeDialog(page);
    await page.getByRole('button', { name: 'Revoke prometheus' }).waitFor({ state: 'detached' });
    expect((await me()).status).toBe(401);
  }, 60_000);

  it('a user of the database is made with a password that nobody sees again, and changed', async () => {
    await page.getByRole('tab', { name: 'Database users' }).click();
    await page.getByText('No database users yet').waitFor();
    await page.getByRole('button', { name: 'Create database user' }).click();
    await dialog().getByLabel('Name').first().fill('shop');
    await dialog().getByLabel('Password', { exact: true }).fill('a password of a shop');
    await dialog().getByRole('button', { name: 'Add a privilege' }).click();
    await dialog().getByLabel('Privilege 1: name').fill('accounts');
    await dialog().getByRole('combobox', { name: 'Privilege 1: rights' }).click();
    for (const right of ['write', 'read']) await page.getByRole('option', { name: right, exact: true }).click();
    await page.keyboard.press('Tab');
    await dialog().getByTestId('plan').getByText('database user shop: new, with a password; read, write on space accounts').first().waitFor();
    expect(await seriousFindings(page), 'create a database user').toEqual([]);
    await shot(page, 'create-database-user');
    await confirm(page, 'Apply');
    await closeDialog(page);
    const row = page.locator('tr[data-row=shop]');
    await row.getByText('read, write on space accounts').waitFor();
    await page.getByRole('button', { name: 'Actions on shop' }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    expect(await dialog().getByLabel('New password', { exact: true }).inputValue()).toBe('');
    await dialog().getByRole('button', { name: 'Remove privilege 1' }).click();
    await dialog().getByTestId('plan').getByText('database user shop: space accounts: read, write -> none').first().waitFor();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await row.getByText('read, write on space accounts').waitFor({ state: 'detached' });
    expect((await product.rest('/database-user')).body).toMatchObject([{ user: 'shop', password: true, privileges: {} }]);
  }, 60_000);

  it('a viewer sees what is its own, and changes its own password', async () => {
    expect((await product.rest('/user/eve/edit', { role: 'viewer' })).status).toBe(200);
    const [one, other] = [await open({ path: '/users', as: eve }), await open({ path: '/users', as: eve })];
    expect(await one.getByRole('tab').allTextContents()).toEqual(['API tokens', 'Sessions', 'Database users']);
    await one.getByRole('button', { name: 'Manage' }).click();
    await one.getByRole('menuitem', { name: 'Users' }).waitFor();
    expect(await one.getByRole('menuitem', { name: 'Audit' }).count()).toBe(0);
    await one.keyboard.press('Escape');
    await one.getByText('No API tokens').waitFor();
    await one.getByRole('tab', { name: 'Sessions' }).click();
    await one.getByText('this browser').waitFor();
    await waitFor(async () => (await one.locator('tr[data-row]').count()) === 2, { timeoutMs: 20_000, what: 'both sessions' });
    await one.getByRole('button', { name: /^Account/ }).click();
    await one.getByRole('menuitem', { name: 'Change password' }).click();
    const own = one.getByRole('dialog');
    await own.getByLabel('Current password', { exact: true }).fill('not this one');
    await own.getByLabel('New password', { exact: true }).fill(fresh);
    await own.getByRole('button', { name: 'Change password' }).click();
    await own.getByText('The current password is wrong.').waitFor();
    await shot(one, 'wrong-password');
    expect(await own.getByRole('alert').count()).toBe(0);
    expect(await own.getByLabel('Current password', { exact: true }).getAttribute('aria-invalid')).toBe('true');
    await own.getByLabel('Current password', { exact: true }).fill(eve.password);
    await confirm(one, 'Change password');
    await own.getByText('1 other session and 0 CLI tokens were ended.').waitFor();
    await closeDialog(one);
    await waitFor(async () => (await one.locator('tr[data-row]').count()) === 1, { timeoutMs: 20_000, what: 'the other session to be gone' });
    await other.reload();
    await other.waitForURL(/\/login/);
    await Promise.all([one.context().close(), other.context().close()]);
  }, 90_000);

  it('the audit log tells of it, with what was different, and its filters are in the address', async () => {
    await page.goto('/audit?actor=admin&operation=user.edit');
    await untilLive(page);
    await page.locator('tr[data-row]').nth(1).waitFor();
    expect(await page.locator('tr[data-row]').count()).toBe(2);
    expect(await page.locator('tr[data-row]').first().getByText(/\d\d:\d\d:\d\d UTC/).count()).toBe(1);
    await page.getByRole('button', { name: /^Details of user.edit/ }).first().focus();
    await page.keyboard.press('Enter');
    const detail = page.getByTestId('audit-detail');
    await detail.getByLabel('Before and after').getByText('operator').waitFor();
    await detail.getByLabel('Input').getByText(/"role": "viewer"/).waitFor();
    await page.goto('/audit?outcome=refused');
    await page.locator('tr[data-row]').filter({ hasText: 'session.changePassword' }).waitFor();
    expect(await page.locator('tr[data-row]').filter({ hasText: 'user.create' }).count()).toBe(0);
    await lookFor(page, 'Users');
    await page.locator('[data-action]').filter({ hasText: /^Users/ }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/users');
    await page.goto('/audit?actor=nobody-like-that');
    await page.getByRole('button', { name: 'Clear them' }).click();
    await page.locator('tr[data-row]').first().waitFor();
    expect(new URL(page.url()).search).toBe('');
  }, 60_000);

  it.each([['users', '/users'], ['tokens', '/users?tab=tokens'], ['sessions', '/users?tab=sessions'], ['database-users', '/users?tab=database'], ['audit', '/audit']])('%s: both schemes, and a phone', (name, path) => looksWell(page, name, async () => {
    await page.goto(path);
    await page.locator('tr[data-row]').first().waitFor();
    if (name === 'audit') await page.getByRole('button', { name: /^Details of/ }).first().click();
  }), 120_000);

  it('older entries are a page further', async () => {
    for (let n = 0; n < 55; n += 1) expect((await product.rest('/token/old/create', { days: 1 })).status).toBe(200);
    await page.goto('/audit');
    await page.locator('tr[data-row]').nth(49).waitFor();
    await page.getByRole('button', { name: 'Show older' }).click();
    await page.getByText('That is all there is.').waitFor();
    const ids = await page.locator('tr[data-row]').evaluateAll((rows) => rows.map((one) => Number((one as HTMLElement).dataset.row)));
    expect(ids.length).toBeGreaterThan(55);
    expect(ids).toEqual(Array.from(ids, (_, index) => ids[0]! - index));
  }, 60_000);

  it('a link for one user has the name and says what it does', async () => {
    const printed = product.cli('server', 'claim-link', '--data-dir', join(product.folder, 'data/server'), '--user', 'eve').stdout;
    const link = /http\S+/.exec(printed)![0];
    const lost = await openPage(browser, product);
    await lost.page.goto(new URL(link).pathname + new URL(link).search);
    await lost.page.getByTestId('claim-plan').getByText(/Give eve a new password as viewer/).waitFor();
    expect(await lost.page.getByLabel('Name').inputValue()).toBe('eve');
    expect(await lost.page.getByLabel('Name').isEditable()).toBe(false);
    expect(await lost.page.getByText(/administrator/).count()).toBe(0);
    expect(await seriousFindings(lost.page)).toEqual([]);
    await shot(lost.page, 'claim');
    await lost.page.getByLabel('Password', { exact: true }).fill(eve.password);
    await lost.page.getByLabel('Password again', { exact: true }).fill(eve.password);
    await lost.page.getByRole('button', { name: 'Set the password and sign in' }).click();
    await untilLive(lost.page);
    await lost.page.getByRole('button', { name: 'Account: eve, viewer' }).waitFor();
    expect(lost.faults).toEqual([]);
    await lost.context.close();
  }, 60_000);
});
