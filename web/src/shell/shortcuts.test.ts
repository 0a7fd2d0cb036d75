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

  it('does nothing for keys that are no shortcut, and forgets them', () => {
    expect(press('x')).toBeNull();
    expect(press('g', 'x')).toBeNull();
    expect(press('g', 'x', 's')).toEqual({ kind: 'transport' });
  });

  it('takes a key that goes on with nothing as the first of another shortcut', () => {
    expect(press('g', 'j')).toEqual({ kind: 'move', by: 1 });
  });

  it('forgets the first key after a pause', () => {
    const { pressed } = pressKey(NOTHING, 'g', 10_000);
    expect(pressKey(pressed, 'd', 11_000).action).toMatchObject({ kind: 'go' });
    expect(pressKey(pressed, 'd', 12_000).action).toBeNull();
  });

  it('has no two shortcuts of which one begins with the other', () => {
    const written = SHORTCUTS.map(({ keys }) => keys.join(' '));
    for (const one of written) expect(written.filter((other) => `${other} `.startsWith(`${one} `))).toEqual([one]);
  });
});
