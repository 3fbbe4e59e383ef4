import * as z from 'zod';
import { Zone } from './basics.ts';

/**
 * How the routers of a group work. A field that is absent has its default, which `core/topology/router-settings.ts`
 * tells. A change of any of them starts the routers anew, one process after the other is drained.
 */
const ms = (min: number, max: number) => z.number().int().min(min).max(max);

export const routerSettingFields = {
  workers: z.number().int().min(1).max(16).describe('Processes that share the port; one fills one core'),
  connectionsPerInstance: z.number().int().min(1).max(16).describe('Connections of each worker to each instance behind'),
  connectionsMax: z.number().int().min(1).max(100_000).describe('Clients at once, of each worker'),
  inFlightMax: z.number().int().min(1).max(1_000_000).describe('Requests of all clients that are not answered yet, of each worker; more are refused with OVERLOADED'),
  callTimeoutMs: ms(10, 600_000).describe('How long a call may take that names no time-out, in ms'),
  readTryMs: ms(5, 60_000).describe('A read that an instance does not answer in this time is sent to another one as well, in ms'),
  holdMs: ms(0, 60_000).describe('How long a call waits at most for a master or a bucket that changes hands, in ms'),
  lagMaxMs: ms(1, 86_400_000).describe('A replica that is further behind serves reads only where nobody else can, in ms'),
  drainMs: ms(0, 60_000).describe('How long calls under way may take when a router ends, in ms'),
} as const;

/** From each zone to others; 0 is the same, and what is not said is 1000. */
export const ZoneDistances = z.record(Zone, z.record(Zone, z.number().min(0).max(1_000_000)));

/** Each of them, or nothing of it. */
export const optionalRouterSettings = {
  workers: routerSettingFields.workers.optional(),
  connectionsPerInstance: routerSettingFields.connectionsPerInstance.optional(),
  connectionsMax: routerSettingFields.connectionsMax.optional(),
  inFlightMax: routerSettingFields.inFlightMax.optional(),
  callTimeoutMs: routerSettingFields.callTimeoutMs.optional(),
  readTryMs: routerSettingFields.readTryMs.optional(),
  holdMs: routerSettingFields.holdMs.optional(),
  lagMaxMs: routerSettingFields.lagMaxMs.optional(),
  drainMs: routerSettingFields.drainMs.optional(),
} as const;

export const RouterSettings = z.strictObject({
  ...optionalRouterSettings,
  zoneDistances: ZoneDistances.optional(),
});
export type RouterSettings = z.output<typeof RouterSettings>;
