import type { z } from 'zod';
import type { ConfigMeta } from '~/contract/shapes/config.ts';
import type { ApplyRun as ApplyRunShape, InstanceApply as InstanceApplyShape, instanceApplyStates } from '~/contract/shapes/plan.ts';

/** A version and what it says. `text` is the canonical JSON, so that its hash can be checked without a re-encode. */
export type CommittedVersion = { readonly meta: ConfigMeta; readonly text: string };

/** What names a version: the number orders them, the hash tells contents apart. */
export type VersionRef = { readonly version: number; readonly hash: string };

export const refOf = ({ meta }: CommittedVersion): VersionRef => ({ version: meta.version, hash: meta.hash });

export type ApplyRun = z.output<typeof ApplyRunShape>;
export type InstanceApply = z.output<typeof InstanceApplyShape>;
export type InstanceApplyState = (typeof instanceApplyStates)[number];
