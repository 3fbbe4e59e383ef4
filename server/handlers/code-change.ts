import type { Edit } from '~/contract/shapes/edit.ts';
import type { ClusterConfig } from '~/contract/shapes/config.ts';
import { isCode } from '~/core/roles/files.ts';

/** Files of roles laid over those of a configuration. */

export type CodeChange = { readonly files: Readonly<Record<string, string | null>>; /** Those that are not named are deleted. */ readonly replaceAll: boolean };

export function codeEdits(base: ClusterConfig, { files, replaceAll }: CodeChange): Edit[] {
  const named = Object.entries(files).map(([name, text]): Edit => (text === null ? { kind: 'deleteSection', name } : { kind: 'setSection', name, text }));
  const rest = replaceAll ? codeNames(base).filter((name) => !(name in files)) : [];
  return [...named, ...rest.map((name): Edit => ({ kind: 'deleteSection', name }))];
}

export const codeNames = ({ sections }: Pick<ClusterConfig, 'sections'>): string[] => Object.keys(sections).filter(isCode).toSorted();
