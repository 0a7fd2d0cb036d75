import { readAccessToken, signInLink } from './access-token.ts';
import { demoDirectory, originOf, readSettings, SettingsError } from './settings.ts';

/** `npm run link`: prints the sign-in link again; where there has been a demo, which has a token of its own, that too. */
function printLink(): void {
  const settings = readSettings(process.env);
  const linkFor = (dataDirectory: string): string | null => {
    const token = settings.token ?? readAccessToken(dataDirectory);
    return token === null ? null : signInLink(originOf(settings), token);
  };
  const link = linkFor(settings.dataDirectory);
  const demoLink = linkFor(demoDirectory(settings.dataDirectory));
  if (link === null && demoLink === null) {
    console.error('There is no token yet: it is made at the first `npm start`.');
    process.exit(1);
  }
  if (link !== null) console.log(link);
  if (demoLink !== null && demoLink !== link) console.log(`npm run demo: ${demoLink}`);
}

try {
  printLink();
} catch (error) {
  // Its message is all a person needs.
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
}
