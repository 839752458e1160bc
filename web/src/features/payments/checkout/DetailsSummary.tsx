import { useTranslation } from 'react-i18next';
import type { PayerDetails } from '../../../api/checkout.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import styles from './Checkout.module.css';
import { countriesIn } from './countries.ts';

/** What goes to the business, in a few lines. */
export function DetailsSummary({
  details,
  disabled,
  onChange,
}: {
  details: PayerDetails;
  disabled: boolean;
  onChange: () => void;
}) {
  const { t } = useTranslation('payments');
  return (
    <section className={styles.summary} aria-label={t('details.title')}>
      <div className={styles.head}>
        <h3 className="t-meta">{t('details.title')}</h3>
        <Button variant="plain" size="tiny" disabled={disabled} onClick={onChange}>
          {t('details.change')}
        </Button>
      </div>
      <DetailLines details={details} />
    </section>
  );
}

export function DetailLines({ details: { name, email, phone, address } }: { details: PayerDetails }) {
  const { locale } = useFormat();
  const country =
    address && (countriesIn(locale).find(({ code }) => code === address.country)?.name ?? address.country);
  return (
    <ul className={styles.lines}>
      {name && (
        <li>
          <bdi>{name}</bdi>
        </li>
      )}
      {email && (
        <li className="t-small soft">
          <bdi dir="ltr">{email}</bdi>
        </li>
      )}
      {phone && (
        <li className="t-small soft">
          <bdi dir="ltr" className="n">
            {phone}
          </bdi>
        </li>
      )}
      {address && (
        <li className="t-small soft">
          <bdi>
            {[
              address.street1,
              address.street2,
              `${address.postalCode} ${address.city}`,
              address.state,
              country,
            ]
              .filter(Boolean)
              .join(', ')}
          </bdi>
        </li>
      )}
    </ul>
  );
}
