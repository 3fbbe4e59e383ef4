import type { z } from 'zod';
import type { Plan as PlanShape, Refusal as RefusalShape, Step as StepShape } from '~/contract/shapes/plan.ts';

export type Refusal = z.output<typeof RefusalShape>;
export type Step = z.output<typeof StepShape>;
export type Plan = z.output<typeof PlanShape>;

/** Codes that a script may rely on; sentences may change. */
export type RefusalCode =
  | 'unknownName' | 'ambiguousName' | 'takenName' | 'badName' | 'takenAddress' | 'badAddress' | 'configured' | 'expelled' | 'foreignData' | 'unreachable'
  | 'emptyReplicaset' | 'noElectable' | 'badPriority' | 'unknownRole' | 'badWeight' | 'brokenLink' | 'limit' | 'nothingSaid' | 'moved' | 'vanished'
  | 'oldMasterUnreachable' | 'newMasterUnreachable' | 'newMasterEmpty' | 'badShape' | 'document' | 'otherCluster' | 'unnamed' | 'missingAgent'
  | 'mayWriteUnseen' | 'badStateboard' | 'noCoordinator' | 'badDurability' | 'badProvider' | 'badTiming' | 'badGroup' | 'bucketsFixed' | 'hasBuckets' | 'badCode' | 'neededRole' | 'badUser';

/** `target`: uuid, alias or name of what it is about; for a document, line and column. */
export const refusal = (code: RefusalCode, target: string, [sentence, wayOut]: readonly [string, string]): Refusal => ({ code, target, sentence, wayOut });
