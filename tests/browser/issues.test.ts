import { beforeAll, describe, expect, it } from 'vitest';
import { closeDialog, confirm, copied } from '../support/browser.ts';
import { looksWell, openDashboard } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';

/** What people say about issues, and rules over the events, on the real product: one is acknowledged, muted, seen apart, and taken back; a rule is added, raises, is edited and removed. */

const { product, page } = await openDashboard({ path: '/issues', instances: 2 });
beforeAll(async () => {
  expect((await product.rest('/instance/s1-2/stop', {})).status).toBe(200);
  await issue('stopped').waitFor();
});

const issue = (code: string) => page.locator(`[data-issue="${code}"]`);
const choose = async (action: string) => {
  await page.getByRole('button', { name: 'Actions on stopped of s1-2' }).first().click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
};
const pressing = () => page.getByRole('link', { name: /^Issues\s+\d critical or warning$/ });
const muted = () => page.getByTestId('muted');

describe('marks on issues', () => {
  it('is acknowledged with a reason, told on each page, and taken back', async () => {
    await choose('Acknowledge');
    await page.getByRole('dialog').getByText('Acknowledge stopped of s1-2.').waitFor();
    await page.getByLabel('Reason').fill('somebody is on the way');
    expect((await copied(page)).cli).toBe(`coterie issue acknowledge stopped:s1-2 --reason 'somebody is on the way'`);
    await confirm(page, 'Acknowledge');
    await closeDialog(page);
    await issue('stopped').getByText('Acknowledged by admin').waitFor();
    await issue('stopped').getByText('somebody is on the way').waitFor();
    await page.goto('/');
    await page.getByTestId('problems').getByText('somebody is on the way').waitFor();
    await page.goto('/?instance=s1-2');
    await page.getByRole('dialog').getByText('somebody is on the way').waitFor();
    await page.goto('/issues');
    await choose('Take the acknowledgement back');
    await confirm(page, 'Take it back');
    await closeDialog(page);
    await issue('stopped').getByText('Acknowledged').waitFor({ state: 'detached' });
  });

  it('is muted only with a reason, stands apart with who, why and until when, and counts no more', async () => {
    await pressing().waitFor();
    await choose('Mute');
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByRole('button', { name: 'Mute', exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel('Reason').fill('its disk is changed');
    await dialog.getByRole('combobox', { name: 'For' }).click();
    await page.getByRole('option', { name: '3 days' }).click();
    expect((await copied(page)).cli).toBe(`coterie issue mute stopped:s1-2 --hours 72 --reason 'its disk is changed'`);
    await confirm(page, 'Mute');
    await closeDialog(page);
    await page.getByText('1 muted issue, 1 mute in force').click();
    await muted().locator('[data-issue=stopped]').getByText('its disk is changed').waitFor();
    await muted().getByRole('table').getByText('stopped of s1-2').waitFor();
    await pressing().waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Nothing is wrong' }).waitFor();
    await page.getByRole('img', { name: 'Cluster health: ok' }).waitFor();
  });

  it('looks well apart', () => looksWell(page, 'muted', async () => {
    await page.goto('/issues');
    await muted().locator('summary').first().click();
    await muted().getByRole('table').getByText('stopped of s1-2').waitFor();
  }));

  it('keeps a mute whose issue is over in the list, and ends it there', async () => {
    await product.rest('/instance/s1-2/start', {});
    await page.getByText('0 muted issues, 1 mute in force').waitFor();
    await muted().getByRole('table').getByText('nothing', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Unmute stopped of s1-2' }).click();
    await confirm(page, 'Unmute');
    await closeDialog(page);
    await muted().waitFor({ state: 'detached' });
  });

  it('mutes a whole rule', async () => {
    expect((await product.rest('/instance/s1-2/stop', {})).status).toBe(200);
    await issue('stopped').waitFor();
    await choose('Mute');
    await page.getByRole('radio', { name: /the whole rule/ }).check();
    await page.getByLabel('Reason').fill('maintenance of all');
    await confirm(page, 'Mute');
    await closeDialog(page);
    const mutes = await waitFor(async () => { const { body } = await product.rest('/issue/mutes'); return body.length > 0 ? body : null; }, { timeoutMs: 20_000, what: 'the mute' });
    expect(mutes).toMatchObject([{ scope: 'stopped', hides: 1, reason: 'maintenance of all' }]);
    await page.goto('/');
    await page.getByTestId('problems').waitFor({ state: 'detached' });
  });
});

describe('rules over the event stream', () => {
  it('are listed with what they look for, tested against the past, and reached from the tab', async () => {
    await page.goto('/issues');
    await page.getByRole('tab', { name: 'Rules' }).click();
    await page.getByText('8 access events of severity warning or critical within 10 minutes.').waitFor();
    await page.getByRole('button', { name: 'Test flapping' }).click();
    await page.getByText(/^Nothing, from \d+ events/).waitFor();
    await page.getByRole('button', { name: 'Test flapping' }).click();
    await page.waitForURL(/tab=rules/);
  });

  it('are added with a preview of the past, raise an issue, and are edited', async () => {
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await dialog.getByLabel('Name').fill('restless');
    await dialog.getByRole('radio', { name: 'Too many events' }).check();
    await dialog.getByRole('combobox', { name: 'Events of kind' }).click();
    await page.getByRole('option', { name: 'Process' }).click();
    await dialog.getByLabel('With the words').fill('was stopped');
    await dialog.getByLabel('How many').fill('2');
    await dialog.getByRole('combobox', { name: 'in', exact: true }).click();
    await page.getByRole('option', { name: 'hours' }).click();
    await dialog.getByText(/In the last 24 hours it would have raised 1 issue, of which 1 would be open now/).waitFor();
    expect((await copied(page)).cli).toBe(`coterie rule add restless --watch count --kind process --text 'was stopped' --count 2 --minutes 600`);
    await confirm(page, 'Add');
    await closeDialog(page);
    await page.getByRole('link', { name: '1 raised' }).click();
    await issue('rule-restless').getByText('s1-2 had 2 process events with "was stopped" in 10 hours.').waitFor();
    await page.goto('/issues?tab=rules');
    await page.getByRole('button', { name: 'Actions on restless', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Edit' }).click();
    await dialog.getByLabel('How many').fill('50');
    await dialog.getByText('count: 2 -> 50').waitFor();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await page.getByText('50 process events with "was stopped" about one object within 10 hours.').waitFor();
  });

  it('look well', () => looksWell(page, 'rules', async () => {
    await page.goto('/issues?tab=rules');
    await page.getByRole('button', { name: 'Test restless', exact: true }).click();
    await page.getByText('It would have raised, over').waitFor();
  }));

  it('are removed, and switched off where they are built in', async () => {
    await page.getByRole('button', { name: 'Actions on restless', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await confirm(page, 'Remove');
    await closeDialog(page);
    await page.getByRole('button', { name: 'Actions on restless', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Actions on flapping' }).click();
    await page.getByRole('menuitem', { name: 'Switch off' }).click();
    await confirm(page, 'Apply');
    await closeDialog(page);
    await page.getByText('built in, changed by admin').waitFor();
  });
});

describe('hundreds of issues', () => {
  /** The real cluster, and half of a big one down: what a stream would say, without the instances. */
  const many = 300;
  const flood = async () => {
    const { body: overview } = await product.rest('/cluster/overview');
    const since = overview.serverTime - 60_000;
    const made = Array.from({ length: many }, (_, index) => ({
      id: `unreachable:${index}`, code: 'unreachable', severity: 'critical', object: { kind: 'instance', id: `0000-${index}`, name: `far-${index}` },
      since: since + index, sentence: `far-${index} has not answered for a while.`, wayOut: 'Look at its host.', repair: null,
    }));
    await page.route('**/api/v1/cluster/watch', (route) => route.fulfill({ contentType: 'text/event-stream', body: `data: ${JSON.stringify({ kind: 'snapshot', overview: { ...overview, issues: made, suggestions: [] } })}\n\n` }));
  };
  const rows = page.locator('li[data-issue=unreachable]');

  it('are counted all and drawn in sight only, here and on the Cluster page', async () => {
    await flood();
    await page.goto('/issues');
    await page.getByText(`${many} issues now`).waitFor();
    await rows.first().waitFor();
    expect(await rows.count()).toBeLessThan(60);
    expect(await rows.first().getAttribute('aria-setsize')).toBe(String(many));
    await waitFor(async () => {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      return page.locator(`[data-object="far-${many - 1}"]`).isVisible();
    }, { timeoutMs: 20_000, what: 'the last issue to come into sight' });
    expect(await rows.count()).toBeLessThan(60);
    expect(await page.locator('[data-object="far-0"]').count()).toBe(0);
    await page.goto('/');
    await page.getByRole('button', { name: /^296 more problems: 296 critical$/ }).click();
    await page.getByRole('link', { name: `All ${many} on the Issues page` }).waitFor();
    expect(await rows.count()).toBe(24);
    await page.unroute('**/api/v1/cluster/watch');
  });
});
