import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DESTINATION_ID, makeRecord, MISSING_ID, startTestApi, type TestApi } from '../../../test/support/api.ts';

let test: TestApi;
beforeAll(async () => {
  test = await startTestApi();
});
beforeEach(async () => {
  await test.reset();
  await test.call('DELETE', '/api/rehearsal');
});
afterAll(() => test.close());

const change = (body: unknown) => test.call('POST', '/api/rehearsal', { body });
const activeOf = ({ body }: { body: any }) => body.data.filter(({ isActive }: { isActive: boolean }) => isActive);

describe('/api/rehearsal', () => {
  it('GET 200 lists the drills with label and description', async () => {
    const answer = await test.call('GET', '/api/rehearsal');
    expect(answer.status).toBe(200);
    expect(answer.body.data).toContainEqual({
      fault: 'source_lost',
      scope: 'deployment',
      label: 'Source lost',
      description: expect.stringContaining('wait for the source'),
      isActive: false,
      destinationIds: [],
    });
    expect(activeOf(answer)).toEqual([]);
  });

  it('POST 200 starts and stops a drill', async () => {
    await test.put(makeRecord());
    await change({ fault: 'aws_throttled', isActive: true });
    const both = await change({ fault: 'key_refused', destinationId: DESTINATION_ID, isActive: true });
    expect(activeOf(both)).toMatchObject([
      { fault: 'aws_throttled', destinationIds: [] },
      { fault: 'key_refused', destinationIds: [DESTINATION_ID] },
    ]);
    expect(activeOf(await change({ fault: 'aws_throttled', isActive: false }))).toHaveLength(1);
  });

  it('DELETE 200 stops all drills', async () => {
    await test.put(makeRecord());
    await change({ fault: 'source_lost', isActive: true });
    await change({ fault: 'platform_slow', destinationId: DESTINATION_ID, isActive: true });
    const answer = await test.call('DELETE', '/api/rehearsal');
    expect(answer.status).toBe(200);
    expect(activeOf(answer)).toEqual([]);
  });

  it('404 for an unknown destination', async () => {
    expect((await change({ fault: 'key_refused', destinationId: MISSING_ID, isActive: true })).status).toBe(404);
  });

  it.each([
    [{ fault: 'key_refused', isActive: true }, 'name it'],
    [{ fault: 'source_lost', destinationId: DESTINATION_ID, isActive: true }, 'whole deployment'],
    [{ fault: 'earthquake', isActive: true }, 'source_lost'],
    [{ fault: 'source_lost' }, 'isActive'],
  ])('422 for %j', async (body, words) => {
    const answer = await change(body);
    expect(answer.status).toBe(422);
    expect(answer.text).toContain(words);
  });

  it('422 for unknown query parameters', async () => {
    expect((await test.call('GET', '/api/rehearsal?x=1')).status).toBe(422);
    expect((await test.call('DELETE', '/api/rehearsal?x=1')).status).toBe(422);
  });

  it('does not exist without drills', async () => {
    test.rebuild({ rehearsal: undefined });
    expect((await test.call('GET', '/api/rehearsal')).status).toBe(404);
    expect((await change({ fault: 'source_lost', isActive: true })).status).toBe(404);
  });

  it('has a case for every status it documents', async () => {
    test.rebuild({});
    expect(await test.unmetStatuses('/api/rehearsal')).toEqual([]);
  });
});
