import { describe, expect, it } from 'vitest';
import { DESTINATION_STATUSES } from '../../../functions/domain/destination.ts';
import { HEALTH_LEVELS } from '../../../functions/domain/health-reasons.ts';
import { announcementFor, presentDestination, presentStale } from './destination-presentation.ts';
import { makeDestination } from '../../../test/support/make-destination.ts';

const health = makeDestination().health;

describe('presentDestination', () => {
  it('is green only for a destination that the API reports on air', () => {
    for (const status of DESTINATION_STATUSES) {
      for (const level of HEALTH_LEVELS) {
        const shown = presentDestination(makeDestination({ status, health: { ...health, level }, onAir: false }));
        expect(shown.tone, `${status} ${level}`).not.toBe('air');
      }
    }
    expect(presentDestination(makeDestination({ status: 'running', onAir: true })).tone).toBe('air');
  });

  it('is amber, not red, for a failure that recovers automatically', () => {
    const reconnecting = presentDestination(
      makeDestination({ status: 'running', health: { ...health, level: 'reconnecting', severity: 'transient' } }),
    );
    const down = presentDestination(
      makeDestination({ status: 'running', health: { ...health, level: 'down', severity: 'transient' } }),
    );
    expect([reconnecting.tone, down.tone]).toEqual(['motion', 'motion']);
  });

  it('is red with reason and remedy when the operator must act', () => {
    const shown = presentDestination(
      makeDestination({
        status: 'running',
        health: {
          ...health,
          level: 'down',
          severity: 'fatal',
          detail: 'the key was refused',
          remedy: 'replace the key',
        },
      }),
    );
    expect(shown).toMatchObject({ tone: 'attention', reason: 'The key was refused', remedy: 'Replace the key' });
  });

  it('shows the recorded error of a failed start', () => {
    const lastError = {
      code: 'quota_exceeded',
      detail: 'no channel left',
      remedy: 'stop one',
      at: '2026-11-21T18:00:00Z',
    };
    const shown = presentDestination(makeDestination({ status: 'error', lastError }));
    expect(shown).toMatchObject({ tone: 'attention', word: 'Failed', reason: 'No channel left', remedy: 'Stop one' });
  });

  it('has its own word and glyph while the running channel waits for the source', () => {
    const shown = presentDestination(
      makeDestination({ status: 'running', health: { ...health, level: 'waiting_for_source' } }),
    );
    expect(shown).toMatchObject({ tone: 'waiting', glyph: 'waiting', word: 'Waiting for source' });
  });

  it('never advises to start or stop the primary channel, which has no buttons', () => {
    for (const level of HEALTH_LEVELS) {
      const remedy = 'start the encoder, or stop this destination to stop paying for it';
      const shown = presentDestination(
        makeDestination({ primary: true, status: 'running', health: { ...health, level, remedy } }),
      );
      expect(shown.remedy, level).not.toMatch(/stop this/);
    }
  });

  it('greys a stale destination and keeps its word', () => {
    const shown = presentStale(presentDestination(makeDestination({ status: 'running', onAir: true })));
    expect(shown).toMatchObject({ tone: 'stale', word: 'On air' });
  });

  it('announces name, state and remedy', () => {
    const shown = presentDestination(makeDestination({ status: 'running', onAir: true }));
    expect(announcementFor('Main YouTube', shown)).toBe('Main YouTube: on air');
  });
});
