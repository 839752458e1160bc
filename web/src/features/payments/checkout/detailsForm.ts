import type { PayerDetails } from '../../../api/checkout.ts';
import type { Asked } from './checkout.ts';

/** The form as typed: one text for each field. */
export type Typed = Record<DetailsField, string>;
export type DetailsField =
  | 'name'
  | 'email'
  | 'phone'
  | 'street1'
  | 'street2'
  | 'postalCode'
  | 'city'
  | 'state'
  | 'country';

export type Fault = 'missing' | 'wrongEmail' | 'wrongPhone';

export const typedOf = ({ name, email, phone, address }: PayerDetails, country: string): Typed => ({
  name: name ?? '',
  email: email ?? '',
  phone: phone ?? '',
  street1: address?.street1 ?? '',
  street2: address?.street2 ?? '',
  postalCode: address?.postalCode ?? '',
  city: address?.city ?? '',
  state: address?.state ?? '',
  country: address?.country ?? country,
});

const needed: Record<Asked, readonly DetailsField[]> = {
  name: ['name'],
  email: ['email'],
  phone: ['phone'],
  address: ['street1', 'postalCode', 'city', 'country'],
};

/** What is wrong, by field; the server looks again. */
export function faultsOf(typed: Typed, asks: readonly Asked[]): Partial<Record<DetailsField, Fault>> {
  const faults: Partial<Record<DetailsField, Fault>> = {};
  for (const field of asks.flatMap((each) => needed[each]))
    if (!typed[field].trim()) faults[field] = 'missing';
  if (asks.includes('email') && !faults.email && !/^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/.test(typed.email.trim()))
    faults.email = 'wrongEmail';
  if (asks.includes('phone') && !faults.phone) {
    const digits = typed.phone.replace(/\D/g, '').length;
    if (digits < 5 || digits > 15 || !/^\+?[\d\s()./-]+$/.test(typed.phone.trim()))
      faults.phone = 'wrongPhone';
  }
  return faults;
}

/** What was typed, as it is sent: only what is asked for, without empty parts. */
export function detailsOf(typed: Typed, asks: readonly Asked[]): PayerDetails {
  const text = (field: DetailsField) => typed[field].trim();
  const { name, email, phone } = typed;
  return {
    ...(asks.includes('name') && { name: name.trim() }),
    ...(asks.includes('email') && { email: email.trim() }),
    ...(asks.includes('phone') && { phone: phone.trim() }),
    ...(asks.includes('address') && {
      address: {
        street1: text('street1'),
        ...(text('street2') && { street2: text('street2') }),
        postalCode: text('postalCode'),
        city: text('city'),
        ...(text('state') && { state: text('state') }),
        country: text('country'),
      },
    }),
  };
}
