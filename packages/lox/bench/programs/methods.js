const SIZE = 6000000;
class Counter {
  constructor(step) {
    this.step = step;
    this.value = 0;
  }
  advance() {
    this.value = this.value + this.step;
    return this;
  }
  get() {
    return this.value;
  }
}
class Wrapping extends Counter {
  constructor(step, limit) {
    super(step);
    this.limit = limit;
  }
  advance() {
    super.advance();
    if (this.get() >= this.limit) this.value = this.value - this.limit;
    return this;
  }
}
const plain = new Counter(1);
const wrapping = new Wrapping(3, 1000);
for (let i = 0; i < SIZE; i++) {
  plain.advance().get();
  wrapping.advance().get();
}
console.log(plain.get() + wrapping.get());
