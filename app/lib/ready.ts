import type { Plan } from '~/contract/shapes/plan.ts';
import type { Checked } from './draft.ts';

/** Whether the dialog's button may be pressed, and if not, the one sentence that says why. */
export type Ready = { readonly ready: true } | { readonly ready: false; readonly why: string | null };

export type Asked = {
  readonly checked: Checked;
  readonly emptyEdit: boolean;
  /** Of the input as it stands; null while it is being made. */
  readonly plan: Plan | null;
  readonly planFailed: boolean;
  readonly name: string | null;
  readonly typed: string;
};

const wait = (why: string | null): Ready => ({ ready: false, why });

export function readyOf({ checked, emptyEdit, plan, planFailed, name, typed }: Asked): Ready {
  if (emptyEdit || !checked.complete) return collectReady({ checked, emptyEdit, name, typed });
  if (planFailed) return wait('The plan could not be made.');
  if (plan === null) return wait(null);
  if (plan.refusals.length > 0) return wait('Refused as unsafe: see the way out in the plan.');
  return collectReady({ checked, emptyEdit, name, typed });
}

/** Whether it may be collected: whole and confirmed. Its plan is made later, with the others. */
export function collectReady({ checked, emptyEdit, name, typed }: Pick<Asked, 'checked' | 'emptyEdit' | 'name' | 'typed'>): Ready {
  if (emptyEdit) return wait('Nothing is changed yet.');
  if (!checked.complete) return wait('Some fields are still missing or not valid.');
  if (name !== null && typed !== name) return wait(`Type ${name} to confirm.`);
  return { ready: true };
}

export type Previewed = {
  /** What was typed, a moment ago and now. */
  readonly settled: unknown;
  readonly asked: unknown;
  /** What the plan that is there was made of; undefined: there is none. */
  readonly of: unknown;
  readonly baseVersion: number | null;
  /** Of the configuration, as the page has heard it. */
  readonly version: number | null;
  readonly isFetching: boolean;
  /** It was made for other words, or before the page heard of this version. */
  readonly isPlaceholder: boolean;
};

/**
 * Whether the plan that is shown is of the input and the configuration as they are. One that was made against a version of
 * which the page only now hears is: a button that may not be pressed for a moment would lose the click of whoever presses it then.
 */
export const isPlanCurrent = ({ settled, asked, of, baseVersion, version, isFetching, isPlaceholder }: Previewed): boolean =>
  settled === asked && (isPlaceholder ? of === settled && baseVersion !== null && baseVersion === version : !isFetching);
