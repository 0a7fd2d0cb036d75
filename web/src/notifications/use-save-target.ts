import { useEffect, useRef } from 'react';
import type { TargetResource } from '../../../functions/api/schemas/notifications.ts';
import { useChangeTarget, useCreateTarget } from '../api/notifications.ts';
import { problemOf } from '../api/request.ts';
import { showDone } from '../app/problem-toast.tsx';
import { fieldErrors } from '../editor/field-errors.ts';
import { useToastAfterClose } from '../editor/use-toast-after-close.ts';
import { sentence } from '../ui/format.ts';
import { toNewTarget, toTargetChange, type TargetFormValues } from './target-fields.ts';

const FILTER_FIELDS = ['eventTypes', 'severities', 'rules', 'destinationIds', 'groups'] as const;
const COMPANION_FIELDS = ['variable', 'pressOnOpen', 'pressOnResolve'] as const;
const FIELDS = ['kind', 'name', 'url', 'email', ...FILTER_FIELDS, ...COMPANION_FIELDS];

/**
 * Saves the target form, also when it was closed meanwhile, and assigns the API's messages to its fields.
 * @param before the target as the form began with it; null for a new one
 * @param form.title names the form in a message about a failure after it was closed
 */
export function useSaveTarget(
  before: TargetResource | null,
  form: { title: string; onSecret: (name: string, secret: string) => void; onClose: () => void },
) {
  const create = useCreateTarget();
  const change = useChangeTarget(before?.targetId ?? '');
  const { error, isPending, failureReason } = before ? change : create;
  const { fields, rest } = fieldErrors(withPlainFields(problemOf(error)), FIELDS);
  const tellAfterwards = useToastAfterClose(form.title);
  const isOpen = useRef(true);
  useEffect(() => {
    isOpen.current = true;
    return () => {
      isOpen.current = false;
    };
  }, []);

  const add = (values: TargetFormValues): void => {
    create
      .mutateAsync(toNewTarget(values))
      .then(({ name, signingSecret }) => {
        showDone(`${name} added`);
        // The secret is in this answer only, so it is shown even when the form was closed meanwhile.
        if (signingSecret !== null) form.onSecret(name, signingSecret);
        if (isOpen.current) form.onClose();
      })
      .catch(tellAfterwards);
  };
  const edit = (target: TargetResource, values: TargetFormValues): void => {
    const changes = toTargetChange(target, values);
    if (Object.keys(changes).length === 0) return form.onClose();
    const onSuccess = (): void => {
      showDone(`${values.name.trim()} saved`);
      form.onClose();
    };
    change.mutateAsync(changes, { onSuccess }).catch(tellAfterwards);
  };

  return {
    isPending,
    /** Changes with every refusal, also with a repeated one. */
    refusal: failureReason,
    /** Messages by field. */
    fields: Object.fromEntries(Object.entries(fields).map(([field, message]) => [field, sentence(message)])),
    /** The rest of the problem; null when every message has a field. */
    rest,
    save: (values: TargetFormValues): void => (before ? edit(before, values) : add(values)),
  };
}

/** Names parts as the form does: `filter.groups.0` is an error of `groups`, `companion` one of `variable`. */
function withPlainFields(problem: ReturnType<typeof problemOf>): ReturnType<typeof problemOf> {
  if (!problem?.errors) return problem;
  const plain = (field: string): string =>
    field === 'companion' ? 'variable' : (/^(?:companion|filter)\.(\w+)/.exec(field)?.[1] ?? field);
  return { ...problem, errors: problem.errors.map((each) => ({ ...each, field: plain(each.field) })) };
}
