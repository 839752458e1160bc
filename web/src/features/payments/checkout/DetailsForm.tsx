import { type FormEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PayerDetails } from '../../../api/checkout.ts';
import { useFormat } from '../../../lib/useFormat.ts';
import { Button } from '../../../ui/Button.tsx';
import { Field } from '../../../ui/Field.tsx';
import { SelectField } from '../../../ui/SelectField.tsx';
import styles from './Checkout.module.css';
import type { Asked } from './checkout.ts';
import { countriesIn, countryHere } from './countries.ts';
import { type DetailsField, detailsOf, type Fault, faultsOf, typedOf } from './detailsForm.ts';

/** Who buys and where it goes: what this business asks for, with what is known filled in. */
export function DetailsForm({
  asks,
  details,
  keep,
  merchant,
  onSubmit,
}: {
  asks: readonly Asked[];
  details: PayerDetails;
  keep: boolean;
  merchant: string;
  onSubmit: (details: PayerDetails, keep: boolean) => void;
}) {
  const { t } = useTranslation('payments');
  const { locale } = useFormat();
  const form = useRef<HTMLFormElement>(null);
  const countries = useMemo(() => countriesIn(locale), [locale]);
  const [typed, setTyped] = useState(() => typedOf(details, countryHere() ?? ''));
  const [keeps, setKeeps] = useState(keep);
  const [tried, setTried] = useState(false);
  const faults = tried ? faultsOf(typed, asks) : {};
  const words: Record<Fault, string> = {
    missing: t('details.missing'),
    wrongEmail: t('details.wrongEmail'),
    wrongPhone: t('details.wrongPhone'),
  };
  const field = (name: DetailsField, label: string) => ({
    label,
    name,
    value: typed[name],
    error: faults[name] && words[faults[name]],
    onChange: (event: { target: { value: string } }) => setTyped({ ...typed, [name]: event.target.value }),
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (Object.keys(faultsOf(typed, asks)).length === 0) return onSubmit(detailsOf(typed, asks), keeps);
    setTried(true);
    // After the faults are shown: the first of them is where one goes on.
    requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };

  return (
    <form ref={form} className={styles.form} onSubmit={submit} noValidate aria-label={t('details.title')}>
      {asks.includes('name') && (
        <Field {...field('name', t('details.name'))} autoComplete="name" maxLength={100} />
      )}
      {asks.includes('email') && (
        <Field
          {...field('email', t('details.email'))}
          type="email"
          dir="ltr"
          autoComplete="email"
          maxLength={254}
        />
      )}
      {asks.includes('phone') && (
        <Field
          {...field('phone', t('details.phone'))}
          type="tel"
          dir="ltr"
          autoComplete="tel"
          hint={t('details.phoneHint')}
          maxLength={40}
        />
      )}
      {asks.includes('address') && (
        <fieldset className={styles.address}>
          <legend className="t-small">{t('details.address')}</legend>
          <Field {...field('street1', t('details.street'))} autoComplete="address-line1" maxLength={100} />
          <Field {...field('street2', t('details.street2'))} autoComplete="address-line2" maxLength={100} />
          <div className={styles.town}>
            <Field
              {...field('postalCode', t('details.code'))}
              dir="ltr"
              autoComplete="postal-code"
              maxLength={16}
            />
            <Field {...field('city', t('details.city'))} autoComplete="address-level2" maxLength={100} />
          </div>
          <Field {...field('state', t('details.state'))} autoComplete="address-level1" maxLength={100} />
          <SelectField
            label={t('details.country')}
            value={typed.country}
            autoComplete="country"
            aria-invalid={faults.country ? true : undefined}
            onChange={(event) => setTyped({ ...typed, country: event.target.value })}
          >
            {!typed.country && <option value="">{t('details.missing')}</option>}
            {countries.map(({ code, name }) => (
              <option key={code} value={code}>
                {name}
              </option>
            ))}
          </SelectField>
        </fieldset>
      )}
      <label className={styles.keep}>
        <input type="checkbox" checked={keeps} onChange={(event) => setKeeps(event.target.checked)} />
        <span>
          {t('details.keep')}
          <span className="t-meta quiet">{t('details.keepHint')}</span>
        </span>
      </label>
      <Button type="submit" variant="solid" size="big" wide>
        {t('details.continue')}
      </Button>
      <p className="t-meta quiet">{t('details.go', { merchant })}</p>
    </form>
  );
}
