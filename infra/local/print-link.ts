import { readAccessToken, signInLink } from './access-token.ts';
import { originOf, readSettings, SettingsError } from './settings.ts';

/** `npm run link`: prints the sign-in link again. */
function printLink(): void {
  const settings = readSettings(process.env);
  const token = settings.token ?? readAccessToken(settings.dataDirectory);
  if (token === null) {
    console.error('There is no token yet: it is made at the first `npm start`.');
    process.exit(1);
  }
  console.log(signInLink(originOf(settings), token));
}

try {
  printLink();
} catch (error) {
  // Its message is all a person needs.
  console.error(error instanceof SettingsError ? error.message : error);
  process.exit(1);
}
