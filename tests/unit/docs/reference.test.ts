import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { reference } from '../../../scripts/reference.ts';

it('docs/reference.md is what the contract says; run `npm run docs`', () => {
  expect(readFileSync('docs/reference.md', 'utf8')).toBe(reference());
});
