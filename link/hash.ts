import { createHash } from 'node:crypto';
import { bytesOf, isBigText } from './text-bytes.ts';

/** SHA-256 in hex of a configuration's canonical text (`core/config/canonical.ts`): what names a version beyond its number. */
export const hashOf = (text: string): string => createHash('sha256').update(isBigText(text) ? bytesOf(text) : text).digest('hex');
