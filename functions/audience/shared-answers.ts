import { memoize, type Memo } from '../domain/memoize.ts';

/**
 * Answers by key that all readers share for a moment, so that a crowd costs one read. The least recently used key is
 * dropped at the limit: a flood of invented keys cannot fill the memory.
 */
export interface SharedAnswers<Value> {
  get(key: string, read: () => Promise<Value>): Promise<Value>;
}

/** @param options.milliseconds how long an answer is shared */
export function createSharedAnswers<Value>(options: {
  milliseconds: number;
  keysMax: number;
  now: () => Date;
}): SharedAnswers<Value> {
  const answers = new Map<string, Memo<Value>>();
  return {
    get(key, read) {
      const known = answers.get(key);
      const answer = known ?? memoize(options, read);
      answers.delete(key);
      answers.set(key, answer);
      const [oldest] = answers.keys();
      if (answers.size > options.keysMax && oldest !== undefined) answers.delete(oldest);
      return answer.get();
    },
  };
}
