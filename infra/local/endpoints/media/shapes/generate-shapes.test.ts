import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateRequests, generateResponses } from './generate-shapes.ts';
import { implementedInputs } from './implemented-inputs.ts';

type Service = keyof typeof implementedInputs;

describe('the committed shapes', () => {
  it.each(
    (Object.keys(implementedInputs) as Service[]).flatMap((service) => [
      [`${service}.json`, () => generateRequests(service)] as const,
      [`${service}-responses.json`, () => generateResponses(service)] as const,
    ]),
  )(
    'in %s match the installed SDK',
    (file, generate) => {
      const committed = readFileSync(join(import.meta.dirname, file), 'utf8');
      expect(generate() === committed, 'run node infra/local/endpoints/media/shapes/generate-shapes.ts').toBe(true);
    },
    60_000,
  );
});
