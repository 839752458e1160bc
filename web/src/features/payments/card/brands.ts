const names: Record<string, string> = {
  visa: 'Visa',
  mastercard: 'Mastercard',
  amex: 'American Express',
  american_express: 'American Express',
  discover: 'Discover',
  diners: 'Diners Club',
  jcb: 'JCB',
  unionpay: 'UnionPay',
};

/** `Visa •••• 4242`; a brand that is not known keeps the name the processor gave it. */
export const cardName = (brand: string, last4: string) =>
  `${names[brand.toLowerCase()] ?? brand} •••• ${last4}`;

/** `08/28`, as it stands on the card. */
export const cardExpiry = (month: number, year: number) =>
  `${String(month).padStart(2, '0')}/${String(year % 100).padStart(2, '0')}`;
