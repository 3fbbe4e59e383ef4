import type { FunctionDefinition } from '~/contract/shapes/role.ts';
import type { SpaceDefinition } from '~/contract/shapes/space-definition.ts';

/** What one instance runs of custom roles: as the agent hands it to its Tarantool (`roles_check`, `roles_apply`), as JSON. */

export type BundleChunk = {
  /** Section that it is in, for messages: `roles/bank/role.yml`. */
  readonly file: string;
  /** Line of that file, from 0, at which the text begins. */
  readonly lineOffset: number;
  readonly text: string;
};

export type BundleFunction = Omit<FunctionDefinition, 'body'> & { readonly name: string; readonly code: BundleChunk };

export type BundleModule = {
  /** As `require` takes it: `bank`, `bank.rates`. */
  readonly name: string;
  readonly code: BundleChunk;
};

export type BundleRole = {
  readonly name: string;
  readonly modules: readonly BundleModule[];
  readonly functions: readonly BundleFunction[];
  readonly spaces: Readonly<Record<string, SpaceDefinition>>;
  /** Sections that it reads: YAML and JSON parsed, the rest as text. */
  readonly conf: Readonly<Record<string, unknown>>;
};

/** `roles` in the order of their dependencies: those that others depend on first. */
export type Bundle = {
  /** SHA-256 of the canonical JSON of `roles`, hex: the same roles have the same one on every instance. */
  readonly hash: string;
  readonly roles: readonly BundleRole[];
};
