/**
 * `npm run bench:audience`: what a crowd on the public pages costs the rest, and what the pages themselves achieve. Counts
 * and ratios can fail the run; times cannot, because they depend on the machine.
 */
import { runParts } from '../run-parts.ts';
import { benchCrowd } from './bench-crowd.ts';
import { benchFirstPicture } from './bench-first-picture.ts';
import { benchServing } from './bench-serving.ts';

const VIEWERS = 1_000;
const DESTINATIONS = 10;
const print = (line: string) => console.error(`  ${line}`);

const PARTS = {
  crowd: (isQuick: boolean) =>
    benchCrowd({
      ...(isQuick ? { viewers: 50, destinations: 2, seconds: 5 } : FULL_CROWD),
      print,
    }),
  serving: (isQuick: boolean) =>
    benchServing({ rounds: isQuick ? 1 : 5, secondsPerRound: isQuick ? 2 : 8, parallel: 32, print }),
  'first-picture': (isQuick: boolean) => benchFirstPicture({ rounds: isQuick ? 1 : 7, print }),
};
const FULL_CROWD = { viewers: VIEWERS, destinations: DESTINATIONS, seconds: 30 };
type PartName = keyof typeof PARTS;

const HELP = `npm run bench:audience [-- --only <part> --quick]

Starts Sluice with public pages and a live show on free ports and prints one Markdown table. Linux only, because it reads
/proc. Takes about six minutes; close other programs that use the CPU. Ends with 1 when a destination has a gap or connects
again, the dashboard is more than 1.5 times as slow as without viewers, serving costs more than 1/0.7 of a static file
server’s processor time, or the page has more script than it may. How many viewers a machine serves depends on the machine:
a thousand receive 1.7 Gbit/s, and here their own work counts too.

  --only <part>  one part; may be repeated
                 crowd          ${VIEWERS} viewers of HLS and pages beside ${DESTINATIONS} running destinations
                 serving        HLS answers per second on one core, beside a plain server of files
                 first-picture  from the click to the picture over 4G in Chromium, and the bytes of the page
  --quick        few viewers and rounds: shows that everything works, no figures to quote
  --help         this
`;

await runParts({ help: HELP, parts: PARTS, usual: Object.keys(PARTS) as PartName[] });
