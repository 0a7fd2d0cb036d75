import { describe, expect, it } from 'vitest';
import { fieldErrors } from './field-errors.ts';

const problem = {
  type: 'about:blank',
  title: 'The request is not valid',
  status: 422,
  detail: 'one field is not right',
  code: 'validation_failed',
  remedy: 'correct it',
  requestId: 'req_1',
};

describe('fieldErrors', () => {
  it('assigns each message to its field', () => {
    const errors = [{ field: 'rtmpUrl', message: 'not an RTMP URL' }];
    expect(fieldErrors({ ...problem, errors }, ['rtmpUrl'])).toEqual({
      fields: { rtmpUrl: 'not an RTMP URL' },
      rest: null,
      restartRequired: false,
      isConflict: false,
    });
  });

  it('keeps messages whose field is not in the form', () => {
    const errors = [
      { field: 'rtmpUrl', message: 'not an RTMP URL' },
      { field: 'somethingElse', message: 'unknown' },
    ];
    expect(fieldErrors({ ...problem, errors }, ['rtmpUrl']).rest).not.toBeNull();
    expect(fieldErrors(problem, ['rtmpUrl']).rest).toBe(problem);
  });

  it('turns restart_required into a question', () => {
    expect(fieldErrors({ ...problem, code: 'restart_required', status: 409 }, [])).toEqual({
      fields: {},
      rest: null,
      restartRequired: true,
      isConflict: false,
    });
  });

  it('turns a change by someone else into a question', () => {
    const conflict = { ...problem, code: 'etag_mismatch', status: 412 };
    expect(fieldErrors(conflict, ['name'])).toEqual({
      fields: {},
      rest: null,
      restartRequired: false,
      isConflict: true,
    });
  });
});
