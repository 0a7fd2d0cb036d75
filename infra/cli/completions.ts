/** The scripts that make a shell complete `sluice`. What they complete comes from complete.ts. */

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Returns the script that the shell evaluates. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/** `sluice __complete` ends with 1 where a file is expected. bash 3.2 of macOS has neither `mapfile` nor `compopt`. */
const SCRIPTS: Record<Shell, string> = {
  bash: `_sluice() {
  local found line
  COMPREPLY=()
  if ! found=$(sluice __complete bash "\${COMP_LINE:0:COMP_POINT}" 2>/dev/null); then
    found=$(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
    compopt -o filenames 2>/dev/null
  fi
  while IFS= read -r line; do
    [[ -z $line ]] || COMPREPLY+=("$line")
  done <<< "$found"
}
complete -F _sluice sluice
`,
  zsh: `#compdef sluice
_sluice() {
  local found line
  local -a texts shown
  found=$(sluice __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null) || { _files; return; }
  for line in "\${(@f)found}"; do
    [[ -n $line ]] || continue
    texts+=("\${line%%$'\\t'*}")
    shown+=("\${line/$'\\t'/  -- }")
  done
  compadd -U -l -d shown -a texts
}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
if [[ \${funcstack[1]} == _sluice ]]; then _sluice "$@"; else compdef _sluice sluice; fi
`,
  fish: `function __sluice_complete
    set -l words (commandline -opc)
    set -l found (sluice __complete fish $words[2..] (commandline -ct | string unescape) 2>/dev/null)
    or begin
        __fish_complete_path (commandline -ct)
        return
    end
    printf '%s\\n' $found
end
complete -c sluice -f -a '(__sluice_complete)'
`,
};
