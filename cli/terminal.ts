import { createInterface } from 'node:readline/promises';
import { CoterieError } from '~/contract/errors.ts';

/** What the CLI asks a person. Questions go to stderr: stdout is data. Without a terminal nobody can answer, so it fails at once. */
export type Terminal = {
  readonly interactive: boolean;
  ask(question: string): Promise<string>;
  askHidden(question: string): Promise<string>;
  say(text: string): void;
};

export function processTerminal(): Terminal {
  const interactive = process.stdin.isTTY === true && process.stderr.isTTY === true;
  const ask = async (question: string, hidden: boolean): Promise<string> => {
    const reader = createInterface({ input: process.stdin, output: process.stderr, terminal: interactive });
    try {
      const answer = reader.question(question);
      if (hidden) mute(reader, question);
      return await answer;
    } finally {
      reader.close();
      if (hidden) process.stderr.write('\n');
    }
  };
  return { interactive, ask: (question) => ask(question, false), askHidden: (question) => ask(question, true), say: (text) => void process.stderr.write(text) };
}

/** readline echoes through this one method, which is its documented place to change what is shown. */
function mute(reader: object, question: string): void {
  (reader as Record<string, unknown>)['_writeToOutput'] = (text: string) => {
    if (text.includes(question)) process.stderr.write(question);
  };
}

export async function secretFrom(terminal: Terminal, label: string, flag: string): Promise<string> {
  if (!terminal.interactive) throw new CoterieError('BAD_INPUT', `${label} is needed: give --${flag}-file FILE, or - for standard input.`);
  return await terminal.askHidden(`${label}: `);
}

/** Confirmation before harm: y/N, or the name typed in full where the operation asks for it. */
export async function confirm(terminal: Terminal, { danger, name }: { danger: string; name: string | null }): Promise<void> {
  if (!terminal.interactive) throw new CoterieError('REFUSED', `${danger} Confirm with --yes.`);
  terminal.say(`${danger}\n`);
  const answer = await terminal.ask(name === null ? 'Go on? [y/N] ' : `Type ${name} to go on: `);
  const agreed = name === null ? /^y(es)?$/i.test(answer.trim()) : answer.trim() === name;
  if (!agreed) throw new CoterieError('REFUSED', 'Not confirmed; nothing was changed.');
}
