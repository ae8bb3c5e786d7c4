const SIZE = 5000000;
class Point {
  constructor(x, y, z) {
    this.x = x;
    this.y = y;
    this.z = z;
  }
}
class Empty {}
let kept = null;
let sum = 0;
for (let i = 0; i < SIZE; i++) {
  const point = new Point(i, 1, 2);
  new Empty();
  sum += point.y;
  kept = point;
}
console.log(sum + kept.x);
