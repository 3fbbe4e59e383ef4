import { createHash } from 'node:crypto';

/** SHA-256 in hex of a configuration's canonical text (`core/config/canonical.ts`): what names a version beyond its number. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
