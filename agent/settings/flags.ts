import { parseArgs, type ParseArgsConfig } from 'node:util';
import { CoterieError } from '~/contract/errors.ts';
import { definitions, flagOf, settingNames, variableOf, type Definition, type SettingName } from './definitions.ts';

/** The command line: `coterie agent [config] [flags]`. Flags and help are made from the definitions. */
export type CommandLine = { readonly command: 'run' | 'config' | 'help' | 'version'; readonly flags: Partial<Record<SettingName, string>>; readonly file: string | null };

const flagged = settingNames.filter((name) => !('noFlag' in definitions[name]));
const bare = (name: SettingName) => flagOf(name).slice(2);
const isSwitch = (name: SettingName) => definitions[name].kind === 'boolean';

export function parseCommandLine(args: readonly string[]): CommandLine {
  const options: ParseArgsConfig['options'] = { config: { type: 'string' }, help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'V' } };
  for (const name of flagged) options[bare(name)] = { type: isSwitch(name) ? 'boolean' : 'string' };
  const { values, positionals } = parsed(args, options);
  const [word, ...more] = positionals;
  if (more.length > 0 || (word !== undefined && word !== 'config')) throw new CoterieError('BAD_INPUT', `"${positionals.join(' ')}" is not understood; see coterie agent --help.`);
  const flags = Object.fromEntries(flagged.flatMap((name) => (values[bare(name)] === undefined ? [] : [[name, String(values[bare(name)])]]))) as CommandLine['flags'];
  const command = values.help ? 'help' : values.version ? 'version' : word === 'config' ? 'config' : 'run';
  return { command, flags, file: (values.config as string | undefined) ?? null };
}

function parsed(args: readonly string[], options: NonNullable<ParseArgsConfig['options']>) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new CoterieError('BAD_INPUT', `${(error as Error).message.split('. ')[0]}; see coterie agent --help.`);
  }
}

export function helpText(): string {
  const rows = flagged.map((name) => {
    const { summary, fallback, choices }: Definition = definitions[name];
    return [isSwitch(name) ? flagOf(name) : `${flagOf(name)} <${choices?.join('|') ?? definitions[name].kind}>`, `${summary}${fallback && !isSwitch(name) ? ` [${fallback}]` : ''}`];
  });
  rows.push(['--config <path>', 'YAML file with "setting: value" lines; also COTERIE_CONFIG']);
  const width = Math.max(...rows.map(([flag]) => flag!.length));
  return [
    'Usage: coterie agent [flags]          run one agent: it keeps one instance and its Tarantool',
    '       coterie agent config [flags]   show each setting and where it comes from',
    '',
    ...rows.map(([flag, summary]) => `  ${flag!.padEnd(width)}  ${summary}`),
    '',
    `Every setting is also a variable (${variableOf('dataDir')}) and a line of the YAML file (data_dir: ...).`,
    'A flag goes before a variable, a variable before the file, the file before the default.',
  ].join('\n');
}
