import type { MediaContext } from './media-context.ts';

/**
 * Sends the engine a command for a resource, after all earlier commands for the same one.
 * @param onFailure called when the engine refuses
 */
export function command(
  context: MediaContext,
  resourceId: string,
  give: () => Promise<void>,
  onFailure: (error: Error) => void = () => {},
): void {
  const before = context.commands.get(resourceId);
  const run = async () => {
    await before;
    if (context.closed) return;
    try {
      await give();
    } catch (error) {
      if (!context.closed) surviving(() => onFailure(error as Error));
    }
  };
  const done = run().finally(() => {
    if (context.commands.get(resourceId) === done) context.commands.delete(resourceId);
  });
  context.commands.set(resourceId, done);
}

/**
 * Runs a change that no caller waits for. A failure, such as a full disk, must not end the process: the change stays in
 * memory and is saved with the next one.
 */
export function surviving(change: () => void): void {
  try {
    change();
  } catch (error) {
    const { name, code } = error as NodeJS.ErrnoException;
    console.error(`a media resource changed but could not be saved: ${code ?? name}`);
  }
}

/** Resolves when the engine has carried out every command for a resource. */
export async function commandsDone(context: MediaContext, resourceId: string): Promise<void> {
  await context.commands.get(resourceId);
}
