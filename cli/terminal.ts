import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
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
    // readline draws the line anew with each key; what is to be hidden it draws nowhere.
    const output = hidden ? new Writable({ write: (_chunk, _encoding, done) => done() }) : process.stderr;
    const reader = createInterface({ input: process.stdin, output, terminal: interactive });
    // Not before: until now the terminal itself has shown what is typed.
    if (hidden) process.stderr.write(question);
    try {
      return await new Promise((resolve, reject) => {
        reader.once('close', () => reject(new CoterieError('REFUSED', 'Not answered; nothing was changed.')));
        reader.question(hidden ? '' : question).then(resolve, reject);
      });
    } finally {
      reader.close();
      if (hidden) process.stderr.write('\n');
    }
  };
  return { interactive, ask: (question) => ask(question, false), askHidden: (question) => ask(question, true), say: (text) => void process.stderr.write(text) };
}

export async function secretFrom(terminal: Terminal, label: string, flag: string): Promise<string> {
  if (!terminal.interactive) throw new CoterieError('BAD_INPUT', `${label} is needed: give --${flag}-file FILE, or - for standard input.`);
  return await terminal.askHidden(`${label.split(/[.;] /)[0]}: `);
}

/** Confirmation before harm: y/N, or the name typed in full where the operation asks for it. */
export async function confirm(terminal: Terminal, { danger, name }: { danger: string; name: string | null }): Promise<void> {
  if (!terminal.interactive) throw new CoterieError('REFUSED', `${danger} Confirm with --yes.`);
  terminal.say(`${danger}\n`);
  const answer = await terminal.ask(name === null ? 'Go on? [y/N] ' : `Type ${name} to go on: `);
  const agreed = name === null ? /^y(es)?$/i.test(answer.trim()) : answer.trim() === name;
  if (!agreed) throw new CoterieError('REFUSED', 'Not confirmed; nothing was changed.');
}
