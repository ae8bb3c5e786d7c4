const SIZE = 8000000;
const one = {};
const two = {};
const nothing = null;
const no = false;
const text = "text";
let count = 0;
function same(a, b) {
  return a === b;
}
for (let i = 0; i < SIZE; i++) {
  if (same(i, 5000)) count++;
  if (same(i, "5000")) count++;
  if (one === two || one !== one) count++;
  if (nothing === no || text !== text) count++;
  if (same(one, one) && same(null, null)) count++;
}
console.log(count);
