import type { Run } from '../command.ts';
import { completionScript, type Shell } from '../completions.ts';

/** `sluice completion bash`. */
export const completion: Run = async ({ out }, { args }) => {
  out.line(completionScript(args[0] as Shell).trimEnd());
};
