import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformJsonSchema } from './index.ts';

/**
 * Writes the JSON Schema of the platform files for editors. Run it after a change to `PlatformSchema` in `index.ts`.
 */

const file = join(import.meta.dirname, 'platform.schema.json');
writeFileSync(file, `${JSON.stringify(platformJsonSchema(), null, 2)}\n`);
