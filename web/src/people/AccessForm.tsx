import { Button, TextInput } from '@mantine/core';
import type { UseMutationResult } from '@tanstack/react-query';
import { useRef, useState, type ReactNode } from 'react';
import { problemOf } from '../api/request.ts';
import { ProblemPanel } from '../app/ProblemText.tsx';
import classes from './AccessForm.module.css';

interface AccessFormProps<Body, Created> {
  /** Names the form. */
  label: string;
  nameLabel: string;
  submitLabel: string;
  create: Pick<UseMutationResult<Created, Error, Body>, 'error' | 'isPending' | 'mutate' | 'reset'>;
  /** Returns the request for a name. The API checks the values. */
  bodyFor: (name: string) => Body;
  /** False while another value is missing. */
  isComplete?: boolean;
  onCreated: (created: Created) => void;
  /** Further fields. */
  children?: ReactNode;
}

/** Creates an invitation, a token or a link by name. Its secret goes to `onCreated` only. */
export function AccessForm<Body, Created>(props: AccessFormProps<Body, Created>) {
  const { label, nameLabel, submitLabel, create, bodyFor, isComplete = true, onCreated, children } = props;
  const [name, setName] = useState('');
  const nameField = useRef<HTMLInputElement>(null);
  const problem = problemOf(create.error);
  const nameError = problem?.errors?.find(({ field }) => field === 'name')?.message;

  const submit = (): void =>
    create.mutate(bodyFor(name), {
      onSuccess: (created) => {
        setName('');
        create.reset();
        // The button is disabled from here on, so a dialog could not return the focus to it.
        nameField.current?.focus();
        onCreated(created);
      },
    });

  return (
    <form
      className={classes.form}
      aria-label={label}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextInput
        ref={nameField}
        label={nameLabel}
        autoComplete="off"
        value={name}
        error={nameError}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {children}
      <Button type="submit" loading={create.isPending} disabled={name.trim() === '' || !isComplete}>
        {submitLabel}
      </Button>
      {problem && !nameError && <ProblemPanel problem={problem} />}
    </form>
  );
}
