import { CoterieError } from '~/contract/errors.ts';
import type { ClusterConfig, ConfigVersion } from '~/contract/shapes/config.ts';
import { emptyConfig } from '~/core/config/empty.ts';
import { parsedConfig } from '~/server/runtime/versions.ts';
import type { Context } from './context.ts';

/** The newest configuration; empty where there is none yet. */
export const configNow = async (context: Context): Promise<ClusterConfig> => (await versionAt(context, undefined))?.config ?? emptyConfig(context.services.runtime.name);

/** A version by its number, or the newest; null where there is none yet and none was named. */
export async function versionAt(context: Context, version: number | undefined): Promise<ConfigVersion | null> {
  const { runtime, store } = context.services;
  const current = await runtime.versions.refresh();
  if (version === undefined || version === current?.version) return current;
  const committed = await store.versions.get(version);
  if (committed === null) throw new CoterieError('NOT_FOUND', `There is no configuration version ${version}; the newest is ${current?.version ?? 'none'}.`, { version });
  return { ...committed.meta, config: parsedConfig(committed) };
}
