import { stringify } from 'yaml';

/** In a file of its own, which is loaded where it is asked for: an import of the package itself has other names once it is bundled. */
export const yamlText = (value: unknown): string => stringify(value);
