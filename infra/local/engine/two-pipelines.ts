/**
 * The two pipelines of a STANDARD channel: the same frames to a main and a backup server. Each connects, fails and
 * reconnects on its own, and sends only while its own endpoint of the input is fed, as on AWS.
 */
import type { Clock } from '../host/clock.ts';
import type { ChannelOutput } from './channel-output.ts';
import type { Program } from './program.ts';
import { createProgramSwitch } from './program-switch.ts';
import type { RtmpPublisher } from './rtmp/publisher.ts';

interface Server {
  url: string;
  streamKey: string;
}

/** Starts both pipelines; neither sends before `setFed` says that its input is fed. */
export function openTwoPipelines(options: {
  main: Server;
  backup: Server;
  program: Program;
  clock: Clock;
  publish(server: Server, program: Program): RtmpPublisher;
}): Omit<ChannelOutput, 'hls'> {
  const { backup, clock, main, program, publish } = options;
  const gates = { main: createProgramSwitch({ clock }), backup: createProgramSwitch({ clock }) };
  const publishers = { main: publish(main, gates.main.program), backup: publish(backup, gates.backup.program) };
  return {
    report: () => ({ ...publishers.main.report(), backup: publishers.backup.report() }),
    setFed(fed) {
      gates.main.select(fed.main ? program : null);
      gates.backup.select(fed.backup ? program : null);
    },
    // The platform is simulated, and it is behind both servers.
    rehearse(fault) {
      publishers.main.rehearse(fault);
      publishers.backup.rehearse(fault);
    },
    async close() {
      await Promise.all([publishers.main.close(), publishers.backup.close()]);
    },
  };
}
