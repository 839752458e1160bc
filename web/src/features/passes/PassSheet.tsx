import { Plane } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { airportClock, airportDay } from '../../lib/airportTime.ts';
import { cx } from '../../lib/cx.ts';
import { useFormat } from '../../lib/useFormat.ts';
import { passengerName } from '../../ui/cards/passengerName.ts';
import type { Pass } from '../../ui/cards/readTemplate.ts';
import { BarCode } from './BarCode.tsx';
import styles from './PassSheet.module.css';
import { furtherFields, speakPass } from './passWords.ts';

/** One pass as it is shown at the gate: white in every theme, the head fluted like a column. */
export function PassSheet({ pass, onEnlarge }: { pass: Pass; onEnlarge: () => void }) {
  const { t } = useTranslation('passes');
  const { locale } = useFormat();
  const { flight } = pass;
  const travelClass = useClassWord(pass.travelClass);
  // The first short one, a group mostly, stands beside gate and seat; the rest is small print.
  const further = furtherFields(pass);
  const beside = further.find(({ value }) => value.length <= 4);
  const rest = further.filter((field) => field !== beside);

  return (
    <article className={styles.pass} aria-label={speakPass(pass, t)}>
      <header className={styles.head}>
        <div className={styles.carrier}>
          <Logo pass={pass} />
          <bdi className={cx(styles.number, 'n')}>{flight.number}</bdi>
          <span className="t-small">{travelClass}</span>
        </div>
        <div className={styles.way}>
          <bdi className={styles.airport}>{flight.from.code}</bdi>
          <span className={styles.line} aria-hidden="true">
            <Plane size={20} className={styles.plane} />
          </span>
          <bdi className={styles.airport}>{flight.to.code}</bdi>
          <bdi className="t-small">{flight.from.city}</bdi>
          <span />
          <bdi className={cx(styles.end, 't-small')}>{flight.to.city}</bdi>
        </div>
        <div className={cx(styles.times, 't-small')}>
          <span>
            {t('leaves', { day: airportDay(flight.departs, locale, 'short') })}{' '}
            <bdi dir="ltr" className="n">
              {airportClock(flight.departs)}
            </bdi>
          </span>
          {flight.arrives && (
            <span>
              {t('lands')}{' '}
              <bdi dir="ltr" className="n">
                {airportClock(flight.arrives)}
              </bdi>
            </span>
          )}
        </div>
      </header>

      <dl className={styles.key}>
        {flight.boards && <Key label={t('boarding')} value={airportClock(flight.boards)} />}
        <Key label={t('gate')} value={flight.from.gate ?? t('follows')} waits={!flight.from.gate} />
        {pass.seat && <Key label={t('seat')} value={pass.seat} />}
        {beside && <Key label={beside.label} value={beside.value} />}
      </dl>

      <button type="button" className={styles.code} aria-label={t('enlarge')} onClick={onEnlarge}>
        <BarCode pass={pass} largest={9} />
      </button>

      <footer className={styles.who}>
        <div>
          <p className="t-title">
            <bdi>{passengerName(pass.passenger)}</bdi>
          </p>
          {rest.length > 0 && (
            <p className={cx(styles.small, 't-meta')}>
              {rest.map(({ label, value }) => (
                <span key={label}>
                  <bdi>{label}</bdi> <bdi>{value}</bdi>
                </span>
              ))}
            </p>
          )}
        </div>
        {pass.pnr && (
          <div className={styles.end}>
            <p className={cx(styles.small, 't-meta')}>{t('booking')}</p>
            <p className={styles.pnr}>
              <bdi dir="ltr">{pass.pnr}</bdi>
            </p>
          </div>
        )}
      </footer>
    </article>
  );
}

function Key({ label, value, waits = false }: { label: string; value: string; waits?: boolean }) {
  return (
    <div>
      <dt className="t-meta">{label}</dt>
      <dd className={cx(waits && styles.waits)}>
        <bdi>{value}</bdi>
      </dd>
    </div>
  );
}

/** The airline's mark on white, or its code where the mark is missing. */
function Logo({ pass }: { pass: Pass }) {
  const [failed, setFailed] = useState(false);
  return (
    <span className={styles.logo} aria-hidden="true">
      {pass.logo && !failed ? (
        <img src={pass.logo} alt="" referrerPolicy="no-referrer" onError={() => setFailed(true)} />
      ) : (
        pass.flight.number.split(' ')[0]
      )}
    </span>
  );
}

function useClassWord(travelClass: string | undefined): string | undefined {
  const { t } = useTranslation('passes');
  switch (travelClass) {
    case 'economy':
      return t('economy');
    case 'business':
      return t('business');
    case 'first_class':
      return t('firstClass');
    default:
      return travelClass;
  }
}
