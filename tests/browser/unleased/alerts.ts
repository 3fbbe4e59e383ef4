import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { act, closeDialog, confirm, copied, user } from '~/tests/support/browser.ts';
import { type Dashboard, looksWell } from '~/tests/support/dashboard.ts';
import { waitFor } from '~/tests/support/wait.ts';
import { isSigned, Receiver } from '~/tests/support/webhook-receiver.ts';

/** The Alerts page on the real product: a webhook is added, tested, told of a real issue and removed; silences, deliveries, retention. */

const secret = 'shared with the receiver';

export function alertsPage({ product, page, open }: Dashboard): void {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await Receiver.start();
    await page.goto('/alerts');
  });
  afterAll(() => receiver.stop());

  const channel = (name: string) => page.locator(`tr[data-row="${name}"]`);
  const dialog = () => page.getByRole('dialog');
  const tab = (name: string) => page.getByRole('tab', { name, exact: true });
  const told = (sentence: string) => waitFor(() => receiver.told.includes(sentence) || Promise.reject(new Error(`told so far: ${JSON.stringify(receiver.told)}`)), { timeoutMs: 30_000, what: sentence });
  const send = async () => {
    await page.getByRole('button', { name: 'Test on-call' }).click();
    const { cli } = await copied(page);
    await dialog().getByRole('button', { name: 'Send test' }).click();
    return cli;
  };

  describe('the Alerts page', () => {
    it('begins with what it is for, and adds a webhook', async () => {
      await page.getByText('Nobody is told').waitFor();
      await page.getByRole('button', { name: 'Add channel' }).click();
      await dialog().getByLabel('Name').fill('on-call');
      await dialog().getByLabel('URL').fill(receiver.url);
      await dialog().getByLabel('Signing secret').fill(secret);
      await dialog().getByLabel('After').fill('0');
      await dialog().getByText('Add the webhook channel on-call').first().waitFor();
      const { cli, curl } = await copied(page);
      expect(cli).toBe('coterie alert add-channel on-call --kind webhook --for-seconds 0 --ask-url --ask-secret');
      expect(curl).toContain('"url":"<url>"');
      expect(curl + cli).not.toContain('t0ken');
      await confirm(page, 'Add');
      await closeDialog(page);
      await channel('on-call').getByText(`webhook: http://127.0.0.1:${receiver.port}/...`).waitFor();
      await channel('on-call').getByText('ready').waitFor();
    });

    it('tests it, shows what the other side answered, and the command says the same with its exit code', async () => {
      expect(product.cli('login', '--server', product.url, '--user', user.name, '--password-file', '-').status).toBe(0);
      const line = await send();
      await page.locator('[data-testid=result][data-health=ok]').getByText(/on-call took it in \d+ ms: 200 OK: thanks/).waitFor();
      await closeDialog(page);
      expect(receiver.received[0]!.body).toMatchObject({ kind: 'test', cluster: 'demo' });
      expect(isSigned(receiver.received[0]!, secret)).toBe(true);
      expect(line).toBe('coterie alert test on-call');
      expect((await product.run(line)).status).toBe(0);
      receiver.status = 500;
      await send();
      await page.locator('[data-testid=result][data-health=critical]').getByText('500 Internal Server Error').waitFor();
      await closeDialog(page);
      const { status, stdout } = await product.run(line);
      expect([status, stdout]).toEqual([1, expect.stringContaining('500 Internal Server Error')]);
      receiver.status = 200;
      // It is told while the next tests look at something else.
      expect((await product.rest('/instance/s2-2/stop', {})).status).toBe(200);
    });

    it('silences what may come at all, not only what is open, and ends it', async () => {
      await tab('Silences').click();
      await page.getByText('Nothing is silenced').waitFor();
      await page.getByRole('button', { name: 'Silence', exact: true }).click();
      await dialog().getByLabel('Kind of issue').fill('clock');
      await page.getByRole('option', { name: 'clock-offset', exact: true }).click();
      await dialog().getByLabel('About').click();
      await page.getByRole('option', { name: 's1', exact: true }).click();
      await dialog().getByLabel('Reason').fill('moving a rack');
      await dialog().getByText('Send no alerts about clock-offset of s1 for 1 h.').first().waitFor();
      await confirm(page, 'Silence');
      await closeDialog(page);
      await page.getByRole('row').filter({ hasText: 'clock-offset about s1' }).getByText('moving a rack').waitFor();
      await page.getByRole('button', { name: 'End the silence about clock-offset about s1' }).click();
      await confirm(page, 'End silence');
      await closeDialog(page);
      await page.getByText('Nothing is silenced').waitFor();
    });

    it('changes how long history is kept', async () => {
      await tab('Retention').click();
      await page.getByText('90 days').waitFor();
      await page.getByRole('button', { name: 'Change', exact: true }).click();
      await dialog().getByLabel('Events').fill('30');
      await dialog().getByText('Events older than 30 days are deleted').first().waitFor();
      await confirm(page, 'Apply');
      await closeDialog(page);
      await page.getByText('Set by admin').waitFor();
      expect((await product.rest('/retention')).body).toMatchObject({ eventDays: 30, auditDays: 365, by: 'admin' });
    });

    it('has told of the stopped instance, and tells of its return', async () => {
      await told('raised stopped of s2-2');
      expect((await product.rest('/instance/s2-2/start', {})).status).toBe(200);
      await tab('Deliveries').click();
      await page.getByRole('row').filter({ hasText: 'test of the channel on-call' }).filter({ hasText: 'not delivered' }).first().waitFor();
      expect(page.url()).toContain('tab=deliveries');
      await told('cleared stopped of s2-2');
      await page.getByRole('row').filter({ hasText: 'stopped of s2-2' }).filter({ hasText: 'sent' }).first().waitFor();
      expect(receiver.received.every((one) => isSigned(one, secret))).toBe(true);
    });

    it('edits a channel, which keeps its secret, and offers every kind of issue and the rules', async () => {
      await tab('Channels').click();
      await act(page, 'on-call', 'Edit');
      await dialog().getByLabel('Remind every').fill('4');
      const kinds = dialog().getByLabel('Only these kinds');
      for (const code of ['two-masters', 'rule-flapping']) {
        await kinds.fill(code);
        await page.getByRole('option', { name: code, exact: true }).click();
      }
      await confirm(page, 'Apply');
      await closeDialog(page);
      await channel('on-call').getByText(/of two-masters, rule-flapping, .*again every 4\sh/).waitFor();
      expect((await product.rest('/alert/on-call/test', {})).body.data.delivered).toBe(true);
      expect(isSigned(receiver.received.at(-1)!, secret)).toBe(true);
    });

    it('has nothing for a viewer to press, and says why', async () => {
      expect((await product.rest('/user/ann/create', { role: 'viewer', password: 'another long one' })).status).toBe(200);
      const shown = await open({ path: '/alerts', as: { name: 'ann', password: 'another long one' } });
      await shown.getByText('on-call').first().waitFor();
      for (const name of ['Add channel', 'Test on-call']) expect(await shown.getByRole('button', { name }).isDisabled(), name).toBe(true);
      await shown.getByRole('note', { name: 'Needs role admin; you are viewer' }).first().waitFor();
      await shown.context().close();
    });

    it.each(['channels', 'silences', 'deliveries', 'retention'])('looks well: %s', (name) =>
      looksWell(page, `alerts-${name}`, async () => {
        await page.goto(`/alerts?tab=${name}`);
        await page.getByRole('tab', { selected: true }).waitFor();
        await page.locator('[aria-busy]').waitFor({ state: 'detached' });
      }));

    it('looks well: a new channel', async () => {
      await page.goto('/alerts');
      await page.getByRole('button', { name: 'Add channel' }).click();
      await dialog().getByText('Mail', { exact: true }).click();
      await looksWell(page, 'alerts-add', () => dialog().getByLabel('SMTP server').waitFor());
      await page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'hidden' });
    });

    it('removes a channel after saying what that means, and nobody is told any more', async () => {
      await act(page, 'on-call', 'Remove');
      await dialog().getByText('Nobody is told of issues over on-call any more.').waitFor();
      await dialog().getByText('Remove the webhook channel on-call').first().waitFor();
      expect((await copied(page)).cli).toBe('coterie alert remove-channel on-call');
      await confirm(page, 'Remove');
      await closeDialog(page);
      await page.getByText('Nobody is told').waitFor();
      expect((await product.rest('/alert/channels')).body).toEqual([]);
      expect((await product.rest('/alert/deliveries?channel=on-call')).body.length).toBeGreaterThan(0);
    });
  });
}
