const SIZE = 8000000;
class Leaf {
  constructor(n) {
    this.aardvark = n;
    this.baboon = n + 1;
    this.cat = n + 2;
    this.donkey = n + 3;
    this.elephant = n + 4;
    this.fox = n + 5;
  }
}
class House {
  constructor(n) {
    this.left = new Leaf(n);
    this.right = new Leaf(n + 10);
  }
}
class Zoo {
  constructor() {
    this.first = new House(1);
    this.second = new House(100);
    this.total = 0;
  }
  feed() {
    this.total = this.total + this.first.left.aardvark + this.first.right.baboon + this.second.left.cat;
    this.second.right.donkey = this.first.left.elephant + 1;
    this.first.left.elephant = this.second.right.fox - this.second.right.donkey;
    return this.first.left.elephant;
  }
}
const zoo = new Zoo();
let sum = 0;
for (let i = 0; i < SIZE; i++) sum = sum + zoo.feed();
console.log(sum + zoo.total);
