import { CoterieError } from '~/contract/errors.ts';
import type { ConfigVersion } from '~/contract/shapes/config.ts';
import { parsedConfig } from '~/server/runtime/versions.ts';
import type { Context } from './context.ts';

/** A version by its number, or the newest; null where there is none yet and none was named. */
export async function versionAt(context: Context, version: number | undefined): Promise<ConfigVersion | null> {
  const { runtime, store } = context.services;
  const current = await runtime.versions.refresh();
  if (version === undefined || version === current?.version) return current;
  const committed = await store.versions.get(version);
  if (committed === null) throw new CoterieError('NOT_FOUND', `There is no configuration version ${version}; the newest is ${current?.version ?? 'none'}.`, { version });
  return { ...committed.meta, config: parsedConfig(committed) };
}
