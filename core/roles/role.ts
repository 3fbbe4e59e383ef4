import type { FunctionDefinition } from '~/contract/shapes/role.ts';
import type { SpaceDefinition } from '~/contract/shapes/space-definition.ts';
import type { BundleChunk } from './bundle.ts';

/** A custom role as its files say it. */

export type Chunk = BundleChunk & {
  /** Columns, from 0, that the text is moved to the right by in its file, as in a block of YAML. */
  readonly columnOffset: number;
};

export type RoleFunction = Omit<FunctionDefinition, 'body'> & { readonly name: string; readonly code: Chunk };
export type RoleModule = { readonly name: string; readonly code: Chunk };
/** `down` null: there is no way back. */
export type RoleMigration = { readonly name: string; /** That its name begins with. */ readonly number: number; readonly up: Chunk; readonly down: Chunk | null };

export type Role = {
  readonly name: string;
  readonly summary: string;
  readonly dependencies: readonly string[];
  readonly hidden: boolean;
  readonly permanent: boolean;
  /** Of the configuration, that its life-cycle functions read. */
  readonly sections: readonly string[];
  readonly spaces: Readonly<Record<string, SpaceDefinition>>;
  /** By name. */
  readonly functions: readonly RoleFunction[];
  readonly modules: readonly RoleModule[];
  /** In the order in which they are run: by number, then by name. */
  readonly migrations: readonly RoleMigration[];
};
