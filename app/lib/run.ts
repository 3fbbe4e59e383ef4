import type { ApplyRun, InstanceApply } from '~/contract/shapes/plan.ts';
import type { Health } from '~/contract/shapes/view.ts';
import { countText, durationText } from './format.ts';

/** An apply run as people read it. */
type State = { readonly health: Health; readonly word: string };

const instanceStates = {
  waiting: { health: 'unknown', word: 'waiting' },
  preparing: { health: 'unknown', word: 'checking' },
  prepared: { health: 'unknown', word: 'ready to apply' },
  refused: { health: 'critical', word: 'refused' },
  unreachable: { health: 'warning', word: 'out of reach' },
  committing: { health: 'unknown', word: 'applying' },
  applied: { health: 'ok', word: 'applied' },
  failed: { health: 'critical', word: 'failed' },
  pending: { health: 'warning', word: 'will catch up' },
  aborted: { health: 'unknown', word: 'unchanged' },
} as const satisfies Record<InstanceApply['state'], State>;

export const instanceApplyText = ({ state }: InstanceApply): State => instanceStates[state];

/** A run that is over, or how far it is, in a few words. */
export function runStateText({ state, instances, error }: ApplyRun): State {
  const applied = `applied on ${instances.filter((one) => one.state === 'applied').length} of ${instances.length}`;
  switch (state) {
    case 'preparing':
      return { health: 'unknown', word: 'being checked' };
    case 'decided':
      return { health: 'unknown', word: `under way, ${applied}` };
    case 'done':
      return { health: 'ok', word: applied };
    case 'partial':
      return { health: 'warning', word: `${applied}, the others catch up by themselves` };
    case 'aborted':
      return { health: 'critical', word: `nothing was changed: ${error ?? 'the run was aborted'}` };
  }
}

export function runText({ state, version, instances, startedAt, finishedAt, error }: ApplyRun): State {
  const applied = instances.filter((one) => one.state === 'applied').length;
  const took = finishedAt === null ? '' : ` in ${durationText(finishedAt - startedAt)}`;
  switch (state) {
    case 'preparing':
      return { health: 'unknown', word: `Version ${version}: asking ${countText(instances.length, 'instance')} to check it` };
    case 'decided':
      return { health: 'unknown', word: `Version ${version}: applied on ${applied} of ${instances.length}` };
    case 'done':
      return { health: 'ok', word: `Version ${version} is applied on ${countText(applied, 'instance')}${took}` };
    case 'partial':
      return { health: 'warning', word: `Version ${version} is in force; ${applied} of ${instances.length} have applied it, the others catch up by themselves` };
    case 'aborted':
      return { health: 'critical', word: `Nothing was changed: ${error ?? 'the run was aborted'}` };
  }
}
