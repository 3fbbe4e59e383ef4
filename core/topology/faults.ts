import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { readClusterFile } from './cluster-file.ts';
import { parseDocument } from './document.ts';
import type { KnownInstance } from './known.ts';
import { planChange } from './plan.ts';
import type { Refusal } from './refusal.ts';

/** What is wrong with the first cluster file of an empty cluster, whatever instances come: it is planned as if all that it names were there. */
export function faultsOfFirst(text: string, { base, newUuid }: { base: ClusterConfig; newUuid: () => string }): readonly Refusal[] {
  const { file, refusals } = readClusterFile(text);
  if (refusals.length > 0) return refusals;
  const known = file.replicasets
    .flatMap(({ instances }) => instances)
    .map(({ alias, uri }, index): KnownInstance => ({ uuid: newUuid(), alias, uri: uri ?? `instance-${index}:1`, reachable: true, state: 'unconfigured', readOnly: null, hasData: false }));
  const { config, refusals: faults } = parseDocument(text, { base, known, newUuid, prune: false });
  return config === null ? faults : planChange({ base: null, next: config, known }).refusals;
}

/** Refusals that end by themselves: when an instance has been started. */
const passing: ReadonlySet<string> = new Set(['missingAgent', 'unreachable']);
export const endsByItself = ({ code }: Refusal): boolean => passing.has(code);
