import { sentence } from '../ui/format.ts';
import { ChoiceList } from './ChoiceList.tsx';
import type { TargetFormValues } from './target-fields.ts';
import type { FilterNames } from './target-text.ts';
import classes from './Notifications.module.css';

type Filter = TargetFormValues['filter'];

interface TargetFilterProps {
  filter: Filter;
  names: FilterNames;
  groups: readonly string[];
  /** Messages by field. */
  fields: Record<string, string>;
  onChange: (part: Partial<Filter>) => void;
}

const SEVERITY_CHOICES = ['high', 'medium', 'low'].map((value) => ({ value, label: sentence(value) }));

/** Selects the messages that a target receives. */
export function TargetFilter({ filter, names, groups, fields, onChange }: TargetFilterProps) {
  return (
    <>
      <ChoiceList
        legend="Events"
        choices={names.events}
        selected={filter.eventTypes}
        none="all events"
        error={fields['eventTypes']}
        onChange={(selected) => onChange({ eventTypes: selected as Filter['eventTypes'] })}
      />
      <ChoiceList
        legend="Severity of incidents"
        choices={SEVERITY_CHOICES}
        selected={filter.severities}
        none="every severity"
        error={fields['severities']}
        onChange={(selected) => onChange({ severities: selected as Filter['severities'] })}
      />
      <ChoiceList
        legend="Rules of incidents"
        choices={names.rules}
        selected={filter.rules}
        none="every rule"
        error={fields['rules']}
        onChange={(rules) => onChange({ rules })}
      />
      <ChoiceList
        legend="Destinations"
        choices={names.destinations}
        selected={filter.destinationIds}
        none="every destination"
        error={fields['destinationIds']}
        onChange={(destinationIds) => onChange({ destinationIds })}
      />
      <ChoiceList
        legend="Groups"
        choices={groups.map((group) => ({ value: group, label: group }))}
        selected={filter.groups}
        none="every group"
        error={fields['groups']}
        onChange={(chosen) => onChange({ groups: chosen })}
      />
      <label className={classes.check}>
        <input
          type="checkbox"
          checked={filter.includesDrills}
          onChange={(event) => onChange({ includesDrills: event.currentTarget.checked })}
        />
        <span>Also send what drills cause</span>
      </label>
    </>
  );
}
