import { ActionIcon, useMantineColorScheme, type MantineColorScheme } from '@mantine/core';
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react';

const NEXT: Record<MantineColorScheme, MantineColorScheme> = { auto: 'dark', dark: 'light', light: 'auto' };
const ICONS = { auto: IconDeviceDesktop, dark: IconMoon, light: IconSun };
const WORDS = { auto: 'system', dark: 'dark', light: 'light' };

/** Cycles through system, dark and light. */
export function ColorSchemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const Icon = ICONS[colorScheme];
  const label = `Colours: ${WORDS[colorScheme]}. Switch to ${WORDS[NEXT[colorScheme]]}`;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={label}
      data-hint={label}
      onClick={() => setColorScheme(NEXT[colorScheme])}
    >
      <Icon size={19} stroke={1.7} />
    </ActionIcon>
  );
}
