import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, copied, openBrowser, openPage, Product, seriousFindings, signIn, untilLive, type Scheme } from '../support/browser.ts';
import { waitFor } from '../support/wait.ts';
import { isSigned, Receiver } from '../support/webhook-receiver.ts';

/** The Alerts page on the real product: a webhook is added, tested and told of a real loss; silences, deliveries, retention, axe and a phone. */

const secret = 'shared with the receiver';
let product: Product;
let receiver: Receiver;
let browser: Browser;
let page: Page;
let faults: string[];

beforeAll(async () => {
  [product, browser, receiver] = await Promise.all([Product.start(), openBrowser(), Receiver.start()]);
  await product.claim();
  ({ page, faults } = await openPage(browser, product));
  await page.goto('/alerts');
  await signIn(page);
  await untilLive(page);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await product?.stop();
  await receiver?.stop();
}, 90_000);

const channel = (name: string) => page.locator(`tr[data-row="${name}"]`);
const dialog = () => page.getByRole('dialog');
const told = (sentence: string) => waitFor(() => receiver.told.includes(sentence), { timeoutMs: 50_000, what: `"${sentence}", not only ${JSON.stringify(receiver.told)}` });

describe('the Alerts page', () => {
  it('begins with what it is for, and adds a webhook', async () => {
    await page.getByText('Nobody is told').waitFor();
    await page.getByRole('button', { name: 'Add channel' }).click();
    await dialog().getByLabel('Name').fill('on-call');
    await dialog().getByLabel('URL').fill(receiver.url);
    await dialog().getByLabel('Signing secret').fill(secret);
    await dialog().getByLabel('After').fill('1');
    await dialog().getByText('Add the webhook channel on-call').first().waitFor();
    const { cli, curl } = await copied(page);
    expect(cli).toBe('coterie alert add-channel on-call --kind webhook --for-seconds 1 --url-file url.txt --secret-file secret.txt');
    expect(curl).toContain('"url":"<url>"');
    expect(curl + cli).not.toContain('t0ken');
    await confirm(page, 'Add');
    await closeDialog(page);
    await channel('on-call').getByText(`webhook: http://127.0.0.1:${receiver.port}/...`).waitFor();
    await channel('on-call').getByText('ready').waitFor();
  }, 60_000);

  it('tests it, and shows what the other side answered', async () => {
    await page.getByRole('button', { name: 'Test on-call' }).click();
    await dialog().getByRole('button', { name: 'Send test' }).click();
    await page.locator('[data-testid=result][data-health=ok]').getByText(/on-call took it in \d+ ms: 200 OK: thanks/).waitFor();
    await closeDialog(page);
    expect(receiver.received[0]!.body).toMatchObject({ kind: 'test', cluster: 'demo' });
    expect(isSigned(receiver.received[0]!, secret)).toBe(true);
    receiver.status = 500;
    await page.getByRole('button', { name: 'Test on-call' }).click();
    await dialog().getByRole('button', { name: 'Send test' }).click();
    await page.locator('[data-testid=result][data-health=critical]').getByText('500 Internal Server Error').waitFor();
    await closeDialog(page);
    receiver.status = 200;
  }, 60_000);

  it('a lost instance is told, and its return', async () => {
    const { pid } = (await product.rest('/instance/s2-2')).body.status.process as { pid: number };
    process.kill(pid, 'SIGSTOP');
    try {
      await told('raised unreachable of s2-2');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await told('cleared unreachable of s2-2');
    expect(receiver.received.every((one) => isSigned(one, secret))).toBe(true);
    await page.getByRole('tab', { name: 'Deliveries' }).click();
    await page.getByRole('row').filter({ hasText: 'unreachable of s2-2' }).filter({ hasText: 'sent' }).first().waitFor();
    await page.getByRole('row').filter({ hasText: 'test of the channel on-call' }).filter({ hasText: 'not delivered' }).waitFor();
    expect(page.url()).toContain('tab=deliveries');
  }, 120_000);

  it('silences and ends it', async () => {
    await page.getByRole('tab', { name: 'Silences' }).click();
    await page.getByText('Nothing is silenced').waitFor();
    await page.getByRole('button', { name: 'Silence', exact: true }).click();
    await dialog().getByLabel('About').click();
    await page.getByRole('option', { name: 's1', exact: true }).click();
    await dialog().getByLabel('Reason').fill('moving a rack');
    await dialog().getByText('Send no alerts about everything about s1 for 1 h.').first().waitFor();
    await confirm(page, 'Silence');
    await closeDialog(page);
    await page.getByRole('row').filter({ hasText: 'everything about s1' }).getByText('moving a rack').waitFor();
    await page.getByRole('button', { name: 'End the silence about everything about s1' }).click();
    await confirm(page, 'End silence');
    await closeDialog(page);
    await page.getByText('Nothing is silenced').waitFor();
  }, 60_000);

  it('changes how long history is kept', async () => {
    await page.getByRole('tab', { name: 'Retention' }).click();
    await page.getByText('90 days').waitFor();
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await dialog().getByLabel('Events').fill('30');
    await dialog().getByText('Events older than 30 days are deleted').first().waitFor();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await page.getByText('Set by admin').waitFor();
    expect((await product.rest('/retention')).body).toMatchObject({ eventDays: 30, auditDays: 365, by: 'admin' });
  }, 60_000);

  it('edits a channel, which keeps its secret', async () => {
    await page.getByRole('tab', { name: 'Channels' }).click();
    await act(page, 'on-call', 'Edit');
    await dialog().getByLabel('Remind every').fill('4');
    await confirm(page, 'Apply');
    await closeDialog(page);
    await channel('on-call').getByText('again every 4 h').waitFor();
    expect((await product.rest('/alert/on-call/test', {})).body.data.delivered).toBe(true);
    expect(isSigned(receiver.received.at(-1)!, secret)).toBe(true);
  }, 60_000);

  it('has nothing for a viewer to press, and says why', async () => {
    expect((await product.rest('/user/eve/create', { role: 'viewer', password: 'another long one' })).status).toBe(200);
    const other = await openPage(browser, product);
    await other.page.goto('/alerts');
    await signIn(other.page, { name: 'eve', password: 'another long one' });
    await other.page.getByText('on-call').first().waitFor();
    for (const name of ['Add channel', 'Test on-call']) expect(await other.page.getByRole('button', { name }).isDisabled(), name).toBe(true);
    await other.page.getByRole('note', { name: 'Needs role admin; you are viewer' }).first().waitFor();
    await other.context.close();
  }, 60_000);

  it.each(['light', 'dark'] as Scheme[])('has no serious finding of axe and no sideways scroll (%s)', async (scheme) => {
    for (const phone of [false, true]) {
      const { page: look, context } = await openPage(browser, { url: product.url, scheme, phone });
      await look.goto('/alerts');
      await signIn(look);
      await untilLive(look);
      for (const tab of ['Channels', 'Silences', 'Deliveries', 'Retention']) {
        await look.getByRole('tab', { name: tab }).click();
        await look.locator('[aria-busy]').waitFor({ state: 'detached' });
        if (process.env['SHOTS']) await look.screenshot({ path: `${process.env['SHOTS']}/${tab}-${scheme}-${phone ? 390 : 1280}.png`, fullPage: true });
        expect(await seriousFindings(look), tab).toEqual([]);
        if (phone) expect(await look.evaluate(() => document.documentElement.scrollWidth), tab).toBeLessThanOrEqual(390);
      }
      await look.getByRole('tab', { name: 'Channels' }).click();
      await look.getByRole('button', { name: 'Add channel' }).click();
      await look.getByRole('dialog').getByText('Mail', { exact: true }).click();
      await look.getByRole('dialog').getByLabel('SMTP server').waitFor();
      if (process.env['SHOTS']) await look.screenshot({ path: `${process.env['SHOTS']}/add-${scheme}-${phone ? 390 : 1280}.png` });
      expect(await seriousFindings(look)).toEqual([]);
      await context.close();
    }
  }, 120_000);

  it('without a fault in the console', () => expect(faults).toEqual([]));
});
