import { readAccessToken, signInLink } from './access-token.ts';
import { readSettings } from './settings.ts';

/** `npm run link`: prints the sign-in link again. */
const settings = readSettings(process.env);
const token = settings.token ?? readAccessToken(settings.dataDirectory);
if (token === null) {
  console.error('There is no token yet: it is made at the first `npm start`.');
  process.exit(1);
}
console.log(signInLink(`http://${settings.host}:${settings.port}`, token));
