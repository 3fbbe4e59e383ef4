import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './install.mjs';
import { watched } from './run.mjs';
import { bold, green, red } from './say.mjs';

/** Lint, types and tests with one count over all: a check that is no test counts as one. */
export class Checks {
  passed = 0;
  failed = 0;

  /** One program whose exit code is its verdict. Runs beside others: the function it resolves to shows what it said, and counts. */
  async program(title, args) {
    const started = performance.now();
    const output = [];
    const code = await this.#spawn(args, {
      listen: (child) => {
        for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
      },
    });
    const tookMs = performance.now() - started;
    return () => {
      if (code !== 0) process.stdout.write(Buffer.concat(output));
      this.#count(title, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, tookMs });
    };
  }

  /**
   * A vitest run; the counts come from its own report. What fails without being a test counts as one: a file that cannot
   * be loaded, its set-up, a worker that crashed, a run that did not end in time.
   */
  async vitest(title, args, { minutesMax }) {
    const started = performance.now();
    const folder = mkdtempSync(join(tmpdir(), 'coterie-tests-'));
    const report = join(folder, 'report.json');
    const code = await this.#spawn(['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`], { minutesMax });
    const { passed, failed } = existsSync(report) ? countsOf(JSON.parse(readFileSync(report, 'utf8'))) : { passed: 0, failed: 0 };
    rmSync(folder, { recursive: true, force: true });
    this.#count(title, { passed, failed: failed || (code === 0 ? 0 : 1), tookMs: performance.now() - started });
  }

  #count(title, { passed, failed, tookMs }) {
    this.passed += passed;
    this.failed += failed;
    const mark = failed === 0 ? green('✓') : red('✗');
    process.stdout.write(`${mark} ${bold(title)}: ${passed} passed, ${failed} failed, ${(tookMs / 1000).toFixed(1)} s\n`);
  }

  /** In a process group of its own, of which nothing is left afterwards: a worker that crashed has started programs. */
  #spawn(args, { listen, minutesMax = 5 }) {
    return new Promise((resolve) => {
      const output = listen ? 'pipe' : 'inherit';
      const child = watched(spawn(process.execPath, args, { cwd: root, detached: true, stdio: ['ignore', output, output], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } }), { leads: true, graceMs: 20_000 });
      const limit = setTimeout(() => {
        process.stdout.write(`${red('✗')} not over after ${minutesMax} minutes, and killed: ${args.join(' ')}\n`);
        killGroup(child);
      }, minutesMax * 60_000);
      listen?.(child);
      const over = (code) => {
        clearTimeout(limit);
        killGroup(child);
        resolve(code ?? 1);
      };
      child.on('error', () => over(1));
      child.on('close', over);
    });
  }

  /** The last line of every run. */
  finish() {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
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
function countsOf({ numPassedTests, numFailedTests, testResults }) {
  const isBroken = ({ status, assertionResults: tests }) => tests.length === 0 || status === 'failed' || tests.some((test) => test.status === 'pending');
  const broken = testResults.filter((file) => isBroken(file) && file.assertionResults.every(({ status }) => status !== 'failed'));
  return { passed: numPassedTests, failed: numFailedTests + broken.length };
}

export async function withoutServices(checks) {
  const programs = [checks.program('lint', ['node_modules/oxlint/bin/oxlint', '--deny-warnings']), checks.program('types', ['node_modules/typescript/bin/tsc', '--noEmit'])];
  await checks.vitest('architecture, unit, simulation, parity', ['--project', 'unit'], { minutesMax: 10 });
  for (const show of await Promise.all(programs)) show();
}
