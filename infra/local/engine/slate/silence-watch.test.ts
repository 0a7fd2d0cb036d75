import { describe, expect, it } from 'vitest';
import { makeManualClock } from '../../../../test/support/rtmp.ts';
import { createSilenceWatch } from './silence-watch.ts';

function setUp() {
  const clock = makeManualClock();
  const watch = createSilenceWatch({ clock, run: (callback) => callback() });
  const silences: string[] = [];
  const add = (name: string) => watch.add(() => silences.push(name));
  const wait = (ms: number, action = () => {}) => {
    for (let at = 0; at < ms; at += 10) {
      clock.advance(10);
      action();
    }
  };
  return { add, clock, silences, wait };
}

describe('the watch of silent inputs', () => {
  it('reports a silence once, between 350 and 400 ms after the last frame', () => {
    const { add, silences, wait } = setUp();
    const input = add('one');
    wait(1_000, input.heard);
    wait(340);
    expect(silences).toEqual([]);
    wait(50);
    expect(silences).toEqual(['one']);
    wait(5_000);
    expect(silences).toEqual(['one']);
  });

  it('reports the next silence of an input that was heard again', () => {
    const { add, silences, wait } = setUp();
    const input = add('one');
    wait(1_000);
    input.heard();
    wait(340);
    expect(silences).toHaveLength(1);
    wait(50);
    expect(silences).toHaveLength(2);
  });

  it('reports the silent input alone', () => {
    const { add, silences, wait } = setUp();
    const [heard] = [add('heard'), add('silent')];
    wait(1_000, heard.heard);
    expect(silences).toEqual(['silent']);
  });

  it('does not take a busy process for silence: what had arrived is read after the timer', () => {
    const { add, clock, silences } = setUp();
    const input = add('one');
    // One long turn of the event loop: the timer is due, and the frames are read after it.
    clock.advance(100);
    clock.advance(100);
    clock.advance(100);
    clock.advance(100);
    input.heard();
    clock.advance(100);
    expect(silences).toEqual([]);
  });

  it('notices silence in time after the clock was set back', () => {
    const { clock, silences } = setUp();
    let backMs = 0;
    const watch = createSilenceWatch({
      clock: { now: () => clock.now() - backMs, after: clock.after },
      run: (callback) => callback(),
    });
    const input = watch.add(() => silences.push('one'));
    clock.advance(200);
    backMs = 3_600_000;
    clock.advance(200);
    input.heard();
    for (let at = 0; at < 800; at += 20) clock.advance(20);
    expect(silences).toEqual(['one']);
  });

  it('rests without inputs, and while all are silent', () => {
    const { add, clock, wait } = setUp();
    const input = add('one');
    wait(1_000);
    expect(clock.pendingMs()).toEqual([]);
    input.heard();
    expect(clock.pendingMs()).toEqual([350]);
    input.leave();
    expect(clock.pendingMs()).toEqual([]);
  });
});
