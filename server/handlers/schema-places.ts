import type { CodeFault } from '~/contract/shapes/role.ts';
import { pathAt } from '~/contract/spaces-text.ts';
import { YamlReader } from '~/core/yaml/reader.ts';

/** Faults of the spaces in role.yml, told at the places where the document that was given says the same. */

/** In place of a file's name: it has none. */
const given = 'document';

export function inDocument(faults: readonly CodeFault[], { file, text, document }: { readonly file: string; /** Of role.yml with the document's spaces. */ readonly text: string; readonly document: string }): CodeFault[] {
  const reader = new YamlReader(document);
  return faults.map((fault) => {
    if (fault.file !== file || fault.line === null) return fault;
    const path = pathAt(text, { line: fault.line, column: fault.column ?? 1 });
    if (path?.[0] !== 'spaces') return fault;
    const at = path.length === 2 ? reader.keyAt(reader.root, path) : reader.nearestAt(reader.root, path, '1:1');
    const [line = 1, column = 1] = at.split(':').map(Number);
    return { ...fault, file: given, line, column };
  });
}
