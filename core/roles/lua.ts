import luaparse from 'luaparse';
import type { CodeFault } from '~/contract/shapes/role.ts';
import { knownGlobals } from './lua-globals.ts';
import { byText } from './memo.ts';
import type { Chunk } from './role.ts';

/**
 * Lua as Tarantool's LuaJIT reads it: what is wrong with a text, and globals that nobody defines. It runs nothing.
 * A module is a chunk; the body of a function is a chunk that returns it, or the function itself.
 */

export type LuaKind = 'module' | 'function' | 'migration';

/** Line and column from 1, in the text. */
type Finding = Pick<CodeFault, 'severity' | 'code' | 'sentence'> & { readonly line: number; readonly column: number; /** That is defined nowhere in the text. */ readonly global?: string };

/** `globals`: that other code defines, as functions of roles are. */
export function luaFaults(chunk: Chunk, kind: LuaKind, globals: ReadonlySet<string>): CodeFault[] {
  const found = kind === 'function' ? inFunction(chunk.text) : inChunk(chunk.text);
  return found
    .filter(({ global }) => global === undefined || !globals.has(global))
    .map(({ severity, code, sentence, line, column }) => ({ severity, code, file: chunk.file, line: line + chunk.lineOffset, column: column + chunk.columnOffset, sentence, instance: null }));
}

/** Texts of a few hundred roles; a finding or two for each. */
const kept = { charsMax: 16 * 1024 * 1024 } as const;
const inChunk = byText((text) => findingsIn(text), kept);
const inFunction = byText((text) => (isExpression(text) ? findingsIn(`return ${text}`).map((finding) => shifted(finding)) : findingsIn(text, { returns: true })), kept);

/** A chunk cannot begin with `function (`: there a name would have to follow. */
export const isExpression = (text: string): boolean => /^(?:\s|--\[(=*)\[[\s\S]*?\]\1\]|--(?!\[=*\[)[^\n]*(?:\n|$))*function\s*\(/.test(text);

const added = 'return '.length;
const shifted = (finding: Finding): Finding => (finding.line === 1 ? { ...finding, column: Math.max(1, finding.column - added) } : finding);

function findingsIn(text: string, { returns = false } = {}): readonly Finding[] {
  const globals = new Globals();
  try {
    const chunk = luaparse.parse(text, { luaVersion: 'LuaJIT', encodingMode: 'none', comments: false, locations: true, scope: true, onCreateNode: (node) => globals.seen(node) });
    const last = chunk.body.at(-1);
    const findings = globals.findings();
    if (!returns || last?.type === 'ReturnStatement') return findings;
    return [{ severity: 'error', code: 'noFunction', line: 1, column: 1, sentence: 'This text returns no function. Write function(...) ... end, or end it with `return` and a function.' }, ...findings];
  } catch (error) {
    return [syntaxError(error, text)];
  }
}

/** As the parser throws it: line from 1, column from 0. */
type Thrown = { readonly line?: number; readonly column?: number; readonly message: string };

function syntaxError(error: unknown, text: string): Finding {
  // Deeper than LuaJIT itself goes.
  if (error instanceof RangeError) return { severity: 'error', code: 'luaSyntax', line: 1, column: 1, sentence: 'It is nested too deep. Take it apart.' };
  if (!(error instanceof SyntaxError)) throw error;
  const { line = 1, column = 0, message } = error as Thrown;
  const what = message.replace(/^\[\d+:\d+\] /, '').replace(/^./, (first) => first.toUpperCase());
  const lines = text.split('\n');
  const at = Math.min(Math.max(line, 1), lines.length);
  return { severity: 'error', code: 'luaSyntax', line: at, column: Math.min(column, lines[at - 1]?.length ?? 0) + 1, sentence: `${what}.` };
}

type Node = Parameters<NonNullable<luaparse.Options['onCreateNode']>>[0];
/** With `scope` and `locations`, the parser adds these. */
type Name = luaparse.Identifier & { readonly isLocal?: boolean };

/** Each name once, where it is first set or read: a function that is used a hundred times is one mistake. */
class Globals {
  readonly #set = new Map<string, Name>();
  readonly #all: Name[] = [];

  seen(node: Node): void {
    if (node.type === 'Identifier') this.#all.push(node);
    if (node.type === 'AssignmentStatement') for (const target of node.variables) if (target.type === 'Identifier') this.#assigned(target);
    if (node.type === 'FunctionDeclaration' && node.identifier?.type === 'Identifier') this.#assigned(node.identifier);
  }

  /** Asked when all is read: only then does the parser say of each name whether it is local. */
  findings(): Finding[] {
    const set = [...this.#set.values()].filter(isUnknown).map((name) => finding(name, `Sets the global ${name.name}, which all code of the instance shares. Write \`local\` before its first use.`));
    const told = new Set(this.#set.keys());
    const read = this.#all.filter((name) => {
      if (!isUnknown(name) || told.has(name.name)) return false;
      told.add(name.name);
      return true;
    });
    return [...set, ...read.map((name) => finding(name, `Nobody defines the global ${name.name}. Correct its name, or get it by \`require\`.`))].toSorted((a, b) => a.line - b.line || a.column - b.column);
  }

  #assigned(name: Name): void {
    if (!this.#set.has(name.name)) this.#set.set(name.name, name);
  }
}

/** Fields and labels are identifiers too; of those the parser says neither. */
const isUnknown = ({ isLocal, name }: Name): boolean => isLocal === false && !knownGlobals.has(name);

const finding = ({ name, loc }: Name, sentence: string): Finding => ({ global: name, severity: 'warning', code: 'undefinedGlobal', line: loc?.start.line ?? 1, column: (loc?.start.column ?? 0) + 1, sentence });
