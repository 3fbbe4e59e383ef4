import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from './install.mjs';
import { watched } from './run.mjs';
import { bold, green, red, yellow } from './say.mjs';

const againFilesMax = 5;

/** Lint, types and tests with one count over all: a check that is no test counts as one. */
export class Checks {
  passed = 0;
  failed = 0;
  /** What `finish` says again, as a log that is cut keeps its end. */
  #failures = [];
  /** Of runs beside others: {title, args, files}, for `again`. */
  #beside = [];
  #unsteady = [];

  /** One program whose exit code is its verdict. Runs beside others: the function it resolves to shows what it said, and counts. */
  async program(title, args) {
    const started = performance.now();
    const output = [];
    const code = await this.#spawn(args, { output });
    const tookMs = performance.now() - started;
    return () => {
      const said = Buffer.concat(output);
      if (code !== 0) {
        process.stdout.write(said);
        this.#failures.push({ name: title, reason: said.toString() });
      }
      this.#count(title, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, tookMs });
    };
  }

  /**
   * A vitest run, shown while it goes on. The counts come from its own report. What fails without being a test counts as
   * one: a file that cannot be loaded, its set-up, a worker that crashed, a run that did not end in time.
   * `beside`: it runs beside others, so `again` may look at what failed.
   */
  async vitest(title, args, { beside = false, ...limits } = {}) {
    const started = performance.now();
    const files = await this.#files(title, args, limits);
    if (beside) this.#beside.push({ title, args, files });
    const passed = sum(files, (file) => file.passed);
    const failures = files.flatMap((file) => file.failures);
    this.#failures.push(...failures);
    this.#count(title, { passed, failed: failures.length, tookMs: performance.now() - started });
  }

  /**
   * Runs files that failed beside others once more, alone: a busy machine breaks limits that hold on a free one. What passes
   * then counts as passed, and is told as unsteady at the end. More than a few are no chance, and stay as they are.
   */
  async again() {
    if (sum(this.#beside, ({ files }) => files.filter(({ failures }) => failures.length > 0).length) > againFilesMax) return;
    for (const { title, args, files } of this.#beside) {
      const broken = files.filter(({ path, failures }) => path !== null && failures.length > 0);
      if (broken.length === 0) continue;
      const second = await this.#files(title, [...args, '--no-file-parallelism', ...broken.map(({ path }) => path)], { minutesMax: 5 });
      // A run that ended without its report says nothing of them.
      const over = broken.filter(({ path }) => second.some((file) => file.path === path));
      const first = over.flatMap(({ failures }) => failures);
      const failures = second.filter(({ path }) => over.some((file) => file.path === path)).flatMap((file) => file.failures);
      this.#failures = [...this.#failures.filter((failure) => !first.includes(failure)), ...failures];
      this.#unsteady.push(...first.filter(({ name }) => !failures.some((failure) => failure.name === name)));
      this.passed += sum(second, (file) => file.passed) - sum(over, (file) => file.passed);
      this.failed += failures.length - first.length;
      process.stdout.write(`${bold(title)}, again, alone: ${over.map(({ path }) => path).join(', ')}: ${failures.length} failed\n`);
    }
  }

  /** What each file came to: {path, passed, failures}; path null: the run itself. */
  async #files(title, args, limits) {
    const folder = temporaryFolder();
    const report = join(folder, 'report.json');
    const code = await this.#spawn(['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { ...limits, env: { ...limits.env, TMPDIR: folder } });
    const files = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults.map(verdict) : [];
    remove(folder);
    if (code !== 0 && files.every(({ failures }) => failures.length === 0)) files.push({ path: null, passed: 0, failures: [{ name: title, reason: `ended with ${code}` }] });
    return files;
  }

  #count(title, { passed, failed, tookMs }) {
    this.passed += passed;
    this.failed += failed;
    const mark = failed === 0 ? green('✓') : red('✗');
    process.stdout.write(`${mark} ${bold(title)}: ${passed} passed, ${failed} failed, ${(tookMs / 1000).toFixed(1)} s\n`);
  }

  /**
   * Resolves to the exit code. In a process group of its own, of which nothing is left afterwards: a worker that crashed
   * has started programs. `output` takes what it says, which is shown otherwise.
   */
  #spawn(args, { output = null, minutesMax = 5, env = {} } = {}) {
    return new Promise((resolve) => {
      const stream = output === null ? 'inherit' : 'pipe';
      const child = watched(spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', stream, stream], env: { ...process.env, ...env, NEXT_TELEMETRY_DISABLED: '1' } }), { leads: true, graceMs: 20_000 });
      const limit = setTimeout(() => {
        process.stdout.write(`${red('✗')} not over after ${minutesMax} minutes, and killed: ${args.join(' ')}\n`);
        killGroup(child);
      }, minutesMax * 60_000);
      for (const said of output === null ? [] : [child.stdout, child.stderr]) said.on('data', (data) => output.push(data));
      const over = (code) => {
        clearTimeout(limit);
        killGroup(child);
        resolve(code ?? 1);
      };
      child.on('error', () => over(1));
      child.on('close', over);
    });
  }

  /** What failed, with the beginning of its reason; the counts are the last line of every run. */
  finish() {
    for (const { name, reason } of this.#unsteady) process.stdout.write(`${yellow('!')} ${bold(name)}: unsteady; failed beside others, passed alone\n${beginning(reason)}\n`);
    for (const { name, reason } of this.#failures) process.stdout.write(`${red('✗')} ${bold(name)}\n${beginning(reason)}\n`);
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

/** Of one run and all that it starts, some of it under another user. Its name is short: paths of sockets may not be long. */
function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ct-'));
  chmodSync(folder, 0o711);
  return folder;
}

function remove(folder) {
  try {
    // A program that was killed may still be on its way out.
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  } catch (error) {
    process.stdout.write(`${yellow('!')} ${error.message}\n`);
  }
}

function killGroup({ pid }) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nobody is left in it.
  }
}

/** Of a worker that crashed, the report has a file without tests or with some that have not ended. */
function verdict({ name, status, message, assertionResults: tests }) {
  const path = relative(root, name);
  const failures = tests.filter((test) => test.status === 'failed').map(({ fullName, failureMessages }) => ({ name: `${path} > ${fullName}`, reason: failureMessages.join('\n') }));
  const isBroken = tests.length === 0 || status === 'failed' || tests.some((test) => test.status === 'pending');
  if (isBroken && failures.length === 0) failures.push({ name: path, reason: message || 'did not end' });
  return { path, passed: tests.filter((test) => test.status === 'passed').length, failures };
}

const sum = (list, of) => list.reduce((total, one) => total + of(one), 0);

/** The first lines, without the frames of the test runner, indented. */
function beginning(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.includes('/node_modules/')).slice(0, 12);
  return lines.map((line) => `    ${line.slice(0, 300)}`).join('\n');
}

/** `env`: fewer seeds than the tests name, where somebody waits for the end. */
export async function withoutServices(checks, env = {}) {
  const programs = [checks.program('lint', ['node_modules/oxlint/bin/oxlint', '--deny-warnings']), checks.program('types', ['node_modules/typescript/bin/tsc', '--noEmit'])];
  await checks.vitest('architecture, unit, simulation, parity', ['--project', 'unit'], { minutesMax: 10, env });
  for (const show of await Promise.all(programs)) show();
}
