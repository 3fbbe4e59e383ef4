import type { Health } from '~/contract/shapes/view.ts';
import type { MutationName, OutcomeOf } from './operation-types.ts';

/** What the last page of a dialog says. */
export function resultOf(operation: MutationName, { run, data }: OutcomeOf): { health: Health; title: string; sentence: string | null } {
  const sentence = typeof data?.sentence === 'string' ? data.sentence : null;
  if (run?.state === 'aborted') return { health: 'critical', title: 'Nothing was changed', sentence };
  if (run?.state === 'partial') return { health: 'warning', title: 'Done, but not everywhere yet', sentence };
  if (operation === 'instance.probe' && data?.found === false) return { health: 'warning', title: 'Nobody answered', sentence };
  return { health: 'ok', title: 'Done', sentence };
}
