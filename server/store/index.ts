export { isDiskFull } from './failures.ts';
export { openStore } from './open.ts';
export type * from './alert-types.ts';
export { channelsMax, silencesMax } from './alerts.ts';
export { keptKinds, type KeptKind } from './retention.ts';
export type * from './failover-types.ts';
export type * from './types.ts';
