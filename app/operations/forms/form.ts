import type { Draft, OutcomeOf } from '~/app/lib/operation-types.ts';
import type { ClusterOverview } from '~/contract/shapes/view.ts';

/** A form edits the operation's input itself. A value equal to `original` is left out of the input. */
export type FormProps = {
  readonly draft: Draft;
  readonly set: (field: string, value: unknown, original?: unknown) => void;
  readonly errors: Readonly<Record<string, string>>;
  readonly overview: ClusterOverview;
  /** What the dry run says beside its plan; null while it is made. */
  readonly preview: OutcomeOf['data'];
};

export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
export const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
