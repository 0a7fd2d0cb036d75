import { COMMANDS, GLOBAL_OPTIONS } from './command-table.ts';

/** Completions of words and options, from the command table. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Returns the script that the shell evaluates. */
export function completionScript(shell: Shell): string {
  return { bash: bashScript, zsh: zshScript, fish: fishScript }[shell]();
}

/** What may follow the words typed so far: the next words, the choices of an argument and the options. */
function listFollowers(): [words: string, followers: string[]][] {
  const followers = new Map<string, Set<string>>();
  const add = (words: string, each: readonly string[]): void =>
    void followers.set(words, new Set([...(followers.get(words) ?? []), ...each]));
  for (const { path, args = [], options = {} } of COMMANDS) {
    for (const [index, word] of path.entries()) add(path.slice(0, index).join(' '), [word]);
    const names = Object.keys({ ...options, ...GLOBAL_OPTIONS }).map((name) => `--${name}`);
    add(path.join(' '), [...(args[0]?.choices ?? []), ...names]);
  }
  return [...followers].map(([words, set]) => [words, [...set]]);
}

const CASES = (indent: string): string =>
  listFollowers()
    .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
    .map(
      ([words, followers]) => `${indent}${JSON.stringify(words)}) followers=${JSON.stringify(followers.join(' '))} ;;`,
    )
    .join('\n');

function bashScript(): string {
  return `_sluice() {
  local words='' word followers=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -* ]] || words="\${words:+$words }$word"
  done
  while :; do
    case $words in
${CASES('      ')}
    esac
    [[ -n $followers || -z $words ]] && break
    [[ $words == *' '* ]] && words=\${words% *} || words=''
  done
  COMPREPLY=($(compgen -W "$followers" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _sluice sluice
`;
}

function zshScript(): string {
  return `#compdef sluice
_sluice() {
  local typed='' word followers=''
  for word in "\${(@)words[2,CURRENT-1]}"; do
    [[ $word == -* ]] || typed="\${typed:+$typed }$word"
  done
  while :; do
    case $typed in
${CASES('      ')}
    esac
    [[ -n $followers || -z $typed ]] && break
    [[ $typed == *' '* ]] && typed=\${typed% *} || typed=''
  done
  compadd -- \${(s: :)followers}
}
compdef _sluice sluice
`;
}

function fishScript(): string {
  const quote = (text: string): string => `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
  const lines = COMMANDS.flatMap(({ path, summary, args = [], options = {} }) => {
    const seen = (words: readonly string[]): string =>
      quote(
        words.length === 0
          ? '__fish_use_subcommand'
          : words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and '),
      );
    return [
      ...path.map(
        (word, index) =>
          `complete -c sluice -f -n ${seen(path.slice(0, index))} -a ${quote(word)} -d ${quote(index === path.length - 1 ? summary : word)}`,
      ),
      ...(args[0]?.choices ?? []).map((choice) => `complete -c sluice -f -n ${seen(path)} -a ${quote(choice)}`),
      ...Object.entries(options).map(
        ([name, { meaning, type }]) =>
          `complete -c sluice -f -n ${seen(path)} -l ${name}${type === 'string' ? ' -r' : ''} -d ${quote(meaning)}`,
      ),
    ];
  });
  const everywhere = Object.entries(GLOBAL_OPTIONS).map(
    ([name, { meaning, type }]) =>
      `complete -c sluice -f -l ${name}${type === 'string' ? ' -r' : ''} -d ${quote(meaning)}`,
  );
  return `${[...new Set([...lines, ...everywhere])].join('\n')}\n`;
}
