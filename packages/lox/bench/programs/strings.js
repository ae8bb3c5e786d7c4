const SIZE = 1600000;
function build(seed) {
  let text = "";
  let n = seed;
  for (let i = 0; i < 8; i++) {
    if (n >= 128) {
      n = n - 128;
      text = text + "alpha ";
    } else {
      text = text + "beta ";
    }
    n = n * 2;
  }
  return text;
}
const wanted = build(170);
let found = 0;
let seed = 0;
for (let i = 0; i < SIZE; i++) {
  if (build(seed) === wanted) found++;
  seed++;
  if (seed === 256) seed = 0;
}
console.log(found);
