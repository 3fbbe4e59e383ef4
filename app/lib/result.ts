import type { Health } from '~/contract/shapes/view.ts';
import { countText } from './format.ts';
import type { MutationName, OutcomeOf } from './operation-types.ts';

/** What the last page of a dialog says. */
export function resultOf(operation: MutationName, { run, data }: OutcomeOf): { health: Health; title: string; sentence: string | null } {
  const sentence = typeof data?.sentence === 'string' ? data.sentence : endedText(operation, data);
  if (run?.state === 'aborted') return { health: 'critical', title: 'Nothing was changed', sentence };
  if (run?.state === 'partial') return { health: 'warning', title: 'Done, but not everywhere yet', sentence };
  if (operation === 'instance.probe' && data?.found === false) return { health: 'warning', title: 'Nobody answered', sentence };
  if (operation === 'function.call' && data?.ok === false) return { health: 'critical', title: 'The function raised an error', sentence };
  if (/^migration\.(run|resume|down)$/.test(operation)) return migrated(data, sentence);
  if (operation === 'alert.test' && data !== null) return data.delivered === true ? { health: 'ok', title: 'Delivered', sentence } : { health: 'critical', title: 'Not delivered', sentence };
  return { health: 'ok', title: 'Done', sentence };
}

function migrated(data: OutcomeOf['data'], sentence: string | null): { health: Health; title: string; sentence: string | null } {
  const outcomes = (data?.replicasets ?? []) as readonly { state: string }[];
  if (outcomes.every(({ state }) => state === 'done')) return { health: 'ok', title: 'Done', sentence };
  return { health: 'critical', title: 'It stopped', sentence };
}

/** Who else is out after a new password. */
function endedText(operation: MutationName, data: OutcomeOf['data']): string | null {
  if (operation !== 'session.changePassword' || data === null) return null;
  const [sessions, tokens] = [Number(data.sessionsEnded), Number(data.tokensEnded)];
  if (sessions + tokens === 0) return 'The new password counts from now on. Nothing else was signed in by the old one.';
  return `The new password counts from now on. ${countText(sessions, 'other session')} and ${countText(tokens, 'CLI token')} were ended.`;
}

/** What is shown this once: the text of a new API token. */
export function secretOf(operation: MutationName, { data }: OutcomeOf): string | null {
  return operation === 'token.create' && typeof data?.secret === 'string' ? data.secret : null;
}
