/** docs/tutorial.md as a test follows it: blocks of commands, each with what the page shows of what they print. */

export type TutorialStep = {
  readonly commands: string;
  /** The last of them has to fail. */
  readonly refused: boolean;
  /** Lines that have to be there. In the page `…` stands for anything, and any number of spaces is as good as another. */
  readonly shown: readonly RegExp[];
};

export function tutorialSteps(page: string): TutorialStep[] {
  const steps: { commands: string; refused: boolean; shown: RegExp[] }[] = [];
  for (const [, language, text] of page.matchAll(/^```(\w+(?: \w+)?)\n([\s\S]*?)\n```$/gm)) {
    if (language === 'sh' || language === 'sh refused') steps.push({ commands: text!, refused: language === 'sh refused', shown: [] });
    else if (language === 'text') steps.at(-1)!.shown.push(...text!.split('\n').map(lineOf));
    else throw new Error(`the tutorial has a block of ${language}, which nobody follows`);
  }
  return steps;
}

const escaped = (word: string): string => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
const lineOf = (line: string): RegExp => {
  const parts = line.split('…').map((part) => part.trim().split(/\s+/).map(escaped).join(' +'));
  return new RegExp(`^ *${parts.join('.*')} *$`, 'm');
};

/** One after the other in one shell, as a person has it, until one is not as the page says. */
export function tutorialScript(steps: readonly TutorialStep[]): string {
  const body = steps.map(({ commands, refused }, at) => {
    const lines = commands.split('\n');
    const checked = lines.map((line, index) => (refused && index === lines.length - 1 ? `if ${line}\nthen echo '(was not refused)'; exit 1\nelse echo; echo '(refused)'\nfi` : line));
    return [`echo; echo '--- step ${at}'`, ...checked, ...(refused ? [] : ["echo; echo '(done)'"])].join('\n');
  });
  return ['exec 2>&1', 'shopt -s expand_aliases', 'set -e', ...body].join('\n');
}
