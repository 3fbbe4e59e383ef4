import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portsOfUp } from '../support/ports.ts';
import { tutorialScript, tutorialSteps } from '../support/tutorial.ts';
import { waitFor } from '../support/wait.ts';

/** docs/tutorial.md, followed to the letter: every command of it in its order, and what it says that they print. */

const folder = mkdtempSync(join(tmpdir(), 'coterie-tutorial-'));
const data = join(folder, 'data');
const [first, ...steps] = tutorialSteps(readFileSync('docs/tutorial.md', 'utf8'));
/** What each step has printed; a step that was not come to is not there. */
const printed = new Map<number, string>();

let up: ChildProcess;
let said = '';
const ended = () => up.exitCode !== null || up.signalCode !== null;

beforeAll(async () => {
  const { port, offset } = await portsOfUp();
  // Its own folder and ports, so that it meets no other cluster; and what a person types when asked.
  const commands = (text: string) => text
    .replaceAll('.coterie/', `${data}/`)
    .replaceAll('127.0.0.1:4305', `127.0.0.1:${4305 + offset}`)
    .replace(/^coterie login .*$/m, "$& --password-file - <<< 'a long password'");
  expect(first?.commands).toBe('npm run up -- --empty');
  up = spawn(process.execPath, ['scripts/up.mjs', '--empty', '--data-dir', data, '--port', String(port), '--offset', String(offset)], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const output of [up.stdout!, up.stderr!]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await waitFor(() => said.includes('Ready in') || ended(), { timeoutMs: 90_000, what: 'npm run up to be ready' });
  const script = join(folder, 'tutorial.sh');
  writeFileSync(script, tutorialScript(steps.map((step) => ({ ...step, commands: commands(step.commands) }))));
  const { stdout } = spawnSync('bash', [script], { env: { ...process.env, COTERIE_CONTEXTS: join(folder, 'contexts.json'), NO_COLOR: '1' }, encoding: 'utf8', timeout: 180_000 });
  // The page shows the port that a reader has.
  const parts = stdout.replaceAll(`127.0.0.1:${4305 + offset}`, '127.0.0.1:4305').split(/^--- step (\d+)$/m);
  for (let at = 1; at < parts.length; at += 2) printed.set(Number(parts[at]), parts[at + 1]!);
}, 300_000);

afterAll(async () => {
  if (!ended()) up.kill('SIGINT');
  await waitFor(ended, { timeoutMs: 30_000, what: 'npm run up to stop' });
  rmSync(folder, { recursive: true, force: true });
});

describe('the tutorial', () => {
  it.each(steps.map((step, at) => ({ ...step, at, name: step.commands.split('\n').at(-1) })))('$name', ({ at, refused, shown }) => {
    const text = printed.get(at);
    expect(text, `${[...printed.values()].at(-1) ?? said}\nNothing came after that.`).toBeDefined();
    expect(text).toMatch(refused ? /\n\(refused\)\n/ : /\n\(done\)\n/);
    for (const line of shown) expect(text).toMatch(line);
  });
});
