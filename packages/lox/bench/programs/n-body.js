const SIZE = 400000;
class Body {
  constructor(x, y, z, vx, vy, vz, mass, next) {
    this.x = x;
    this.y = y;
    this.z = z;
    this.vx = vx;
    this.vy = vy;
    this.vz = vz;
    this.mass = mass;
    this.next = next;
  }
}
function root(n) {
  let guess = n < 1 ? 1 : n;
  for (let i = 0; i < 12; i++) guess = (guess + n / guess) / 2;
  return guess;
}
function attract(a, b, dt) {
  const dx = a.x - b.x;
  const dy = a.y - b.y;
  const dz = a.z - b.z;
  const square = dx * dx + dy * dy + dz * dz;
  const force = dt / (square * root(square));
  a.vx -= dx * b.mass * force;
  a.vy -= dy * b.mass * force;
  a.vz -= dz * b.mass * force;
  b.vx += dx * a.mass * force;
  b.vy += dy * a.mass * force;
  b.vz += dz * a.mass * force;
}
function advance(first, dt) {
  for (let a = first; a !== null; a = a.next) {
    for (let b = a.next; b !== null; b = b.next) attract(a, b, dt);
  }
  for (let a = first; a !== null; a = a.next) {
    a.x += dt * a.vx;
    a.y += dt * a.vy;
    a.z += dt * a.vz;
  }
}
let bodies = new Body(0, 0, 0, 0, 0, 0, 39.5, null);
bodies = new Body(4.5, 1.5, 0.5, 0.5, 2.5, 0.125, 0.0375, bodies);
bodies = new Body(8.5, 4.5, 0.25, 1, 1.75, 0.0625, 0.0125, bodies);
bodies = new Body(12.5, 15.5, 0.25, 1, 0.5, 0.0625, 0.0025, bodies);
for (let i = 0; i < SIZE; i++) advance(bodies, 0.0078125);
console.log(bodies.x > 0);
console.log(bodies.x * bodies.y < bodies.z);
function digits(n) {
  let rest = n < 0 ? -n : n;
  while (rest > 10) rest /= 10;
  let whole = 0;
  while (rest >= whole + 1) whole++;
  return whole * 100 + (rest - whole >= 0.5 ? 1 : 0);
}
console.log(digits(bodies.x) + digits(bodies.y));
