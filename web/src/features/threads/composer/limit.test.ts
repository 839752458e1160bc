import { describe, expect, it } from 'vitest';
import { bytesLeft } from './limit.ts';

describe('What is left to write', () => {
  it('is counted in bytes, as the server does', () => {
    expect(bytesLeft('a'.repeat(16_384))).toBe(0);
    expect(bytesLeft('ש'.repeat(8_193))).toBe(-2);
    expect(bytesLeft('👍'.repeat(4_096))).toBe(0);
  });

  it('is never said to be little when it is much', () => {
    expect(bytesLeft('a'.repeat(5_000))).toBeGreaterThan(200);
  });
});
