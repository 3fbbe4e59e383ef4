import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Journal, parseHistory, readHistory } from '~/tests/faults/history/journal.ts';
import { say } from '~/tests/faults/history/operation.ts';
import { add, members } from './made.ts';

it('a history is in its file as it was told, without a last line that was cut off', () => {
  const folder = mkdtempSync(join(tmpdir(), 'coterie-journal-'));
  try {
    const journal = new Journal(join(folder, 'history.jsonl'));
    const told = [add(1, [0.25, 1], { node: 'a', epoch: 3 }), add(2, [2]), members([1], [3, 4])];
    for (const operation of told) journal.add(operation);
    journal.close();
    expect(readHistory(join(folder, 'history.jsonl'))).toEqual(told);
    const text = told.map((operation) => JSON.stringify(operation)).join('\n');
    expect(parseHistory(text.slice(0, -3))).toEqual(told.slice(0, 2));
    expect(() => parseHistory(`{"proc\n${text}`)).toThrow('JSON');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('an operation in words', () => {
  expect([add(1, [10.25, 11], { node: 'a', epoch: 3 }), add(2, [12])].map((operation) => say(operation, 10))).toEqual(['0: add 1 ok 0.3..1.0 (a, epoch 3)', '0: add 2 info 2.0..?']);
});
