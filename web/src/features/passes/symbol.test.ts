// @vitest-environment node
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test } from 'vitest';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { type BarSymbol, drawSymbol, moduleSize, type Symbology } from './symbol.ts';

// The decoder is another program than the one that draws, and reads pixels like a scanner does.
beforeAll(async () => {
  const wasm = createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm');
  const bytes = await readFile(wasm);
  await prepareZXingModule({
    overrides: { wasmBinary: new Uint8Array(bytes).buffer },
    fireImmediately: true,
  });
});

const oneLeg = 'M1JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 100';
const twoLegs =
  'M2JANSEN/EVAMRS       EK7QX2M AMSWAWKL 1363 068Y012A0047 148>6182WW6067BKL 00741234560012A074234567890102KL KL 1234567890       1PCNL3PZ9T WAWTLVLO 0155 068Y021C0112 12C2A074234567890102LO KL 1234567890       1PCN';
const signed = `${oneLeg}^140${'MEQCIB7q0Zx4T1s-_9aF3kLwPpX2vN8hYcR5uJdGtOeWbQzAiKmSnDfEyHlUoVrC'}`;
const trailing = `${oneLeg.slice(0, 58)}08>6000   `;

const formats: Record<Symbology, string> = { aztec: 'Aztec', pdf417: 'PDF417', qr: 'QRCode' };

describe.each(['aztec', 'pdf417', 'qr'] as const)('A drawn %s', (symbology) => {
  test.each([
    ['one leg', oneLeg],
    ['two legs', twoLegs],
    ['a signature', signed],
    ['trailing spaces', trailing],
  ])('decodes back to the same bytes: %s', async (_, text) => {
    const [read, ...more] = await readBarcodes(picture(drawSymbol(text, symbology), 4), {
      textMode: 'Plain',
    });
    expect(more).toEqual([]);
    expect(read?.format).toBe(formats[symbology]);
    expect(read?.text).toBe(text);
    expect([...(read?.bytes ?? [])]).toEqual([...new TextEncoder().encode(text)]);
  });
});

test('A changed module is seen: the decoder does not just answer anything', async () => {
  const symbol = drawSymbol(oneLeg, 'aztec');
  const image = picture(symbol, 4);
  const side = (symbol.width + 2 * symbol.quiet) * 4;
  // A third of the code is more than its error correction can mend.
  for (let y = 0; y < side / 3; y++)
    for (let x = 0; x < side; x++) image.data.set([0, 0, 0], (y * side + x) * 4);
  expect((await readBarcodes(image)).filter(({ isValid }) => isValid)).toEqual([]);
});

describe('A module', () => {
  const symbol: BarSymbol = { width: 27, height: 27, path: '', quiet: 2 };
  test.each([
    [310, 1, 9],
    [310, 2, 9],
    [200, 1, 6],
    [200, 2, 6],
    [200, 3, 19 / 3],
    [320, 1.5, 9 - 1 / 3],
  ])('in %i px at %f pixels each is %f wide', (width, ratio, size) =>
    expect(moduleSize(symbol, width, ratio)).toBeCloseTo(size, 6),
  );
  test.each([1, 1.25, 1.5, 2, 2.625, 3])('covers whole pixels of the screen at ratio %f', (ratio) => {
    for (let width = 60; width < 900; width += 37) {
      const pixels = moduleSize(symbol, width, ratio, 100) * ratio;
      expect(Math.abs(pixels - Math.round(pixels))).toBeLessThan(1e-9);
      expect(pixels).toBeGreaterThanOrEqual(1);
    }
  });
});

/** Fills the path by the even-odd rule, pixel by pixel: dark where a ray to the left crosses an odd number of edges. */
function picture(symbol: BarSymbol, scale: number) {
  const edges: { x: number; top: number; bottom: number }[] = [];
  for (const polygon of polygonsOf(symbol.path))
    polygon.forEach(([x, y], index) => {
      const [x2, y2] = polygon[(index + 1) % polygon.length] as [number, number];
      if (x === x2) edges.push({ x, top: Math.min(y, y2), bottom: Math.max(y, y2) });
    });
  const [width, height] = [symbol.width, symbol.height].map((side) => (side + 2 * symbol.quiet) * scale) as [
    number,
    number,
  ];
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const x = (column + 0.5) / scale - symbol.quiet;
      const y = (row + 0.5) / scale - symbol.quiet;
      const crossed = edges.filter((edge) => edge.x < x && edge.top < y && y < edge.bottom).length;
      if (crossed % 2 === 1) data.set([0, 0, 0], (row * width + column) * 4);
    }
  return { data, width, height, colorSpace: 'srgb' } as unknown as ImageData;
}

function polygonsOf(path: string): [number, number][][] {
  return path
    .split('Z')
    .filter(Boolean)
    .map((part) => {
      const points: [number, number][] = [];
      let [x, y] = [0, 0];
      for (const [, command, numbers = ''] of part.matchAll(/([MLHV])([^MLHV]*)/g)) {
        const [a = 0, b = 0] = numbers.trim().split(/\s+/).map(Number);
        if (command === 'H') x = a;
        else if (command === 'V') y = a;
        else [x, y] = [a, b];
        points.push([x, y]);
      }
      return points;
    });
}
