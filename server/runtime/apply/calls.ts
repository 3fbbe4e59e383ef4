import { problemOf } from '~/contract/errors.ts';
import type { CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import type { AgentClient } from '~/link/protocol.ts';
import type { WorkEffect } from './drive.ts';

/** The calls of a run to its instances. */

export type CallEffect = Extract<WorkEffect, { uuid: string }>;

export const isCall = (effect: WorkEffect): effect is CallEffect => 'uuid' in effect;

export async function called(effect: CallEffect, client: () => AgentClient): Promise<CoordinatorEvent> {
  const { uuid, attempt } = effect;
  try {
    return { uuid, attempt, ...(await answerOf(effect, client())) };
  } catch (error) {
    return { kind: 'failed', uuid, attempt, message: problemOf(error).detail };
  }
}

type Answer =
  | Pick<Extract<CoordinatorEvent, { kind: 'prepared' }>, 'kind' | 'answer'>
  | Pick<Extract<CoordinatorEvent, { kind: 'committed' }>, 'kind' | 'answer'>
  | Pick<Extract<CoordinatorEvent, { kind: 'adopted' }>, 'kind' | 'answer'>
  | { kind: 'aborted' };

async function answerOf(effect: CallEffect, client: AgentClient): Promise<Answer> {
  const { timeoutMs } = effect;
  switch (effect.kind) {
    case 'prepare': {
      const { runId, owner, base, candidate, ttlMs } = effect;
      return { kind: 'prepared', answer: await client.prepare({ runId, owner, base, candidate, ttlMs }, { timeoutMs }) };
    }
    case 'commit': {
      const { runId, version, hash, waitMs } = effect;
      return { kind: 'committed', answer: await client.commit({ runId, version, hash, waitMs }, { timeoutMs }) };
    }
    case 'adopt':
      return { kind: 'adopted', answer: await client.adopt({ committed: effect.committed, waitMs: effect.waitMs }, { timeoutMs }) };
    case 'abort':
      await client.abort({ runId: effect.runId }, { timeoutMs });
      return { kind: 'aborted' };
  }
}
