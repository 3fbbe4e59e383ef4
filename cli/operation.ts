import { Option, type Command } from 'commander';
import { CoterieError, errors } from '~/contract/errors.ts';
import type { Entry } from '~/contract/index.ts';
import { call, follow } from './client.ts';
import { alikeNote } from './code-alike.ts';
import { targetOf } from './contexts.ts';
import { askFlagOf, fieldsOf, type Field } from './fields.ts';
import { dataNote } from './output/data.ts';
import { render, streamLine, type Format } from './output/index.ts';
import { WatchText } from './output/overview.ts';
import type { OutcomeValue } from './output/plan.ts';
import type { Style } from './output/text.ts';
import { confirm, secretFrom, type Terminal } from './terminal.ts';
import { evened, evens } from './even.ts';
import { folderInput, takesFolder } from './folder.ts';
import { readText, valueOf } from './values.ts';
import { exitOf, settled } from './wait.ts';

/** Runs one operation of the contract as a command: words -> input -> REST -> output and exit code. */

export type Shell = {
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly nowMs: () => number;
  readonly out: (text: string) => void;
  readonly colour: boolean;
};

export type Globals = { server?: string; context?: string; output: Format; watch?: boolean; wait?: boolean | string; yes?: boolean; timeout: string };

/** Adds the operation's positionals and flags. `prefilled` fields come from a hand-made alias such as `apply`. */
export function declare(command: Command, entry: Entry): void {
  const { positionals, flags } = fieldsOf(entry);
  for (const field of positionals) command.argument(`<${field.flag}>`, field.description);
  if (takesFolder(entry)) command.argument('[dir]', 'Folder that stands for roles/: all of its files, and no others');
  const trailing = trailingOf(entry, flags);
  if (trailing) command.argument(`[${trailing.flag}]`, trailing.description);
  for (const field of flags) option(command, field);
}

/** The one required flag, if there is one only, may stand as the last word: `instance eval i1 'return 1'`. So may the one that the operation names. */
const trailingOf = (entry: Entry, flags: readonly Field[]) => {
  if (takesFolder(entry)) return undefined;
  const named = flags.find(({ name }) => name === entry.operation.trailing);
  if (named) return named;
  const required = flags.filter((field) => field.required && field.kind !== 'secret');
  return required.length === 1 ? required[0] : undefined;
};

function option(command: Command, field: Field): void {
  const { flag, description, choices, fallback } = field;
  const text = `${description}${choices ? ` (${choices.join(', ')})` : ''}${fallback === undefined || fallback === false || (Array.isArray(fallback) && fallback.length === 0) ? '' : ` [default: ${String(fallback)}]`}`;
  switch (field.kind) {
    case 'boolean':
      command.option(`--${flag}`, text);
      if (fallback !== false) command.option(`--no-${flag}`, `not: ${description}`);
      return;
    case 'list':
      return void command.option(`--${flag} <a,b...>`, text, gathered);
    case 'map':
      return void command.option(`--${flag} <name=@file...>`, text, gathered);
    case 'secret':
      command.option(`--${flag}-file <file>`, `${text}; ${field.required ? 'asked for on a terminal when absent, ' : ''}- reads standard input`);
      // What may be left out is asked for only by who says so: most commands are about something else.
      if (!field.required) command.addOption(new Option(`--${askFlagOf(field)}`, `ask for it on the terminal, without showing it`).conflicts(optionNameOf(field)));
      return;
    case 'file':
      return void command.option(`-f, --file <file>`, `${text}; - reads standard input`);
    case 'json':
      return void command.option(`--${flag} <file>`, `${text}, as JSON or from a JSON file`);
    case 'number':
    case 'text':
      command.option(`--${flag} <${field.kind === 'number' && !field.time ? 'n' : field.time ? 'time' : 'text'}>`, text);
      if (field.nullable) command.option(`--no-${flag}`, `no ${description.toLowerCase()}`);
  }
}

const gathered = (word: string, earlier: string[] = []) => [...earlier, word];
const camel = (flag: string) => flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

export async function inputOf(entry: Entry, words: { args: readonly string[]; options: Record<string, unknown> }, shell: Shell): Promise<Record<string, unknown>> {
  const { positionals, flags } = fieldsOf(entry);
  const raw: Record<string, unknown> = {};
  for (const [index, field] of positionals.entries()) raw[field.name] = valueOf(field, words.args[index], shell.nowMs());
  const trailing = trailingOf(entry, flags);
  const [folder] = words.args;
  if (takesFolder(entry) && folder !== undefined) Object.assign(raw, folderInput(folder));
  for (const field of flags) {
    const trailed = field === trailing ? words.args[positionals.length] : undefined;
    const given = trailed ?? words.options[optionNameOf(field)];
    if (field.kind === 'secret') {
      const asks = field.required || words.options[camel(askFlagOf(field))] === true;
      if (given !== undefined || asks) raw[field.name] = await secretOf(field, given, shell);
    } else if (given !== undefined) {
      raw[field.name] = trailed !== undefined && field.kind === 'file' ? trailed : valueOf(field, given, shell.nowMs());
    }
  }
  return parsed(entry, raw);
}

