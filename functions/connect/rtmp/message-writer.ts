import { encodeAmf0, type Amf0Value } from './amf0.ts';
import { MESSAGE_TYPE, toChunks, type OutgoingMessage } from './chunk-writer.ts';
import { hold, release } from './held-writes.ts';
import type net from 'node:net';

/** Writes RTMP to a socket and counts the bytes. */
export interface MessageWriter {
  /** Writes bytes outside any message: the handshake. */
  raw(bytes: Buffer): void;
  /** Writes a message. Sound leaves with the next picture, in one system call: calls are most of what sending costs. */
  message(message: OutgoingMessage): void;
  /** Writes a protocol control message. */
  control(typeId: number, body: Buffer): void;
  /** Writes a command on a message stream; 0 is the connection. */
  command(streamId: number, name: string, transaction: number, ...values: Amf0Value[]): void;
  /** Announces larger chunks and uses them from then on. */
  useLargeChunks(): void;
  /** Combines everything `action` writes into one write. */
  inOneWrite(action: () => void): void;
  /** Returns the bytes written so far. */
  handedOverBytes(): number;
  /** Returns those of them that the local system has not accepted. */
  waitingBytes(): number;
}

const LARGE_CHUNK_BYTES = 60_000;
const COMMAND_CHUNK_STREAM = 3;
const CONTROL_CHUNK_STREAM = 2;

/** Creates a writer with the initial chunk size of the protocol. */
export function createMessageWriter(socket: net.Socket): MessageWriter {
  let handedOverBytes = 0;
  let chunkBytes = 128;

  function write(parts: Buffer[]): void {
    for (const part of parts) {
      handedOverBytes += part.length;
      socket.write(part);
    }
  }

  function inOneWrite(action: () => void): void {
    socket.cork();
    try {
      action();
    } finally {
      socket.uncork();
    }
  }

  function control(typeId: number, body: Buffer): void {
    write(toChunks({ typeId, chunkStreamId: CONTROL_CHUNK_STREAM, streamId: 0, timestampMs: 0, body }, chunkBytes));
  }

  return {
    raw: (bytes) => write([bytes]),
    message(message) {
      hold(socket);
      write(toChunks(message, chunkBytes));
      if (message.typeId !== MESSAGE_TYPE.audio) release(socket);
    },
    control,
    command(streamId, name, transaction, ...values) {
      const body = encodeAmf0(name, transaction, ...values);
      const message = { typeId: MESSAGE_TYPE.commandAmf0, chunkStreamId: COMMAND_CHUNK_STREAM, timestampMs: 0, body };
      write(toChunks({ ...message, streamId }, chunkBytes));
    },
    useLargeChunks() {
      control(MESSAGE_TYPE.setChunkSize, number32(LARGE_CHUNK_BYTES));
      chunkBytes = LARGE_CHUNK_BYTES;
    },
    inOneWrite,
    handedOverBytes: () => handedOverBytes,
    waitingBytes: () => socket.writableLength,
  };
}

/** Encodes an unsigned number in four bytes, as control messages carry it. */
export function number32(value: number): Buffer {
  const encoded = Buffer.alloc(4);
  encoded.writeUInt32BE(value >>> 0);
  return encoded;
}
