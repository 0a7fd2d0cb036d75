import { expect, it } from 'vitest';
import { engineArguments } from './engine-arguments.ts';

it.each([
  [['--max-old-space-size=512', '--import', 'file:///x.mjs'], []],
  [['--inspect'], ['--inspect=127.0.0.1:9230']],
  [['--inspect-brk'], ['--inspect=127.0.0.1:9230']],
  [['--inspect=9300'], ['--inspect=127.0.0.1:9301']],
  [['--inspect=0.0.0.0:9300'], ['--inspect=127.0.0.1:9301']],
  [['--inspect=0'], ['--inspect=127.0.0.1:0']],
])('of a parent with %j the engine process gets %j', (parent, engine) => {
  expect(engineArguments(parent)).toEqual(['--min-semi-space-size=16', '--initial-old-space-size=128', ...engine]);
});
