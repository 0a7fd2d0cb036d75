import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startCompanionServer, type CompanionServer } from '../../test/support/companion-server.ts';
import { ABOUT_NOTHING, type SluiceEvent } from '../domain/webhook-events.ts';
import { notifyCompanion } from './companion.ts';
import { post } from './post.ts';

let companion: CompanionServer;
beforeEach(async () => {
  companion = await startCompanionServer();
  companion.variables.set('sluice', '');
  companion.buttons.add('1/0/2').add('1/0/3');
});
afterEach(() => companion.close());

const SETTINGS = {
  variable: 'sluice',
  pressOnOpen: { page: 1, row: 0, column: 2 },
  pressOnResolve: { page: 1, row: 0, column: 3 },
};
const makeEvent = (type: SluiceEvent['type'], title = 'Source lost'): SluiceEvent => ({
  eventId: 'inc_1-1',
  type,
  at: '2026-12-01T18:00:00.000Z',
  about: ABOUT_NOTHING,
  title,
  lines: [],
  data: {},
});
const notify = (event: SluiceEvent, settings = SETTINGS) =>
  notifyCompanion(event, { base: `${companion.origin}/`, settings, send: post, options: { loopbackAllowed: true } });

describe('Companion', () => {
  it('shows the title in its variable and gets the button of the event pressed', async () => {
    expect(await notify(makeEvent('incident.opened'))).toMatchObject({ status: 200, error: null });
    expect([companion.variables.get('sluice'), companion.pressed]).toEqual(['Source lost', ['1/0/2']]);
    await notify(makeEvent('incident.resolved', 'Resolved: Überträger'));
    expect([companion.variables.get('sluice'), companion.pressed]).toEqual([
      'Resolved: Überträger',
      ['1/0/2', '1/0/3'],
    ]);
  });

  it('gets no button pressed by other events, or where none is set', async () => {
    await notify(makeEvent('notification.test'));
    await notify(makeEvent('incident.acknowledged'));
    await notify(makeEvent('incident.opened'), { ...SETTINGS, pressOnOpen: null as never });
    expect(companion.pressed).toEqual([]);
  });

  it('that has no such variable is not pressed, and the answer names the variable', async () => {
    companion.variables.clear();
    const answer = await notify(makeEvent('incident.opened'));
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining('custom variable sluice') });
    expect(companion.pressed).toEqual([]);
  });

  it('that has no button at the location has not accepted the message', async () => {
    companion.buttons.clear();
    expect(await notify(makeEvent('incident.opened'))).toEqual({
      status: null,
      error: 'companion_no_button',
      text: '',
    });
  });

  it('whose HTTP API is off says where to switch it on', async () => {
    companion.isEnabled = false;
    expect(await notify(makeEvent('incident.opened'))).toMatchObject({
      status: 403,
      text: expect.stringContaining('HTTP API is off'),
    });
  });
});
