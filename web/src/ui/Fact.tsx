import type { ReactNode } from 'react';
import type { Tone } from './tone.ts';

interface FactProps {
  name: string;
  /** Highlights a notable value. */
  tone?: Tone | undefined;
  children: ReactNode;
}

/** One name and value of a list of facts (`dl`). */
export function Fact({ name, tone, children }: FactProps) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
