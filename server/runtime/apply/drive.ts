import type { ApplyCoordinator } from '~/core/apply/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '~/core/apply/coordinator-messages.ts';
import type { ApplyRun } from '~/contract/shapes/plan.ts';

/** Runs the machine of the two-phase apply: gives it what came in, does what it says, wakes it when it asked to be. */

export type WorkEffect = Exclude<CoordinatorEffect, { kind: 'finish' }>;

export type DriveComponents = {
  readonly now: () => number;
  /** Never rejects: a failure is an event too. */
  readonly carryOut: (effect: WorkEffect) => Promise<CoordinatorEvent>;
};

/** Longest that a timer may be set for: the machine may ask for never. */
const sleepMaxMs = 60_000;

export function drive(machine: ApplyCoordinator, { now, carryOut }: DriveComponents): Promise<ApplyRun> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    let finished = false;
    const step = (next: () => CoordinatorEffect[]) => {
      if (finished) return;
      try {
        take(next());
      } catch (error) {
        finished = true;
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const take = (effects: CoordinatorEffect[]) => {
      for (const effect of effects) {
        if (effect.kind !== 'finish') {
          void carryOut(effect).then((event) => step(() => machine.receive(now(), event)));
          continue;
        }
        finished = true;
        resolve(effect.run);
      }
      clearTimeout(timer);
      if (finished) return;
      timer = setTimeout(() => step(() => machine.tick(now())), Math.min(sleepMaxMs, Math.max(1, machine.wakeAt() - now())));
    };
    step(() => machine.start(now()));
  });
}
