import type { Standing, RunThere } from './standing.ts';

/** What a step is up to, in a sentence. */

const ways = { up: '', down: ' on the way back' } as const;

export function sentenceOf({ state, record }: Standing, run: RunThere | null): string {
  const way = record ? ways[record.direction] : '';
  const whole = record?.whole === true && record.direction === 'up';
  switch (state) {
    case 'pending':
      return 'It has not run here.';
    case 'running':
      return `It runs${way}${run?.broken ? `, and is being broken off: ${run.broken}` : run?.progress ? `: ${run.progress}` : ''}.`;
    case 'done':
      return 'It is done.';
    case 'failed':
      return `It failed${way}: ${record?.error ?? 'it gave no reason'}.${whole ? ' Nothing of it stays.' : ''}`;
    case 'interrupted':
      return whole ? 'It was broken off; nothing of it stays.' : `It was broken off${way}, and nobody knows how far it came: look at its rows, then resume.`;
    case 'changed':
      return 'It is done, and its text was changed since.';
    case 'gone':
      return record?.state === 'done' ? 'It is done; its file is no longer there.' : 'It stopped, and its file is no longer there.';
    case 'unknown':
      return 'Nobody who knows answers.';
  }
}
