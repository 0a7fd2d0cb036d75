import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Returns the CPU seconds that the processes have used so far, including children that have ended. Linux only. */
export function readCpuSeconds(processIds: number[]): number {
  const parents = new Map(listProcesses().map(({ processId, parentId }) => [processId, parentId]));
  const belongs = (processId: number): boolean => {
    for (let at: number | undefined = processId; at; at = parents.get(at)) if (processIds.includes(at)) return true;
    return false;
  };
  const ticks = [...parents.keys()].filter(belongs).map((processId) => readStat(processId)?.ticks ?? 0);
  return ticks.reduce((sum, each) => sum + each, 0) / ticksPerSecond();
}

function listProcesses(): { processId: number; parentId: number }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = readStat(Number(name));
      return stat ? [{ processId: Number(name), parentId: stat.parentId }] : [];
    });
}

/**
 * Fields 4 and 14 to 17 of proc_pid_stat(5), counted after the name, which may contain spaces. The last two are the times
 * of ended children: without them, a restarted child would make the sum smaller.
 */
function readStat(processId: number): { parentId: number; ticks: number } | null {
  try {
    const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parentId: Number(fields[1]), ticks };
  } catch {
    return null;
  }
}

let cachedTicks = 0;
function ticksPerSecond(): number {
  cachedTicks ||= Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  return cachedTicks;
}
