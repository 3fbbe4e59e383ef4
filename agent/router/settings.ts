import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { routerOf, routerSettings } from '~/core/topology/router-settings.ts';
import { groupSettings } from '~/core/topology/sharding-settings.ts';
import { settingsShape, type Settings } from '~/link/router-protocol.ts';

/** The system user by which routers ask storages (lua/router-rights.lua). */
const user = 'coterie_router';

/** What the router of this instance is started with; null: it has none. */
export function processSettings(config: ClusterConfig, uuid: string, password: string): Settings | null {
  const place = routerOf(config, uuid);
  if (place === null) return null;
  const { zoneDistances, connectionsMax, inFlightMax, ...settings } = routerSettings(config, place.group);
  const zone = config.instances[uuid]?.zone ?? null;
  const distances = zone === null ? {} : (zoneDistances as Readonly<Record<string, Record<string, number>>>)[zone];
  return settingsShape.parse({
    ...settings, listen: place.listen, group: place.group, hash: groupSettings(config, place.group).hash, credentials: { user, password }, zone, zoneDistances: distances ?? {},
    limits: { connectionsMax, inFlightMax, heldMax: inFlightMax },
  });
}
