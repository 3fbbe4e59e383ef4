/** The recorded Tarantool packets: bytes and what they say. */

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '../../../vectors/swim');

export const vectorNames = readdirSync(folder)
  .filter((name) => name.endsWith('.hex'))
  .map((name) => name.slice(0, -4));

export const plainNames = vectorNames.filter((name) => !/^2[1-6]/.test(name));
export const sealedNames = vectorNames.filter((name) => /^2[1-6]/.test(name));

export function vectorBytes(name: string): Uint8Array {
  return Buffer.from(readFileSync(path.join(folder, `${name}.hex`), 'utf8').replaceAll(/\s/g, ''), 'hex');
}

export function vectorJson(name: string): any {
  return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
}
