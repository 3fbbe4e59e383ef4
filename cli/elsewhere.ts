import { kebab, type Entry } from '~/contract/index.ts';

/** Where something stands that was looked for in another place: `issue list` and `issues` are `cluster issues`. */

const lists = new Set(['list', 'ls', 'show', 'get', 'status']);
const tellableMax = 4;

/** Of a word that is no command: commands whose last word it is, or which list what it names. `noun`: what it stood behind. */
export function elsewhere(entries: readonly Entry[], word: string, noun: string | null): string {
  const wanted = noun !== null && lists.has(word) ? plurals(noun) : noun === null ? plurals(word) : [word];
  const found = entries.filter((entry) => wanted.includes(kebab(entry.verb)) || (noun === null && wanted.includes(kebab(entry.noun)) && entry.verb === 'list'));
  if (found.length === 0 || found.length > tellableMax) return '';
  return `That is ${found.map((entry) => `\`coterie ${kebab(entry.noun)} ${kebab(entry.verb)}\``).join(' or ')}.\n`;
}

const plurals = (word: string): string[] => [word, `${word}s`, word.replace(/s$/, '')];
