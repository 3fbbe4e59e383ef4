import { hash } from 'node:crypto';
import { bytesOf, isBigText } from './text-bytes.ts';

/** SHA-256 in hex of a configuration's canonical text (`core/config/canonical.ts`): what names a version beyond its number. */
export const hashOf = (text: string): string => hash('sha256', isBigText(text) ? bytesOf(text) : text);
