import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { metricsPage } from '../../../scripts/metrics-page.ts';

it('docs/metrics.md is what is measured and exported; run `npm run docs`', () => {
  expect(readFileSync('docs/metrics.md', 'utf8')).toBe(metricsPage());
});
