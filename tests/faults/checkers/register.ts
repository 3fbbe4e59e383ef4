/** One register: what each operation needs to find and what it leaves. The model that `linearize` walks. */
import type { Operation } from '../history/operation.ts';

export type RegisterOperation = Operation & { readonly f: 'read' | 'write' | 'cas' };

export const isRegister = (operation: Operation): operation is RegisterOperation => operation.f === 'read' || operation.f === 'write' || operation.f === 'cas';

/** Never written. */
export const absent = null;
export type RegisterState = number | null;

/** The state after it, or undefined where it cannot have happened. */
export function after(state: RegisterState, operation: RegisterOperation): RegisterState | undefined {
  switch (operation.f) {
    case 'read':
      return state === operation.value ? state : undefined;
    case 'write':
      return operation.value;
    case 'cas': {
      const { from, to, swapped } = operation.value;
      // Of one without an answer it is not known whether it swapped: where it does not fit, it changed nothing.
      if (operation.outcome === 'info') return state === from ? to : state;
      if (swapped) return state === from ? to : undefined;
      return state === from ? undefined : state;
    }
  }
}
