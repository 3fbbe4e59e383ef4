import { CoterieError } from '~/contract/errors.ts';
import { contract, entriesOf, kebab } from '~/contract/index.ts';
import { askFlagOf, fieldsOf, type Field } from './fields.ts';

/** Completion scripts, generated from the contract: nouns, verbs and flags. */

const short = ['status', 'apply', 'diff', 'export', 'health', 'login', 'logout', 'context', 'completion', 'agent', 'server'];
const common = ['--output', '--server', '--context', '--timeout', '--help'];

type Node = { noun: string; verb: string; summary: string; flags: string[] };

function nodes(): Node[] {
  return entriesOf(contract).map((entry) => ({
    noun: kebab(entry.noun),
    verb: kebab(entry.verb),
    summary: entry.operation.summary,
    flags: [...fieldsOf(entry).flags.flatMap(wordsOf), ...common],
  }));
}

function wordsOf(field: Field): string[] {
  if (field.kind === 'file') return ['--file'];
  if (field.kind !== 'secret') return [`--${field.flag}`];
  return [`--${field.flag}-file`, ...(field.required ? [] : [`--${askFlagOf(field)}`])];
}

const unique = (words: string[]) => [...new Set(words)];

export function completion(shell: string): string {
  const tree = nodes();
  switch (shell) {
    case 'bash':
      return bash(tree);
    case 'zsh':
      return zsh(tree);
    case 'fish':
      return fish(tree);
    default:
      throw new CoterieError('BAD_INPUT', `There is no completion for "${shell}": bash, zsh or fish.`);
  }
}

function bash(tree: Node[]): string {
  const nouns = unique(tree.map(({ noun }) => noun));
  const verbs = nouns.map((noun) => `    ${noun}) words="${tree.filter((node) => node.noun === noun).map(({ verb }) => verb).join(' ')}" ;;`);
  const flags = tree.map(({ noun, verb, flags: all }) => `    "${noun} ${verb}") words="${all.join(' ')}" ;;`);
  return `# coterie completion for bash: source <(coterie completion bash)
_coterie() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=""
  if [ "$COMP_CWORD" -eq 1 ]; then words="${[...nouns, ...short].join(' ')}"
  elif [ "$COMP_CWORD" -eq 2 ]; then case "\${COMP_WORDS[1]}" in
${verbs.join('\n')}
    context) words="list use remove" ;;
    completion) words="bash zsh fish" ;;
  esac
  else case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${flags.join('\n')}
  esac; fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _coterie coterie
`;
}

const quoted = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:');

function zsh(tree: Node[]): string {
  const nouns = unique(tree.map(({ noun }) => noun));
  const verbs = nouns.map((noun) => `      ${noun}) verbs=(${tree.filter((node) => node.noun === noun).map(({ verb, summary }) => `'${verb}:${quoted(summary)}'`).join(' ')}) ;;`);
  const flags = tree.map(({ noun, verb, flags: all }) => `      '${noun} ${verb}') compadd -- ${all.join(' ')} ;;`);
  return `#compdef coterie
# coterie completion for zsh: coterie completion zsh > "\${fpath[1]}/_coterie"
_coterie() {
  local -a verbs
  case $CURRENT in
    2) compadd ${[...nouns, ...short].join(' ')} ;;
    3) case $words[2] in
${verbs.join('\n')}
      context) verbs=('list:List contexts' 'use:Make a context the current one' 'remove:Forget a context') ;;
      completion) verbs=(bash zsh fish) ;;
    esac
    _describe verb verbs ;;
    *) case "$words[2] $words[3]" in
${flags.join('\n')}
      *) _files ;;
    esac ;;
  esac
}
compdef _coterie coterie
`;
}

function fish(tree: Node[]): string {
  const nouns = unique(tree.map(({ noun }) => noun));
  const lines = ['# coterie completion for fish: coterie completion fish > ~/.config/fish/completions/coterie.fish', 'complete -c coterie -f', `complete -c coterie -n __fish_use_subcommand -a '${[...nouns, ...short].join(' ')}'`];
  for (const { noun, verb, summary, flags } of tree) {
    const verbs = tree.filter((node) => node.noun === noun).map((node) => node.verb).join(' ');
    lines.push(`complete -c coterie -n '__fish_seen_subcommand_from ${noun}; and not __fish_seen_subcommand_from ${verbs}' -a ${verb} -d '${summary.replaceAll("'", "\\'")}'`);
    lines.push(...flags.map((flag) => `complete -c coterie -n '__fish_seen_subcommand_from ${noun}; and __fish_seen_subcommand_from ${verb}' -l ${flag.slice(2)}`));
  }
  return `${lines.join('\n')}\n`;
}
