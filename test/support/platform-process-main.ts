/** The process behind `startPlatformProcess`: one RTMP receiver that says what it has received when asked. */
import { startRtmpReceiver, type KeyVerdict } from '../../infra/local/rtmp-receiver/rtmp-receiver.ts';

const [port, verdict] = process.argv.slice(2);
const receiver = await startRtmpReceiver({ port: Number(port), acceptKey: () => verdict as KeyVerdict });
process.on('message', () => process.send!(receiver.sessions));
process.on('disconnect', () => process.exit());
process.send!('listening');
