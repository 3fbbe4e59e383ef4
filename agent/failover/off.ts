import { CoterieError } from '~/contract/errors.ts';
import type { AgentHandlers } from '~/link/protocol.ts';
import { noLostRows, type LostRowsHandlers } from './lost-rows-handlers.ts';

/** What an agent answers about failover where nobody appoints masters: there is nothing to ask, and nothing to order. */
export type FailoverHandlers = Pick<AgentHandlers, 'failoverMember' | 'failoverView' | 'failoverCandidates' | 'failoverCommand' | 'failoverPause' | 'failoverAcknowledge' | 'failoverSteal' | 'failoverDecisions' | 'failoverTrail'> & LostRowsHandlers;

export function withoutFailover(name: () => string): FailoverHandlers {
  const refuse = async (): Promise<never> => {
    throw new CoterieError('CONFLICT', `${name()} takes no part in failover.`);
  };
  return {
    ...noLostRows(),
    failoverMember: refuse,
    failoverView: refuse,
    failoverCandidates: refuse,
    failoverCommand: refuse,
    failoverPause: refuse,
    failoverAcknowledge: refuse,
    failoverSteal: refuse,
    failoverDecisions: refuse,
    failoverTrail: async () => ({ life: '', entries: [] }),
  };
}
