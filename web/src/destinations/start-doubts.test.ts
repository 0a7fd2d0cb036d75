import { describe, expect, it } from 'vitest';
import { makeDestination } from '../../../test/support/make-destination.ts';
import { makeFlow } from '../../../test/support/make-flow.ts';
import { doubtStart } from './start-doubts.ts';

const flow = makeFlow();
const off = makeFlow({ source: { ...flow.source, state: 'off' } });
const waiting = makeFlow({ source: { ...flow.source, state: 'waiting' } });
const stopped = makeDestination();
const holding = makeDestination({ mediaConnectOutputArn: 'arn:aws:mediaconnect:output' });

describe('doubtStart', () => {
  it('returns no doubts while an encoder is connected and outputs are free', () => {
    expect(doubtStart([stopped], flow)).toEqual({ doubts: [], startable: [stopped] });
  });

  it('returns no doubts while the source is unknown', () => {
    expect(doubtStart([stopped], undefined)).toEqual({ doubts: [], startable: [stopped] });
  });

  it('questions a start without an encoder, and mentions billing only on AWS', () => {
    expect(doubtStart([stopped], waiting).doubts).toEqual([
      'No encoder is connected. Nothing goes on air until one is. Waiting channels are still billed.',
    ]);
    const free = makeDestination({ cost: { ...stopped.cost, isBilled: false } });
    expect(doubtStart([free], off).doubts).toEqual([
      'The source is off. Nothing goes on air until you start it and an encoder connects.',
    ]);
  });

  it('limits the start to free outputs, except for destinations that already hold one', () => {
    const nearlyFull = makeFlow({ outputs: { used: 48, limit: 50 } });
    const { doubts, startable } = doubtStart([stopped, holding, stopped, stopped], nearlyFull);
    expect(startable).toEqual([stopped, holding, stopped]);
    expect(doubts).toEqual(['Only 2 of the source’s 50 outputs are free: 3 of 4 can start.']);
  });

  it('starts nothing on a full flow', () => {
    const { doubts, startable } = doubtStart([stopped], makeFlow({ outputs: { used: 50, limit: 50 } }));
    expect([doubts, startable]).toEqual([['All 50 outputs of the source are in use. Stop a destination first.'], []]);
  });
});
