// The number is looked up here and goes nowhere: the policy of this page allows no connection at all.
const testCards = [
  { number: '4242424242424242', brand: 'visa', does: 'works' },
  { number: '5555555555554444', brand: 'mastercard', does: 'works' },
  { number: '378282246310005', brand: 'amex', does: 'works' },
  { number: '4000000000000002', brand: 'visa', does: 'declined' },
  { number: '4000000000009995', brand: 'visa', does: 'funds' },
  { number: '4000000000000069', brand: 'visa', does: 'expired' },
  { number: '4000002760003184', brand: 'visa', does: 'asks3' },
  { number: '4000000000000119', brand: 'visa', does: 'lostAnswer' },
  { number: '4000000000000127', brand: 'visa', does: 'lostRequest' },
  { number: '4000000000000341', brand: 'visa', does: 'late' },
  { number: '4000000000000259', brand: 'visa', does: 'dispute' },
  { number: '4000000000007726', brand: 'visa', does: 'refundLate' },
  { number: '4000000000005126', brand: 'visa', does: 'refundFails' },
];
const brandNames = { visa: 'Visa', mastercard: 'Mastercard', amex: 'American Express' };

const form = document.getElementById('form');
const number = document.getElementById('number');
const expiry = document.getElementById('expiry');
const code = document.getElementById('code');
const digitsOf = (input) => input.value.replace(/\D/g, '');

function brandOf(digits) {
  if (/^3[47]/.test(digits)) return 'amex';
  if (/^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/.test(digits)) return 'mastercard';
  return digits.startsWith('4') ? 'visa' : null;
}

function passesLuhn(digits) {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]);
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2;
  }
  return sum % 10 === 0;
}

function grouped(digits) {
  const groups = brandOf(digits) === 'amex' ? [4, 6, 5] : [4, 4, 4, 4, 3];
  const parts = [];
  let rest = digits.slice(0, groups.reduce((a, b) => a + b));
  for (const size of groups) {
    if (rest) parts.push(rest.slice(0, size));
    rest = rest.slice(size);
  }
  return parts.join(' ');
}

// What is wrong with each field, or null.
function numberProblem() {
  const digits = digitsOf(number);
  if (digits.length < 13 || !passesLuhn(digits)) return text.wrongNumber;
  return testCards.some((card) => card.number === digits) ? null : text.useTest;
}

function readExpiry() {
  const match = /^(\d{2})\s*\/?\s*(\d{2}|\d{4})$/.exec(expiry.value.trim());
  if (!match) return null;
  const month = Number(match[1]);
  const year = Number(match[2].length === 2 ? `20${match[2]}` : match[2]);
  return month >= 1 && month <= 12 ? { month, year } : null;
}

function expiryProblem() {
  const read = readExpiry();
  if (!read) return text.wrongExpiry;
  // Good to the end of its month, wherever the payer is.
  return Date.now() >= Date.UTC(read.year, read.month, 1) + 12 * 3600_000 ? text.past : null;
}

function codeProblem() {
  const amex = brandOf(digitsOf(number)) === 'amex';
  return digitsOf(code).length === (amex ? 4 : 3) ? null : amex ? text.wrongCodeAmex : text.wrongCode;
}

const fields = [
  [number, numberProblem],
  [expiry, expiryProblem],
  [code, codeProblem],
];

function show(input, problem) {
  const place = document.getElementById(`${input.id}-problem`);
  if (problem) input.setAttribute('aria-invalid', 'true');
  else input.removeAttribute('aria-invalid');
  place.textContent = problem ?? '';
  place.hidden = !problem;
}

let wasValid = null;
function tellValid() {
  const valid = fields.every(([, problem]) => problem() === null);
  if (valid !== wasValid) tellParent({ type: 'stoa.card.valid', valid });
  wasValid = valid;
}

// Puts groups into the number while it is typed, and leaves the caret behind the same digit.
number.addEventListener('input', () => {
  const before = number.value.slice(0, number.selectionStart ?? 0).replace(/\D/g, '').length;
  number.value = grouped(digitsOf(number));
  let caret = 0;
  for (let seen = 0; caret < number.value.length && seen < before; caret++) if (/\d/.test(number.value[caret])) seen++;
  number.setSelectionRange(caret, caret);
  document.getElementById('brand').textContent = brandNames[brandOf(digitsOf(number))] ?? '';
});
expiry.addEventListener('input', (event) => {
  const digits = digitsOf(expiry);
  if (event.inputType !== 'deleteContentBackward' && /^\d{2}$/.test(expiry.value)) expiry.value = `${digits}/`;
});

for (const [input, problem] of fields) {
  input.addEventListener('input', () => {
    if (!problem()) show(input, null);
    tellValid();
  });
  input.addEventListener('blur', () => {
    if (input.value) show(input, problem());
  });
}

for (const card of testCards) {
  const item = document.createElement('li');
  const button = document.createElement('button');
  const name = document.createElement('bdi');
  name.dir = 'ltr';
  name.textContent = `${brandNames[card.brand]} ${card.number.slice(-4)}`;
  button.type = 'button';
  button.append(name, ` · ${text[card.does]}`);
  button.addEventListener('click', () => {
    number.value = grouped(card.number);
    expiry.value = `08/${String(new Date().getUTCFullYear() + 3).slice(-2)}`;
    code.value = card.brand === 'amex' ? '1234' : '123';
    document.getElementById('brand').textContent = brandNames[card.brand];
    for (const [input] of fields) show(input, null);
    for (const other of document.querySelectorAll('#cards button')) other.setAttribute('aria-pressed', String(other === button));
    tellValid();
  });
  item.append(button);
  document.getElementById('cards').append(item);
}

function submit() {
  let first = null;
  for (const [input, problem] of fields) {
    show(input, problem());
    if (problem()) first ??= input;
  }
  if (first) {
    first.focus();
    tellParent({ type: 'stoa.card.error', code: first === number && numberProblem() === text.useTest ? 'not_a_test_card' : 'invalid' });
    return;
  }
  const card = testCards.find((known) => known.number === digitsOf(number));
  const { month, year } = readExpiry();
  const last4 = card.number.slice(-4);
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
  const json = JSON.stringify({ id, brand: card.brand, last4, expMonth: month, expYear: year });
  const token = `sbx1_${btoa(json).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  tellParent({ type: 'stoa.card.token', token, brand: card.brand, last4 });
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  submit();
});
window.addEventListener('message', (event) => {
  if (event.origin === parentOrigin && event.source === window.parent && event.data?.type === 'stoa.card.submit') submit();
});
new ResizeObserver(() => tellParent({ type: 'stoa.card.height', height: document.body.offsetHeight })).observe(document.body);
tellParent({ type: 'stoa.card.ready' });
tellParent({ type: 'stoa.card.height', height: document.body.offsetHeight });
