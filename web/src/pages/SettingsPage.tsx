import { type MantineColorScheme, useMantineColorScheme } from '@mantine/core';
import { Link } from 'wouter';
import type { SessionResource } from '../../../functions/api/schemas/session.ts';
import { useCostNow } from '../api/costs.ts';
import { useServiceHealth } from '../api/service-health.ts';
import { paths } from '../app/paths.ts';
import { useMoneyChoice } from '../app/use-money.ts';
import { usePageTitle } from '../ui/use-page-title.ts';
import { useShortcutsEnabled } from '../app/use-shortcuts-enabled.ts';
import { CostSection } from '../costs/CostSection.tsx';
import { AlertChoices } from '../incidents/AlertChoices.tsx';
import { Copyable } from '../ui/Copyable.tsx';
import { Fact } from '../ui/Fact.tsx';
import { sentence } from '../ui/format.ts';
import page from '../ui/page.module.css';
import { PublicPagesSection } from './PublicPagesSection.tsx';
import { SlateImageSection } from './SlateImageSection.tsx';
import classes from './SettingsPage.module.css';

/** Settings of this browser, and information about this deployment. */
export function SettingsPage({ session }: { session: SessionResource }) {
  usePageTitle('Settings');
  return (
    <section className={page.page}>
      <h1>Settings</h1>
      <div className={classes.columns}>
        <div>
          <h2>Appearance</h2>
          <ColorSchemeChoice />
          <h2>Keyboard</h2>
          <ShortcutChoice />
          <h2>Alerts</h2>
          <AlertChoices className={classes.choices} />
          <h2>Notifications</h2>
          <p className={classes.text}>
            <Link href={paths.notifications}>Notification targets</Link> call people when something breaks: by e-mail,
            webhook or chat.
          </p>
          <h2>Recordings</h2>
          <p className={classes.text}>
            <Link href={paths.recordings}>Recordings</Link> are made by hand, or always while the source delivers.
          </p>
          <h2>Export and import</h2>
          <p className={classes.text}>
            <Link href={paths.transfer}>Export and import</Link> move destinations, shows and settings to another
            installation, or add destinations from a list.
          </p>
          <PublicPagesSection className={classes.text} isEmbedded={session.embedded} />
          <h2>Slate</h2>
          <SlateImageSection />
          <h2>Access</h2>
          <p className={classes.text}>
            <Link href={paths.people}>People</Link> have their own names and roles.
          </p>
          <Access session={session} />
        </div>
        <div>
          <CostSection>
            <MoneyChoice isEmbedded={session.embedded} />
          </CostSection>
        </div>
        <div>
          <h2>About</h2>
          <About session={session} />
        </div>
      </div>
    </section>
  );
}

const SCHEMES: readonly [MantineColorScheme, string][] = [
  ['auto', 'System'],
  ['dark', 'Dark'],
  ['light', 'Light'],
];

function ColorSchemeChoice() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <fieldset className={classes.choices}>
      <legend>Colours (saved in this browser)</legend>
      {SCHEMES.map(([scheme, label]) => (
        <label key={scheme}>
          <input
            type="radio"
            name="color-scheme"
            checked={colorScheme === scheme}
            onChange={() => setColorScheme(scheme)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}

function MoneyChoice({ isEmbedded }: { isEmbedded: boolean }) {
  const [isShown, show] = useMoneyChoice(isEmbedded);
  return (
    <div className={classes.choices}>
      <label>
        <input type="checkbox" checked={isShown} onChange={(event) => show(event.currentTarget.checked)} />
        Show {isEmbedded ? 'cost estimates' : 'costs'} on every page
      </label>
      <p>{isEmbedded ? 'Nothing is billed on this machine. ' : ''}Saved in this browser.</p>
    </div>
  );
}

function ShortcutChoice() {
  const [enabled, setEnabled] = useShortcutsEnabled();
  return (
    <div className={classes.choices}>
      <label>
        <input type="checkbox" checked={enabled} onChange={(event) => setEnabled(event.currentTarget.checked)} />
        Use single keys as shortcuts
      </label>
      <p>Shortcuts never act while you type. The keyboard button in the header lists them.</p>
    </div>
  );
}

function Access({ session }: { session: SessionResource }) {
  if (!session.embedded) return <p className={classes.text}>You are signed in as {session.principal}.</p>;
  return (
    <>
      <p className={classes.text}>
        You are signed in with the access token of this installation. To sign in on another device, print the sign-in
        link again on the machine that runs Sluice:
      </p>
      <p className={classes.command}>
        <Copyable value="npm run link" label="Copy the command" />
      </p>
      <p className={classes.text}>
        Programs send the token as <code>Authorization: Bearer …</code>.
      </p>
    </>
  );
}

const FFMPEG_ORIGINS = {
  npm: 'from npm, the tested version',
  system: 'from this system, not the tested version; checked at startup',
  environment: 'from FFMPEG_PATH, not the tested version; checked at startup',
};

function describeFfmpeg({ version, origin }: NonNullable<SessionResource['ffmpeg']>): string {
  return `${version}, ${FFMPEG_ORIGINS[origin]}`;
}

const CHECK_NAMES: Record<string, string> = { table: 'Database', flow: 'Flow', store: 'Storage' };

function About({ session }: { session: SessionResource }) {
  const region = useCostNow().data?.region;
  const health = useServiceHealth();
  return (
    <>
      <dl className={classes.facts}>
        <Fact name="Version">{session.version}</Fact>
        <Fact name="Runs on">{session.embedded ? 'This machine (AWS simulated locally)' : 'AWS'}</Fact>
        {session.ffmpeg && <Fact name="ffmpeg">{describeFfmpeg(session.ffmpeg)}</Fact>}
        {region && <Fact name={session.embedded ? 'Pricing region' : 'Region'}>{region}</Fact>}
        <Fact name="REST API">
          <a href="/api/docs">Documentation</a> · <a href="/api/openapi.json">OpenAPI document</a>
        </Fact>
        {health.data?.checks.map(({ name, ok, detail }) => (
          <Fact key={name} name={CHECK_NAMES[name] ?? sentence(name)}>
            <span data-tone={ok ? 'air' : 'attention'} className={classes.check}>
              {ok ? 'OK' : sentence(detail || 'failed')}
            </span>
          </Fact>
        ))}
      </dl>
    </>
  );
}
