import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { configurationJsonSchema } from '../configuration.ts';

/** Writes the JSON Schema of the configuration for editors. Run it after a change to `configuration.ts`. */

const file = join(import.meta.dirname, 'schema.json');
writeFileSync(file, `${JSON.stringify(configurationJsonSchema(), null, 2)}\n`);
