import { azteccode, type DrawingContext, pdf417, qrcode, type RenderOptions } from 'bwip-js/generic';
import type { Pass } from '../../ui/cards/readTemplate.ts';

export type Symbology = Pass['symbology'];

/** A bar code in units of one module: the outline of all dark modules, to be filled by the even-odd rule. */
export interface BarSymbol {
  width: number;
  height: number;
  path: string;
  /** Modules of white that have to stand around it. */
  quiet: number;
}

const kinds: Record<Symbology, { encode: Encode; options: Partial<RenderOptions>; quiet: number }> = {
  aztec: { encode: azteccode, options: {}, quiet: 2 },
  // Four columns keep one module at two pixels on a phone 320 wide and the symbol flatter than 3:1.
  pdf417: { encode: pdf417, options: { columns: 4 } as Partial<RenderOptions>, quiet: 2 },
  qr: { encode: qrcode, options: { eclevel: 'M' } as Partial<RenderOptions>, quiet: 4 },
};

type Encode = (options: RenderOptions, drawing: DrawingContext<Outline>) => Outline;
type Outline = Omit<BarSymbol, 'quiet'>;

/** Draws the string as it is, trailing spaces included. Throws when it is longer than the symbol can hold. */
export function drawSymbol(text: string, symbology: Symbology): BarSymbol {
  const { encode, options, quiet } = kinds[symbology];
  return { ...encode({ bcid: symbology, text, scale: 1, ...options }, outlining()), quiet };
}

/** Gathers what the encoder draws as one path. At scale 1 its units are modules, so nothing is ever rounded. */
function outlining(): DrawingContext<Outline> {
  const size = { width: 0, height: 0 };
  const parts: string[] = [];
  const unused = () => {
    throw new Error('Boarding codes are made of rectangles only.');
  };
  return {
    scale: () => [1, 1],
    measure: () => ({ width: 0, ascent: 0, descent: 0 }),
    init: (width, height) => Object.assign(size, { width, height }),
    polygon: (points) => parts.push(`M${points.map(([x, y]) => `${x} ${y}`).join('L')}Z`),
    // PDF417 comes as upright strokes: the middle of the line and its width.
    line: (x0, y0, x1, y1, width) => {
      if (x0 !== x1) unused();
      parts.push(`M${x0 - width / 2} ${y0}H${x0 + width / 2}V${y1}H${x0 - width / 2}Z`);
    },
    fill: () => undefined,
    hexagon: unused,
    ellipse: unused,
    text: unused,
    end: () => ({ ...size, path: parts.join('') }),
  };
}

/**
 * The side of one module in CSS pixels so that it covers whole pixels of the screen and the symbol with its white
 * fits the width; scanners lose what a blurred edge takes. Never less than one pixel.
 */
export function moduleSize(symbol: BarSymbol, width: number, pixelRatio: number, maximum = 9): number {
  const across = symbol.width + 2 * symbol.quiet;
  const pixels = Math.floor((Math.min(width, across * maximum) * pixelRatio) / across);
  return Math.max(1, pixels) / pixelRatio;
}