const optionNameOf = (field: Field) => (field.kind === 'secret' ? `${camel(field.flag)}File` : field.kind === 'file' ? 'file' : camel(field.flag));

const secretOf = async (field: Field, file: unknown, { terminal }: Shell) =>
  file === undefined ? await secretFrom(terminal, field.description, field.flag) : readText(String(file)).replace(/\r?\n$/, '');

/** Of a name in a map, what is wrong with it stands inside. */
type Issue = { path: PropertyKey[]; message: string; issues?: { message: string }[] };

function parsed(entry: Entry, raw: Record<string, unknown>): Record<string, unknown> {
  const result = entry.operation.input.safeParse(raw);
  if (result.success) return result.data as Record<string, unknown>;
  const sentences = result.error.issues.map((issue: Issue) => `${issue.path.join('.') || 'input'}: ${issue.issues?.[0]?.message ?? issue.message}`);
  throw new CoterieError('BAD_INPUT', `${sentences.join('; ')}. See \`coterie ${entry.noun} ${entry.verb} --help\`.`);
}

/** Resolves to the exit code. */
export async function perform(entry: Entry, input: Record<string, unknown>, { globals, shell }: { globals: Globals; shell: Shell }): Promise<number> {
  const target = targetOf(globals, shell.env);
  const timeoutMs = durationMs(globals.timeout);
  const style: Style = { colour: shell.colour, nowMs: shell.nowMs() };
  const { operation } = entry;
  if (operation.kind === 'stream') {
    const watchText = entry.name === 'cluster.watch' && globals.output !== 'json' ? new WatchText(style) : null;
    for await (const message of follow(target, entry, input)) {
      shell.out(watchText ? watchText.next(operation.output.parse(message)) : streamLine(entry, message, { format: globals.output, style }));
    }
    return 0;
  }
  const danger = input.dryRun === true || globals.yes === true ? null : (operation.danger?.(input) ?? null);
  if (danger !== null) {
    const name = operation.typedName ? String(input[operation.subject?.[0] ?? '']) : null;
    await confirm(shell.terminal, { danger, name });
    if (name !== null && 'confirm' in operation.input.shape) input = { ...input, confirm: name };
  }
  let total: number | null = null;
  let answer = await call(target, entry, input, { timeoutMs, onTotal: (rows) => (total = rows) });
  if (globals.wait && operation.kind === 'mutation') {
    const waitMs = typeof globals.wait === 'string' ? durationMs(globals.wait) : 60_000;
    const untilMs = shell.nowMs() + waitMs;
    answer = await settled(target, answer as OutcomeValue, { waitMs, nowMs: shell.nowMs });
    if (evens(entry) && input.dryRun !== true) await evened(target, { entry, input }, { untilMs, waitMs, nowMs: shell.nowMs, say: shell.terminal.say });
  }
  const text = await render(entry, answer, { format: globals.output, style: { ...style, nowMs: shell.nowMs() } });
  if (text === '' && globals.output === 'table') shell.terminal.say(entry.name === 'code.diff' ? await alikeNote(target, input, { timeoutMs }) : 'Nothing to show.\n');
  shell.out(text);
  const note = globals.output === 'table' || globals.output === 'wide' ? pageNote(answer, total) + (entry.noun === 'data' ? dataNote(answer as { cursor?: string | null }) : '') : '';
  if (note !== '') shell.terminal.say(note);
  return exitOf(entry, answer);
}

/** "200 of 500", where the answer is not all there is. */
export function pageNote(answer: unknown, total: number | null): string {
  if (total === null || !Array.isArray(answer) || answer.length >= total) return '';
  return `${answer.length} of ${total}: --limit and --offset show the others.\n`;
}

export function durationMs(word: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(word);
  if (!match) throw new CoterieError('BAD_INPUT', `"${word}" is no duration: give 500ms, 30s or 2m.`);
  return Number(match[1]) * { ms: 1, s: 1000, m: 60_000 }[(match[2] ?? 's') as 'ms' | 's' | 'm'];
}

export const exitCodeOf = (error: unknown): number => (error instanceof CoterieError ? errors[error.code].exit : 1);
