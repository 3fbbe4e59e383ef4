import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nextGeneration } from '~/swim/generation.ts';

let folder = '';
let file = '';

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'swim-generation-'));
  file = path.join(folder, 'swim.generation');
});

afterEach(() => rm(folder, { recursive: true }));

test('is the clock, and is on disk', async () => {
  expect(await nextGeneration(file, 1_000n)).toBe(1_000n);
  expect(await readFile(file, 'utf8')).toBe('1000\n');
  expect(await readdir(folder)).toEqual(['swim.generation']);
});

test('grows also when the clock stands or was set back', async () => {
  await nextGeneration(file, 1_000n);
  expect(await nextGeneration(file, 1_000n)).toBe(1_001n);
  expect(await nextGeneration(file, 5n)).toBe(1_002n);
  expect(await nextGeneration(file, 2_000n)).toBe(2_000n);
});

test('a file that cannot be read as a number is replaced', async () => {
  await writeFile(file, 'half a numb');
  expect(await nextGeneration(file, 7n)).toBe(7n);
});

test('a folder that is not there is an error that names the file', async () => {
  await expect(nextGeneration(path.join(folder, 'none', 'x'), 1n)).rejects.toThrow(/cannot keep the generation in .*none/);
});
