import { describe, expect, it } from 'vitest';
import { explainNoPicture, explainNoStandbyPicture } from './no-picture.ts';

const flow = (state: 'off' | 'waiting' | 'connected' | 'failed', used = 1) => ({
  source: { state },
  outputs: { used },
});

describe('the reason for a missing picture', () => {
  it('is a source that is off or waits for an encoder', () => {
    expect(explainNoPicture(flow('off'), 'always')).toBe('The source is off');
    expect(explainNoPicture(flow('waiting'), 'off')).toBe('No picture until an encoder connects');
  });

  it('is the wait for a picture while one is possible', () => {
    expect(explainNoPicture(flow('connected'), undefined)).toBe('Waiting for the picture');
    expect(explainNoPicture(flow('connected', 50), 'always')).toBe('Waiting for the picture');
    expect(explainNoPicture(flow('connected', 10), 'off')).toContain('Waiting for a picture');
  });

  it('is the AWS limit with the preview off and more than ten outputs', () => {
    expect(explainNoPicture(flow('connected', 11), 'off')).toMatch(/no pictures .* more than 10 outputs/);
  });
});

describe('the reason for a missing picture of a source that is not in use', () => {
  it.each([
    [false, true, 'The source is off'],
    [true, false, 'No picture until its encoder connects'],
    [true, true, 'Waiting for the picture'],
    [true, null, 'Waiting for the picture'],
  ])('with the flow up %s and its encoder connected %s', (isFlowUp, isConnected, reason) => {
    expect(explainNoStandbyPicture({ isConnected }, isFlowUp)).toBe(reason);
  });
});
