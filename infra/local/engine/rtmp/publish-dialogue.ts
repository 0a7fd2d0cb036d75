/**
 * The commands between a publisher and its server, from `connect` to the accepted stream, and what the server says
 * afterwards.
 */
import {
  CONNECT_TRANSACTION,
  describeConnectRefusal,
  writeConnect,
} from '../../../../functions/connect/rtmp/connect-command.ts';
import { toShownText } from '../../../../functions/connect/rtmp/server-text.ts';
import { isError, readServerWord, type ServerWord } from '../../../../functions/connect/rtmp/server-words.ts';
import type { Amf0Value } from '../../../../functions/connect/rtmp/amf0.ts';
import type { Step } from '../../../../functions/connect/rtmp/connection-endings.ts';
import type { ConnectionFailure } from '../../../../functions/connect/rtmp/connection-failure.ts';
import type { MessageWriter } from '../../../../functions/connect/rtmp/message-writer.ts';
import type { RtmpTarget } from '../../../../functions/connect/rtmp/rtmp-target.ts';

const TRANSACTION = {
  connect: CONNECT_TRANSACTION,
  releaseStream: 2,
  fcPublish: 3,
  createStream: 4,
  publish: 5,
  fcUnpublish: 6,
} as const;
/** Many servers answer releaseStream and FCPublish with an error that has no meaning. */
const REFUSED_BY_ERROR = new Set<Amf0Value>([TRANSACTION.connect, TRANSACTION.createStream, TRANSACTION.publish]);

type DialogueStep = Extract<Step, 'connect' | 'createStream' | 'publish' | 'accepted'>;

export interface PublishDialogue {
  /** Sends the first command. */
  begin(): void;
  /** Takes a command of the server: its name, transaction, command object, further values. */
  take(command: Amf0Value[]): void;
  /** Takes the server's notice that a message stream has ended. */
  takeStreamEnd(streamId: number): void;
  step(): DialogueStep;
  /** Returns the message stream that carries the media. */
  streamId(): number;
  /** Returns the server's last remark, safe to show. */
  lastWords(): string;
  /** Ends the stream as RTMP requires. */
  unpublish(): void;
}

export interface PublishDialogueOptions {
  target: RtmpTarget;
  streamKey: string;
  writer: MessageWriter;
  /** The server has accepted the stream. */
  onAccepted(): void;
  onRefused(failure: ConnectionFailure): void;
  /** The server has ended the stream, saying this. */
  onOver(said: string): void;
}

/** Creates the dialogue before its first command. */
export function createPublishDialogue(options: PublishDialogueOptions): PublishDialogue {
  const { streamKey, target, writer } = options;
  let step: DialogueStep = 'connect';
  let streamId = 0;
  let lastWords = '';

  function askForStream(): void {
    step = 'createStream';
    writer.inOneWrite(() => {
      writer.command(0, 'releaseStream', TRANSACTION.releaseStream, null, streamKey);
      writer.command(0, 'FCPublish', TRANSACTION.fcPublish, null, streamKey);
      writer.command(0, 'createStream', TRANSACTION.createStream, null);
    });
  }

  function publish(info: Amf0Value | undefined): void {
    streamId = typeof info === 'number' ? info : 1;
    step = 'publish';
    writer.command(streamId, 'publish', TRANSACTION.publish, null, streamKey, 'live');
  }

  /** @param isFinal whether the server answers one of our requests with an error of any code */
  function onWord(word: ServerWord, isFinal: boolean): void {
    if (word.kind === 'publish_started') {
      if (step !== 'publish') return;
      step = 'accepted';
      return options.onAccepted();
    }
    const said = toShownText(word.said, streamKey);
    if (word.kind === 'remark' && !isFinal) lastWords = said;
    else if (word.kind === 'over' && !isFinal) options.onOver(said);
    else options.onRefused(describeRefusal(word.kind, said, step));
  }

  return {
    begin() {
      writeConnect(writer, target);
    },
    take([name, transaction, , info]) {
      if (name === '_result' && transaction === TRANSACTION.connect && step === 'connect') return askForStream();
      if (name === '_result' && transaction === TRANSACTION.createStream && step === 'createStream')
        return publish(info);
      if (name === 'onStatus') return onWord(readServerWord(info), isError(info) && step === 'publish');
      if (name === 'close' || name === 'onFCUnpublish') return options.onOver(name);
      if (name === '_error' && REFUSED_BY_ERROR.has(transaction)) onWord(readServerWord(info), true);
    },
    takeStreamEnd(ended) {
      if (ended === streamId) options.onOver('StreamEOF');
    },
    step: () => step,
    streamId: () => streamId,
    lastWords: () => lastWords,
    unpublish() {
      writer.inOneWrite(() => {
        writer.command(0, 'FCUnpublish', TRANSACTION.fcUnpublish, null, streamKey);
        writer.command(0, 'deleteStream', 0, null, streamId);
      });
    },
  };
}

function describeRefusal(kind: ServerWord['kind'], said: string, step: DialogueStep): ConnectionFailure {
  const isKey = kind === 'key_refused' || (kind !== 'application_refused' && step === 'publish');
  if (kind === 'authentication_wanted' || !isKey) return describeConnectRefusal(kind, said);
  const detail = `the server refused the stream key${said && ` (${said})`}`;
  return { code: 'stream_key_rejected', detail, rejection: 'explicit' };
}
