import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './install.mjs';
import { bold, green, red } from './say.mjs';

/** Lint, types and tests with one count over all: a check that is no test counts as one. */
export class Checks {
  passed = 0;
  failed = 0;

  /** One program whose exit code is its verdict. */
  async program(title, args) {
    const started = performance.now();
    const code = await this.#spawn(process.execPath, args);
    this.#count(title, { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, started });
  }

  /** A vitest run; the counts come from its own report, and a run that ends badly without failed tests counts as one failed. */
  async vitest(title, args) {
    const started = performance.now();
    const folder = mkdtempSync(join(tmpdir(), 'coterie-tests-'));
    const report = join(folder, 'report.json');
    const code = await this.#spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]);
    const { numPassedTests = 0, numFailedTests = 0 } = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : {};
    rmSync(folder, { recursive: true, force: true });
    this.#count(title, { passed: numPassedTests, failed: numFailedTests || (code === 0 ? 0 : 1), started });
  }

  #count(title, { passed, failed, started }) {
    this.passed += passed;
    this.failed += failed;
    const mark = failed === 0 ? green('✓') : red('✗');
    process.stdout.write(`${mark} ${bold(title)}: ${passed} passed, ${failed} failed, ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }

  #spawn(command, args) {
    return new Promise((resolve) => {
      const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1' } });
      child.on('error', () => resolve(1));
      child.on('close', (code) => resolve(code ?? 1));
    });
  }

  /** The last line of every run. */
  finish() {
    process.stdout.write(`${this.passed} passed, ${this.failed} failed\n`);
    process.exitCode = this.failed === 0 && this.passed > 0 ? 0 : 1;
  }
}

export async function withoutServices(checks) {
  await checks.program('lint', ['node_modules/oxlint/bin/oxlint', '--deny-warnings']);
  await checks.program('types', ['node_modules/typescript/bin/tsc', '--noEmit']);
  await checks.vitest('architecture, unit, simulation, parity', ['--project', 'unit']);
}
