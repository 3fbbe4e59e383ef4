import type { FailoverStatus } from '~/contract/shapes/failover-status.ts';
import type { Draft } from './operation-types.ts';

/** A field of the settings as the form has it: what was changed, else as it is. Null is a value: "none". */
export const settingOf = <T>(draft: Draft, field: string, now: T): T => (draft[field] === undefined ? now : (draft[field] as T));

/** How long the state provider may be away is not kept: it is that of the preset whose lease is in effect, where there is one. */
export const providerAwayMs = ({ settings, timing }: Pick<FailoverStatus, 'settings' | 'timing'>): number => timing.presets.find(({ leaseMs }) => leaseMs === settings.leaseMs)?.providerFailoverMs ?? timing.providerFailoverMs;
