import type { ApplyRun } from '~/contract/shapes/plan.ts';
import { quoted } from '~/core/view/words.ts';
import type { EventDraft } from './draft.ts';

/** A change that was given up before its decision leaves no version behind: this is all that the timeline has of it. */
export function runEvents({ id, version, state, author, surface, error, finishedAt, startedAt, instances }: ApplyRun, clusterName: string): EventDraft[] {
  if (state !== 'aborted') return [];
  const refused = instances.find((one) => one.state === 'refused');
  return [
    {
      kind: 'decision', severity: 'warning', at: finishedAt ?? startedAt, object: { kind: 'cluster', id: clusterName, name: clusterName }, actor: author,
      sentence: `Configuration version ${version} by ${author} (${surface}) was not applied: ${quoted(error, 'it was given up')}.`,
      data: { run: id, version, state, ...(refused && { instance: refused.alias }) },
    },
  ];
}
