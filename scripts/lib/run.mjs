import { spawn } from 'node:child_process';
import { Stop } from './say.mjs';

/** Runs a program to its end and resolves to its output; a failure shows the end of that output. */
export function run(command, args, options = {}) {
  const { env = {}, cwd, show = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'], env: { ...process.env, ...env } });
    const output = [];
    child.stdout?.on('data', (data) => output.push(data));
    child.stderr?.on('data', (data) => output.push(data));
    child.on('error', (error) => reject(new Stop(`${command} cannot be started: ${error.message}`)));
    child.on('close', (code, signal) => {
      const text = Buffer.concat(output).toString();
      if (code === 0) return resolve(text);
      const tail = text.trimEnd().split('\n').slice(-40).join('\n');
      reject(new Stop(`${[command, ...args].join(' ')} ended with ${signal ?? `code ${code}`}${tail ? `:\n${tail}` : ''}`));
    });
  });
}
