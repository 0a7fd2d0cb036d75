import { describe, expect, it } from 'vitest';
import { pressKey, SHORTCUTS, type Pressed } from './shortcuts.ts';

const NOTHING: Pressed = { keys: [], atMs: 0 };

function press(...keys: string[]) {
  let last = { action: null, pressed: NOTHING } as ReturnType<typeof pressKey>;
  for (const key of keys) last = pressKey(last.pressed, key, 0);
  return last.action;
}

describe('pressKey', () => {
  it('finds every shortcut by its keys', () => {
    for (const { keys, action } of SHORTCUTS) expect(press(...keys)).toEqual(action);
  });

  it('ignores and drops keys that are not a shortcut', () => {
    expect(press('x')).toBeNull();
    expect(press('g', 'x')).toBeNull();
    expect(press('g', 'x', 's')).toEqual({ kind: 'transport' });
  });

  it('treats a key that does not continue a shortcut as the start of another', () => {
    expect(press('g', 'j')).toEqual({ kind: 'move', by: 1 });
  });

  it('drops the first key after a pause', () => {
    const { pressed } = pressKey(NOTHING, 'g', 10_000);
    expect(pressKey(pressed, 'd', 11_000).action).toMatchObject({ kind: 'go' });
    expect(pressKey(pressed, 'd', 12_000).action).toBeNull();
  });

  it('has no shortcut that is a prefix of another', () => {
    const written = SHORTCUTS.map(({ keys }) => keys.join(' '));
    for (const one of written) expect(written.filter((other) => `${other} `.startsWith(`${one} `))).toEqual([one]);
  });
});
