const SIZE = 4000000;
function makeCounter(start) {
  let count = start;
  return () => {
    count = count + 1;
    return count;
  };
}
function compose(f, g) {
  return (x) => f(g(x));
}
const double = (x) => x * 2;
const increment = (x) => x + 1;
let sum = 0;
for (let i = 0; i < SIZE; i++) {
  const counter = makeCounter(i);
  counter();
  sum = sum + counter() + compose(double, increment)(i);
}
console.log(sum);
