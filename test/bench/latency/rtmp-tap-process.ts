/** A process that receives RTMP and records when each picture was complete, by stream key. */
import { startRtmpReceiver } from '../../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import { keyOfFlvBody } from './picture-key.ts';
import type { Passage } from './passages.ts';

const passages: Record<string, Passage[]> = {};
const receiver = await startRtmpReceiver({
  port: 0,
  onMedia({ streamName }, kind, _timestampMs, payload) {
    if (kind !== 'video') return;
    const atMs = Number(process.hrtime.bigint()) / 1e6;
    const key = keyOfFlvBody(payload);
    if (key !== null) (passages[streamName] ??= []).push({ key, atMs });
  },
});
process.on('message', () => process.send!({ passages }));
process.on('disconnect', () => process.exit());
process.send!({ baseUrl: receiver.baseUrl });
