import { expect, it } from 'vitest';
import { systemClock } from '../host/clock.ts';
import { silentLogger } from './engine-logger.ts';
import { createSourceSounds } from './source-sounds.ts';

const SPANISH = { by: 'language', language: 'spa', isStrict: true } as const;

function make() {
  let nowMs = 0;
  const sounds = createSourceSounds({
    clock: { ...systemClock, now: () => nowMs },
    logger: silentLogger,
    onStreams() {},
  });
  const afterSeconds = (seconds: number) => {
    nowMs += seconds * 1000;
    sounds.push(Buffer.alloc(188));
  };
  return { sounds, afterSeconds };
}

it('shares the program of equal choices, and gives every other choice its own', () => {
  const { sounds } = make();
  expect(sounds.withSound({ ...SPANISH })).toBe(sounds.withSound(SPANISH));
  expect(sounds.withSound({ ...SPANISH, isStrict: false })).not.toBe(sounds.withSound(SPANISH));
  expect(sounds.withSound(undefined)).not.toBe(sounds.withSound(SPANISH));
});

it('ends a program that has not been used for a minute, and not one that is tapped', () => {
  const { sounds, afterSeconds } = make();
  const tapped = sounds.withSound(SPANISH);
  const untap = tapped.tap({ onBytes() {} });
  const unused = sounds.withSound({ by: 'pid', pid: 1 });
  afterSeconds(120);
  expect(sounds.withSound(SPANISH)).toBe(tapped);
  expect(sounds.withSound({ by: 'pid', pid: 1 })).not.toBe(unused);
  untap();
  untap();
  afterSeconds(30);
  expect(sounds.withSound(SPANISH)).toBe(tapped);
  afterSeconds(61);
  expect(sounds.withSound(SPANISH)).not.toBe(tapped);
});
