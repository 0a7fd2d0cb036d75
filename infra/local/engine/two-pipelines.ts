/**
 * The two pipelines of a STANDARD channel: the same frames to a main and a backup server. Each connects, fails and
 * reconnects on its own. While its own endpoint of the input is not fed it sends what the channel's settings say about a
 * lost input, as on AWS.
 */
import type { Clock } from '../host/clock.ts';
import type { ChannelOutput, Pipeline } from './channel-output.ts';
import type { Program } from './program.ts';
import { createProgramSwitch } from './program-switch.ts';

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
  publish(server: Server, program: Program): Pipeline;
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
    cover(image) {
      publishers.main.cover(image);
      publishers.backup.cover(image);
    },
    async close() {
      await Promise.all([publishers.main.close(), publishers.backup.close()]);
    },
  };
}
