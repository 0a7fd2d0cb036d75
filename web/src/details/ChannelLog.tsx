import { Button } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconAlertTriangle, IconCheck, IconCircleX, IconCopy, IconDownload, IconInfoCircle } from '@tabler/icons-react';
import { useLayoutEffect, useRef } from 'react';
import { useChannelLog } from '../api/channel-log.ts';
import { problemOf } from '../api/request.ts';
import { toServerTimeMs } from '../api/server-clock.ts';
import { saveFile } from '../ui/save-file.ts';
import { ProblemText } from '../app/ProblemText.tsx';
import {
  channelLogFileName,
  type ChannelLogLine,
  channelLogText,
  messageWords,
  SEVERITY_WORDS,
} from './channel-log-text.ts';
import classes from './ChannelLog.module.css';

const SEVERITIES = {
  error: { Icon: IconCircleX, tone: 'attention' },
  warning: { Icon: IconAlertTriangle, tone: 'motion' },
  info: { Icon: IconInfoCircle, tone: undefined },
} as const;

/** Distance from the bottom, in pixels, within which the log follows new lines. */
const AT_BOTTOM_PX = 24;

/** The last lines of a channel's log, without addresses and keys; follows the newest line at the bottom. */
export function ChannelLog({ destinationId, name }: { destinationId: string; name: string }) {
  const { data, error } = useChannelLog(destinationId);
  if (!data) {
    const problem = problemOf(error);
    if (problem) return <ProblemText problem={problem} />;
    return <p className={classes.note}>Loading the log…</p>;
  }
  if (data.length === 0) {
    return (
      <p className={classes.note}>
        No log lines. A channel logs when it starts and when something fails; a released channel has no log.
      </p>
    );
  }
  return (
    <>
      <Lines lines={data} name={name} />
      <Tools lines={data} name={name} />
    </>
  );
}

interface LinesProps {
  lines: readonly ChannelLogLine[];
  name: string;
}

function Lines({ lines, name }: LinesProps) {
  const list = useRef<HTMLOListElement>(null);
  const isAtBottom = useRef(true);
  // Runs after every render, because lines may be new; does not scroll an operator who has scrolled up.
  useLayoutEffect(() => {
    if (list.current && isAtBottom.current) list.current.scrollTop = list.current.scrollHeight;
  });
  return (
    <div className={classes.frame}>
      <ol
        ref={list}
        className={classes.lines}
        aria-label={`Log of ${name}, newest last`}
        // A scrolling element has to be focusable.
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtBottom.current = scrollHeight - scrollTop - clientHeight < AT_BOTTOM_PX;
        }}
      >
        {keyed(lines).map(([key, line]) => {
          const { at, severity } = line;
          const { Icon, tone } = SEVERITIES[severity];
          return (
            <li key={key} data-tone={tone}>
              <time dateTime={at} title={at}>
                {new Date(at).toLocaleTimeString()}
              </time>
              <span className={classes.severity}>
                <Icon size={14} aria-hidden="true" />
                {SEVERITY_WORDS[severity]}
              </span>
              <span className={classes.message}>{messageWords(line)}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Creates unique keys, because a line may occur twice within a millisecond. */
function keyed(lines: readonly ChannelLogLine[]): [string, ChannelLogLine][] {
  const seen = new Map<string, number>();
  return lines.map((line) => {
    const text = `${line.at} ${messageWords(line)}`;
    const count = (seen.get(text) ?? 0) + 1;
    seen.set(text, count);
    return [`${text} ${count}`, line];
  });
}

function Tools({ lines, name }: LinesProps) {
  const clipboard = useClipboard({ timeout: 1500 });
  const CopyIcon = clipboard.copied ? IconCheck : IconCopy;
  const download = (): void =>
    saveFile(channelLogFileName(name, toServerTimeMs(Date.now())), 'text/plain', channelLogText(lines));
  return (
    <div className={classes.tools}>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<CopyIcon size={14} />}
        onClick={() => clipboard.copy(channelLogText(lines))}
      >
        <span aria-live="polite">
          {clipboard.error ? 'Copying is not allowed' : clipboard.copied ? 'Copied' : 'Copy the log'}
        </span>
      </Button>
      <Button size="compact-sm" variant="default" leftSection={<IconDownload size={14} />} onClick={download}>
        Download
      </Button>
      <span className={classes.count}>{lines.length === 1 ? 'One line' : `${lines.length} lines`}</span>
    </div>
  );
}
