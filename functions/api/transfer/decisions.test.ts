import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DEFAULT_FILTER, type NotificationTarget } from '../../domain/notification-target.ts';
import type { ShowSeries } from '../../domain/show-series.ts';
import { makeRecord } from '../../../test/support/api.ts';
import { makeShow } from '../../../test/support/make-show.ts';
import {
  DESTINATION_DECISIONS,
  RECORDING_SETTING_DECISIONS,
  SERIES_DECISIONS,
  SERIES_PLAN_DECISIONS,
  SHOW_DECISIONS,
  STORE_DECISIONS,
  TARGET_DECISIONS,
} from './decisions.ts';
import { toExportedDestination, toExportedSeries, toExportedShow, toExportedTarget } from './export-items.ts';

/** Every stored thing is exported, or there is a reason why not. The types check it for fields, this file for the rest. */

const REFERENCES = new Map([['dst_1', 'One']]);

const TARGET: NotificationTarget = {
  ...{
    targetId: 'tgt_1',
    name: 'Studio',
    kind: 'email',
    email: 'studio@example.com',
    urlHost: null,
    urlCiphertext: null,
  },
  ...{ secrets: [], filter: DEFAULT_FILTER, isEnabled: true, disabledReason: null, failuresInSequence: 0 },
  ...{ failingSince: null, createdAt: '', lastModified: '', createdBy: 'x', writeCount: 1 },
};

/** Returns the fields whose value shows in an export. */
function shownFields(toText: (changes: object) => string, values: Record<string, unknown>): string[] {
  return Object.entries(values).flatMap(([field, value]) => (toText({ [field]: value }) === toText({}) ? [] : [field]));
}

const exportedOf = (decisions: Record<string, string>) =>
  Object.entries(decisions)
    .filter(([, decision]) => decision === 'exported')
    .map(([field]) => field);

describe('the export', () => {
  it('has a decision for every store', () => {
    const stores = readdirSync('functions/aws').filter((name) => /-(table|store)\.ts$/.test(name));
    expect(Object.keys(STORE_DECISIONS).toSorted()).toEqual(stores.toSorted());
  });

  it('shows every setting of a destination that is decided to be exported', () => {
    const values = {
      name: 'Another',
      reference: 'another',
      group: 'Church',
      platform: 'twitch',
      rtmpUrl: 'rtmps://other.example/app',
      backupRtmpUrl: 'rtmps://backup.example/app',
      keyValidUntil: '2027-01-01T00:00:00.000Z',
      keyUse: 'once',
      preset: '720p30',
      standby: 'warm',
      sound: { track: { by: 'first' }, channels: 'source', loudnessLufs: -14 },
      onSourceLoss: 'stop',
      holdMinutes: 3,
      position: 7,
    };
    const rtmp = shownFields((changes) => JSON.stringify(toExportedDestination(makeRecord(changes), 'x')), values);
    const srt = shownFields(
      (changes) => JSON.stringify(toExportedDestination(makeRecord({ platform: 'srt', ...changes }), 'x')),
      { streamId: 'publish:y', latencyMs: 900 },
    );
    expect([...rtmp, ...srt].toSorted()).toEqual(exportedOf(DESTINATION_DECISIONS).toSorted());
  });

  it('shows every setting of a show that is decided to be exported', () => {
    const destination = makeShow().destinations[0];
    const values = {
      title: 'Another',
      description: 'Another',
      category: 'Music',
      tags: ['z'],
      privacy: 'unlisted',
      notes: 'Another',
      zone: 'Asia/Tokyo',
      localStart: '2027-02-02T02:02:02',
      localEnd: '2027-02-02T04:02:02',
      endRule: makeShow().endRule === 'clock' ? 'hand' : 'clock',
      sourceLostMinutes: 99,
      onFailure: 'stop-all',
      ceiling: { period: 'show', microUsd: 5e6, atLimit: { action: 'warn' }, spared: ['dst_1'], course: null },
      sendsReport: true,
      record: true,
      startsSource: true,
      expectedSource: { width: 1, height: 1, framesPerSecond: null, soundChannels: null, soundSampleRateHz: null },
      destinations: [{ ...destination, destinationId: 'dst_1' }],
      state: 'draft',
    };
    const shown = shownFields(
      (changes) => JSON.stringify(toExportedShow({ ...makeShow(), ...changes }, REFERENCES, null)),
      values,
    );
    // The cover is read beside the show; the round trip in transfer.test.ts covers it.
    expect([...shown, 'cover'].toSorted()).toEqual(exportedOf(SHOW_DECISIONS).toSorted());
  });

  it('shows every setting of a series that is decided to be exported', () => {
    const now = new Date('2026-11-21T18:00:00.000Z');
    const { localEnd: _end, localStart: _start, state: _state, ...plan } = makeShow();
    const series: ShowSeries = {
      ...{ seriesId: 'ser_1', rule: 'FREQ=WEEKLY;COUNT=1', dates: ['2026-12-06'], plannedThrough: null, revision: 1 },
      plan: { ...plan, timeOfDay: '10:00:00', lengthSeconds: 60, destinations: [], isDraft: true },
      createdBy: 'x',
    };
    const toText = (changes: object) =>
      JSON.stringify(toExportedSeries({ ...series, ...changes }, { references: REFERENCES, cover: null, now }));
    const shownPlan = shownFields((changes) => toText({ plan: { ...series.plan, ...changes } }), {
      title: 'Another',
      description: 'Another',
      category: 'Music',
      tags: ['z'],
      privacy: 'unlisted',
      notes: 'Another',
      zone: 'Asia/Tokyo',
      endRule: series.plan.endRule === 'clock' ? 'hand' : 'clock',
      sourceLostMinutes: 99,
      onFailure: 'stop-all',
      record: true,
      sendsReport: true,
      startsSource: true,
      expectedSource: { width: 1, height: 1, framesPerSecond: null, soundChannels: null, soundSampleRateHz: null },
      ceiling: { period: 'show', microUsd: 5e6, atLimit: { action: 'warn' }, spared: [], course: null },
      timeOfDay: '11:00:00',
      lengthSeconds: 120,
      destinations: [{ destinationId: 'dst_1', offsetSeconds: 0, isRequired: false }],
      isDraft: false,
    });
    expect(shownPlan.toSorted()).toEqual(exportedOf(SERIES_PLAN_DECISIONS).toSorted());
    expect(shownFields(toText, { rule: 'FREQ=WEEKLY;INTERVAL=2;COUNT=1' })).toEqual(['rule']);
    expect(exportedOf(SERIES_DECISIONS)).toEqual(['rule', 'plan', 'cover']);
    expect(exportedOf(RECORDING_SETTING_DECISIONS)).toEqual(['keepDays', 'limitBytes']);
  });

  it('shows every setting of a notification target that is decided to be exported', () => {
    const values: Partial<NotificationTarget> = {
      name: 'Another',
      kind: 'companion',
      email: 'other@example.com',
      companion: { variable: 'other', pressOnOpen: null, pressOnResolve: null },
      filter: { ...DEFAULT_FILTER, destinationIds: ['dst_1'] },
      isEnabled: false,
    };
    const shown = shownFields(
      (changes) => JSON.stringify(toExportedTarget({ ...TARGET, ...changes }, REFERENCES)),
      values,
    );
    expect(shown.toSorted()).toEqual(exportedOf(TARGET_DECISIONS).toSorted());
  });
});
