import { Popover, UnstyledButton } from '@mantine/core';
import type { PresenceResource } from '../../../functions/api/schemas/presence.ts';
import { useDestinations } from '../api/destinations.ts';
import { usePresence } from '../api/presence.ts';
import { useSession } from '../api/session.ts';
import { initialsOf, peopleOf, type PresentPerson, whereWords } from './present-people.ts';
import classes from './PresentPeople.module.css';

/** Number of avatars; the rest is counted. */
const SHOWN_MAX = 3;

/** The others on the dashboard as initials. Pressed, it lists their names, pages and what they edit. */
export function PresentPeople() {
  const own = useSession().data?.principal;
  const people = peopleOf(usePresence(), own);
  if (people.length === 0) return null;
  const rest = people.length - SHOWN_MAX;
  return (
    <Popover position="bottom-end" withArrow trapFocus>
      <Popover.Target>
        <UnstyledButton
          className={classes.people}
          aria-label={`Also here: ${people.map(({ name }) => name).join(', ')}`}
        >
          {people.slice(0, SHOWN_MAX).map(({ name, tabs }) => (
            <Avatar key={name} name={name} isEditing={tabs.some(({ editing }) => editing)} />
          ))}
          {rest > 0 && <span className={classes.avatar} data-letters={`+${rest}`} />}
          <span className={classes.count} data-letters={people.length} />
        </UnstyledButton>
      </Popover.Target>
      <Popover.Dropdown aria-label="Also here" className={classes.list}>
        <ul>
          {people.map((person) => (
            <Person key={person.name} person={person} />
          ))}
        </ul>
      </Popover.Dropdown>
    </Popover>
  );
}

function Person({ person: { name, isOwn, tabs } }: { person: PresentPerson }) {
  return (
    <li>
      <Avatar name={name} isEditing={tabs.some(({ editing }) => editing)} />
      <div>
        <b>{name}</b>
        {isOwn && ', another window'}
        {tabs.map((tab) => (
          <Where key={tab.presenceId} tab={tab} />
        ))}
      </div>
    </li>
  );
}

function Where({ tab }: { tab: PresenceResource }) {
  const destinations = useDestinations().data;
  const edited = destinations?.find(({ destinationId }) => destinationId === tab.editing?.id)?.name;
  return <div className={classes.where}>{whereWords(tab, edited)}</div>;
}

function Avatar({ name, isEditing }: { name: string; isEditing: boolean }) {
  return <span className={classes.avatar} data-editing={isEditing || undefined} data-letters={initialsOf(name)} />;
}
