import type { ConfigMeta } from '~/contract/shapes/config.ts';
import type { EventDraft } from './draft.ts';

/** Each configuration version is an event, at the time of its decision: told from the history, so none is missed between two looks. */
export function versionEvent({ version, author, surface, reason, at, base }: ConfigMeta, clusterName: string): EventDraft {
  return {
    kind: 'config', severity: 'info', at, object: { kind: 'cluster', id: clusterName, name: clusterName }, actor: author,
    sentence: `Configuration version ${version} by ${author} (${surface})${reason === null ? '' : `: ${reason}`}.`,
    data: { version, before: base },
  };
}
