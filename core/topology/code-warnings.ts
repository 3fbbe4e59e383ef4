import { codeFaults } from '~/core/roles/code-faults.ts';
import { placeText } from '~/core/roles/fault.ts';
import type { Facts } from './facts.ts';

const shownMax = 10;

/** What is suspicious in the files of roles, where this change is of them. */
export function codeWarnings({ before, after }: Facts): string[] {
  const changed = (file: string) => before.sections[file] !== after.sections[file];
  const warnings = codeFaults(after.sections).filter(({ severity, file }) => severity === 'warning' && changed(file)).map((fault) => `${placeText(fault)}: ${fault.sentence}`);
  return warnings.length > shownMax ? [...warnings.slice(0, shownMax), `${warnings.length - shownMax} more warnings are in the files of roles; \`coterie code validate\` shows all.`] : warnings;
}
