import { expect, it } from 'vitest';
import { blockOf } from './ipv4-block.ts';

it.each([
  ['203.0.113.7/32', '203.0.113.7/32'],
  ['203.0.113.7/24', '203.0.113.0/24'],
  ['255.255.255.255/1', '128.0.0.0/1'],
  ['0.0.0.0/0', '0.0.0.0/0'],
  ['203.0.113.7', null],
  ['203.0.113.7/33', null],
  ['999.0.113.0/24', null],
  ['203.0.113/24', null],
  ['2001:db8::/32', null],
  ['', null],
])('the block of %j is %j', (cidr, block) => {
  expect(blockOf(cidr)).toBe(block);
});
