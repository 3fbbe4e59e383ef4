import { errors } from '../contract/errors.ts';
import { contract, entriesOf, kebab, methodOf, pathOf, type Entry } from '../contract/index.ts';
import { askFlagOf, fieldsOf, type Field } from '../cli/fields.ts';

/** The reference of every operation, generated from the contract: docs/reference.md. */

export function reference(): string {
  const entries = entriesOf(contract);
  const nouns = [...new Set(entries.map(({ noun }) => noun))];
  return [
    '# Reference',
    '',
    'Generated from `contract/` by `npm run docs`; a test holds it current. Each operation has one name on every surface: `noun.verb` in tRPC and in the audit log, `coterie noun verb` in the CLI, and the REST path below under `/api/v1`.',
    '',
    `Nouns: ${nouns.map((noun) => `[${kebab(noun)}](#${kebab(noun)})`).join(', ')}. Errors: [below](#errors).`,
    '',
    ...nouns.flatMap((noun) => [`## ${kebab(noun)}`, '', ...entries.filter((entry) => entry.noun === noun).flatMap(operationText)]),
    '## Errors',
    '',
    'REST answers `application/problem+json` with `code`, `title`, `detail` and `data`.',
    '',
    '| code | HTTP | CLI exit | meaning |',
    '| --- | --- | --- | --- |',
    ...Object.entries(errors).map(([code, { http, exit, title }]) => `| ${code} | ${http} | ${exit} | ${title} |`),
    '',
  ].join('\n');
}

function operationText(entry: Entry): string[] {
  const { operation } = entry;
  const { positionals, flags } = fieldsOf(entry);
  const words = ['coterie', kebab(entry.noun), kebab(entry.verb), ...positionals.map(({ flag }) => `<${flag}>`), ...flags.filter(({ required }) => required).map((field) => flagText(field))];
  return [
    `### ${kebab(entry.noun)} ${kebab(entry.verb)}`,
    '',
    [operation.summary, operation.details].filter(Boolean).join('. ').replaceAll('..', '.'),
    '',
    `- CLI: \`${words.join(' ')}\``,
    `- REST: \`${methodOf(entry)} /api/v1${pathOf(entry)}\`${operation.kind === 'stream' ? ' (text/event-stream)' : ''}`,
    `- tRPC: \`${entry.name}\` (${operation.kind === 'stream' ? 'subscription' : operation.kind}); role: ${operation.open ? 'none' : operation.role}${operation.typedName ? '; asks for the typed name' : operation.danger ? '; asks for confirmation' : ''}`,
    '',
    ...(positionals.length + flags.length === 0 ? [] : ['| field | flag | | |', '| --- | --- | --- | --- |', ...[...positionals, ...flags].map((field) => fieldRow(field, positionals)), '']),
  ];
}

const flagText = ({ flag, kind }: Field) => (kind === 'file' ? '-f <file>' : kind === 'secret' ? `--${flag}-file <file>` : `--${flag} <${kind}>`);
/** One that must be given is asked for anyway. */
const flagsOf = (field: Field) => (field.kind === 'secret' && !field.required ? `\`${flagText(field)}\` or \`--${askFlagOf(field)}\`` : `\`${flagText(field)}\``);

function fieldRow(field: Field, positionals: readonly Field[]): string {
  const fallback = field.fallback === undefined ? '' : `default ${JSON.stringify(field.fallback)}`;
  const flag = positionals.includes(field) ? `\`<${field.flag}>\`` : flagsOf(field);
  return `| ${field.name} | ${flag} | ${field.required ? 'required' : fallback} | ${field.description.replaceAll('|', '\\|')}${field.choices ? `: ${field.choices.join(', ')}` : ''} |`;
}
