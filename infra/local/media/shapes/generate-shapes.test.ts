import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateShapes } from './generate-shapes.ts';
import { implementedInputs } from './implemented-inputs.ts';

describe('the generated request shapes', () => {
  it.each(Object.keys(implementedInputs) as (keyof typeof implementedInputs)[])(
    'of %s are those of the installed SDK',
    (service) => {
      const committed = readFileSync(join(import.meta.dirname, `${service}.json`), 'utf8');
      expect(generateShapes(service) === committed, 'run node infra/local/media/shapes/generate-shapes.ts').toBe(true);
    },
    60_000,
  );
});
