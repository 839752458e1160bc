import { describe, expect, it } from 'vitest';
import { hasHiddenCard } from './hiddenCard.ts';

describe('A hidden card number', () => {
  it.each(['•••• •••• •••• 4242', 'mine: ••••••••••••4444!', '••••-••••••-•0005'])(
    'is seen in %s',
    (text) => {
      expect(hasHiddenCard(text)).toBe(true);
    },
  );

  it.each(['', 'hello', '• one\n• two 2026', '4242'])('is not seen in %s', (text) => {
    expect(hasHiddenCard(text)).toBe(false);
  });
});
