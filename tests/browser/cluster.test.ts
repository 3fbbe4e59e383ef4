import type { Locator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { act, closeDialog, copied, row, untilState } from '../support/browser.ts';
import { looksWell, openDashboard } from '../support/dashboard.ts';
import { waitFor } from '../support/wait.ts';

/** The Cluster page on the real product: groups, the search, the graph, and several changes made as one. */

const { product, page, open } = await openDashboard({ leases: false });

const shown = (from: Page = page) => from.locator('tr[data-instance]').evaluateAll((rows) => rows.map((one) => (one as HTMLElement).dataset.instance));
const groups = () => page.locator('tbody[data-group]').evaluateAll((bodies) => bodies.map((one) => (one as HTMLElement).dataset.group));
const choose = (control: string, option: string) => page.getByRole('radiogroup', { name: control }).getByText(option, { exact: true }).click();
/** A level line has no height, so a browser calls it hidden. */
const drawn = (graph: Locator, health: string) => graph.locator(`[data-edge][data-health=${health}]`).first().waitFor({ state: 'attached' });
const bar = page.getByTestId('change-bar');
const versions = async (): Promise<{ version: number; surface: string; reason: string | null }[]> => (await product.rest('/config/history?limit=50')).body;

describe('the table', () => {
  it('has groups of replicasets, zones or roles, and keeps them in the address', async () => {
    await untilState(page, 's2-2', 'ready');
    expect(await groups()).toEqual(['front', 's1', 's2']);
    await choose('Group by', 'Zone');
    await page.waitForURL(/by=zone/);
    expect(await groups()).toEqual(['dc-a', 'dc-b']);
    await choose('Group by', 'Role');
    await page.waitForURL(/by=role/);
    expect(await groups()).toContain('storage');
    expect(await page.locator('table[aria-rowcount]').getAttribute('aria-rowcount')).toBe(String((await page.locator('tr[aria-rowindex]').count())));
    await choose('Group by', 'Replicaset');
    await page.waitForURL((url) => !url.searchParams.has('by'));
  });

  it('closes groups, remembers it, and opens all again', async () => {
    await page.getByRole('button', { name: 'Collapse s1' }).click();
    expect(await shown()).toEqual(['front-1', 's2-1', 's2-2']);
    await page.reload();
    await untilState(page, 's2-2', 'ready');
    expect(await shown()).toEqual(['front-1', 's2-1', 's2-2']);
    await page.getByRole('button', { name: 'Collapse all' }).click();
    expect(await shown()).toEqual([]);
    await page.getByRole('button', { name: 'Expand all' }).click();
    expect(await shown()).toHaveLength(5);
  });

  it('shows what a link says, tells how much that is, and is cleared', async () => {
    await page.goto('/?q=is:master&zone=dc-a');
    await page.getByText('3 of 5 shown').waitFor();
    expect(await shown()).toEqual(['front-1', 's1-1', 's2-1']);
    await page.getByLabel('Search instances').fill('-is:master role:storage');
    await page.getByText('0 of 5 shown').waitFor();
    await page.getByText('Nothing matches').waitFor();
    await page.getByRole('button', { name: 'Clear filters' }).click();
    await page.getByText('5 instances', { exact: true }).waitFor();
    expect(new URL(page.url()).search).toBe('');
  });
});

describe('a phone', () => {
  it('has the first instance on its first screen, and the choices behind a button', async () => {
    const phone = await open({ phone: true });
    await untilState(phone, 's2-2', 'ready');
    const first = await row(phone, 'front-1').getByText('front-1', { exact: true }).first().boundingBox();
    expect(first!.y + first!.height).toBeLessThan(844);
    const roles = phone.getByRole('combobox', { name: 'Role', exact: true });
    expect(await roles.isVisible()).toBe(false);
    await phone.getByRole('button', { name: 'Filters', exact: true }).click();
    await roles.click();
    await phone.getByRole('option', { name: 'router', exact: true }).click();
    await phone.getByRole('button', { name: 'Filters: 1' }).click();
    await roles.waitFor({ state: 'hidden' });
    expect(await shown(phone)).toEqual(['front-1']);
    await phone.context().close();
  });
});

describe('the graph', () => {
  it('shows who follows whom, and opens an instance by keyboard', async () => {
    await page.goto('/?view=graph');
    const graph = page.getByTestId('graph');
    await drawn(graph, 'ok');
    expect(await graph.locator('[data-edge]').count()).toBe(2);
    expect(await graph.locator('button[data-instance]').count()).toBe(5);
    await graph.getByRole('button', { name: /^s1-1, master/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForFunction(() => (document.activeElement as HTMLElement).dataset.instance === 's1-2');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').getByText('s1-2', { exact: true }).first().waitFor();
    await page.waitForURL(/view=graph&instance=/);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await graph.getByRole('button', { name: /^s2-1, master/ }).click();
    await page.getByRole('dialog').getByText('s2-1', { exact: true }).first().waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });

  it('draws a stopped instance as one, without a reload and without moving anything', async () => {
    const graph = page.getByTestId('graph');
    const place = () => graph.locator('.react-flow__node:has(button[data-instance=s2-1])').getAttribute('style');
    const before = await place();
    const { pid } = (await product.rest('/instance/s2-2')).body.status.database.process as { pid: number };
    process.kill(pid, 'SIGSTOP');
    try {
      await graph.locator('button[data-instance=s2-2]:not([data-health=ok])').waitFor();
      expect(await place()).toEqual(before);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await graph.locator('button[data-instance=s2-2][data-health=ok]').waitFor();
  });
});

describe('several changes', () => {
  const collect = () => page.getByRole('dialog').getByRole('button', { name: 'Collect', exact: true }).click();

  it('are collected on the way, and nothing happens yet', async () => {
    await page.goto('/');
    await untilState(page, 's2-2', 'ready');
    const before = await versions();
    await act(page, 's1-2', 'Edit');
    await page.getByRole('dialog').getByLabel('Zone').fill('dc-new');
    await page.getByRole('dialog').getByLabel('Reason').fill('rack 4');
    await collect();
    await bar.getByText('1 change collected').waitFor();
    await act(page, 's2-2', 'Disable');
    await collect();
    await page.getByRole('button', { name: 'Create replicaset', exact: true }).click();
    await page.getByRole('dialog').getByRole('combobox', { name: 'Add an instance' }).click();
    await page.getByRole('option', { name: /^spare-1 / }).click();
    await collect();
    await bar.getByText('3 changes collected').waitFor();
    expect(await versions()).toEqual(before);
  });

  it('are there after a reload, and say when somebody else was faster', async () => {
    await page.reload();
    await bar.getByText('3 changes collected').waitFor();
    expect((await product.rest('/instance/s1-2/edit', { zone: 'dc-other', reason: 'meanwhile' })).status).toBe(200);
    await bar.getByText(/was applied meanwhile/).waitFor();
    await bar.getByRole('button', { name: 'Review' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.getByTestId('collected').locator('li').allTextContents()).toEqual(['1Edit s1-2: zone dc-new', '2Disable s2-2', expect.stringMatching(/^3Create replicaset s3 of spare-1/)]);
    await dialog.getByTestId('conflict').getByText('It has changed what you change too: Edit s1-2: zone dc-new.').waitFor();
    await dialog.getByTestId('plan').locator('li').first().waitFor();
    expect(await dialog.getByRole('button', { name: 'Apply', exact: true }).isDisabled()).toBe(true);
    await dialog.getByRole('button', { name: /^Continue on version/ }).click();
    await dialog.getByTestId('conflict').waitFor({ state: 'detached' });
  });

  it('are put in order, taken out, and applied as one version', async () => {
    const before = await versions();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Earlier: Disable s2-2' }).click();
    expect((await dialog.getByTestId('collected').locator('li').allTextContents())[0]).toBe('1Disable s2-2');
    const { cli } = await copied(page);
    expect(cli).toMatch(/topology apply --edits - --reason 'rack 4'$/);
    await dialog.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByTestId('result').waitFor();
    await closeDialog(page);
    await bar.waitFor({ state: 'detached' });
    const after = await versions();
    expect(after).toHaveLength(before.length + 1);
    expect(after[0]).toMatchObject({ surface: 'ui', reason: 'rack 4' });
    await untilState(page, 's2-2', 'disabled');
    await row(page, 's1-2').getByText('dc-new').waitFor();
    await untilState(page, 'spare-1', 'ready');
    expect(await groups()).toContain('s3');
    await page.reload();
    await untilState(page, 'spare-1', 'ready');
    expect(await bar.count()).toBe(0);
  }, 90_000);

  it('go when they are discarded', async () => {
    await act(page, 's2-2', 'Enable');
    await collect();
    await bar.getByRole('button', { name: 'Discard…' }).click();
    await bar.getByRole('button', { name: 'Discard', exact: true }).click();
    await bar.waitFor({ state: 'detached' });
    await waitFor(async () => (await page.evaluate(() => window.sessionStorage.getItem('coterie.change-set'))) === null, { timeoutMs: 5000, what: 'the kept changes to go' });
  });
});

describe('the look', () => {
  it('by zone, with changes collected', async () => {
    await page.goto('/?by=zone');
    await act(page, 's2-2', 'Enable');
    await page.getByRole('dialog').getByRole('button', { name: 'Collect', exact: true }).click();
    await bar.waitFor();
    await looksWell(page, 'cluster-zones', () => bar.waitFor());
    await bar.getByRole('button', { name: 'Review' }).click();
    await looksWell(page, 'collected', () => page.getByTestId('plan').locator('li').first().waitFor());
    await page.keyboard.press('Escape');
  }, 180_000);

  it('as a graph', async () => {
    await page.goto('/?view=graph');
    await looksWell(page, 'graph', () => drawn(page.getByTestId('graph'), 'ok'));
  }, 120_000);
});
