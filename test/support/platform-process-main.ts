/** The process of `startPlatformProcess`: one RTMP receiver that reports its sessions on request. */
import { startRtmpReceiver } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';
import type { KeyVerdict } from '../../infra/local/rtmp-receiver/serve-session.ts';

const [port, verdict] = process.argv.slice(2);
const receiver = await startRtmpReceiver({ port: Number(port), acceptKey: () => verdict as KeyVerdict });
process.on('message', () => process.send!(receiver.sessions));
process.on('disconnect', () => process.exit());
process.send!('listening');
