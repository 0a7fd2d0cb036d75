import type { ReactNode } from 'react';
import type { Tone } from './tone.ts';

interface FactProps {
  name: string;
  /** Where it is worth a second look. */
  tone?: Tone | undefined;
  children: ReactNode;
}

/** One line of a list of facts (`dl`): what it is, and how it stands. */
export function Fact({ name, tone, children }: FactProps) {
  return (
    <div data-tone={tone}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
