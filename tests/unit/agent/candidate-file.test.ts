import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { CandidateFile } from '~/agent/config/candidate-file.ts';

let old: string;
let file: CandidateFile;
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-candidate-'));
  old = join(folder, '0000000001.json');
  file = new CandidateFile(join(folder, 'candidate'));
  writeFileSync(old, 'an old version');
});
const inode = (path: string) => statSync(path).ino;
const text = () => readFileSync(file.path, 'utf8');

test('is a new file where there is none to write over, and each time anew', async () => {
  await file.write(['one ', Buffer.from('more')]);
  expect(text()).toBe('one more');
  await file.write(['2']);
  expect(text()).toBe('2');
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

test('is written over an old version whose new name is on the disk, once', async () => {
  const before = inode(old);
  file.take(old, 1000)!.settled();
  await file.write(['new']);
  expect([inode(file.path), text(), existsSync(old)]).toEqual([before, 'newold version', false]);
  await file.write(['again']);
  expect(text()).toBe('again');
});

test('writes into no old version whose new name may be lost', async () => {
  const spare = file.take(old, 1000)!;
  const kept = openSync(file.path, 'r');
  const writing = file.write(['new']);
  // Too late: another file has the name.
  spare.settled();
  await writing;
  expect([text(), readFileSync(kept, 'utf8')]).toEqual(['new', 'an old version']);
  closeSync(kept);
  await file.write(['newer']);
  expect(text()).toBe('newer');
});

test('leaves alone what is too large, what is gone, and what stands there', async () => {
  expect(file.take(old, 5)).toBeNull();
  expect(file.take(`${old}.none`, 1000)).toBeNull();
  await file.write(['mine']);
  expect(file.take(old, 1000)).toBeNull();
  expect([text(), readFileSync(old, 'utf8')]).toEqual(['mine', 'an old version']);
});
