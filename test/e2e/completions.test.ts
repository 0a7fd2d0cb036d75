import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../../infra/cli/build.ts';
import { withServer } from '../support/run-command.ts';

/** The completions of `sluice` in real shells. Each test types a line, presses Tab and reads what the line is then. */

const directory = mkdtempSync(join(tmpdir(), 'sluice-completions-'));
const bin = join(directory, 'bin');
const PRESENT = ['bash', 'zsh', 'fish'].filter((shell) => spawnSync(shell, ['-c', 'true']).status === 0);

const server: RequestListener = (request, response) => {
  const names = ['Main YouTube', 'Main Twitch', "Anna's", 'Twin', 'Twin', 'Café $1: one'];
  const data = names.map((name, index) => ({
    destinationId: `dst_${index}`,
    name,
    group: index === 0 ? 'Sunday' : null,
  }));
  const isList = request.url?.startsWith('/api/destinations?') && request.headers.authorization === 'Bearer a-token';
  response.setHeader('content-type', 'application/json');
  response.writeHead(isList ? 200 : 404).end(JSON.stringify({ data, nextCursor: null }));
};

/** Runs a script while the server answers. @returns what it prints */
function run(shell: string, script: string, listener = server): Promise<string> {
  return withServer(listener, (origin) => {
    const environment = {
      ...{ PATH: `${bin}:${process.env['PATH']}`, HOME: directory, TERM: 'dumb', LC_ALL: 'C.UTF-8' },
      ...{ SLUICE_SERVER: origin, SLUICE_TOKEN: 'a-token', XDG_CONFIG_HOME: join(directory, 'config') },
    };
    return new Promise((resolve, reject) => {
      const options = { env: environment, cwd: directory, timeout: 60_000 };
      execFile(shell, ['-c', script], options, (error, stdout, stderr) =>
        error ? reject(new Error(`${error.message}\n${stdout}\n${stderr}`)) : resolve(stdout),
      );
    });
  });
}

const PREPARE: Record<string, string> = {
  bash: String.raw`source <(sluice completion bash); bind 'set bell-style none'; bind -x '"\C-g": printf %s "$READLINE_LINE" > line.new; mv line.new line'`,
  zsh: String.raw`autoload -Uz compinit; compinit -u -D; source <(sluice completion zsh); unsetopt beep; show() { print -rn -- "$BUFFER" > line.new; mv line.new line }; zle -N show; bindkey '^G' show`,
};

/** Types into an interactive shell on a terminal that `zpty` of zsh makes for it. */
async function type(shell: 'bash' | 'zsh', typed: string, listener = server): Promise<string> {
  writeFileSync(join(directory, 'prepare'), PREPARE[shell]!);
  writeFileSync(join(directory, 'typed'), `${typed}\t\u0007`);
  const start = { bash: 'bash --norc --noprofile -i', zsh: 'zsh -f -i' }[shell];
  return run(
    'zsh',
    `zmodload zsh/zpty; rm -f line ready
    zpty shell ${start}
    zpty -w shell 'source ./prepare; touch ready'
    while [[ ! -e ready ]]; do zpty -r -t shell text; sleep 0.05; done
    zpty -w -n shell "$(<typed)"
    while [[ ! -e line ]]; do zpty -r -t shell text; sleep 0.05; done
    cat line; zpty -d shell`,
    listener,
  );
}

beforeAll(async () => {
  mkdirSync(bin, { recursive: true });
  await buildCommand(join(directory, 'dist', 'sluice.js'));
  writeFileSync(join(bin, 'sluice'), `#!/bin/sh\nexec '${process.execPath}' '${directory}/dist/sluice.js' "$@"\n`);
  chmodSync(join(bin, 'sluice'), 0o755);
  writeFileSync(join(directory, 'export.json'), '{}');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** What one Tab makes of a line, the same in bash and zsh. */
const LINES: [typed: string, completed: string][] = [
  ['sluice dest', 'sluice destinations '],
  ['sluice source sw', 'sluice source switch '],
  ['sluice source switch b', 'sluice source switch backup '],
  ['sluice destinations start --w', 'sluice destinations start --wait '],
  ['sluice destinations start Twin --w', 'sluice destinations start Twin --wait '],
  ['sluice destinations show ann', String.raw`sluice destinations show Anna\'s `],
  ['sluice destinations show "Main Y', 'sluice destinations show "Main YouTube" '],
  [String.raw`sluice destinations show Main\ T`, String.raw`sluice destinations show Main\ Twitch `],
  ['sluice destinations show dst_5', String.raw`sluice destinations show dst_5 `],
  ['sluice destinations start --group Su', 'sluice destinations start --group Sunday '],
  ['sluice import exp', 'sluice import export.json '],
];

describe.skipIf(!PRESENT.includes('zsh'))('in an interactive shell, Tab', () => {
  it.each(LINES)('in bash makes of %s the line %s', async (typed, completed) => {
    expect(await type('bash', typed)).toBe(completed);
  });

  it.each(LINES)('in zsh makes of %s the line %s', async (typed, completed) => {
    expect(await type('zsh', typed)).toBe(completed);
  });

  it('changes nothing, and does not hang, when the server refuses', async () => {
    const refuse: RequestListener = (_request, response) => void response.writeHead(401).end('{}');
    for (const shell of ['bash', 'zsh'] as const) {
      expect(await type(shell, 'sluice destinations show Ma', refuse)).toBe('sluice destinations show Ma');
    }
  });
});

describe('bash', () => {
  const complete = async (line: string) => {
    const script = `source <(sluice completion bash); COMP_LINE="$LINE"; COMP_POINT=\${#COMP_LINE}; _sluice; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return (await run('bash', `LINE=$(cat <<'END'\n${line}\nEND\n); ${script}`)).split('\n').slice(0, -1);
  };

  it('lists words, options and names', async () => {
    expect(await complete('sluice source s')).toEqual(['status', 'start', 'stop', 'switch']);
    expect(await complete('sluice destinations delete x --')).toEqual(
      ['stop', 'wait', 'timeout', 'json', 'server', 'help', 'version'].map((name) => `--${name}`),
    );
    expect(await complete('sluice destinations show M')).toEqual([String.raw`Main\ YouTube`, String.raw`Main\ Twitch`]);
  });

  it('replaces only what follows = and :', async () => {
    expect(await complete('sluice destinations edit x --apply=n')).toEqual(['now', 'next-start']);
    expect(await complete(String.raw`sluice destinations show Café\ \$1:`)).toEqual([String.raw`\ one`]);
  });
});

describe.skipIf(!PRESENT.includes('fish'))('fish', () => {
  const complete = async (line: string) => {
    const quoted = line.replaceAll(/['\\]/g, '\\$&');
    return (await run('fish', `sluice completion fish | source; complete -C '${quoted}'`)).split('\n').slice(0, -1);
  };

  it('lists words, options and names with their meaning', async () => {
    expect(await complete('sluice des')).toEqual(['destinations']);
    expect(await complete('sluice source switch b')).toEqual(['backup']);
    expect(await complete('sluice destinations start --w')).toEqual([
      '--wait\twait until the media arrives, and show the progress; exit code 1 if it does not',
    ]);
    expect((await complete('sluice destinations show Ma')).toSorted()).toEqual([
      'Main Twitch\tdst_1',
      'Main YouTube\tdst_0',
    ]);
    expect(await complete('sluice destinations show "Main Y')).toEqual(['Main YouTube\tdst_0']);
    expect(await complete('sluice import exp')).toEqual(['export.json']);
  });
});
