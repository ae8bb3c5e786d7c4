const SIZE = 17;
class Tree {
  constructor(depth) {
    this.left = null;
    this.right = null;
    if (depth > 0) {
      this.left = new Tree(depth - 1);
      this.right = new Tree(depth - 1);
    }
  }
  check() {
    if (this.left === null) return 1;
    return 1 + this.left.check() + this.right.check();
  }
}
const lasting = new Tree(SIZE);
let total = 0;
let rounds = 1;
for (let depth = SIZE; depth >= 4; depth -= 2) {
  for (let i = 0; i < rounds; i++) total += new Tree(depth).check();
  rounds *= 4;
}
console.log(total + lasting.check());
