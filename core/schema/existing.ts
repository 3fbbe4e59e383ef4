import type { FieldDefinition, SpaceDefinition } from '~/contract/shapes/space-definition.ts';

/** A space as a Tarantool has it: what its agent reads there. Names and types are Tarantool's. */

export type ExistingPart = {
  /** From 1. */
  readonly field: number;
  readonly type: FieldDefinition['type'];
  readonly is_nullable: boolean;
  /** Into the field, as Tarantool writes it: `.city`, `[*].name`. */
  readonly path?: string | undefined;
  readonly collation?: string | undefined;
};

export type ExistingIndex = {
  readonly name: string;
  readonly type: 'TREE' | 'HASH' | 'RTREE' | 'BITSET';
  readonly unique: boolean;
  readonly parts: readonly ExistingPart[];
  readonly dimension?: number | undefined;
  readonly distance?: 'euclid' | 'manhattan' | undefined;
  /** Name of the function whose result is the key. */
  readonly func?: string | undefined;
  /** Its text, as the database has it. */
  readonly body?: string | undefined;
};

export type ExistingSpace = {
  readonly name: string;
  /** That made it; null: nobody's, so that a role which wants a space of this name takes it over if it fits. */
  readonly role: string | null;
  readonly engine: SpaceDefinition['engine'];
  readonly is_local: boolean;
  readonly temporary: boolean;
  readonly is_sync: boolean;
  readonly format: readonly FieldDefinition[];
  /** By id: the primary one first. */
  readonly indexes: readonly ExistingIndex[];
  /** Names of those that a role made: only these are ever dropped. */
  readonly made: readonly string[];
  readonly sharding_key: readonly string[] | null;
  /** Null: unknown, which counts as some. */
  readonly rows: number | null;
};

/** As its agent tells it. */
export type SpaceThere = ExistingSpace & { /** Of its rows. */ readonly bytes: number | null };
