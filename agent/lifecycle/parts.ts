import type { LifeCycle } from '~/contract/shapes/status.ts';
import type { Decision, Step } from './facts.ts';

/** Pieces of a decision: what is done, waited for, or over, without the goal. */
export type Part = Omit<Decision, 'goal'>;

export const doing = (state: LifeCycle, step: Step, reason: string | null = null): Part => ({ state, reason, step, wakeAt: Infinity });
export const waiting = (state: LifeCycle, reason: string | null, wakeAt = Infinity): Part => ({ state, reason, step: null, wakeAt });
export const resting = (state: LifeCycle, reason: string | null = null): Part => ({ state, reason, step: null, wakeAt: Infinity });
