import { expect, it } from 'vitest';
import { latencyText, patchLines } from '~/app/lib/code-function-figures.ts';

it('a diff is coloured by line, and a latency has the unit that fits', () => {
  expect(patchLines('--- a\n+++ b\n@@ -1,1 +1,2 @@\n same\n-old\n+new\n\\ No newline at end of file\n').map(({ kind }) => kind)).toEqual(['place', 'same', 'removed', 'added']);
  expect([null, 0.123, 9.96, 12.4, 1400].map(latencyText)).toEqual(['–', '0.12 ms', '10 ms', '12 ms', '1.4 s']);
});
