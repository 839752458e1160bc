import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Pass } from '../../ui/cards/readTemplate.ts';
import styles from './BarCode.module.css';
import { type BarSymbol, drawSymbol, moduleSize } from './symbol.ts';

/** The code for the scanner: black on white in every theme, whole screen pixels for each module. */
export function BarCode({ pass, largest }: { pass: Pass; largest: number }) {
  const { t } = useTranslation('passes');
  const symbol = useMemo(() => symbolOf(pass), [pass]);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);

  useEffect(() => {
    const look = () => setWidth(box.current?.clientWidth ?? 0);
    look();
    const observer = new ResizeObserver(look);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  const side = symbol && width > 0 ? moduleSize(symbol, width, devicePixelRatio, largest) : 0;
  return (
    <div ref={box} className={styles.box}>
      {symbol ? (
        side > 0 && <Drawn symbol={symbol} side={side} label={t('codeForScanner')} />
      ) : pass.codeImage ? (
        <img src={pass.codeImage} alt={t('codeForScanner')} referrerPolicy="no-referrer" />
      ) : (
        <p>{t('noCode')}</p>
      )}
    </div>
  );
}

function Drawn({ symbol, side, label }: { symbol: BarSymbol; side: number; label: string }) {
  const { quiet } = symbol;
  const across = symbol.width + 2 * quiet;
  const down = symbol.height + 2 * quiet;
  return (
    <svg
      role="img"
      aria-label={label}
      width={across * side}
      height={down * side}
      viewBox={`${-quiet} ${-quiet} ${across} ${down}`}
      shapeRendering="crispEdges"
    >
      <rect x={-quiet} y={-quiet} width={across} height={down} fill="#fff" />
      <path d={symbol.path} fill="#000" fillRule="evenodd" />
    </svg>
  );
}

// A string that no symbol can hold is the business's mistake; the counter can still read the rest of the pass.
function symbolOf(pass: Pass): BarSymbol | null {
  if (pass.code === undefined) return null;
  try {
    return drawSymbol(pass.code, pass.symbology);
  } catch {
    return null;
  }
}
