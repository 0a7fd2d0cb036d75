import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referenceText } from './help.ts';

/** `npm run sluice:reference` writes REFERENCE.md. */
writeFileSync(join(import.meta.dirname, 'REFERENCE.md'), referenceText());
