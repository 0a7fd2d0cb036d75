import { ActionIcon } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ComponentProps } from 'react';

/** The button of a destination's menu; passes on the props of the menu library. */
export function MenuTrigger({ name, ...given }: { name: string } & ComponentProps<'button'>) {
  return (
    <ActionIcon {...given} variant="default" size={36} aria-label={`More for ${name}`} aria-haspopup="menu">
      <IconDots size={18} />
    </ActionIcon>
  );
}
