import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { CoterieError } from '~/contract/errors.ts';
import { Uuid } from '~/contract/shapes/basics.ts';
import { readIfThere, writeDurably } from './atomic-file.ts';

/** Drawn once, kept for ever: instance uuid, gossip uuid and Tarantool's `instance_uuid` in one. */
const Identity = z.object({ uuid: Uuid });

export async function identityIn(path: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === null) {
    const uuid = randomUUID();
    await writeDurably(path, [`${JSON.stringify({ uuid })}\n`]);
    return uuid;
  }
  const parsed = Identity.safeParse(jsonOf(text));
  // A new uuid would make it a new instance, and its data an orphan: that is for a person to decide.
  if (!parsed.success) throw new CoterieError('REFUSED', `${path} is damaged. Put back {"uuid": "..."} with this instance's uuid (the dashboard shows it), or start with --forget to become a new instance.`);
  return parsed.data.uuid;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
