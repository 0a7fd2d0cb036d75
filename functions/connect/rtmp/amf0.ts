/**
 * AMF0, the value encoding of RTMP commands and of `onMetaData`. Every type of the specification is read or skipped; a
 * value that cannot be skipped (AMF3, reserved types, excessive nesting) ends the reading, never the connection.
 * @see https://rtmp.veriskope.com/pdf/amf0-file-format-specification.pdf
 */

export type Amf0Value = number | boolean | string | null | undefined | Amf0Value[] | { [name: string]: Amf0Value };

const NUMBER = 0;
const BOOLEAN = 1;
const STRING = 2;
const OBJECT = 3;
const NULL = 5;
const UNDEFINED = 6;
const REFERENCE = 7;
const ECMA_ARRAY = 8;
const OBJECT_END = 9;
const STRICT_ARRAY = 10;
const DATE = 11;
const LONG_STRING = 12;
const UNSUPPORTED = 13;
const XML_DOCUMENT = 15;
const TYPED_OBJECT = 16;

/** Limit on values in one message: each costs the sender one byte and the reader far more. */
const VALUES_MAX = 10_000;

/** Nesting beyond this is refused: no server needs it, and a hostile one could overflow the stack with it. */
const DEPTH_MAX = 16;

/** Encodes the values one after the other; plain objects become AMF0 objects. */
export function encodeAmf0(...values: Amf0Value[]): Buffer {
  return Buffer.concat(values.flatMap(encodeValue));
}

/** Encodes one object as an ECMA array, the form `onMetaData` customarily has. */
export function encodeAmf0EcmaArray(entries: { [name: string]: Amf0Value }): Buffer {
  const head = Buffer.alloc(5);
  head[0] = ECMA_ARRAY;
  head.writeUInt32BE(Object.keys(entries).length, 1);
  return Buffer.concat([head, ...encodeEntries(entries)]);
}

/**
 * Decodes the values in the buffer, up to the first unreadable one; the values before it are returned. A value that
 * refers to an earlier object, as type 7 does, is `undefined`: no server needs it in a command.
 */
export function decodeAmf0(bytes: Buffer): Amf0Value[] {
  const cursor: Cursor = { bytes, at: 0, values: 0 };
  const values: Amf0Value[] = [];
  try {
    while (cursor.at < bytes.length) values.push(readValue(cursor, 0));
  } catch (error) {
    if (!(error instanceof UnreadableValue)) throw error;
    if (error.partial !== undefined) values.push(error.partial);
  }
  return values;
}

function encodeValue(value: Amf0Value): Buffer[] {
  if (value === null) return [Buffer.of(NULL)];
  if (value === undefined) return [Buffer.of(UNDEFINED)];
  if (typeof value === 'number') {
    const encoded = Buffer.alloc(9);
    encoded.writeDoubleBE(value, 1);
    return [encoded];
  }
  if (typeof value === 'boolean') return [Buffer.of(BOOLEAN, value ? 1 : 0)];
  if (typeof value === 'string') return encodeString(value);
  if (Array.isArray(value)) {
    const head = Buffer.alloc(5);
    head[0] = STRICT_ARRAY;
    head.writeUInt32BE(value.length, 1);
    return [head, ...value.flatMap(encodeValue)];
  }
  return [Buffer.of(OBJECT), ...encodeEntries(value)];
}

function encodeString(text: string): Buffer[] {
  const encoded = Buffer.from(text, 'utf8');
  if (encoded.length <= 0xffff) return [Buffer.of(STRING), lengthPrefix(encoded), encoded];
  const head = Buffer.alloc(5);
  head[0] = LONG_STRING;
  head.writeUInt32BE(encoded.length, 1);
  return [head, encoded];
}

function encodeEntries(entries: { [name: string]: Amf0Value }): Buffer[] {
  const parts = Object.entries(entries).flatMap(([name, value]) => {
    const encodedName = Buffer.from(name, 'utf8');
    return [lengthPrefix(encodedName), encodedName, ...encodeValue(value)];
  });
  return [...parts, Buffer.of(0, 0, OBJECT_END)];
}

function lengthPrefix(encoded: Buffer): Buffer {
  const prefix = Buffer.alloc(2);
  prefix.writeUInt16BE(encoded.length);
  return prefix;
}

interface Cursor {
  bytes: Buffer;
  at: number;
  values: number;
}

/** Ends the reading of a message. `partial` is the object around the unreadable value, with the entries before it. */
class UnreadableValue extends Error {
  partial: Amf0Value;
}

function take(cursor: Cursor, count: number): Buffer {
  const end = cursor.at + count;
  if (end > cursor.bytes.length) throw new UnreadableValue('AMF0 value ends early');
  const taken = cursor.bytes.subarray(cursor.at, end);
  cursor.at = end;
  return taken;
}

function readValue(cursor: Cursor, depth: number): Amf0Value {
  if (depth > DEPTH_MAX) throw new UnreadableValue('AMF0 value is nested too deeply');
  cursor.values += 1;
  if (cursor.values > VALUES_MAX) throw new UnreadableValue('AMF0 message holds too many values');
  const type = take(cursor, 1)[0];
  switch (type) {
    case NUMBER:
      return take(cursor, 8).readDoubleBE();
    case BOOLEAN:
      return take(cursor, 1)[0] !== 0;
    case STRING:
      return readText(cursor);
    case LONG_STRING:
    case XML_DOCUMENT:
      return take(cursor, take(cursor, 4).readUInt32BE()).toString('utf8');
    case NULL:
      return null;
    case UNDEFINED:
    case UNSUPPORTED:
      return undefined;
    case REFERENCE:
      take(cursor, 2);
      return undefined;
    case ECMA_ARRAY:
      take(cursor, 4);
      return readEntries(cursor, depth);
    case TYPED_OBJECT:
      readText(cursor);
      return readEntries(cursor, depth);
    case OBJECT:
      return readEntries(cursor, depth);
    case STRICT_ARRAY:
      return readItems(cursor, depth);
    case DATE: {
      const sinceEpochMs = take(cursor, 8).readDoubleBE();
      take(cursor, 2);
      return sinceEpochMs;
    }
    default:
      throw new UnreadableValue(`AMF0 type ${type} cannot be skipped`);
  }
}

function readText(cursor: Cursor): string {
  return take(cursor, take(cursor, 2).readUInt16BE()).toString('utf8');
}

function readItems(cursor: Cursor, depth: number): Amf0Value[] {
  const count = take(cursor, 4).readUInt32BE();
  const items: Amf0Value[] = [];
  return keepPartial(items, () => {
    while (items.length < count) items.push(readValue(cursor, depth + 1));
  });
}

function readEntries(cursor: Cursor, depth: number): { [name: string]: Amf0Value } {
  const entries: { [name: string]: Amf0Value } = Object.create(null);
  return keepPartial(entries, () => {
    for (;;) {
      const name = readText(cursor);
      if (name === '' && cursor.bytes[cursor.at] === OBJECT_END) {
        cursor.at += 1;
        return;
      }
      entries[name] = readValue(cursor, depth + 1);
    }
  });
}

/** Fills a collection; when reading fails half-way, the error carries the entries read so far. */
function keepPartial<Value extends Amf0Value>(collection: Value, fill: () => void): Value {
  try {
    fill();
    return collection;
  } catch (error) {
    if (error instanceof UnreadableValue) error.partial = collection;
    throw error;
  }
}
