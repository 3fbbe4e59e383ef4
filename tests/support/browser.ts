import { AxeBuilder } from '@axe-core/playwright';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { Follower } from './follower.ts';
import { portsOfUp } from './ports.ts';
import { waitFor } from './wait.ts';

/** The whole product as `npm run up` starts it, on ports and in a folder of its own, and a Chromium to look at it. */

export const user = { name: 'admin', password: 'a long password' };

const flags = '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --disable-dev-shm-usage'.split(' ');
const triesMax = 5;
/** Hundreds of simulated instances take a busy machine a while. */
const readyMs = 240_000;

export class Product {
  readonly folder = mkdtempSync(join(tmpdir(), 'coterie-browser-'));
  readonly env = { ...process.env, COTERIE_CONTEXTS: join(this.folder, 'contexts.json'), NO_COLOR: '1' };
  url = '';
  claimLink = '';
  #up: ChildProcess | null = null;
  #printed = '';
  #token = '';
  /** Agents that were started again by hand. */
  readonly #agents: ChildProcess[] = [];

  /** `empty`: all instances unconfigured, named i1, i2, ... Otherwise the demo cluster s1, s2, front and a spare, or so many simulated instances. */
  static async start({ empty = false, instances = 6, simulate = 0 } = {}): Promise<Product> {
    const product = new Product();
    for (let tries = 1; ; tries += 1) {
      const { port, offset } = await portsOfUp();
      if (await product.#start([...(simulate > 0 ? ['--simulate', String(simulate)] : ['--instances', String(instances)]), '--port', String(port), '--offset', String(offset), ...(empty ? ['--empty'] : [])])) break;
      if (tries === triesMax || !/is held by|EADDRINUSE/.test(product.#printed)) throw new Error(`npm run up failed:\n${product.#printed}`);
    }
    product.claimLink = /http\S+\/claim\?code=\S+/.exec(product.#printed)![0];
    product.url = new URL(product.claimLink).origin;
    return product;
  }

  async #start(args: readonly string[]): Promise<boolean> {
    this.#printed = '';
    const child = spawn(process.execPath, ['scripts/up.mjs', '--data-dir', join(this.folder, 'data'), ...args], { env: this.env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#up = child;
    for (const output of [child.stdout, child.stderr]) output.on('data', (data: Buffer) => (this.#printed += data.toString()));
    await waitFor(() => this.#printed.includes('Ready in') || this.#ended(), { timeoutMs: readyMs, what: 'npm run up to be ready' });
    return !this.#ended();
  }

  #ended = () => this.#up === null || this.#up.exitCode !== null || this.#up.signalCode !== null;

  /** Makes the first admin without a browser, for tests that are about something else. */
  async claim(): Promise<void> {
    const code = new URL(this.claimLink).searchParams.get('code');
    const { body } = await this.rest('/session/claim', { code, ...user, token: true });
    this.#token = (body as { data: { token: string } }).data.token;
  }

  /** Signs the REST calls of the test in, once there is an admin. */
  async signIn(): Promise<void> {
    const { body } = await this.rest(`/session/${user.name}/login`, { password: user.password, token: true });
    this.#token = (body as { data: { token: string } }).data.token;
  }

  /** GET without a body, POST with one. */
  async rest(path: string, input?: unknown): Promise<{ status: number; body: any }> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      ...(input === undefined ? {} : { method: 'POST', body: JSON.stringify(input) }),
      headers: { 'content-type': 'application/json', ...(this.#token === '' ? {} : { authorization: `Bearer ${this.#token}` }) },
    });
    return { status: response.status, body: await response.json() };
  }

  /** What a browser is told of the cluster. */
  follow(): Follower {
    return new Follower(this.url, this.#token);
  }

  cli(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, ['bin/coterie.mjs', ...args], { env: this.env, input: user.password, encoding: 'utf8', timeout: 60_000 });
  }

  /** A command line as a person pastes it, with an API token in the environment. */
  shell(line: string): { status: number | null; stdout: string; stderr: string } {
    return spawnSync('/bin/sh', ['-c', this.#typed(line)], { env: this.#shellEnv(), encoding: 'utf8', timeout: 60_000 });
  }

  /** The same, while this process goes on: for a command after which somebody in the test is asked. */
  async run(line: string): Promise<{ status: number | null; stdout: string }> {
    const child = spawn('/bin/sh', ['-c', this.#typed(line)], { env: this.#shellEnv(), stdio: ['ignore', 'pipe', 'ignore'], timeout: 60_000 });
    let stdout = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    const [status] = (await once(child, 'close')) as [number | null];
    return { status, stdout };
  }

  #typed = (line: string) => line.replace(/(^|\| )coterie /, `$1'${process.execPath}' bin/coterie.mjs `);
  #shellEnv = () => ({ ...this.env, COTERIE_TOKEN: this.#token });

  /** Ends the agent of an instance. What it gives starts it again, with other words on its command line where they are wanted. */
  async endAgent(instance: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<(change?: (words: string[]) => string[]) => void> {
    const { body } = await this.rest(`/instance/${instance}`);
    const pid: number = body.status.process.pid;
    const [program, ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    process.kill(pid, signal);
    await waitFor(() => !isAlive(pid), { timeoutMs: 30_000, what: `the agent of ${instance} to end` });
    return (change = (same) => same) => {
      const log = openSync(join(this.folder, `${instance}.log`), 'a');
      this.#agents.push(spawn(program!, change(words), { env: this.env, stdio: ['ignore', log, log] }));
      closeSync(log);
    };
  }

  /** Starts the agent of an instance anew, with its Tarantool at another address. */
  async moveAgent(instance: string, listen: string): Promise<void> {
    const start = await this.endAgent(instance, 'SIGTERM');
    start((words) => words.map((word, index) => (words[index - 1] === '--listen' ? listen : word)));
  }

  async eval(instance: string, code: string): Promise<{ ok: boolean; values: unknown[]; error: string | null }> {
    return (await this.rest(`/instance/${instance}/eval`, { code })).body.data;
  }

  /** What an `up` that was killed has left behind: it would run on for good. */
  #stopLeft(): void {
    const file = join(this.folder, 'data/up.json');
    if (!existsSync(file)) return;
    const { processes } = JSON.parse(readFileSync(file, 'utf8')) as { processes: { pid: number }[] };
    for (const { pid } of processes.filter((one) => isAlive(one.pid) && readFileSync(`/proc/${one.pid}/cmdline`, 'utf8').includes(this.folder))) process.kill(pid, 'SIGTERM');
  }

  async stop(): Promise<void> {
    for (const agent of this.#agents) agent.kill('SIGTERM');
    await waitFor(() => this.#agents.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null), { timeoutMs: 30_000, what: 'the agents to end' });
    if (this.#ended()) this.#stopLeft();
    else this.#up!.kill('SIGINT');
    await waitFor(this.#ended, { timeoutMs: 60_000, what: 'npm run up to stop' });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A zombie waits for its parent and is no process any more. */
export function isAlive(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch {
    return false;
  }
}

export const openBrowser = (): Promise<Browser> => chromium.launch({ executablePath: '/usr/bin/chromium', args: flags });

export type Scheme = 'light' | 'dark';

/** A page of its own session. Errors of its scripts are gathered in `faults`. */
export async function openPage(browser: Browser, options: { url: string; scheme?: Scheme; phone?: boolean; touch?: boolean }): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
  const context = await browser.newContext({
    baseURL: options.url,
    viewport: options.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    colorScheme: options.scheme ?? 'light',
    reducedMotion: 'reduce',
    hasTouch: options.touch ?? false,
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // What the server refuses on purpose is logged by the browser too.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) faults.push(message.text());
  });
  return { page, context, faults };
}

export async function signIn(page: Page, { name, password } = user): Promise<void> {
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Until the stream has said how the cluster is. */
export const untilLive = (page: Page) => page.locator('[data-testid=live-mark][data-state=live]').waitFor();

export const row = (page: Page, alias: string) => page.locator(`tr[data-instance="${alias}"]`);

/** Until the row says this state. */
export const untilState = (page: Page, alias: string, state: string, timeoutMs = 30_000) => page.locator(`tr[data-instance="${alias}"][data-state="${state}"]`).waitFor({ timeout: timeoutMs });

export const untilMaster = (page: Page, alias: string) => row(page, alias).getByText('master', { exact: true }).waitFor({ timeout: 30_000 });

/** Types into the palette, once it listens. */
export async function lookFor(page: Page, words: string): Promise<void> {
  await page.keyboard.press('Control+k');
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Go to');
  await page.keyboard.type(words);
}

/** Opens the menu of a row or a replicaset and chooses from it. */
export async function act(page: Page, target: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `Actions on ${target}`, exact: true }).click();
  await page.getByRole('menuitem', { name: action, exact: true }).click();
}

/** Presses the dialog's own button once the plan allows it, and waits for the outcome. */
export async function confirm(page: Page, button: string): Promise<void> {
  await page.getByRole('dialog').getByRole('button', { name: button, exact: true }).click();
  await page.locator('[data-testid=result][data-health=ok]').waitFor({ timeout: 30_000 });
}

export async function closeDialog(page: Page): Promise<void> {
  await page.getByTestId('result').getByRole('button', { name: 'Close', exact: true }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
}

/** What the two buttons of an open dialog put on the clipboard. */
export async function copied(page: Page): Promise<{ cli: string; curl: string }> {
  const read = async (label: string, start: RegExp) => {
    await page.getByRole('dialog').getByRole('button', { name: label }).click();
    return waitFor(async () => start.exec(await page.evaluate(() => navigator.clipboard.readText()))?.input, { timeoutMs: 10_000, what: `${label} to copy` });
  };
  return { cli: await read('Copy as CLI', /^(coterie|printf) /), curl: await read('Copy as curl', /^curl /) };
}

/** Until this has the focus: told by its name, else by its words. */
export const untilFocused = (page: Page, name: string) =>
  page.waitForFunction((wanted) => (document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent) === wanted, name, { timeout: 10_000 });

/**
 * What axe finds serious or critical, one line each. Legacy mode is the same look without a blank page opened for each, which takes half of
 * the time; it leaves out only what frames of other origins hold, and there are none.
 */
export async function seriousFindings(page: Page, { only }: { only?: 'color-contrast' } = {}): Promise<string[]> {
  // Where an earlier check left axe in the page, it is not sent and compiled once more.
  const there = await page.evaluate(() => 'axe' in window);
  const axe = new AxeBuilder({ page, ...(there ? { axeSource: ';' } : {}) }).setLegacyMode(true).options({ resultTypes: ['violations'], ...(only ? { runOnly: [only] } : {}) });
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')} ${node.any[0]?.message ?? node.failureSummary ?? ''}`));
}
